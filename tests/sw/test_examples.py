"""The programs of ``sw/examples`` on the platforms' own libraries, against the exact reference."""

import re
import shutil
from pathlib import Path

import pytest

from scegrad.lib.examples import EXAMPLES, Example, check, compile_example, run_example, time_calls

pytestmark = pytest.mark.whole

COMPILERS = {
    "gcc": ["-std=c11"],
    "clang": ["-std=c11"],
    "g++": ["-x", "c++", "-std=c++17"],
    "clang++": ["-x", "c++", "-std=c++17"],
}
POSITIONS = {"pie": ["-fPIE", "-pie"], "no-pie": ["-fno-pie", "-no-pie"]}


ET_EXEC, ET_DYN = 2, 3
"""Kinds of ELF file: at a fixed address, at any."""

CASES = [
    pytest.param(example, platform, id=f"{example.name}-{platform}")
    for example in EXAMPLES
    for platform in example.platforms
]


@pytest.mark.parametrize(("example", "platform"), CASES)
def test_results_are_exact(
    libraries: Path, tmp_path: Path, example: Example, platform: str
) -> None:
    program = compile_example(
        example.name, libraries / f"libscegrad_{platform}.so", tmp_path / "program"
    )
    elements, wrong, worst = check(run_example(example, program, tmp_path))
    assert elements >= 1024
    assert (wrong, worst <= 0.501) == (0, True)


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_printed_programs_however_compiled(
    libraries: Path, tmp_path: Path, compiler: str, level: str, position: str
) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(
            f"{compiler} is not installed, and the project does not need it: its programs are for"
            " whoever has it"
        )
    options = ["-Wall", "-Werror", level, *COMPILERS[compiler], *POSITIONS[position]]
    for example in EXAMPLES[:2]:
        program = compile_example(
            example.name,
            libraries / "libscegrad_ft78ne.so",
            tmp_path / example.name,
            options,
            [compiler],
        )
        kind = int.from_bytes(program.read_bytes()[16:18], "little")
        assert kind == {"no-pie": ET_EXEC, "pie": ET_DYN}[position]
        elements, wrong, worst = check(run_example(example, program, tmp_path))
        assert (elements, wrong, worst <= 0.501) == (1024, 0, True)


def test_a_call_is_simulation(libraries: Path) -> None:
    lines: list[str] = []
    time_calls(libraries, lines.append)
    assert len(lines) == 4
    assert all(float(re.search(r"([\d.]+) % of it in simulation", line)[1]) > 99 for line in lines)
