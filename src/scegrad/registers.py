"""The register table: gateware, C header, Python driver and documentation page are all made from
it.

Offsets are bytes from the base of the AXI4-Lite port and the same on every platform; every register
has 32 bits. A *unit* runs a job of its own: core k (a private job) is unit k, the cluster (the
shared job) is unit ``SHARED``. The number of a unit is also its bit in the registers ``BUSY``,
``IRQ_ENABLE`` and ``IRQ_PENDING``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Self

from scegrad.formats import FORMATS
from scegrad.platforms import Platform

VERSION = "0.1.0"
"""Version of the design, of the C library and of this package: major.minor.patch.

The build of the package reads this line; ``scegrad generate registers`` writes the version into the
other files.
"""

ID_VALUE = 0x5343_4547
"""The value of the register ``ID``: "SCEG" in ASCII."""

ADDRESS_BITS = 12
"""Width of the AXI4-Lite port's addresses."""

MAX_CORES = 16
"""Number of cores in the table; the registers of a core that a platform lacks read 0."""

SHARED = 16
"""The unit that runs shared jobs; units 0 to ``MAX_CORES - 1`` are the cores."""

SHARED_BLOCK = 0x100
CORE_BLOCK = 0x200
CORE_BLOCK_STRIDE = 0x40

FORMAT_CODES = {name: code for code, name in enumerate(FORMATS)}
"""The bit ``MODE.FORMAT`` of each format, by the format's name: fp32 is 0, fp16 is 1."""


REFUSALS = range(16, 32)
BUS_ERRORS = range(32, 48)
"""Status codes of starts that are refused, and of jobs that an error response ended."""


class Access(Enum):
    """How software may access a register."""

    RO = "ro"
    RW = "rw"
    WO = "wo"
    RW1C = "rw1c"


class Status(IntEnum):
    """The outcome of a start (register ``REQUEST``) and the state of a unit (registers
    ``STATUS``).
    """

    description: str

    def __new__(cls, value: int, description: str = "") -> Self:
        """A member with a one-line description beside its value."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member

    IDLE = 0, "nothing was started since reset"
    ACCEPTED = 1, "the job was accepted and started"
    RUNNING = 2, "the job is running"
    DONE = 3, "the job ended and every element was written"
    LENGTH_NEGATIVE = 16, "length is negative"
    FORMAT_MISSING = 17, "the platform's cores do not compute this format"
    CORE_MASK_INVALID = 18, "core_mask is 0 or names a core that the platform lacks (shared jobs)"
    MISALIGNED = 19, "an address is not a multiple of the element's size"
    OUTSIDE_MEMORY = 20, "an array lies outside every memory or runs past the end of its memory"
    MIXED_MEMORIES = (
        21,
        "the arrays are not all in shared memory, or not all in the private memory of one core, as"
        " the job's mode asks",
    )
    OVERLAP = 22, "the output overlaps an input without being exactly that input"
    BUSY = 23, "a unit that the job needs is still running a job"
    READ_SLVERR = 32, "a read was answered SLVERR"
    READ_DECERR = 33, "a read was answered DECERR"
    WRITE_SLVERR = 34, "a write was answered SLVERR"
    WRITE_DECERR = 35, "a write was answered DECERR"
    ABORTED = 48, "the job was aborted"

    @property
    def refusal(self) -> bool:
        """Whether a start was refused with this status."""
        return self in REFUSALS

    @property
    def bus_error(self) -> bool:
        """Whether this status means that an error response ended the job."""
        return self in BUS_ERRORS


STATUS_BITS = max(Status).bit_length()
"""Width of a status in the gateware."""


@dataclass(frozen=True)
class Field:
    """Bits ``low`` to ``low + width - 1`` of a register."""

    name: str
    low: int
    width: int
    description: str

    @property
    def mask(self) -> int:
        """The field's bits in place."""
        return ((1 << self.width) - 1) << self.low


