"""Workers of this machine that die while they start, or are stopped."""

import os
import pickle
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import util
from typing import Any

import pytest

from scegrad import progress
from scegrad.formats import FP32
from scegrad.sweep import local
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import design

SPACE = Space("fp32-random", count=1 << 14, seed=5, shard_bits=10)
PIPE = 1 << 16
"""Bytes that a pipe takes though nobody reads it."""


@pytest.mark.whole
def test_a_worker_that_dies_while_it_starts_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker is dead before anything was written to it."""
    spawn, killed = util.spawnv_passfds, []
    unit = design(SPACE.fmt)
    assert len(pickle.dumps(unit)) > PIPE, "the start of a worker would fit the pipe in any case"

    def spawn_and_kill(path: Any, arguments: Any, handles: Any) -> int:
        pid = spawn(path, arguments, handles)
        if not killed and b"spawn_main" in b" ".join(map(os.fsencode, arguments)):
            os.kill(pid, signal.SIGKILL)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            killed.append(pid)
        return pid

    monkeypatch.setattr(util, "spawnv_passfds", spawn_and_kill)
    records = list(local.run(SPACE, range(SPACE.shards), unit, 1))
    assert len(killed) == 1
    assert sorted(record["shard"] for record in records) == list(range(SPACE.shards))


@pytest.mark.whole
def test_a_stopped_worker_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only worker is stopped after its first shard; what is said lets it go on."""
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        os.kill(int(text.split()[2]), signal.SIGCONT)

    monkeypatch.setattr(progress, "INTERVAL", 0.2)
    monkeypatch.setattr(progress, "say", say)
    monkeypatch.setattr(local, "AHEAD", 1)
    opened: list[Any] = []
    pool = local._pool

    @contextmanager
    def watched(*arguments: Any) -> Iterator[Any]:
        with pool(*arguments) as made:
            opened.append(made)
            yield made

    monkeypatch.setattr(local, "_pool", watched)
    records = local.run(SPACE, [0, 1], design(FP32), 1)
    assert next(records)["shard"] == 0
    [pid] = opened[0]._processes
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
    assert next(records)["shard"] == 1
    assert said[0] == f"worker process {pid} is stopped; `kill -CONT {pid}` lets it go on"
