"""One job as files: what the host hands to the bench ``bench_job`` and what it gets back.

task.pickle (Task), logits.npy, labels.npy  ->  gradient.npy, ended.pickle (Ended)
"""

import contextlib
import io
import pickle
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scegrad.job.job import Counters, Job
from scegrad.sim.dram import Dram
from scegrad.tb.runner import Design, run_bench

GUARD_PATTERN = b"\xa5"
GUARD = "the design wrote outside the output"


@dataclass(frozen=True)
class Task:
    """A job, the guard bytes (address, size) beside its output, the memory's latency in cycles, whether to record events, the DRAM."""

    job: Job
    guards: tuple[tuple[int, int], ...]
    latency: int
    record: bool
    dram: Dram | None = None


@dataclass(frozen=True)
class Ended:
    """The counters of a job that has ended, events as (cycle, address, beats, port, channel), and the seconds that it took."""

    counters: Counters
    events: list[tuple[int, int, int, int, str]]
    seconds: float


def run_task(
    task: Task,
    logits: np.ndarray,
    labels: np.ndarray,
    design: Design,
    simulator: str,
    waves: Path | None = None,
) -> tuple[np.ndarray, Ended]:
    """Run one job on flat arrays in a bench; returns the gradient and what came with it, raises ``BenchError``."""
    with tempfile.TemporaryDirectory(prefix="scegrad-job-") as name:
        directory = Path(name)
        (directory / "task.pickle").write_bytes(pickle.dumps(task))
        np.save(directory / "logits.npy", logits)
        np.save(directory / "labels.npy", labels)
        with contextlib.redirect_stdout(io.StringIO()):
            run_bench(
                design, "scegrad.tb.bench_job", simulator, {"directory": name}, waves=waves, seed=1
            )
        return np.load(directory / "gradient.npy"), pickle.loads(
            (directory / "ended.pickle").read_bytes()
        )
