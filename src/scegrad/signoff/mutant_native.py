"""The libraries of ``sw/mutants``, which evaluate netlists and their mutants."""

import ctypes
from pathlib import Path

from scegrad.build.driver import software_directory
from scegrad.build.toolchain import Toolchain
from scegrad.sim.clib import Functions, declare

_FLAGS = ("-O3", "-march=native", "-Wno-psabi")


def library(name: str, functions: Functions, work: Path) -> ctypes.CDLL:
    """The library of ``sw/mutants/NAME.cpp``, which is built in ``work`` unless it is there. Raises
    ``BuildError``.
    """
    path = work / f"{name}.so"
    if not path.exists():
        Toolchain.find().share([software_directory() / "mutants" / f"{name}.cpp"], _FLAGS, path)
    found = ctypes.CDLL(str(path))
    declare(found, functions)
    return found
