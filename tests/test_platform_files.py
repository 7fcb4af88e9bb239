"""The examples of ``platforms/`` work: in both simulators, in C, on the command line, and in
Yosys.
"""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from scegrad.api import run_job
from scegrad.bench.cases import lines
from scegrad.build.driver import C_FLAGS, c_compiler, library_name
from scegrad.cli import _status
from scegrad.errors import RequestError
from scegrad.formats import FORMATS
from scegrad.lib.command import build_library
from scegrad.platforms import read_platform
from scegrad.tb.designs import design_of, gated
from scegrad.tb.runner import SIMULATORS, run_bench

EXAMPLES = sorted((Path(__file__).parents[1] / "platforms").glob("*.toml"))
ALONE = [path for path in EXAMPLES if not read_platform(path).l2_ports]

each = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
pytestmark = pytest.mark.whole

SYSTEM = {
    "icarus": {"longest": 24, "jobs": 2, "requests": 20},
    "verilator": {"longest": 200, "jobs": 20, "requests": 60},
}

PROGRAM = """
#include "scegrad.h"
#include <stdint.h>
#define N 37
int main(void) {
    float *logits = (float *)(uintptr_t)BASE, *labels = logits + N, *gradient = labels + N;
    for (int i = 0; i < N; i++) logits[i] = (float)(i - 18), labels[i] = (float)(i & 1);
    fp_sigmoidcrossentropywithlogitsgrad_s(logits, labels, gradient, N, 1);
    if (scegrad_status()) return 1;
    if (gradient[18] != 0.5f || gradient[17] >= 0) return 2;
    scegrad_set_quiet(1);
    fp_sigmoidcrossentropywithlogitsgrad_p(logits, labels, gradient, N);
    return scegrad_status() == 21 ? 0 : 3; /* MIXED_MEMORIES: there is no private one */
}
"""


def test_there_are_examples() -> None:
    names = {path.stem for path in EXAMPLES}
    assert {"zynq7000", "ecp5_128", "mt_two"} <= names and len(ALONE) >= 2
    assert names == {read_platform(path).name for path in EXAMPLES}


@each
def test_jobs(path: Path, seed: int) -> None:
    """Every format and kind of memory, arrays anywhere: ``run_job`` compares bytes around the
    output, this the bits.
    """
    platform, rng = read_platform(path), np.random.default_rng(seed)
    for fmt in (FORMATS[name] for name in platform.formats):
        x, y = rng.normal(0, 5, 1000).astype(fmt.dtype), rng.random(1000).astype(fmt.dtype)
        expected = run_job(x, y, platform=path, backend="model").gradient
        for memory in ("shared", "private") if platform.l2_ports else ("shared",):
            for offsets in ((0, 0, 0), (fmt.bytes, 5 * fmt.bytes, 7 * fmt.bytes)):
                found = run_job(x, y, platform=path, memory=memory, misalignment=offsets)
                np.testing.assert_array_equal(found.gradient, expected)
    if not platform.l2_ports:
        with pytest.raises(RequestError, match="has no private memory"):
            run_job(x, y, platform=path, memory="private")


@each
@pytest.mark.parametrize("simulator", SIMULATORS)
def test_bench(path: Path, simulator: str) -> None:
    design = design_of(read_platform(path))
    if simulator == "icarus":
        design = gated(design)  # a quarter of the time; tests/tb/test_system.py has wires as well
    run_bench(design, "scegrad.tb.bench_system", simulator, SYSTEM[simulator])


@pytest.mark.parametrize("path", ALONE, ids=lambda path: path.stem)
def test_c_program_without_private_memory(path: Path, tmp_path: Path) -> None:
    platform = read_platform(path)
    build_library(tmp_path, platform)
    (tmp_path / "program.c").write_text(PROGRAM)
    library = f"-l{library_name(platform).removeprefix('lib').removesuffix('.so')}"
    command = [*c_compiler(), *C_FLAGS, f"-DBASE={platform.shared[0].base + 4}", "program.c"]
    command += ["-I.", "-L.", "-Wl,-rpath,.", library, "-o", "program"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert subprocess.run(["./program"], cwd=tmp_path, check=False).returncode == 0


@each
def test_command_line(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    dtype = FORMATS[read_platform(path).formats[0]].dtype
    for name in ("x", "y"):
        np.save(f"{name}.npy", np.linspace(-3, 3, 20).astype(dtype))
    run = ["run", "x.npy", "y.npy", "-o", "g.npy", "--platform", str(path)]
    assert _status(run) == 0
    assert _status([*run, "--memory", "private"]) == (0 if path not in ALONE else 2)
    top = read_platform(path).top_name
    assert _status(["verilog", "--platform", str(path), "-o", "out"]) == 0
    assert f"module {top}(" in (tmp_path / "out" / f"{top}.v").read_text()


@each
def test_lines_of_the_bench(path: Path) -> None:
    platform, found = read_platform(path), list(lines([str(path)]))
    assert {case.platform for case in found} == {str(path)}
    assert {case.fmt for case in found} == {*platform.formats}
    assert {case.memory for case in found} == {"shared", "private"} - (
        {"private"} if path in ALONE else set()
    )
    for case in found:
        assert case.bound > 0
