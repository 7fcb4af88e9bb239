"""A sweep on a Dask cluster of processes: workers killed, stopped, missing, of other code; and the
scheduler lost.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from distributed import Client, LocalCluster

import scegrad
from scegrad import progress
from scegrad.errors import BuildError, RequestError, SimulationError
from scegrad.sweep import cluster, watch
from scegrad.sweep.command import SweepOptions, sweep
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import design
from scegrad.sweep.version import code

from .test_command import records_of

SPACE = Space("fp32-random", count=1 << 19, seed=6, shard_bits=13)
SMALL = Space("fp32-random", count=1 << 12, seed=6, shard_bits=10)
LIMIT = 300
"""Seconds; the machine may be busy."""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts ``scegrad sweep`` or a part of Dask; kills what is left."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, path: str = "") -> subprocess.Popen[str]:
        environment = os.environ | ({"PYTHONPATH": path} if path else {})
        command = [sys.executable, *arguments]
        with (tmp_path / f"log{len(started)}").open("w") as log:
            started.append(
                subprocess.Popen(
                    command, stdout=log, stderr=log, text=True, env=environment, cwd=tmp_path
                )
            )
        return started[-1]

    yield run
    for process in started:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def scheduler(start: Start) -> tuple[str, subprocess.Popen[str]]:
    port = free_port()
    process = start(
        *("-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)),
        "--no-dashboard",
    )

    def open_now() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(open_now)
    return f"tcp://127.0.0.1:{port}", process


def worker(start: Start, address: str, name: str, path: str = "") -> subprocess.Popen[str]:
    process = start(
        *("-m", "distributed.cli.dask_worker", address, "--name", name, "--no-nanny"),
        *("--nthreads", "1", "--no-dashboard"),
        path=path,
    )
    with Client(address, set_as_default=False) as client:
        until(lambda: name in map(_name, client.scheduler_info(n_workers=-1)["workers"].values()))
    return process


def _name(worker: dict) -> str:
    return str(worker["name"])


@pytest.mark.whole
def test_a_worker_killed_in_the_middle(tmp_path: Path) -> None:
    def kill_a_worker(address: str) -> None:
        """Kill one worker process once some shards are done."""
        until(lambda: records_of(tmp_path / "dask") >= 10)
        with Client(address, set_as_default=False) as client:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    with LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None
    ) as workers:
        address = workers.scheduler_address
        killer = threading.Thread(target=kill_a_worker, args=(address,), daemon=True)
        killer.start()
        on_cluster = sweep(SPACE, SweepOptions(tmp_path / "dask", scheduler=address))
        killer.join()
    local = sweep(SPACE, SweepOptions(tmp_path / "local", workers=1))
    assert on_cluster["complete"]
    assert {**on_cluster, "cpu_seconds": 0} == {**local, "cpu_seconds": 0}


def test_a_worker_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its tools and its cache are its own, so a message without its name helps nobody."""
    unit = cluster._Unit(design(SMALL.fmt))
    worker = SimpleNamespace(name="node7", plugins={unit.name: unit})

    def fails(_: object) -> None:
        raise BuildError("CXX is nonesuch,\nbut there is no such command")

    monkeypatch.setattr(cluster, "get_worker", lambda: worker)
    monkeypatch.setattr(cluster, "Lane", fails)
    with pytest.raises(
        SimulationError, match=r"^worker node7: CXX is nonesuch, but there is no such command$"
    ):
        cluster._work(SMALL, 0, unit.design.rtl, code())


def test_no_scheduler_is_one_line() -> None:
    with pytest.raises(
        RequestError,
        match=r"^no Dask scheduler answers at tcp://127\.0\.0\.1:9: Connection refused$",
    ):
        next(cluster.run(SPACE, [0], design(SPACE.fmt), "tcp://127.0.0.1:9"))


