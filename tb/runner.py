"""Builds and runs cocotb benches under Icarus and Verilator.

The folder of a build is named by a hash of all its inputs, so a build is never stale. It is made
once, under a lock, for any number of test workers. A run counts as passed when its results file
says that at least one test ran and none failed.
"""

import base64
import importlib.metadata
import inspect
import itertools
import json
import os
import pickle
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from amaranth.lib import wiring
from cocotb_tools import runner as cocotb_runner

from scegrad.build import model_text
from scegrad.build.cache import cached, content_key
from scegrad.build.simulator import harness_directory
from scegrad.build.toolchain import Toolchain
from scegrad.platforms import Platform
from scegrad.tb.designs import Design, control_file, design_of
from scegrad.tb.process import PARENT, mend_environment, scratch
from scegrad.tools.places import cache_directory

SIMULATORS = ("icarus", "verilator")
TIMESCALE = ("1ns", "1ps")

VERILATOR_ARGUMENTS = (
    "-O3",
    "--x-assign",
    "unique",
    "--x-initial",
    "unique",
    "-Wno-fatal",
    "--no-timing",
)
"""Unassigned values are random in a run, from the run's seed. Lint is for tests/rtl: a design that
a test breaks on purpose may warn.
"""

MAKE_VARIABLES = ("VM_PARALLEL_BUILDS=0", "OPT_FAST=-Og", "OPT_GLOBAL=-Og")
"""The model as one file for the compiler, which reads the headers once: half of the time of several
files with a precompiled header. A bench runs as fast with -Og as with -O1, which takes the compiler
twice as long: most of its time goes to Python.
"""

RUNTIME = "verilated*.o"
"""Verilator's own code, which is the same for all designs."""

EMPTY = "module nothing(clk);\n  input clk;\nendmodule\n"

UNSET = {"ones": 1, "random": 2}
"""Verilator's numbers for the values of inputs and registers before anything sets them."""


class BenchError(Exception):
    """A bench that could not be built, did not finish, ran no test or failed one; the message names
    the failing tests and the seed.
    """


@dataclass(frozen=True)
class BenchResult:
    """The report of a bench that passed: its tests, its seed and its log."""

    tests: tuple[str, ...]
    seed: int
    log: str


class PublicPortsVerilator(cocotb_runner.Verilator):
    """cocotb's Verilator runner, but only the ports of the top module are public.

    cocotb passes ``--public-flat-rw``, which forbids most of Verilator's optimisation.
    """

    def _simulator_in_path_build_only(self) -> None:
        self.executable = str(Toolchain.find().verilator / "bin" / "verilator")

    def _set_env_build(self) -> None:
        super()._set_env_build()
        self.env["VERILATOR_ROOT"] = str(Toolchain.find().verilator)
        # The package's verilated.mk calls a "python" that may be missing.
        self.env["MAKEFLAGS"] = " ".join((*MAKE_VARIABLES, f"PYTHON3={sys.executable}"))

    def _build_command(self) -> list[list[str]]:
        verilate, make = super()._build_command()
        kept = [argument for argument in verilate if argument != "--public-flat-rw"]
        if len(kept) != len(verilate) - 1:
            raise BenchError(
                "cocotb no longer passes --public-flat-rw to Verilator: the control file may be in"
                " vain"
            )
        if self.waves:
            kept = ["--trace-fst" if argument == "--trace" else argument for argument in kept]
            kept += [
                "-CFLAGS",
                f"-I{harness_directory() / 'fst'}",
                "-LDFLAGS",
                f"-L{self._empty_libraries()}",
            ]
        # make would compile them again: for it they depend on the makefile that is written now.
        old = [f"--old-file={path.name}" for path in self.build_dir.glob(RUNTIME)]
        return [kept, [*make, *old]]

    def _empty_libraries(self) -> Path:
        """A folder of libraries with nothing inside, for the linker: the headers of ``sw/sim/fst``
        stand for LZ4 and zlib.
        """
        folder = self.build_dir / "empty"
        folder.mkdir(exist_ok=True)
        for name in ("lz4", "z"):
            (folder / f"lib{name}.a").write_bytes(b"!<arch>\n")
        return folder

    def _waves_file(self) -> str:
        return "dump.fst"


