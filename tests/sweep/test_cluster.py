"""A sweep on a Dask cluster of processes, one of which is killed."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from scegrad.errors import RequestError
from scegrad.sweep import cluster
from scegrad.sweep.command import Options, sweep
from scegrad.sweep.ledger import FILE
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import design

SPACE = Space("fp32-random", count=1 << 19, seed=6, shard_bits=13)


def kill_a_worker(address: str, ledger: Path) -> None:
    """Kill one worker process once some shards are done."""
    while not ledger.is_file() or ledger.read_bytes().count(b"\n") < 10:
        time.sleep(0.02)
    with Client(address, set_as_default=False) as client:
        pids = client.run(os.getpid)
        os.kill(next(iter(pids.values())), signal.SIGKILL)


@pytest.mark.whole
def test_a_worker_killed_in_the_middle(tmp_path: Path) -> None:
    with LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None
    ) as workers:
        address = workers.scheduler_address
        killer = threading.Thread(
            target=kill_a_worker, args=(address, tmp_path / "dask" / FILE), daemon=True
        )
        killer.start()
        on_cluster = sweep(SPACE, Options(tmp_path / "dask", scheduler=address))
        killer.join()
    local = sweep(SPACE, Options(tmp_path / "local", workers=1))
    assert on_cluster["complete"]
    assert {**on_cluster, "cpu_seconds": 0} == {**local, "cpu_seconds": 0}


def test_no_scheduler_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(RequestError, match=r"^no Dask scheduler answers at tcp://127\.0\.0\.1:9: "):
        next(cluster.run(SPACE, [0], design(SPACE.fmt), "tcp://127.0.0.1:9"))
