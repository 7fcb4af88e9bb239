"""Jobs as software sees them: what a job is, whether the hardware would take it, and the sequence that runs it.

The sequence is written once, as generators that yield ``Read``, ``Write`` and ``Wait``. ``execute`` runs one over an ``Access`` (a
library, a board), ``execute_async`` over an ``AsyncAccess`` (a cocotb bench), with the same outcome.
"""

from collections.abc import Generator
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeVar

from .formats import Format
from .platforms import Platform
from .registers import (
    FORMAT_CODES,
    ID_VALUE,
    REGISTER,
    SHARED,
    Status,
    capabilities_value,
    offset,
    unit_offset,
    widths_value,
)


@dataclass(frozen=True)
class Job:
    """One call of the operator: addresses in bytes, ``length`` in elements; ``core_mask`` counts for shared jobs alone.

    What a register cannot hold raises ``ValueError``; anything else may be asked for, and is refused by the hardware where it must be.
    """

    platform: Platform
    fmt: Format
    private: bool
    logits: int
    labels: int
    gradient: int
    length: int
    core_mask: int = 0

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a number that its register cannot hold."""
        for name in ("logits", "labels", "gradient", "core_mask"):
            if not 0 <= getattr(self, name) < 1 << 32:
                raise ValueError(f"{name} is {getattr(self, name):#x}, but must be 0 to 0xffffffff")
        if not -(1 << 31) <= self.length < 1 << 31:
            raise ValueError(f"length is {self.length}, but must be at most 2147483647 elements")

    @property
    def arrays(self) -> tuple[int, int, int]:
        """The addresses: logits, labels, gradient."""
        return self.logits, self.labels, self.gradient

    @property
    def size(self) -> int:
        """Bytes of each array."""
        return self.length * self.fmt.bytes

    @property
    def core(self) -> int | None:
        """The core in whose L2 all three arrays lie, or None."""
        for core, region in enumerate(self.platform.l2):
            if all(region.holds(address, self.size) for address in self.arrays):
                return core
        return None

    @property
    def mode(self) -> int:
        """The value of the register ``MODE``."""
        mode = REGISTER["MODE"]
        return (mode.field("PRIVATE").mask if self.private else 0) | FORMAT_CODES[
            self.fmt.name
        ] << mode.field("FORMAT").low

    def check(self) -> Status:
        """What the hardware answers to this job when nothing runs: ACCEPTED or the refusal."""
        regions = self.platform.regions
        inputs = (self.logits, self.labels)
        if self.length < 0:
            return Status.LENGTH_NEGATIVE
        if not self.platform.has(self.fmt):
            return Status.FORMAT_MISSING
        if not self.private and not 0 < self.core_mask <= self.platform.all_cores:
            return Status.CORE_MASK_INVALID
        if any(address % self.fmt.bytes for address in self.arrays):
            return Status.MISALIGNED
        if not all(
            any(region.holds(address, self.size) for region in regions) for address in self.arrays
        ):
            return Status.OUTSIDE_MEMORY
        shared = all(
            any(region.holds(address, self.size) for region in self.platform.shared)
            for address in self.arrays
        )
        if self.core is None if self.private else not shared:
            return Status.MIXED_MEMORIES
        if any(0 < abs(self.gradient - address) < self.size for address in inputs):
            return Status.OVERLAP
        return Status.ACCEPTED


@dataclass(frozen=True)
class Counters:
    """The counters of one job, named as in the register table: cycles, elements written, beats, and cycles stalled by cause."""

    cycles: int
    elements: int
    read_beats: int
    write_beats: int
    stall_read_data: int
    stall_write: int
    stall_datapath: int
    stall_port: int


class JobRefused(Exception):  # noqa: N818 (a refusal is an answer)
    """The hardware did not take the job, for the reason that ``status`` names; nothing was read or written."""

    def __init__(self, status: Status, job: Job):
        self.status = status
        self.job = job
        arrays = ", ".join(
            f"{name} {getattr(job, name):#010x}" for name in ("logits", "labels", "gradient")
        )
        where = f"{arrays}, {job.length} elements of {job.fmt.name}, core_mask {job.core_mask:#x}"
        super().__init__(f"job refused: {status.description} ({status.name}: {where})")


class BusError(Exception):
    """The job ended early because memory answered with an error, first at ``fault_address``."""

    def __init__(self, status: Status, fault_address: int, counters: Counters):
        self.status = status
        self.fault_address = fault_address
        self.counters = counters
        super().__init__(
            f"bus error: {status.description} at {fault_address:#010x} ({status.name})"
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
    """Let time pass until ``irq`` is high; ``TimeoutError`` where it is not after ``limit`` clock cycles."""

    limit: int


T = TypeVar("T")
Steps = Generator[Read | Write | Wait, int | None, T]
"""A sequence that gives a ``T`` at its end."""


class Access(Protocol):
    """How the registers are reached."""

    def read32(self, offset: int, /) -> int:
        """The value of a register."""
        ...

    def write32(self, offset: int, value: int, /) -> None:
        """Write a register."""
        ...

    def wait(self, limit: int, /) -> None:
        """Let time pass until irq is high; raises ``TimeoutError`` after ``limit`` clock cycles."""
        ...


class AsyncAccess(Protocol):
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


def _perform(step: Read | Write | Wait, access: Any) -> Any:
    """Begin one step: its answer, or the awaitable that gives it."""
    match step:
        case Read():
            return access.read32(step.offset)
        case Write():
            return access.write32(step.offset, step.value)
        case Wait():
            return access.wait(step.limit)


def execute(steps: Steps[T], access: Access) -> T:
    """Run a sequence to its end; returns its result, raises what it or the access raises."""
    answer: int | None = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            return end.value
        answer = _perform(step, access)


async def execute_async(steps: Steps[T], access: AsyncAccess) -> T:
    """Run a sequence to its end, awaiting every step; returns its result, raises what it or the access raises."""
    answer: int | None = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            return end.value
        answer = await _perform(step, access)


def _read(address: int) -> Steps[int]:
    value = yield Read(address)
    assert value is not None, "a read was not answered"
    return value


def prepare(platform: Platform) -> Steps[None]:
    """Make sure that the hardware is that of ``platform`` (else ``RuntimeError``) and let every unit's end raise irq."""
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
    """Start a job; returns the unit that runs it, raises ``JobRefused``. Another sequence may not start a job meanwhile."""
    for name in ("LOGITS", "LABELS", "GRADIENT", "LENGTH", "CORE_MASK"):
        yield Write(offset(name), getattr(job, name.lower()) & 0xFFFF_FFFF)
    yield Write(offset("MODE"), job.mode)
    yield Write(offset("START"), 1)
    status = Status((yield from _read(offset("REQUEST"))))
    if status is not Status.ACCEPTED:
        raise JobRefused(status, job)
    if not job.private:
        return SHARED
    assert job.core is not None, "a private job was accepted that is in no core's L2"
    return job.core


