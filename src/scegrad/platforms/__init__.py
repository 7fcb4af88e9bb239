"""The platforms: named values of one frozen configuration, which determines every width.

A user's own platform is a value of the same class, made in Python or read from a TOML file.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from scegrad.axi import MAX_BURST_BEATS, PAGE_BYTES, longest_burst
from scegrad.errors import RequestError, check_choice
from scegrad.formats import FORMATS, Format
from scegrad.platforms.file import read_record

KiB = 1024
MiB = 1024 * KiB
GiB = 1024 * MiB

CHUNK_BITS = 64
"""Bits of each array in one handshake of a core: two fp32 or four fp16 elements; also the width of
an L2 port.
"""


@dataclass(frozen=True)
class Region:
    """A range of addresses of one memory."""

    name: str
    base: int
    size: int

    @property
    def end(self) -> int:
        """The first address past the region."""
        return self.base + self.size

    def holds(self, address: int, size: int) -> bool:
        """Whether ``size`` bytes from ``address`` on lie inside the region."""
        return self.base <= address and address + size <= self.end


@dataclass(frozen=True)
class PrivateMemory:
    """A memory of each core, behind the core's own port: ``size`` bytes at ``base + k * stride``
    for core k.
    """

    name: str
    base: int
    size: int
    stride: int

    def of(self, core: int) -> Region:
        """The memory of one core."""
        return Region(f"{self.name} of core {core}", self.base + core * self.stride, self.size)


DDR = Region("DDR", 0x8000_0000, 2 * GiB)
SMC = Region("SMC", 0x0C00_0000, 4 * MiB)
L2 = PrivateMemory("L2", 0x1080_0000, 512 * KiB, 0x0100_0000)
AM = PrivateMemory("AM", 0x1000_0000, 512 * KiB, 0x0100_0000)


REGISTERS_BUS, SHARED_BUS, PRIVATE_BUS = "s_axil", "m_axi_shared", "m_axi_l2_{}"
"""Names of the top module's buses: registers, shared memory, and the private memory of core ``{}``.

