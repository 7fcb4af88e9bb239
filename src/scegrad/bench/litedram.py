"""``scegrad bench --litedram``: jobs behind LiteDRAM, compared with an ideal manager on the same
controller, and with the same jobs on our DRAM model of the same chip.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from math import ceil
from pathlib import Path
from typing import Any

from scegrad.api import run_job
from scegrad.bench.cases import LONG, BenchCase
from scegrad.bench.measure import IDEAL_LAGS, IDEAL_OUTSTANDING, fitting, operands
from scegrad.errors import RequestError, SimulationError, printable
from scegrad.files import Output, OutputDirectory
from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.job.job import Job
from scegrad.job.placement import Place
from scegrad.litedram.bench import region
from scegrad.litedram.chip import Chip
from scegrad.model import golden
from scegrad.platforms import FT78NE, MiB, Platform, Region, platform_of
from scegrad.show.table import Sheet, numbers, output_console, show, texts
from scegrad.sim.dram import Dram, ideal, preset
from scegrad.sim.litedram import LiteDramSimulation, Manner

ELEMENTS = LONG
"""Elements of the jobs."""

CHIP, MHZ = "MT41K64M16", 100
"""A 1 Gbit DDR3 of many ECP5 and Artix boards, at DDR3-800: the clock of an FPGA's controller."""

RESULTS = "litedram.json"

BURSTS, TURNS = (256, 1024, 2048, 4096), (4096, 16384)
"""Bytes that the ideal manager tries; no burst is longer than AXI allows."""


def _platform(port_bits: int, cores: int) -> Platform:
    return Platform(
        f"litedram_{port_bits}",
        cores=cores,
        formats=("fp32",),
        shared_data_bits=port_bits,
        shared=(Region("DDR", 0x4000_0000, 64 * MiB),),
        private=(),
        burst_beats=256,
        read_buffer_beats=768,
        write_buffer_beats=512,
    )


LONG_BURSTS = replace(FT78NE, name="litedram_512", burst_beats=64, write_buffer_beats=128)
"""``ft78ne`` with bursts of 4 KiB."""

PLATFORMS = (_platform(64, 1), _platform(128, 2), LONG_BURSTS, FT78NE)
"""As many cores as the memory feeds, and bursts as long as AXI allows; ``ft78ne`` as it is, whose
bursts have 1 KiB. A port of 512 bits is wide enough for our DRAM model of the same chips.
"""


@dataclass(frozen=True)
class Line:
    """Cycles of one job: of the unit and of the ideal manager, behind LiteDRAM and on our model.

    ``peak_cycles`` are those of the data alone, at the port's width, ``core_cycles`` the least that
    the cores take. The cycles on our model are None for a chip whose timings it does not have.
    """

    platform: str
    chip: str
    mhz: int
    port_bits: int
    elements: int
    peak_cycles: float
    core_cycles: float
    cycles: int
    ideal_cycles: int
    best: str
    model_cycles: int | None = None
    model_ideal_cycles: int | None = None

    @property
    def share(self) -> float:
        """Speed of the unit as a share of the ideal manager's, or of the cores' if that is less."""
        return max(self.ideal_cycles, self.core_cycles) / self.cycles

    def of_peak(self, cycles: int | None) -> str:
        """Cycles as a share of the peak, in words."""
        return f"{self.peak_cycles / cycles:.1%}" if cycles else "-"

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    def cells(self) -> tuple[str, ...]:
        """The cells under ``HEADINGS``."""
        return (
            self.platform,
            f"{self.chip}, {self.mhz} MHz",
            f"{self.port_bits}",
            self.of_peak(self.ideal_cycles),
            self.best,
            self.of_peak(self.cycles),
            f"{self.share:.1%}{' (cores)' if self.core_cycles > self.ideal_cycles else ''}",
            self.of_peak(self.model_ideal_cycles),
            self.of_peak(self.model_cycles),
        )


TEXTS = ("platform", "chip, controller's clock")
NUMBERS = (
    "port, bits",
    "ideal manager",
    "its bursts",
    "unit",
    "unit of the limit",
    "our model: ideal",
    "our model: unit",
)
HEADINGS = (*TEXTS, *NUMBERS)


def sheet(lines: Iterable[Line]) -> Sheet:
    """The lines for the terminal."""
    columns = [*texts(*TEXTS), *numbers(*NUMBERS)]
    title = f"LiteDRAM: share of the memory's peak, {ELEMENTS:,} elements"
    return Sheet(title, columns, [line.cells() for line in lines], groups=1)


def _clocks(described: Any, memory_mhz: float, name: str) -> int:
    """A timing of LiteDRAM's description, which has it in clocks, in ns, or as a pair of both."""
    found = described.get(name)
    ck, ns = found if isinstance(found, tuple) else (None, found)
    return max(ck or 0, ceil((ns or 0) * memory_mhz / 1000))


def like(chip: Chip) -> Dram | None:
    """Our DRAM model with the timings, geometry and clock that LiteDRAM has for the chip.

    None unless it is a DDR3 on a bus of 64 bits or more: the model moves a column of 8 words, 64
    bytes or more, in 4 clocks, and LiteDRAM's list has no bank groups.
    """
    if chip.memtype != "DDR3" or chip.data_bits < 64:
        return None
    described, phy = chip.module(), chip.phy_settings()
    clocks = partial(_clocks, described, chip.memory_mhz)
    geometry = described.geom_settings
    rrd, wtr, ccd = clocks("tRRD"), clocks("tWTR"), clocks("tCCD")
    return replace(
        preset("ddr3-1600", core_mhz=chip.mhz),
        memory_mhz=chip.memory_mhz,
        bus_bytes=chip.data_bits // 8,
        bank_groups=1,
        banks_per_group=1 << geometry.bankbits,
        row_bytes=chip.row_bytes,
        cl=phy.cl,
        cwl=phy.cwl,
        trcd=clocks("tRCD"),
        trp=clocks("tRP"),
        tras=clocks("tRAS"),
        twr=clocks("tWR"),
        trrd_s=rrd,
        trrd_l=rrd,
        tfaw=clocks("tFAW"),
        tccd_s=ccd,
        tccd_l=ccd,
        twtr_s=wtr,
        twtr_l=wtr,
        trfc=clocks("tRFC"),
        trefi=clocks("tREFI"),
        base=0,
        size=0xFFFF_FFFF,
    )


