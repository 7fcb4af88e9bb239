"""The answer to a request: the gradient, and what computing it took."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import numpy as np

from scegrad.job.job import Counters
from scegrad.platforms import Platform
from scegrad.sim.dram import DramStats
from scegrad.sim.simulation import Traffic

Progress = Callable[[int, int], None]
"""Called now and then with how many elements are done, and of how many."""


@dataclass(frozen=True)
class Timeline:
    """Accepted beats (an array of ``sim.simulation.EVENT``) and the names of the ports.

    ``lost`` counts the beats that were not kept, for want of room.
    Cycles are counted from the first register write of the job.
    """

    events: np.ndarray
    ports: tuple[str, ...]
    lost: int = 0


@dataclass(frozen=True)
class Result:
    """A gradient and what it took.

    ``measured`` are the counters of the unit, None from the model.
    ``timeline`` is there if it was asked for; ``traffic`` is what the memory saw at the job's
    port and ``dram`` what a DRAM did (back end verilator).
    """

    gradient: np.ndarray = field(repr=False)
    platform: Platform
    backend: str
    measured: Counters | None = None
    timeline: Timeline | None = field(default=None, repr=False)
    traffic: Traffic | None = field(default=None, repr=False)
    dram: DramStats | None = field(default=None, repr=False)

    @property
    def counters(self) -> dict[str, int]:
        """The unit's counters by name; empty from the model."""
        return asdict(self.measured) if self.measured else {}

    @property
    def cycles(self) -> int | None:
        """Cycles from the start of the job to its end; None from the model."""
        return self.measured.cycles if self.measured else None


def port_names(platform: Platform) -> tuple[str, ...]:
    """Names of the AXI ports, in the order of the ports' numbers in events."""
    return ("shared", *(f"L2 of core {k}" for k in range(platform.l2_ports)))
