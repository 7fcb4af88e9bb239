"""One job as files: the input of the bench ``bench_job`` and its results.

request.pickle (Request)  ->  progress, gradient.npy, ended.pickle (Ended)
"""

import contextlib
import pickle
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scegrad.job.job import Counters
from scegrad.request.request import Request
from scegrad.request.result import Progress
from scegrad.tb.process import scratch
from scegrad.tb.runner import Design, run_bench

GUARD_PATTERN = b"\xa5"
PROGRESS = "progress"
"""File in which the bench keeps the number of elements that are written."""

INTERVAL = 0.5
"""Seconds between two looks at it."""

GUARD = "the design wrote outside the output"


@dataclass(frozen=True)
class Ended:
    """The counters of a job that has ended, events as (cycle, address, beats, port, channel), and
    the seconds that it took.
    """

    counters: Counters
    events: list[tuple[int, int, int, int, str]]
    seconds: float


def run_files(
    request: Request, design: Design, simulator: str, progress: Progress | None = None
) -> tuple[np.ndarray, Ended]:
    """Run a request in a bench; returns the flat gradient and an ``Ended``.

    Raises ``BenchError``.
    """
    with scratch() as directory:
        (directory / "request.pickle").write_bytes(pickle.dumps(request))
        parameters = {"directory": str(directory)}
        with _watched(directory / PROGRESS, request.logits.size, progress):
            run_bench(
                *(design, "scegrad.tb.bench_job", simulator, parameters),
                waves=request.waves,
                seed=1,
                quiet=True,
            )
        ended = pickle.loads((directory / "ended.pickle").read_bytes())
        return np.load(directory / "gradient.npy"), ended


@contextlib.contextmanager
def _watched(path: Path, total: int, progress: Progress | None) -> Iterator[None]:
    """Report the number of elements that the bench writes into a file, while it runs."""
    if progress is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(INTERVAL):
            with contextlib.suppress(OSError, ValueError):
                progress(int(path.read_text()), total)

    progress(0, total)
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    progress(total, total)