def test_a_port_that_is_no_scheduler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PATIENCE", 1)
    monkeypatch.setattr(watch, "REACH", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(RequestError, match=f"^no Dask scheduler answers at {address}: [^\n]*$"):
            next(cluster.run(SPACE, [0], design(SPACE.fmt), address))


@pytest.mark.parametrize(
    "address",
    ["", "local", "nonsense", "http://h:1", "tcp://h", "tcp://h:0", "tcp://h:65536", "tcp://:1",
     "tcp://h:1/x", "tcp://a b:1", "tcp:h:1"],
)  # fmt: skip
def test_addresses_that_are_none(address: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"^--scheduler is .*, but must be tcp://HOST:PORT or"):
        sweep(SMALL, SweepOptions(tmp_path / "out", scheduler=address))
    assert not (tmp_path / "out").exists()


def test_addresses() -> None:
    assert watch.check_address("tcp://host.example:8786") == ("host.example", 8786)
    assert watch.check_address("tls://[::1]:1") == ("::1", 1)


@pytest.mark.whole
def test_a_cluster_without_workers_and_one_that_is_stopped(
    scheduler: tuple[str, subprocess.Popen[str]], start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said brings the worker, then lets it go on: so it was said each time."""
    address, _ = scheduler
    said: list[str] = []
    workers: list[subprocess.Popen[str]] = []

    def say(text: str) -> None:
        said.append(text)
        if len(said) == 2:  # at once, and again
            workers.append(worker(start, address, "late"))
        if "no word from" in text:
            workers[0].send_signal(signal.SIGCONT)

    monkeypatch.setattr(progress, "INTERVAL", 1)
    monkeypatch.setattr(progress, "say", say)
    monkeypatch.setattr(cluster, "FEWEST", 1)
    monkeypatch.setattr(cluster, "AHEAD", 0)
    records = cluster.run(SMALL, range(SMALL.shards), design(SMALL.fmt), address)
    assert next(records)["count"] == 1 << 10
    assert said[0] == f"{address}: the cluster has no workers yet; waiting for one"
    assert said[1] == f"{address}: the cluster has no workers; waiting for one"
    workers[0].send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, workers[0].pid, os.WSTOPPED | os.WNOWAIT)
    assert len(list(records)) == SMALL.shards - 1
    assert any(f"{address}: no word from 1 of 1 workers (late);" in text for text in said)


@pytest.mark.whole
def test_workers_without_the_package_or_with_another_are_named(
    scheduler: tuple[str, subprocess.Popen[str]], start: Start, tmp_path: Path
) -> None:
    address, _ = scheduler
    (tmp_path / "none" / "scegrad").mkdir(parents=True)
    (tmp_path / "none" / "scegrad" / "__init__.py").write_text("")
    worker(start, address, "bare", str(tmp_path / "none"))
    with pytest.raises(
        RequestError, match=r"^worker bare cannot load scegrad \(ModuleNotFoundError: .*\)$"
    ):
        next(cluster.run(SMALL, [0], design(SMALL.fmt), address))
    other = tmp_path / "other" / "scegrad"
    shutil.copytree(Path(scegrad.__file__).parent, other)
    (other / "formats.py").write_text((other / "formats.py").read_text() + "# other\n")
    worker(start, address, "old", str(other.parent))
    with pytest.raises(
        RequestError,
        match=r"^worker bare .*; worker old has another version of scegrad \(code \w+, here \w+\)$",
    ):
        next(cluster.run(SMALL, [0], design(SMALL.fmt), address))


@pytest.mark.whole
def test_a_scheduler_that_is_killed_is_one_line(
    scheduler: tuple[str, subprocess.Popen[str]], start: Start, tmp_path: Path
) -> None:
    address, process = scheduler
    worker(start, address, "one")
    command = ["-m", "scegrad", "sweep", "fp32-random", "--count", str(1 << 24), "--shard-bits"]
    sweeping = start(*command, "12", "--scheduler", address, "-o", "out")
    log = tmp_path / f"log{len(list(tmp_path.glob('log*'))) - 1}"

    until(lambda: records_of(tmp_path / "out") >= 3)
    process.kill()
    assert sweeping.wait(LIMIT) == 1
    said = log.read_text()
    assert said.splitlines()[-1] == (
        f"scegrad: the Dask scheduler at {address} is gone; what is done is kept"
    )
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 3
