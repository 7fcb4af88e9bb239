"""What every back end is given and gives: options, the outcome of a job, its time line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scegrad.job.job import Counters, Job
from scegrad.job.request import Request
from scegrad.platforms import Platform
from scegrad.sim.dram import Dram, DramStats
from scegrad.sim.simulation import Memory, Traffic

Progress = Callable[[int, int], None]
"""Called now and then with how many elements are done, and of how many."""

SHARED_LATENCY = 40
PRIVATE_LATENCY = 0
"""Cycles from a request to the first answer of shared memory and of an L2, unless the caller chooses: 0 answers at once."""


@dataclass(frozen=True)
class Options:
    """How to carry a request out: waves to a file, events recorded, the memory's latency in cycles or DRAM as shared memory, progress."""

    waves: Path | None = None
    timeline: bool = False
    latency: int | None = None
    progress: Progress | None = None
    dram: Dram | None = None

    def memory(self, private: bool) -> Memory:
        """The behaviour of the memory."""
        usual = PRIVATE_LATENCY if private else SHARED_LATENCY
        return Memory(latency=usual if self.latency is None else self.latency)


@dataclass(frozen=True)
class Timeline:
    """Accepted beats (an array of ``sim.EVENT``), the names of the ports, and how many beats more there was no room for.

    Edges are counted from the first register write of the job.
    """

    events: np.ndarray
    ports: tuple[str, ...]
    lost: int = 0


@dataclass(frozen=True)
class Outcome:
    """A flat gradient; counters, time line, traffic at the job's port and what a DRAM did where the backend has them."""

    gradient: np.ndarray
    counters: Counters | None = None
    timeline: Timeline | None = None
    traffic: Traffic | None = None
    dram: DramStats | None = None


def port_names(platform: Platform) -> tuple[str, ...]:
    """Names of the AXI ports, in the order of the ports' numbers in events."""
    return ("shared", *(f"L2 of core {k}" for k in range(platform.cores)))


def job_of(request: Request) -> Job:
    """The job that carries out a request."""
    place = request.place
    mask = 0 if request.private else request.core_mask
    arrays = place.logits, place.labels, place.gradient
    return Job(request.platform, request.fmt, request.private, *arrays, request.logits.size, mask)
