"""The measured cases: the lines of the table, and the sweeps behind the pictures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scegrad.formats import FORMATS
from scegrad.platforms import PLATFORMS, Platform, platform_of
from scegrad.sim.dram import PRESETS

MISALIGNED = (4, 60, 20)
"""Bytes past a multiple of 64 at which logits, labels and gradient of a misaligned case start."""

LONG = 1 << 18
"""Elements of the cases that show the rate of a long job."""

FPGA_MHZ, DSP_MHZ = 150, 1000
"""Clocks of the unit beside a DRAM: that of an FPGA, and that of DSPs."""

SWEEP_LENGTHS = [1 << i for i in range(0, 23, 2)]
"""Elements of the length sweep: 1 to 4 Mi."""


@dataclass(frozen=True)
class BenchCase:
    """A job to measure.

    ``platform`` is a platform's name or file.
    ``memory`` is "private" or "shared", ``latency`` the cycles from a request to the memory's
    first answer, ``dram`` the preset that stands in its place and ``core_mhz`` the unit's clock
    beside it, ``misalignment`` the bytes by which each array is off a multiple of 64.
    """

    platform: str
    fmt: str
    memory: str
    cores: int
    elements: int
    latency: int = 0
    misalignment: tuple[int, int, int] = (0, 0, 0)
    dram: str | None = None
    core_mhz: int | None = None

    @property
    def bound(self) -> float:
        """Results per cycle that the cores can compute or the port can feed, whichever is less."""
        platform, fmt = platform_of(self.platform), FORMATS[self.fmt]
        return min(self.cores * platform.results_per_cycle(fmt), self.port_bytes / (2 * fmt.bytes))

    @property
    def port_bytes(self) -> int:
        """Width of the port that the job uses."""
        platform = platform_of(self.platform)
        return (
            platform.l2_data_bits if self.memory == "private" else platform.shared_data_bits
        ) // 8

    @property
    def where(self) -> str:
        """The memory in words."""
        if self.dram:
            return f"{self.dram}, unit at {self.core_mhz} MHz"
        return f"{self.memory}, latency {self.latency}" if self.latency else self.memory

    @property
    def setting(self) -> str:
        """The memory and the misalignment in words."""
        return ", ".join(filter(None, (self.where, self.offsets)))

    @property
    def offsets(self) -> str:
        """The misalignment in words, empty if there is none."""
        return (
            f"arrays off by {', '.join(map(str, self.misalignment))} bytes"
            if any(self.misalignment)
            else ""
        )


def lines(names: Iterable[str] = PLATFORMS) -> Iterator[BenchCase]:
    """The lines of the table, platform by platform; ``names`` are names or files of platforms."""
    for name in names:
        platform = platform_of(name)
        for fmt in platform.formats:
            if platform.l2_ports:
                yield BenchCase(name, fmt, "private", 1, min(1 << 14, _most(platform, fmt)))
            for cores in core_counts(platform):
                yield BenchCase(name, fmt, "shared", cores, LONG)
            yield from _all_cores(name, platform, fmt)


def _most(platform: Platform, fmt: str) -> int:
    """Elements of a private job that fit: a quarter of an L2 for each array."""
    return platform.l2[0].size // (4 * FORMATS[fmt].bytes)


def _all_cores(name: str, platform: Platform, fmt: str) -> Iterator[BenchCase]:
    common = (name, fmt, "shared", platform.cores)
    yield BenchCase(*common, LONG, 100)
    yield BenchCase(*common, LONG, 100, MISALIGNED)
    yield BenchCase(*common, 1024, 40)
    clocks = (
        (FPGA_MHZ, DSP_MHZ) if platform.cores > 1 else (FPGA_MHZ,)
    )  # a single core is for an FPGA
    for dram in PRESETS:
        for core_mhz in clocks:
            for misalignment in ((0, 0, 0), MISALIGNED):
                yield BenchCase(
                    *common, LONG, misalignment=misalignment, dram=dram, core_mhz=core_mhz
                )


def sweeps() -> Iterator[BenchCase]:
    """Lengths on every kind of memory, and numbers of cores on DRAM."""
    for platform in PLATFORMS.values():
        for fmt in platform.formats:
            common = (platform.name, fmt, "shared", platform.cores)
            for elements in SWEEP_LENGTHS:
                yield BenchCase(*common, elements)
                yield BenchCase(*common, elements, 100)
                yield BenchCase(*common, elements, 100, MISALIGNED)
                for dram in PRESETS:
                    yield BenchCase(*common, elements, dram=dram, core_mhz=FPGA_MHZ)
            for cores in core_counts(platform):
                for dram in PRESETS:
                    yield BenchCase(
                        platform.name, fmt, "shared", cores, LONG, dram=dram, core_mhz=FPGA_MHZ
                    )


def core_counts(platform: Platform) -> list[int]:
    """1, 2, 4 and so on, as far as there are cores."""
    return [1 << i for i in range(platform.cores.bit_length()) if 1 << i <= platform.cores]
