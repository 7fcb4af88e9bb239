"""Programs of a user on the library: compilers, CMake, the operator library's programs."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from scegrad import registers
from scegrad.build.driver import symbols
from scegrad.lib.examples import EXAMPLES as EXAMPLE_PROGRAMS_AND_MORE
from scegrad.lib.examples import Example, compile_example, run_example
from scegrad.lib.examples import check as check_example
from scegrad.model import golden
from scegrad.platforms import FT78NE, MT7004
from scegrad.registers import Status
from tests.tb.platforms import TINY

from .programs import (
    EXAMPLES,
    HERE,
    compile_program,
    execute,
    flags,
)

EXAMPLE_PROGRAMS = [example for example in EXAMPLE_PROGRAMS_AND_MORE if example.places]


WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
POSITIONS = (["-fno-pie", "-no-pie"], ["-fPIE", "-pie"])
LANGUAGES = {"gcc": "-std=c11", "clang": "-std=c11", "g++": "-std=c++17", "clang++": "-std=c++17"}
COMPILERS = [
    *(
        ([compiler], [standard, level, *WARNINGS, *position])
        for compiler, standard in LANGUAGES.items()
        for level, position in zip(("-O0", "-O2"), POSITIONS, strict=True)
    ),
    (["gcc"], ["-std=c11", "-O1", *WARNINGS, "-DSCEGRAD_HALF_AS_STORAGE"]),
    (["g++"], ["-std=c++11", "-O1", *WARNINGS]),
]


@pytest.mark.parametrize(("compiler", "options"), COMPILERS)
def test_compilers(library: Path, tmp_path: Path, compiler: list[str], options: list[str]) -> None:
    if shutil.which(compiler[0]) is None:
        pytest.skip(
            f"{compiler[0]} is not installed, and the project does not need it: the header is for"
            " whoever has it"
        )
    source = tmp_path / ("half.cpp" if "++" in compiler[0] else "half.c")
    source.write_text((HERE / "half.c").read_text())
    program = compile_program(tmp_path / "half", [source], [*options, *flags(library)], compiler)
    run = execute(program)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_directory_that_was_moved(library: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(library.parent, tmp_path / "moved")) / library.name
    program = compile_program(tmp_path / "half", [HERE / "half.c"], flags(moved))
    assert execute(program).returncode == 0
    assert f"rpath,{moved.parent}" in " ".join(flags(moved))


CMAKE_PROJECT = """\
cmake_minimum_required(VERSION 3.13)
project(program C)
find_package(scegrad_tiny {version} REQUIRED)
add_executable(program program.c)
target_link_libraries(program scegrad::tiny)
"""


def cmake(library: Path, directory: Path, version: str) -> tuple[int, str]:
    """Configure and build a program, as the page says; returns the first status that is not 0, and
    what was said.
    """
    if shutil.which("cmake") is None:
        pytest.skip(
            "cmake is not installed, and the project does not need it: its package is for whoever"
            " has it"
        )
    (directory / "CMakeLists.txt").write_text(CMAKE_PROJECT.format(version=version))
    shutil.copy(HERE / "half.c", directory / "program.c")
    place = f"-DCMAKE_PREFIX_PATH={library.parent}"
    said = ""
    for command in (
        ["cmake", "-S", directory, "-B", directory / "build", place],
        ["cmake", "--build", directory / "build"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said += done.stdout + done.stderr
        if done.returncode:
            return done.returncode, said
    return 0, said


@pytest.mark.parametrize("version", ["", "0", "0.1", registers.VERSION])
def test_cmake(library: Path, tmp_path: Path, version: str) -> None:
    status, said = cmake(library, tmp_path, version)
    assert status == 0, said
    assert execute(tmp_path / "build" / "program").returncode == 0


@pytest.mark.parametrize("version", ["99", "0.99", "1.0"])
def test_cmake_asks_for_another_version(library: Path, tmp_path: Path, version: str) -> None:
    status, said = cmake(library, tmp_path, version)
    assert status != 0
    assert f"version: {registers.VERSION}" in said


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("example", EXAMPLE_PROGRAMS, ids=lambda example: example.name)
def test_programs_of_the_operator_library(
    library: Path, tmp_path: Path, example: Example, compiler: str
) -> None:
    """As they are printed: their own header's name, arrays at its addresses (in AM too), and
    core_mask 0xff on two cores.
    """
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed, and the project needs one C compiler alone")
    text = (EXAMPLES / f"{example.name}.c").read_text()
    assert "#include <stdio.h>\n#include <sigmoid_cross_entropy.h>\n\nint main" in text
    assert (library.parent / "sigmoid_cross_entropy.h").is_file()
    program = compile_example(
        example.name, library, tmp_path / example.name, ["-std=c11"], [compiler]
    )
    elements, wrong, worst = check_example(run_example(example, program, tmp_path))
    assert (elements, wrong, worst <= 0.501) == (1024, 0, True)


def test_real_use(library: Path, tmp_path: Path) -> None:
    program = compile_program(
        tmp_path / "program",
        [EXAMPLES / "logistic_regression.c"],
        ["-Wall", "-Werror", *flags(library), "-lm"],
    )
    run = execute(program, str(tmp_path / "record"))
    assert (run.returncode, run.stderr) == (0, "")
    for logits, labels, gradient in np.fromfile(tmp_path / "record", np.float32).reshape(
        5, 3, 1000
    ):
        assert gradient.tobytes() == golden.gradient(logits, labels).tobytes()


def test_symbols(library: Path) -> None:
    words = subprocess.run(
        ["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True
    ).stdout.split()
    simulator = {name for name in words[2::3] if name.startswith(("sce_sim_", "sce_dram_"))}
    assert sorted(set(words[2::3]) - simulator) == sorted(symbols(TINY))
    assert {"sce_sim_create", "sce_sim_run", "sce_sim_free"} <= simulator
    assert any(name.startswith("hp_") for name in symbols(MT7004)) and not any(
        name.startswith("hp_") for name in symbols(FT78NE)
    )


def test_texts_of_statuses(library: Path, tmp_path: Path) -> None:
    source = tmp_path / "texts.c"
    source.write_text(
        "#include <scegrad.h>\n#include <stdio.h>\nint main(void) { for (int k = 0; k < 80; ++k)"
        " puts(scegrad_strerror(k)); }"
    )
    texts = execute(
        compile_program(tmp_path / "texts", [source], flags(library))
    ).stdout.splitlines()
    known = {k for k, text in enumerate(texts) if text != "unknown status"}
    assert known == {
        0,
        64,
        65,
        66,
        67,
        *(status for status in Status if status.refusal or status.bus_error),
        Status.ABORTED,
    }
    assert len({texts[k] for k in known}) == len(known)
