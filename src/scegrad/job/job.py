"""A job as software sees it, whether the hardware accepts it, and how it can end."""

from dataclasses import dataclass

from scegrad.errors import JobError
from scegrad.formats import Format
from scegrad.platforms import Platform
from scegrad.registers import FORMAT_CODES, REGISTER, SHARED, Status


@dataclass(frozen=True)
class Job:
    """One call of the operator: addresses in bytes, ``length`` in elements; only shared jobs use
    ``core_mask``.

    A number that its register cannot hold raises ``ValueError``. Any other job may be requested;
    the hardware refuses the wrong ones.
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
        """The lowest core in whose private memories all three arrays lie, or None."""
        for core in range(self.platform.cores):
            memories = self.platform.private_of(core)
            if all(
                any(memory.holds(address, self.size) for memory in memories)
                for address in self.arrays
            ):
                return core
        return None

    @property
    def unit(self) -> int:
        """The number of the unit that runs the job, as in the registers: its core, or SHARED."""
        core = self.core if self.private else None
        return SHARED if core is None else core

    @property
    def cores(self) -> tuple[int, ...]:
        """The cores that take part."""
        if self.private:
            return (self.unit,)
        return tuple(k for k in range(self.platform.cores) if self.core_mask >> k & 1)

    @property
    def mode(self) -> int:
        """The value of the register ``MODE``."""
        mode = REGISTER["MODE"]
        return (mode.field("PRIVATE").mask if self.private else 0) | FORMAT_CODES[
            self.fmt.name
        ] << mode.field("FORMAT").low

    def check(self) -> Status:
        """The hardware's answer to this job when nothing runs: ACCEPTED or a refusal."""
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
    """The counters of one job, named as in the register table: cycles, elements written, beats, and
    cycles stalled by cause.
    """

    cycles: int
    elements: int
    read_beats: int
    write_beats: int
    stall_read_data: int
    stall_write: int
    stall_datapath: int
    stall_port: int


class JobRefused(JobError):  # noqa: N818 (a refusal is an answer)
    """The hardware refused the job for the reason that ``status`` names; nothing was read or
    written.
    """

    def __init__(self, status: Status, job: Job):
        self.status = status
        self.job = job
        arrays = ", ".join(
            f"{name} {getattr(job, name):#010x}" for name in ("logits", "labels", "gradient")
        )
        where = f"{arrays}, {job.length} elements of {job.fmt.name}, core_mask {job.core_mask:#x}"
        super().__init__(f"job refused: {status.description} ({status.name}: {where})")


class BusError(JobError):
    """The job ended early because memory answered with an error, first at ``fault_address``."""

    def __init__(self, status: Status, fault_address: int, counters: Counters):
        self.status = status
        self.fault_address = fault_address
        self.counters = counters
        super().__init__(
            f"bus error: {status.description} at {fault_address:#010x} ({status.name})"
        )


class JobAborted(JobError):  # noqa: N818 (a user's wish)
    """The job ended early because ``ABORT`` was written; a part of its output is new, the rest
    old.
    """

    def __init__(self, unit: int, counters: Counters):
        self.counters = counters
        super().__init__(f"the job of unit {unit} was aborted")