def build(design: Design, simulator: str, *, waves: bool = False) -> Path:
    """Build ``design`` unless that was done before; returns the folder. Raises ``BenchError`` with
    the tool's output.
    """
    mend_environment()
    if simulator not in SIMULATORS:
        raise ValueError(f"simulator is {simulator!r}, but must be one of {', '.join(SIMULATORS)}")
    key = json.dumps(
        [
            design.name,
            design.text,
            control_file(design),
            simulator,
            waves,
            TIMESCALE,
            VERILATOR_ARGUMENTS,
            MAKE_VARIABLES,
            inspect.getsource(model_text),
            _versions(simulator),
        ]
    )
    home = (
        cache_directory() / "benches" / f"{design.name}-{simulator}-{content_key([key.encode()])}"
    )

    def make(work: Path) -> Path:
        (work / "build").mkdir()
        if simulator == "verilator":
            for compiled in _runtime(waves).glob(RUNTIME):
                shutil.copy(compiled, work / "build")
        _build_in(work / "build", design, simulator, waves)
        return work / "build"

    return cached(home, make)


def _runtime(waves: bool) -> Path:
    """A folder with Verilator's own code compiled, which is the same for all designs and takes a
    third of the time of a build: that of a design with nothing in it.
    """
    key = json.dumps([waves, VERILATOR_ARGUMENTS, MAKE_VARIABLES, _versions("verilator")])

    def make(work: Path) -> Path:
        (work / "build").mkdir()
        _build_in(work / "build", Design("nothing", EMPTY), "verilator", waves)
        return work / "build"

    return cached(cache_directory() / "benches" / f"verilated-{content_key([key.encode()])}", make)


def _versions(simulator: str) -> list[str]:
    packages = [importlib.metadata.version(package) for package in ("cocotb", "verilator")]
    return [*packages, sys.version, *([_icarus_version()] if simulator == "icarus" else [])]


def _build_in(folder: Path, design: Design, simulator: str, waves: bool) -> None:
    """Build in an existing folder; objects that it already has are used."""
    sources = [folder / f"{design.name}.v"]
    verilated = simulator == "verilator"
    text = model_text.constant_tables(design.text, zeros=True) if verilated else design.text
    sources[0].write_text(text)
    if verilated:
        sources.insert(0, folder / "public.vlt")
        sources[0].write_text(control_file(design))
    log = folder / "build.log"
    try:
        _runner(simulator).build(
            sources=sources,
            hdl_toplevel=design.name,
            build_dir=folder,
            build_args=list(VERILATOR_ARGUMENTS) if verilated else [],
            timescale=TIMESCALE,
            waves=waves,
            always=True,
            log_file=log,
        )
    except (RuntimeError, SystemExit) as error:
        raise BenchError(
            f"{simulator} did not build {design.name}:"
            f" {error}\n{_tail(log.read_text(errors='replace'))}"
        ) from error


@dataclass(frozen=True)
class _Run:
    """One run of a bench; the fields are the arguments of ``run_bench``, ``unset`` as a number."""

    top: Design
    test_module: str
    simulator: str
    tests: Sequence[str] | None
    waves: Path | None
    seed: int
    unset: int
    parameters: Mapping[str, object]

    def result(self, folder: Path) -> BenchResult:
        """Start the build in ``folder``, and read the results. Raises ``BenchError``."""
        with scratch() as directory:
            log, results = directory / "bench.log", directory / "results.xml"
            with _outside_pytest():
                self._start(folder, results, log)
            text = log.read_text(errors="replace") if log.exists() else ""
            what = f"{self.test_module} on {self.top.name} under {self.simulator}"
            try:
                names = read_results(results, f"{what}, SCEGRAD_SEED={self.seed}", text)
            except BenchError as error:
                first, _, rest = str(error).partition("\n")
                kept = _keep(log, self.test_module)
                raise BenchError(f"{first}; the log is {kept}\n{rest}") from None
        return BenchResult(names, self.seed, text)

    def _environment(self) -> dict[str, str]:
        found = {
            "SCEGRAD_PARAMETERS": json.dumps(dict(self.parameters)),
            "COCOTB_ANSI_OUTPUT": "0",
            PARENT: str(os.getpid()),
        }
        if (platform := self.top.platform) is not None:
            found["SCEGRAD_PLATFORM"] = base64.b64encode(pickle.dumps(platform)).decode()
        return found

    def _plusargs(self) -> list[str]:
        path = None if self.waves is None else str(self.waves.absolute())
        if self.simulator == "verilator":
            first = f"+verilator+seed+{self.seed % (1 << 31) or 1}"
            traced = ["--trace-file", path] if path else []
            return [first, f"+verilator+rand+reset+{self.unset}", *traced]
        return [f"+dumpfile_path={path}"] if path else []

    def _start(self, folder: Path, results: Path, log: Path) -> None:
        """Start the simulator; only the results file decides about success."""
        tests = self.tests
        with suppress(RuntimeError, SystemExit):  # it ends with another status
            _runner(self.simulator).test(
                test_module=self.test_module,
                hdl_toplevel=self.top.name,
                hdl_toplevel_lang="verilog",
                build_dir=folder,
                test_dir=results.parent,
                results_xml=str(results),
                test_filter=rf"\.({'|'.join(map(re.escape, tests))})($|/)" if tests else None,
                seed=self.seed,
                extra_env=self._environment(),
                waves=self.waves is not None,
                plusargs=self._plusargs(),
                log_file=log,
            )