def manners(port_bits: int) -> list[Manner]:
    """The request patterns that the ideal manager tries."""
    bursts = [size for size in BURSTS if 2 <= size * 8 // port_bits <= 256]
    ways = product(bursts, TURNS, IDEAL_LAGS[1:], IDEAL_OUTSTANDING[:2])
    return [Manner(burst, max(burst, turn), lag, many) for burst, turn, lag, many in ways]


def measure(platform: Platform, chip: Chip) -> Line:
    """A job of all cores behind LiteDRAM, and all figures for its comparison.

    The arrays must fit (``check_fits``). Raises ``SimulationError`` if a result is wrong.
    """
    ways = manners(chip.port_bits)
    with LiteDramSimulation(platform, chip) as simulation:
        line = behind_litedram(simulation, platform, chip, ways)
    memory = like(chip)
    if memory is None:
        return line
    case, where = _job(platform)
    addresses, port_bytes = (where.logits, where.labels, where.gradient), chip.port_bits // 8
    return replace(
        line,
        model_cycles=run_job(*operands(case), platform=platform, dram=memory).cycles,
        model_ideal_cycles=min(
            _ideal_on_model(memory, addresses, where.size, port_bytes, way) for way in ways
        ),
    )


def check_fits(platform: Platform, chip: Chip) -> None:
    """Raise ``RequestError`` unless platform and chip have room for the arrays."""
    _, where = _job(platform)
    if where.gradient + where.size > region(platform).base + chip.size:
        raise RequestError(f"{chip.name} has {chip.size} bytes: too few for the bench's arrays")


def behind_litedram(
    simulation: LiteDramSimulation, platform: Platform, chip: Chip, ways: list[Manner]
) -> Line:
    """The job behind LiteDRAM, and the best of some request patterns of the ideal manager."""
    case, where = _job(platform)
    addresses = (where.logits, where.labels, where.gradient)
    cycles = _run(simulation, platform, case, where)
    times = {way: simulation.ideal(addresses, where.size, way) for way in ways}
    best = min(times, key=lambda way: times[way])
    return Line(
        platform.name,
        chip.name,
        chip.mhz,
        chip.port_bits,
        ELEMENTS,
        3 * where.size * 8 / chip.port_bits,
        ELEMENTS / (platform.cores * platform.results_per_cycle(FORMATS[case.fmt])),
        cycles,
        times[best],
        f"{best.burst_bytes:,} B",
    )


def _job(platform: Platform) -> tuple[BenchCase, Place]:
    """The job of a platform: its first format, all cores."""
    fmt = FORMATS[platform.formats[0]]
    case = BenchCase(platform.name, fmt.name, "shared", platform.cores, ELEMENTS)
    return case, fitting(platform, fmt, ELEMENTS)


def _run(simulation: LiteDramSimulation, platform: Platform, case: BenchCase, where: Place) -> int:
    """Cycles of the job, whose results must be right."""
    x, y = operands(case)
    simulation.write(where.logits, x)
    simulation.write(where.labels, y)
    sequence.execute(sequence.identify_and_enable(platform), simulation)
    addresses = (where.logits, where.labels, where.gradient)
    job = Job(platform, FORMATS[case.fmt], False, *addresses, case.elements, platform.all_cores)
    counters = sequence.execute(sequence.run(job), simulation)
    if simulation.read(where.gradient, where.size).tobytes() != golden.gradient(x, y).tobytes():
        raise SimulationError(f"{platform.name} behind LiteDRAM: results differ from the model's")
    return counters.cycles


def _ideal_on_model(
    memory: Dram, addresses: tuple[int, int, int], size: int, port_bytes: int, way: Manner
) -> int:
    """Cycles of the ideal manager on our model, with one request pattern."""
    found, _ = ideal(
        memory,
        addresses,
        size,
        port_bytes=port_bytes,
        burst_beats=way.burst_bytes // port_bytes,
        turn_bytes=way.turn_bytes,
        lag_bytes=way.lag_bytes,
        outstanding=way.outstanding,
    )
    return found


def main(output: Path, *, platform: str | None, chip: str | None, mhz: int | None) -> None:
    """Measure ``PLATFORMS``, or one of the user's, print a table, and write it into ``output``."""
    chosen = PLATFORMS if platform is None else (platform_of(platform),)
    name, clock = CHIP if chip is None else chip, MHZ if mhz is None else mhz
    pairs = [(each, Chip(name, clock, each.shared_data_bits)) for each in chosen]
    for each, memory in pairs:
        check_fits(each, memory)
    console = output_console()
    with OutputDirectory(output) as directory:
        lines = [measure(each, memory) for each, memory in pairs]
        show(sheet(lines), console)
        with Output(directory.path / RESULTS) as file:
            records = [line.record() for line in lines]
            file.temporary.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
            file.commit()
        console.print(
            f"{len(lines)} cases behind LiteDRAM measured; written to {printable(output)}"
        )