def finish(unit: int, limit: int) -> Steps[Counters]:
    """Wait for the end of a unit's job and acknowledge it; returns its counters, raises ``BusError``.

    Every wait is at most ``limit`` cycles. Sequences that wait for different units may run side by side.
    """
    pending = 0
    while not pending >> unit & 1:
        yield Wait(limit)
        pending = yield from _read(offset("IRQ_PENDING"))
    yield Write(offset("IRQ_PENDING"), 1 << unit)
    values = {}
    for counter in fields(Counters):
        values[counter.name] = yield from _read(unit_offset(unit, counter.name.upper()))
    status = Status((yield from _read(unit_offset(unit, "STATUS"))))
    counters = Counters(**values)
    if status.bus_error:
        raise BusError(status, (yield from _read(unit_offset(unit, "FAULT_ADDRESS"))), counters)
    if status is not Status.DONE:
        raise RuntimeError(
            f"unit {unit} has ended with status {status.name}, but must be DONE or a bus error"
        )
    return counters


def run(job: Job, limit: int | None = None) -> Steps[Counters]:
    """Start a job and wait for its end: ``start`` and ``finish``, with a generous ``limit`` unless one is given."""
    unit = yield from start(job)
    return (yield from finish(unit, 100_000 + 64 * job.length if limit is None else limit))
