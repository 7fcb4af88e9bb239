"""The sequence of register accesses that runs a job.

It is written once, as generators that yield ``Read``, ``Write`` and ``Wait``.
``execute`` runs one over a ``RegisterAccess`` (a library, a board), ``execute_async`` over an
``AsyncRegisterAccess`` (a cocotb bench), with the same outcome.
"""

from collections.abc import Generator
from dataclasses import dataclass, fields
from typing import Protocol, TypeVar

from scegrad.job.job import BusError, Counters, Job, JobAborted, JobRefused
from scegrad.platforms import Platform
from scegrad.registers import (
    ID_VALUE,
    SHARED,
    Status,
    capabilities_value,
    offset,
    unit_offset,
    widths_value,
)


@dataclass(frozen=True)
class Read:
    """Read a register; its value is the answer."""

    offset: int


@dataclass(frozen=True)
class Write:
    """Write a register."""

    offset: int
    value: int


@dataclass(frozen=True)
class Wait:
    """Let time pass until ``irq`` is high; ``TimeoutError`` if it is not after ``limit`` clock
    cycles.
    """

    limit: int


JOB_CYCLES = 100_000
ELEMENT_CYCLES = 64
"""The time limit of a job in cycles: a fixed part, and a part per element. A longer job counts as
hung.

The C driver has the same numbers from the header of its platform
(``build.driver.platform_header``).
"""

DRAIN_CYCLES = 100_000
"""The time limit of an aborted job for its open requests, in cycles; it takes longer only if memory
does not answer.
"""

T = TypeVar("T")
Steps = Generator[Read | Write | Wait, int | None, T]
"""A sequence that returns a ``T`` at its end."""


class RegisterAccess(Protocol):
    """Access to the registers."""

    def read32(self, offset: int, /) -> int:
        """The value of a register."""
        ...

    def write32(self, offset: int, value: int, /) -> None:
        """Write a register."""
        ...

    def wait(self, limit: int, /) -> None:
        """Let time pass until irq is high; raises ``TimeoutError`` after ``limit`` clock cycles."""
        ...


class AsyncRegisterAccess(Protocol):
    """The same in coroutines."""

    async def read32(self, offset: int, /) -> int:
        """The value of a register."""
        ...

    async def write32(self, offset: int, value: int, /) -> None:
        """Write a register."""
        ...

    async def wait(self, limit: int, /) -> None:
        """Let time pass until irq is high; raises ``TimeoutError`` after ``limit`` clock cycles."""
        ...


async def _perform(step: Read | Write | Wait, access: AsyncRegisterAccess) -> int | None:
    """Carry out one step; returns its answer."""
    match step:
        case Read():
            return await access.read32(step.offset)
        case Write():
            await access.write32(step.offset, step.value)
        case Wait():
            await access.wait(step.limit)
    return None


class _AtOnce:
    """A ``RegisterAccess`` as an ``AsyncRegisterAccess`` whose coroutines never suspend."""

    def __init__(self, access: RegisterAccess) -> None:
        self._access = access

    async def read32(self, offset: int, /) -> int:
        return self._access.read32(offset)

    async def write32(self, offset: int, value: int, /) -> None:
        self._access.write32(offset, value)

    async def wait(self, limit: int, /) -> None:
        self._access.wait(limit)


def execute(steps: Steps[T], access: RegisterAccess) -> T:
    """Run a sequence to its end; returns its result, and raises its errors and those of the
    access.
    """
    try:
        execute_async(steps, _AtOnce(access)).send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("an access that does not wait was waited for")


async def execute_async(steps: Steps[T], access: AsyncRegisterAccess) -> T:
    """``execute``, awaiting every step.

    The sequence receives a ``TimeoutError``, so that it can end the job before it raises the error.
    """
    answer: int | None = None
    late: TimeoutError | None = None
    while True:
        try:
            step = steps.send(answer) if late is None else steps.throw(late)
        except StopIteration as end:
            return end.value
        answer = late = None
        try:
            answer = await _perform(step, access)
        except TimeoutError as error:
            late = error


def _read(address: int) -> Steps[int]:
    value = yield Read(address)
    assert value is not None, "a read was not answered"
    return value


def identify_and_enable(platform: Platform) -> Steps[None]:
    """Make sure that the hardware is that of ``platform`` (else ``RuntimeError``) and enable every
    unit's interrupt.
    """
    for name, value in (
        ("ID", ID_VALUE),
        ("CAPABILITIES", capabilities_value(platform)),
        ("WIDTHS", widths_value(platform)),
    ):
        found = yield from _read(offset(name))
        if found != value:
            raise RuntimeError(
                f"register {name} reads {found:#010x}, but {platform.name} has {value:#010x}"
            )
    yield Write(offset("IRQ_ENABLE"), 1 << SHARED | platform.all_cores)


def start(job: Job) -> Steps[int]:
    """Start a job; returns the unit that runs it, raises ``JobRefused``. No other sequence may
    start a job at the same time.
    """
    for name in ("LOGITS", "LABELS", "GRADIENT", "LENGTH", "CORE_MASK"):
        yield Write(offset(name), getattr(job, name.lower()) & 0xFFFF_FFFF)
    yield Write(offset("MODE"), job.mode)
    yield Write(offset("START"), 1)
    status = Status((yield from _read(offset("REQUEST"))))
    if status is not Status.ACCEPTED:
        raise JobRefused(status, job)
    return job.unit


def abort(unit: int) -> Steps[None]:
    """Tell a unit to end its job early; ``finish`` waits for the end. Harmless if the unit runs no
    job.
    """
    yield Write(offset("ABORT"), 1 << unit)


def _wait(unit: int, limit: int) -> Steps[None]:
    """Wait for the end of a unit's job and acknowledge it; each wait is at most ``limit``
    cycles.
    """
    pending = 0
    while not pending >> unit & 1:
        yield Wait(limit)
        pending = yield from _read(offset("IRQ_PENDING"))
    yield Write(offset("IRQ_PENDING"), 1 << unit)


def finish(unit: int, limit: int) -> Steps[Counters]:
    """Wait for the end of a unit's job and acknowledge it; returns its counters.

    Raises ``BusError`` and ``JobAborted``. Every wait is at most ``limit`` cycles: a job that takes
    longer is aborted before ``TimeoutError`` is raised. Sequences that wait for different units may
    run side by side.
    """
    try:
        yield from _wait(unit, limit)
    except TimeoutError:
        yield from abort(unit)
        yield from _wait(unit, DRAIN_CYCLES)
        raise
    values = {}
    for counter in fields(Counters):
        values[counter.name] = yield from _read(unit_offset(unit, counter.name.upper()))
    status = Status((yield from _read(unit_offset(unit, "STATUS"))))
    counters = Counters(**values)
    if status.bus_error:
        raise BusError(status, (yield from _read(unit_offset(unit, "FAULT_ADDRESS"))), counters)
    if status is Status.ABORTED:
        raise JobAborted(unit, counters)
    if status is not Status.DONE:
        raise RuntimeError(
            f"unit {unit} has ended with status {status.name}, but must be DONE, ABORTED or a bus"
            " error"
        )
    return counters


def run(job: Job, limit: int | None = None) -> Steps[Counters]:
    """Start a job and wait for its end: ``start`` and ``finish``, with a generous ``limit`` unless
    one is given.
    """
    unit = yield from start(job)
    general = JOB_CYCLES + ELEMENT_CYCLES * job.length
    return (yield from finish(unit, general if limit is None else limit))
