"""Shards in processes of this machine."""

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from scegrad.errors import SimulationError
from scegrad.sweep.native import Lane
from scegrad.sweep.shard import Record, run_shard
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import Design

AHEAD = 2
"""Shards that wait for each worker, so that none waits for the parent."""

RESTARTS = 3
"""How often lost workers are replaced before the sweep gives up."""

_lane: Lane | None = None


class WorkersLostError(SimulationError):
    """Worker processes kept ending before their time."""


def _start(design: Design, parent: int) -> None:
    """Set up a worker: it leaves Ctrl-C to its parent, and ends with it."""
    global _lane
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)
    _lane = Lane(design)


def _work(space: Space, shard: int) -> Record:
    assert _lane is not None
    return run_shard(space, shard, _lane)


@contextmanager
def _pool(design: Design, workers: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start, initargs=(design, os.getpid())
    )
    try:
        yield pool
    finally:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def run(space: Space, shards: Iterable[int], design: Design, workers: int) -> Iterator[Record]:
    """Records of the shards, in the order in which they are done. Workers that are killed are replaced, and their shards done again.

    Raises ``WorkersLostError`` where that happens more than ``RESTARTS`` times.
    """
    Lane(design)  # built once, here, where a failure is one line
    todo = list(shards)[::-1]
    for _ in range(RESTARTS + 1):
        underway: dict[Future[Record], int] = {}
        try:
            with _pool(design, workers) as pool:
                while todo or underway:
                    while todo and len(underway) < AHEAD * workers:
                        underway[pool.submit(_work, space, todo[-1])] = todo[-1]
                        todo.pop()
                    done, _ = wait(underway, return_when=FIRST_COMPLETED)
                    for future in done:
                        record = future.result()
                        del underway[future]
                        yield record
            return
        except BrokenProcessPool:
            todo += sorted(underway.values(), reverse=True)
    raise WorkersLostError(
        f"worker processes ended {RESTARTS + 1} times before their shards were done; what is done is kept"
    )