@dataclass(frozen=True)
class Register:
    """One 32-bit register; ``offset`` is from the port's base, or from the block's in
    ``UNIT_REGISTERS``.

    ``reset`` is the value after reset, or a function if the register is a constant of the platform,
    or None if the register has no fixed value (one that counts freely). A register without
    ``fields`` is one number.
    """

    name: str
    offset: int
    access: Access
    description: str
    fields: tuple[Field, ...] = ()
    reset: int | Callable[[Platform], int] | None = 0

    def reset_on(self, platform: Platform) -> int | None:
        """The value after reset on this platform; None if it is not fixed."""
        return self.reset(platform) if callable(self.reset) else self.reset

    @property
    def writable(self) -> int:
        """The bits on which a write has an effect."""
        if self.access is Access.RO:
            return 0
        return sum(field.mask for field in self.fields) if self.fields else 0xFFFF_FFFF

    def field(self, name: str) -> Field:
        """The field of this name; raises ``KeyError``."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.name} has no field {name}")


def version_value() -> int:
    """The value of the register ``VERSION``."""
    major, minor, patch = (int(part) for part in VERSION.split("."))
    return major << 16 | minor << 8 | patch


def capabilities_value(platform: Platform) -> int:
    """The value of the register ``CAPABILITIES``."""
    formats = {
        field.name.lower(): field.mask
        for field in REGISTER["CAPABILITIES"].fields
        if field.name.lower() in FORMATS
    }
    return platform.cores | sum(formats[name] for name in platform.formats)


def widths_value(platform: Platform) -> int:
    """The value of the register ``WIDTHS``."""
    return platform.shared_data_bits | platform.l2_data_bits << 16


def _units(what: str) -> tuple[Field, ...]:
    """A bit per unit; ``what`` describes it, with ``{}`` in place of the unit's job."""
    return (
        Field("CORES", 0, MAX_CORES, "bit k: " + what.format("core k's private job")),
        Field("SHARED", SHARED, 1, what.format("the shared job")),
    )


REGISTERS = (
    Register(
        "ID",
        0x000,
        Access.RO,
        f'{ID_VALUE:#010x} ("SCEG"): identifies the unit.',
        reset=ID_VALUE,
    ),
    Register(
        "VERSION",
        0x004,
        Access.RO,
        "Version of the design.",
        (
            Field("MAJOR", 16, 16, "major"),
            Field("MINOR", 8, 8, "minor"),
            Field("PATCH", 0, 8, "patch"),
        ),
        reset=lambda _: version_value(),
    ),
    Register(
        "CAPABILITIES",
        0x008,
        Access.RO,
        "Cores and formats of the platform.",
        (
            Field("CORES", 0, 8, "number of cores"),
            Field("FP32", 8, 1, "1 if the cores compute fp32 (IEEE 754 binary32)"),
            Field("FP16", 9, 1, "1 if the cores compute fp16 (IEEE 754 binary16)"),
        ),
        reset=capabilities_value,
    ),
    Register(
        "WIDTHS",
        0x00C,
        Access.RO,
        "Data widths of the AXI4 ports.",
        (
            Field("SHARED", 0, 16, "bits of the port to shared memory"),
            Field("L2", 16, 16, "bits of each core's port to its private memory; 0: none"),
        ),
        reset=widths_value,
    ),
    Register("LOGITS", 0x010, Access.RW, "Address of the logits, in bytes."),
    Register("LABELS", 0x014, Access.RW, "Address of the labels, in bytes."),
    Register(
        "GRADIENT",
        0x018,
        Access.RW,
        "Address of the output, in bytes; it may be that of the logits or of the labels (in"
        " place).",
    ),
    Register(
        "LENGTH",
        0x01C,
        Access.RW,
        "Elements of each array, as a signed number: 0 to 2147483647 are valid.",
    ),
    Register(
        "CORE_MASK",
        0x020,
        Access.RW,
        "Cores that take part in a shared job: bit i is core i; bits without a core must be"
        " 0. Private jobs ignore it.",
    ),
    Register(
        "MODE",
        0x024,
        Access.RW,
        "Kind of the job.",
        (
            Field(
                "PRIVATE",
                0,
                1,
                "0: shared job, arrays in shared memory; 1: private job, arrays in the private"
                " memory of one core",
            ),
            Field(
                "FORMAT", 1, 1, ", ".join(f"{code}: {name}" for name, code in FORMAT_CODES.items())
            ),
        ),
    ),
    Register(
        "START",
        0x028,
        Access.WO,
        "Start of a job; reads as 0.",
        (
            Field(
                "START",
                0,
                1,
                "write 1 to check and start the job that LOGITS to MODE describe; the write is"
                " answered when REQUEST is final",
            ),
        ),
    ),
    Register(
        "REQUEST",
        0x02C,
        Access.RO,
        "Status code of the last start: ACCEPTED, or why it was refused; IDLE after reset.",
    ),
    Register("BUSY", 0x030, Access.RO, "Busy flags, one per unit.", _units("1 while {} runs")),
    Register(
        "IRQ_ENABLE",
        0x034,
        Access.RW,
        "Interrupt enable, one bit per unit.",
        _units("1 lets the end of {} raise irq"),
    ),
    Register(
        "IRQ_PENDING",
        0x038,
        Access.RW1C,
        "Ended jobs, one bit per unit; irq is high while any bit is set both here and in"
        " IRQ_ENABLE.",
        _units("1 when {} has ended, whatever its STATUS; write 1 to clear"),
    ),
    Register(
        "ABORT",
        0x03C,
        Access.WO,
        "Early end of a job, one bit per unit; reads as 0.",
        _units("write 1 to end {} early; no effect if it does not run"),
    ),
)
"""The registers that exist once."""

