"""The options of all tests: a new seed in each run, the command that repeats a failed test, and
waves of the benches on demand.
"""

import os
import random
import shlex
import sys
from pathlib import Path

import pytest

from scegrad.tools.places import VARIABLE, cache_directory


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--waves DIR``: ``tb.runner`` finds it in the environment, and so do the workers."""
    parser.addoption(
        "--waves", metavar="DIR", help="Write a waveform of each cocotb bench into DIR, in FST."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed before there are workers, and pass the directory of the waves on."""
    base_seed()
    if chosen := config.getoption("--waves"):
        os.environ["SCEGRAD_WAVES"] = str(Path(chosen).absolute())


def pytest_report_header() -> str:
    """Name the seed of this run."""
    return f"SCEGRAD_SEED={base_seed()} repeats this run's random choices"


def base_seed() -> int:
    """The run's seed: SCEGRAD_SEED from the environment, or a new one, which then stays there for
    the workers.
    """
    return int(os.environ.setdefault("SCEGRAD_SEED", str(random.SystemRandom().randrange(1 << 32))))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the slices of the sweeps in this run, and the commands that repeat failed tests."""
    for kind in ("failed", "error"):
        for report in terminalreporter.getreports(kind):
            terminalreporter.write_line(f"again: {again(report.nodeid)}")
    slices = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "slice"
    ]
    if slices:
        terminalreporter.write_line(f"swept: {'; '.join(sorted(slices))}")


def again(node: str) -> str:
    """The command that runs a test again with the same random choices."""
    python = os.path.relpath(sys.executable)
    shown = python if not python.startswith("..") else sys.executable
    return f"SCEGRAD_SEED={base_seed()} {shown} -m pytest {shlex.quote(node)}"


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """A seed that depends on the run's and on the test's name."""
    return random.Random(f"{base_seed()} {request.node.nodeid}").randrange(1 << 32)


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing has been built; the environment names it."""
    cache = without_builds(tmp_path / "cache")
    monkeypatch.setenv(VARIABLE, str(cache))
    return cache


def without_builds(cache: Path) -> Path:
    """Make a cache with nothing of ours, but with the tools' machine code of the tests' own cache:
    Yosys alone takes a minute to compile, and Verilator's own C++ ten seconds.
    """
    code = cache_directory("wasm")
    code.mkdir(parents=True, exist_ok=True)
    cache.mkdir(parents=True)
    kept = cache_directory().glob("verilated-*")
    for path in (code, *(path for path in kept if path.suffix != ".lock")):
        (cache / path.name).symlink_to(path)
    return cache
