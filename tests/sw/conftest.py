"""The libraries of the platforms, and of a small one with a program that calls it."""

from pathlib import Path

import pytest

from scegrad.lib.command import build_libraries, build_library
from tests.tb.platforms import TINY

from .programs import EXAMPLES, HERE, compile_program, flags


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of ``TINY`` on the simulated hardware."""
    return build_library(tmp_path_factory.mktemp("library"), TINY)[0]


@pytest.fixture(scope="session")
def call(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of ``call.c``."""
    output = tmp_path_factory.mktemp("call") / "call"
    return compile_program(
        output,
        [HERE / "call.c", EXAMPLES / "exchange.c"],
        ["-Wall", "-Werror", "-DFP16", *flags(library)],
    )


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the libraries of ``scegrad lib``."""
    directory = tmp_path_factory.mktemp("libraries")
    build_libraries(directory)
    return directory
