"""One job as files: what the host hands to the bench ``bench_job`` and what it gets back.

request.pickle (Request)  ->  gradient.npy, ended.pickle (Ended)
"""

import contextlib
import io
import pickle
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scegrad.job.job import Counters
from scegrad.request.request import Request
from scegrad.tb.runner import Design, run_bench

GUARD_PATTERN = b"\xa5"
GUARD = "the design wrote outside the output"


@dataclass(frozen=True)
class Ended:
    """The counters of a job that has ended, events as (cycle, address, beats, port, channel), and the seconds that it took."""

    counters: Counters
    events: list[tuple[int, int, int, int, str]]
    seconds: float


def run_files(request: Request, design: Design, simulator: str) -> tuple[np.ndarray, Ended]:
    """Run a request in a bench; returns the flat gradient and what came with it.

    Raises ``BenchError``.
    """
    with tempfile.TemporaryDirectory(prefix="scegrad-job-") as name:
        directory = Path(name)
        (directory / "request.pickle").write_bytes(pickle.dumps(request))
        parameters = {"directory": name}
        with contextlib.redirect_stdout(io.StringIO()):
            run_bench(
                design, "scegrad.tb.bench_job", simulator, parameters, waves=request.waves, seed=1
            )
        ended = pickle.loads((directory / "ended.pickle").read_bytes())
        return np.load(directory / "gradient.npy"), ended
