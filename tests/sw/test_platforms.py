"""What only the platforms' own libraries show: masks with holes over all cores, as many threads as
cores, their symbols.
"""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from scegrad.build.driver import symbols
from scegrad.platforms import FT78NE, MT7004, Platform

from . import programs

pytestmark = pytest.mark.whole

CALLS = [
    *((FT78NE, "fs", np.float32, mask) for mask in (0x81, 0xA5, 0x10, 0xFE)),
    *((MT7004, "fs", np.float32, mask) for mask in (0x9, 0x4)),
    *((MT7004, "hs", np.float16, mask) for mask in (0x9, 0xA, 0xD)),
]
LENGTHS = (1, 3, 1000)


def library_of(libraries: Path, platform: Platform) -> Path:
    return libraries / f"libscegrad_{platform.name}.so"


@pytest.mark.parametrize(
    ("platform", "kind", "dtype", "mask"),
    CALLS,
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_masks_with_holes(
    libraries: Path,
    tmp_path: Path,
    seed: int,
    platform: Platform,
    kind: str,
    dtype: type,
    mask: int,
) -> None:
    options = [
        *programs.flags(library_of(libraries, platform)),
        *(["-DFP16"] if platform is MT7004 else []),
    ]
    program = programs.compile_program(
        tmp_path / "call", [programs.HERE / "call.c", programs.EXAMPLES / "exchange.c"], options
    )
    for length in LENGTHS:
        programs.check(
            program,
            tmp_path,
            kind,
            dtype,
            (programs.LOGITS + 4, programs.LABELS, programs.GRADIENT + 64),
            length,
            seed,
            mask,
        )


@pytest.mark.parametrize("platform", [FT78NE, MT7004], ids=lambda platform: platform.name)
def test_as_many_threads_as_cores_and_two(
    libraries: Path, tmp_path: Path, platform: Platform
) -> None:
    run = programs.execute(
        programs.compile_program(
            tmp_path / "threads",
            [programs.HERE / "threads.c"],
            [*programs.flags(library_of(libraries, platform)), "-pthread"],
        )
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.count(" 0 failures") == platform.cores + 2


@pytest.mark.parametrize("platform", [FT78NE, MT7004], ids=lambda platform: platform.name)
def test_functions_of_the_operator_library(libraries: Path, platform: Platform) -> None:
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", library_of(libraries, platform)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = {name for name in listing.stdout.split() if "sigmoid" in name}
    assert found == {name for name in symbols(platform) if "sigmoid" in name}
    assert {name[:2] for name in found} == ({"fp"} if platform is FT78NE else {"fp", "hp"})
