"""The registers of a simulated unit that may neither hang nor misjudge a request."""

from scegrad.job import sequence
from scegrad.job.job import Job, JobRefused
from scegrad.registers import Status
from scegrad.sim.simulation import Simulation

PATIENCE = 400_000
"""The time limit of an act in cycles: a longer one counts as hung."""


class SoakError(Exception):
    """A rule was broken; the message is one line."""


class SoakRegisters:
    """The registers of a simulation in which no job may hang: ``SoakError`` if no interrupt comes
    in time, or if something is read after the ``deadline``, the last cycle of all jobs if it is
    set.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.deadline: int | None = None

    def _check(self) -> None:
        if self.deadline is not None and self._simulation.cycle > self.deadline:
            raise SoakError(f"hangs: not over after {PATIENCE} cycles")

    def read32(self, offset: int, /) -> int:
        self._check()
        return self._simulation.read32(offset)

    def write32(self, offset: int, value: int, /) -> None:
        self._simulation.write32(offset, value)

    def wait(self, limit: int, /) -> None:
        self._simulation.run(limit, until_irq=True)
        if not self._simulation.irq:
            raise SoakError(f"hangs: no interrupt within {limit} cycles")


def start_as_due(job: Job, registers: SoakRegisters, due: Status | None = None) -> bool:
    """Request a job; returns whether it was started.

    Raises ``SoakError`` unless the answer is ``due``, by default what the job's own check says.
    """
    due = due or job.check()
    try:
        sequence.execute(sequence.start(job), registers)
    except JobRefused as error:
        if error.status is not due:
            raise SoakError(f"refused with {error.status.name}, not {due.name}") from error
        return False
    if due is not Status.ACCEPTED:
        raise SoakError(f"took a job that it must refuse with {due.name}")
    return True
