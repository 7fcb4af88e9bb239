"""Shards in processes of this machine."""

import ctypes
import os
import pickle
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from scegrad import progress
from scegrad.errors import SimulationError
from scegrad.sweep.native import Lane
from scegrad.sweep.shard import Record, run_shard
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import LaneDesign

AHEAD = 2
"""Shards that wait for each worker, so that none waits for the parent."""

RESTARTS = 3
"""How often lost workers are replaced before the sweep gives up."""

_lane: Lane | None = None


class WorkersLostError(SimulationError):
    """Worker processes kept ending before their time."""


def _start(design: str, parent: int) -> None:
    """Set up a worker: it leaves Ctrl-C to its parent, and ends with it."""
    global _lane
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)
    _lane = Lane(pickle.loads(Path(design).read_bytes()))


def _work(space: Space, shard: int) -> Record:
    assert _lane is not None
    return run_shard(space, shard, _lane)


@contextmanager
def _pool(design: Path, workers: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=_start,
        initargs=(str(design), os.getpid()),
    )
    try:
        yield pool
    finally:
        for process in list((pool._processes or {}).values()):
            process.kill()  # a stopped one would not hear a request to end
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _file_of(design: LaneDesign) -> Iterator[Path]:
    """The design as a file for the workers.

    The start of a process is written into a pipe. If the process dies before it reads, what fits
    the pipe's buffer (64 KiB) is written nonetheless, but more would block for ever.
    """
    with tempfile.TemporaryDirectory(prefix="scegrad-sweep-") as directory:
        path = Path(directory) / "design"
        path.write_bytes(pickle.dumps(design))
        yield path


def run(space: Space, shards: Iterable[int], design: LaneDesign, workers: int) -> Iterator[Record]:
    """Records of the shards, in the order in which they are done. Workers that are killed are
    replaced, and their shards done again.

    Raises ``WorkersLostError`` if that happens more than ``RESTARTS`` times.
    """
    Lane(design)  # built once, here, where a failure is one line
    todo = list(shards)[::-1]
    with _file_of(design) as file:
        for _ in range(RESTARTS + 1):
            underway: dict[Future[Record], int] = {}
            try:
                with _pool(file, workers) as pool:
                    while todo or underway:
                        while todo and len(underway) < AHEAD * workers:
                            underway[pool.submit(_work, space, todo[-1])] = todo[-1]
                            todo.pop()
                        for future in _done(pool, underway):
                            record = future.result()
                            del underway[future]
                            yield record
                return
            except BrokenProcessPool:
                todo += sorted(underway.values(), reverse=True)
    raise WorkersLostError(
        f"worker processes ended {RESTARTS + 1} times before their shards were done; what is done"
        " is kept"
    )


def _done(pool: ProcessPoolExecutor, underway: Iterable[Future[Record]]) -> set[Future[Record]]:
    """What is done of ``underway``, one at least; says which workers are stopped while nothing
    is.
    """
    while True:
        done, _ = wait(underway, timeout=progress.INTERVAL, return_when=FIRST_COMPLETED)
        if done:
            return done
        for pid in [pid for pid in pool._processes or {} if _stopped(pid)]:
            progress.say(f"worker process {pid} is stopped; `kill -CONT {pid}` lets it go on")


def _stopped(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:  # it has ended, or there is no /proc
        return False
    return text.rpartition(")")[2].split()[0] in ("T", "t")