Verilog, C++ and LiteX spell them too: ``tests/test_places.py`` knows where.
"""

MIN_BURST_BEATS = 4
"""The least value of ``burst_beats``, and the beats of the bursts at the end of an array."""

MAX_NAME = 40
"""The largest number of characters in a platform's or a region's name."""

MAX_REGIONS = 16
"""The largest number of regions behind the shared port: each adds two comparators to the checker,
three times."""

MAX_BUFFER_BEATS = 1 << 14
"""The largest number of beats of a buffer: with a 512-bit port this is 1 MiB."""

_WORD = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{MAX_NAME - 1}}}")


def _power_of_two(value: int) -> bool:
    return value > 0 and value & (value - 1) == 0


@dataclass(frozen=True)
class Platform:
    """The configuration of the hardware: everything that distinguishes one top module from another.

    ``cores``               cores; bit i of ``core_mask`` is core i
    ``formats``             names from ``formats.FORMATS`` that every core computes
    ``shared_data_bits``    data width of the port to shared memory
    ``shared``              regions behind the shared port
    ``private``             private memories, all of core k behind its one port; a job's arrays are
                            put in the first unless it is too small; none: the cores have no such
                            port and take no private jobs
    ``burst_beats``         longest burst of either port, in beats
    ``read_buffer_beats``   beats of each of the two input arrays that may be in flight or buffered,
                            for each reader; long jobs take turns of a third of it, rounded down to
                            a power of two
    ``write_buffer_beats``  beats of the output that are gathered before and while they are written,
                            for each writer
    """

    name: str
    cores: int
    formats: tuple[str, ...]
    shared_data_bits: int = 512
    shared: tuple[Region, ...] = (DDR, SMC)
    private: tuple[PrivateMemory, ...] = (L2,)
    burst_beats: int = 16
    read_buffer_beats: int = 192
    write_buffer_beats: int = 64
    address_bits: int = field(default=32, init=False)
    id_bits: int = field(default=1, init=False)
    l2_data_bits: int = field(default=CHUNK_BITS, init=False)

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a configuration that cannot be built."""
        if not _WORD.fullmatch(self.name):
            raise ValueError(
                f"platform name is {self.name!r}, but must be letters, digits and underscores after"
                f" a letter, {MAX_NAME} at most: it becomes part of a Verilog module's name"
            )
        if not 1 <= self.cores <= 16:
            raise ValueError(f"cores is {self.cores}, but must be 1 to 16")
        if not self.formats or {*self.formats} - {*FORMATS}:
            raise ValueError(
                f"formats is {self.formats}, but must name one or more of {', '.join(FORMATS)}"
            )
        if len({*self.formats}) < len(self.formats):
            raise ValueError(f"formats is {self.formats}, but must name each format once")
        self._check_port()
        for memory in self.private:
            if not _power_of_two(memory.stride) or memory.size > memory.stride:
                raise ValueError(
                    f"stride of {memory.name} is {memory.stride:#x}, but must be a power of two "
                    f"and no less than its size, {memory.size:#x}"
                )
        self._check_names()
        self._check_map()

    def _check_port(self) -> None:
        """The port to shared memory, its bursts and its buffers."""
        if not (_power_of_two(self.shared_data_bits) and 64 <= self.shared_data_bits <= 1024):
            raise ValueError(
                f"shared_data_bits is {self.shared_data_bits}, but must be a power of two from 64"
                " to 1024"
            )
        for name in ("burst_beats", "write_buffer_beats"):
            if not _power_of_two(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)}, but must be a power of two")
        longest = longest_burst(self.shared_data_bits)
        if not MIN_BURST_BEATS <= self.burst_beats <= longest:
            raise ValueError(
                f"burst_beats is {self.burst_beats}, but must be {MIN_BURST_BEATS} to {longest}:"
                f" a burst has at most {MAX_BURST_BEATS} beats and stays inside"
                f" {PAGE_BYTES // KiB} KiB"
            )
        if self.read_buffer_beats % self.burst_beats:
            raise ValueError(
                f"read_buffer_beats is {self.read_buffer_beats}, but must be a multiple of"
                f" burst_beats, {self.burst_beats}"
            )
        for name in ("read_buffer_beats", "write_buffer_beats"):
            if not 2 * self.burst_beats <= getattr(self, name) <= MAX_BUFFER_BEATS:
                raise ValueError(
                    f"{name} is {getattr(self, name)}, but must be {2 * self.burst_beats} (two"
                    f" bursts) to {MAX_BUFFER_BEATS}"
                )

    def _check_map(self) -> None:
        regions = sorted(self.regions, key=lambda region: region.base)
        for region in regions:
            if (
                region.base % PAGE_BYTES
                or region.size % PAGE_BYTES
                or region.size <= 0
                or not 0 <= region.base < region.end <= 1 << self.address_bits
            ):
                raise ValueError(
                    f"{region.name} is {region.size:#x} bytes at {region.base:#x}, but must be"
                    f" whole 4 KiB pages from 0 to {1 << self.address_bits:#x}"
                )
        for lower, upper in pairwise(regions):
            if lower.end > upper.base:
                raise ValueError(
                    f"{lower.name} and {upper.name} overlap at {upper.base:#x}:"
                    f" {self._cure(lower, upper)}"
                )

    def _check_names(self) -> None:
        """Raise ``ValueError`` unless each memory has its own name, which is a word."""
        for field_name, memories, least in (
            ("shared", self.shared, 1),
            ("private", self.private, 0),
        ):
            names = [memory.name for memory in memories]
            if not least <= len(names) <= MAX_REGIONS or len({*names}) < len(names):
                raise ValueError(
                    f"{field_name} has the memories {names}, but must have {least} to"
                    f" {MAX_REGIONS}, each with a name of its own"
                )
            for name in names:
                if not _WORD.fullmatch(name):
                    raise ValueError(
                        f"a memory's name is {name!r}, but must be a word such as DDR: letters,"
                        f" digits and underscores after a letter, {MAX_NAME} at most"
                    )

    def _cure(self, lower: Region, upper: Region) -> str:
        """The change that mends an overlap of ``lower`` with ``upper``."""
        room = upper.base - lower.base
        ways = [f"move {upper.name} to {lower.end:#x} or above"] if upper in self.shared else []
        if lower in self.shared:
            ways.append(
                f"make {lower.name} at most {room:#x} bytes"
                if room
                else f"move {lower.name} to {upper.end:#x} or above"
            )
        if not {lower, upper} <= {*self.shared}:
            ways += ["move the private memory", "leave it out (private = [])"]
        return ", or ".join(ways)

    @property
    def l2_ports(self) -> int:
        """Ports ``m_axi_l2_<k>``: one for each core, or none if there is no private memory."""
        return self.cores if self.private else 0

    def private_of(self, core: int) -> tuple[Region, ...]:
        """The private memories of one core."""
        return tuple(memory.of(core) for memory in self.private)

    @property
    def l2(self) -> tuple[Region, ...]:
        """The first private memory of every core, in the order of the cores; none on a platform
        without private memory.
        """
        return tuple(memory.of(core) for memory in self.private[:1] for core in range(self.cores))

    @property
    def regions(self) -> tuple[Region, ...]:
        """Every region that the platform's ports can reach."""
        private = [region for core in range(self.cores) for region in self.private_of(core)]
        return (*self.shared, *private)

    @property
    def all_cores(self) -> int:
        """The ``core_mask`` that names every core."""
        return (1 << self.cores) - 1

    @property
    def read_turn_beats(self) -> int:
        """Beats of one input that the shared port reads before it reads the other input, in long
        jobs; the buffer holds two more of these turns.
        """
        return max(self.burst_beats, 1 << (self.read_buffer_beats // 3).bit_length() - 1)

    @property
    def ports(self) -> dict[str, int]:
        """The AXI managers of the top module: prefix of the port's signals, and its data bits.

        Shared memory comes first, then the private memory of each core, in the order of the cores.
        """
        private = {PRIVATE_BUS.format(k): self.l2_data_bits for k in range(self.l2_ports)}
        return {SHARED_BUS: self.shared_data_bits, **private}

    @property
    def top_name(self) -> str:
        """Name of the top module."""
        return f"scegrad_{self.name}"

    @property
    def granule_bytes(self) -> int:
        """The smallest element, to which every address is aligned."""
        return min(FORMATS[name].bytes for name in self.formats)

    def has(self, fmt: Format) -> bool:
        """Whether the cores compute this format."""
        return fmt.name in self.formats

    def results_per_cycle(self, fmt: Format) -> int:
        """Results of one core per cycle: one in fp32, two in fp16."""
        return {4: 1, 2: 2}[fmt.bytes]


FT78NE = Platform("ft78ne", cores=8, formats=("fp32",))
MT7004 = Platform("mt7004", cores=4, formats=("fp32", "fp16"), private=(L2, AM))
ECP5_DEMO = Platform(
    "ecp5_demo", cores=1, formats=("fp32", "fp16"), shared_data_bits=64, read_buffer_beats=512
)

PLATFORMS = {platform.name: platform for platform in (FT78NE, MT7004, ECP5_DEMO)}
"""The platforms that the command line offers by name; the last is one core for an FPGA board, see
``docs/fpga.md``.
"""


MACHINES = (FT78NE, MT7004)
"""The platforms whose C libraries are written by default: those named after a DSP."""

FILE_SUFFIX = ".toml"
"""The ending of the name of a platform's file, which distinguishes it from a platform's name; a
path with a slash, such as a pipe's, is a file too.
"""

CHOICES = (*PLATFORMS, f"FILE{FILE_SUFFIX}")
"""The values of ``--platform``, in the notation of help texts."""


def platform_of(platform: str | Path | Platform) -> Platform:
    """The platform of a name or of a TOML file; a ``Platform`` is returned as it is.

    Raises ``RequestError``.
    """
    if isinstance(platform, Platform):
        return platform
    if isinstance(platform, (str, Path)):
        name = str(platform)
        if name.endswith(FILE_SUFFIX) or "/" in name:
            return read_platform(Path(platform))
    check_choice("platform", platform, CHOICES)
    return PLATFORMS[str(platform)]


def read_platform(path: Path) -> Platform:
    """The platform in a TOML file, whose keys are the fields of ``Platform``.

    Raises ``RequestError`` with one line that names the file, the key and what to change.
    """
    platform = read_record(Platform, path, "platform")
    if platform.name in PLATFORMS:
        raise RequestError(
            f"{path} is not a platform: the name {platform.name} is that of a built-in platform,"
            " choose another"
        )
    return platform
