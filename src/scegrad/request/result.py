"""The answer to a request: the gradient, and the cycles and counters of its job."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import numpy as np

from scegrad.job.job import Counters
from scegrad.platforms import Platform
from scegrad.sim.dram import DramStats
from scegrad.sim.simulation import Traffic

Progress = Callable[[int, int], None]
"""Called from time to time with the number of elements done and the number of all elements."""


@dataclass(frozen=True)
class Timeline:
    """Accepted beats (an array of ``sim.simulation.EVENT``) and the names of the ports.

    ``lost`` counts the beats that were not recorded, because the recorder was full. Cycles are
    counted from the first register write of the job.
    """

    events: np.ndarray
    ports: tuple[str, ...]
    lost: int = 0


@dataclass(frozen=True)
class Result:
    """A gradient, with the cycles and counters of its job.

    ``measured`` are the counters of the unit, None from the model.
    ``timeline`` has the recorded beats, if the settings ask for them. ``traffic`` counts the
    accesses of the job's port, as the memory saw them, and ``dram`` the commands of a DRAM (back
    end verilator).
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