UNIT_REGISTERS = (
    Register(
        "STATUS",
        0x00,
        Access.RO,
        "Status code of the unit: IDLE, RUNNING, DONE, a bus error or ABORTED.",
    ),
    Register(
        "FAULT_ADDRESS",
        0x04,
        Access.RO,
        "Address of the first bus error of the last job; 0 if there was none.",
    ),
    Register("CYCLES", 0x08, Access.RO, "Clock cycles from the start of the job to its end."),
    Register("ELEMENTS", 0x0C, Access.RO, "Elements in the W beats that memory has accepted."),
    Register("READ_BEATS", 0x10, Access.RO, "R beats received."),
    Register("WRITE_BEATS", 0x14, Access.RO, "W beats accepted."),
    Register(
        "STALL_READ_DATA",
        0x18,
        Access.RO,
        "Cycles in which the job waited for operands from memory.",
    ),
    Register(
        "STALL_WRITE",
        0x1C,
        Access.RO,
        "Cycles in which memory did not accept an AW or W beat that was offered.",
    ),
    Register(
        "STALL_DATAPATH",
        0x20,
        Access.RO,
        "Cycles in which the cores did not accept operands that were offered.",
    ),
    Register(
        "STALL_PORT",
        0x24,
        Access.RO,
        "Cycles in which memory did not accept an AR that was offered.",
    ),
)
"""The registers of one unit: at ``SHARED_BLOCK`` for the shared job, at ``CORE_BLOCK + k *
CORE_BLOCK_STRIDE`` for core k.
"""

COUNTERS = tuple(register.name.lower() for register in UNIT_REGISTERS[2:])
"""The counters of a job: all of a unit's registers after its state."""

REGISTER = {register.name: register for register in REGISTERS}
"""The registers that exist once, by name."""

UNIT_REGISTER = {register.name: register for register in UNIT_REGISTERS}
"""The registers of a unit, by name."""


def offset(name: str) -> int:
    """Offset of a register that exists once; raises ``KeyError``."""
    return REGISTER[name].offset


def unit_block(unit: int) -> int:
    """Offset of the registers of core ``unit``, or of the shared job if ``unit`` is ``SHARED``;
    raises ``ValueError``.
    """
    if unit == SHARED:
        return SHARED_BLOCK
    if not 0 <= unit < MAX_CORES:
        raise ValueError(
            f"unit is {unit}, but must be 0 to {MAX_CORES - 1} (a core) or {SHARED} (the shared"
            " job)"
        )
    return CORE_BLOCK + unit * CORE_BLOCK_STRIDE


def unit_offset(unit: int, name: str) -> int:
    """Offset of one of a unit's registers; raises ``KeyError`` or ``ValueError``."""
    return unit_block(unit) + UNIT_REGISTER[name].offset


def constants(platform: Platform) -> dict[str, int]:
    """The registers that always read the same on this platform, and their values."""
    values = {r.name: r.reset(platform) for r in REGISTERS if callable(r.reset)}
    return {"ID": ID_VALUE, **values}


def check_names(place: str, given: Iterable[str], table: Iterable[str]) -> None:
    """Raise ``ValueError`` unless a place has the names of a table of this file, and no other."""
    given, table = list(given), list(table)
    missing = ", ".join(name for name in table if name not in given)
    unknown = ", ".join(name for name in given if name not in table)
    if missing:
        raise ValueError(f"{place} lack {missing}, which src/scegrad/registers.py has")
    if unknown:
        raise ValueError(f"{place} have {unknown}, which src/scegrad/registers.py lacks")


def _check_block(registers: Iterable[Register], size: int, block: str) -> None:
    """Raise ``ValueError`` unless the registers are aligned, apart from each other, inside ``size``
    bytes and their fields apart.
    """
    seen: dict[int, str] = {}
    for register in registers:
        if register.offset % 4:
            raise ValueError(
                f"{register.name} is at {register.offset:#x}, but must be at a multiple of 4"
            )
        if not 0 <= register.offset < size:
            raise ValueError(
                f"{register.name} is at {register.offset:#x}, but {block} has {size:#x} bytes"
            )
        if register.offset in seen or register.name in seen.values():
            raise ValueError(
                f"{register.name} at {register.offset:#x} is not the only register of that name or"
                " offset"
            )
        seen[register.offset] = register.name
        used = 0
        for field in register.fields:
            if (
                field.width < 1
                or field.low < 0
                or field.low + field.width > 32
                or field.mask & used
            ):
                raise ValueError(
                    f"{register.name}.{field.name} is outside 32 bits or overlaps another field"
                )
            used |= field.mask


_check_block(REGISTERS, SHARED_BLOCK, "the common block")
_check_block(UNIT_REGISTERS, CORE_BLOCK_STRIDE, "a unit's block")