def run_bench(
    design: Platform | wiring.Component | Design,
    test_module: str,
    simulator: str,
    parameters: Mapping[str, object] | None = None,
    *,
    tests: Sequence[str] | None = None,
    waves: Path | None = None,
    seed: int | None = None,
    unset: str = "random",
    quiet: bool = False,
) -> BenchResult:
    """Build ``design`` for ``simulator`` and run the cocotb tests of ``test_module`` on it; raises
    ``BenchError`` unless all pass.

    ``parameters``  anything that JSON holds; the bench finds it as ``parameters()`` of
                    ``tb.bench``, and a platform as ``platform()``
    ``tests``       names of the only tests to run
    ``waves``       a file for the waveform, in FST; else, one in the directory ``SCEGRAD_WAVES`` if
                    the environment has that (``pytest --waves``)
    ``seed``        of the run, to replay it; else ``SCEGRAD_SEED``, else a new one. It is printed.
    ``unset``       what Verilator gives to inputs and registers before anything sets them:
                    "random", or "ones", with which the clock has no edge before the bench makes
                    one; in Icarus they are X
    ``quiet``       nothing is printed: a caller cannot redirect standard output, which all threads
                    share
    """
    top = design if isinstance(design, Design) else design_of(design)
    if seed is None:
        seed = int(os.environ.get("SCEGRAD_SEED", random.SystemRandom().randrange(1 << 31)))
    waves = waves or _asked_waves(f"{test_module.rpartition('.')[2]}-{top.name}-{simulator}")
    if not quiet:
        print(f"{test_module} on {top.name} under {simulator}: SCEGRAD_SEED={seed} replays it")
        if waves is not None:
            print(f"waves: {waves}")
    run = _Run(top, test_module, simulator, tests, waves, seed, UNSET[unset], parameters or {})
    return run.result(build(top, simulator, waves=waves is not None))


def _asked_waves(name: str) -> Path | None:
    """A new file in the directory of waves, if there is to be one."""
    directory = os.environ.get("SCEGRAD_WAVES")
    if not directory:
        return None
    Path(directory).mkdir(parents=True, exist_ok=True)
    # Created here, so that tests at the same time do not share one.
    endings = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    return next(filter(_created, (Path(directory) / f"{name}{ending}.fst" for ending in endings)))


def _created(path: Path) -> bool:
    """Create a file; False if it is there already."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _keep(log: Path, test_module: str) -> str:
    """Keep the log of a bench that failed; returns its path."""
    if not log.exists():
        return "empty"
    name = test_module.rpartition(".")[2]
    handle, path = tempfile.mkstemp(prefix=f"{name}-", suffix=".log")
    os.close(handle)
    shutil.copyfile(log, path)
    return path


def read_results(results: Path, what: str, log: str) -> tuple[str, ...]:
    """The names of the tests that a results file reports; raises ``BenchError`` if it is missing,
    empty or reports a failure.
    """
    try:
        cases = list(ElementTree.parse(results).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        raise BenchError(f"{what}: the simulation ended without results\n{_tail(log)}") from None
    ran = [case for case in cases if case.find("skipped") is None]
    failed = [
        case.get("name", "?")
        for case in ran
        if case.find("failure") is not None or case.find("error") is not None
    ]
    if failed:
        raise BenchError(f"{what}: failed {', '.join(failed)}\n{_tail(log)}")
    if not ran:
        raise BenchError(f"{what}: no test ran\n{_tail(log)}")
    return tuple(case.get("name", "?") for case in ran)


def _runner(simulator: str) -> cocotb_runner.Runner:
    return PublicPortsVerilator() if simulator == "verilator" else cocotb_runner.Icarus()


def _icarus_version() -> str:
    try:
        return subprocess.run(
            ["iverilog", "-V"], capture_output=True, text=True, check=True
        ).stdout.splitlines()[0]
    except FileNotFoundError:
        raise BenchError("Icarus Verilog is not installed: there is no iverilog on PATH") from None
    except subprocess.CalledProcessError as error:
        raise BenchError(f"iverilog -V fails: {(error.stderr or error.stdout).strip()}") from None


@contextmanager
def _outside_pytest() -> Iterator[None]:
    """Hide pytest from cocotb's runner, which would otherwise leave the process when a test
    fails.
    """
    current = os.environ.pop("PYTEST_CURRENT_TEST", None)
    try:
        yield
    finally:
        if current is not None:
            os.environ["PYTEST_CURRENT_TEST"] = current


def _tail(text: str, lines: int = 200) -> str:
    return "\n".join(text.splitlines()[-lines:])
