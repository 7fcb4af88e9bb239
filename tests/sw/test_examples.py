"""The programs of ``sw/examples`` on the platforms' own libraries, against the exact reference."""

from pathlib import Path

import numpy as np
import pytest

from scegrad.examples import EXAMPLES, Example, check, compile_example, run_example
from scegrad.lib_command import build_libraries

pytestmark = pytest.mark.whole

OPTIONS = (["-std=c11", "-O0"], ["-std=c11", "-O2"], ["-O2", "-no-pie"], ["-O2", "-fPIE", "-pie"])
CXX_OPTIONS = (["-x", "c++", "-std=c++17", "-fpermissive", "-w", "-O2"],)


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("libraries")
    build_libraries(directory)
    return directory


CASES = [pytest.param(example, platform, id=f"{example.name}-{platform}") for example in EXAMPLES for platform in example.platforms]


@pytest.mark.parametrize(("example", "platform"), CASES)
def test_results_are_exact(libraries: Path, tmp_path: Path, example: Example, platform: str) -> None:
    program = compile_example(example.name, libraries / f"libscegrad_{platform}.so", tmp_path / "program")
    elements, wrong, worst = check(run_example(example, program, tmp_path))
    assert elements >= 1024
    assert (wrong, worst <= 0.501) == (0, True)


@pytest.mark.parametrize("options", [*OPTIONS, *CXX_OPTIONS], ids=" ".join)
def test_however_compiled(libraries: Path, tmp_path: Path, options: list[str]) -> None:
    for example in EXAMPLES[:2]:
        program = compile_example(example.name, libraries / "libscegrad_ft78ne.so", tmp_path / example.name, options)
        ((logits, _, gradient),) = run_example(example, program, tmp_path)
        assert gradient.shape == logits.shape
        assert not np.isnan(gradient).any()
        assert check([run_example(example, program, tmp_path)[0]])[1] == 0
