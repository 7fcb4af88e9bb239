"""Every core mask on every shared memory, every private memory of every core: results, cycles."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from scegrad.axi import PAGE_BYTES
from scegrad.backends.verilator import GUARD_PATTERN
from scegrad.bench.cases import MISALIGNED, BenchCase
from scegrad.bench.measure import operands
from scegrad.build.simulator import library
from scegrad.errors import SimulationError
from scegrad.formats import FORMATS, Format
from scegrad.job import sequence
from scegrad.job.job import Job
from scegrad.job.placement import GUARD_BYTES
from scegrad.model import golden
from scegrad.platforms import PLATFORMS, Platform, Region
from scegrad.show.table import Column, Sheet
from scegrad.sim.simulation import Direction, Memory, Simulation

ELEMENTS = 1021
"""Elements of each job: a prime, so that no number of cores shares them out evenly."""

"""Bytes on either side of the output that must be unchanged, and their content."""


@dataclass(frozen=True)
class MaskLine:
    """The jobs of one platform and format in one memory, all on ``cores`` cores.

    A job is wrong if a result differs from the golden model, a guard byte is changed, or anything
    but its arrays was touched.
    """

    platform: str
    fmt: str
    memory: str
    cores: int
    jobs: int
    least_cycles: int
    most_cycles: int
    wrong: int

    @property
    def cycles(self) -> str:
        """The cycles in words."""
        least, most = f"{self.least_cycles:,}", f"{self.most_cycles:,}"
        return least if least == most else f"{least} to {most}"

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


class _Registers:
    """The registers of a simulated unit, for ``sequence.execute``."""

    def __init__(self, simulation: Simulation) -> None:
        self.read32, self.write32 = simulation.read32, simulation.write32
        self._simulation = simulation

    def wait(self, limit: int) -> None:
        """Let time pass until irq is high; raises ``TimeoutError`` after ``limit`` cycles."""
        self._simulation.run(limit, until_irq=True)
        if not self._simulation.irq:
            raise TimeoutError(f"no interrupt came within {limit} cycles")


class MaskBench:
    """Runs the jobs of a platform and format on the same operands; memory answers at once."""

    def __init__(
        self, simulation: Simulation, platform: Platform, fmt: Format, elements: int = ELEMENTS
    ) -> None:
        self.platform, self.fmt, self.elements = platform, fmt, elements
        self._simulation = simulation
        self._operands = operands(BenchCase(platform.name, fmt.name, "shared", 1, elements))
        self._expected = golden.gradient(*self._operands).view(fmt.bits_dtype)
        simulation.reset()
        simulation.set_memory(Memory())
        sequence.execute(sequence.identify_and_enable(platform), _Registers(simulation))

    def lines(self) -> Iterator[MaskLine]:
        """A line for each shared memory and number of cores, and one for each private memory."""
        by_cores: dict[int, list[int]] = {}
        for mask in range(1, self.platform.all_cores + 1):
            by_cores.setdefault(mask.bit_count(), []).append(mask)
        for region in self.platform.shared:
            for cores, masks in sorted(by_cores.items()):
                yield self._line(region.name, cores, [self._run(region, mask) for mask in masks])
        every = range(self.platform.cores)
        for k, memory in enumerate(self.platform.private):
            places = [self.platform.private_of(core)[k] for core in every]
            yield self._line(memory.name, 1, [self._run(region, None) for region in places])

    def _line(self, memory: str, cores: int, jobs: list[tuple[int, bool]]) -> MaskLine:
        cycles = [count for count, _ in jobs]
        wrong = sum(not right for _, right in jobs)
        names = (self.platform.name, self.fmt.name, memory)
        return MaskLine(*names, cores, len(jobs), min(cycles), max(cycles), wrong)

    def _run(self, region: Region, mask: int | None) -> tuple[int, bool]:
        """Cycles of a job in a memory, private without a mask, and whether it was right."""
        simulation, size = self._simulation, self.elements * self.fmt.bytes
        step = -(-size // PAGE_BYTES) * PAGE_BYTES + PAGE_BYTES
        logits, labels, gradient = (
            region.base + k * step + PAGE_BYTES + offset for k, offset in enumerate(MISALIGNED)
        )
        simulation.clear_windows()
        simulation.clear_violations()
        for address, array in zip((logits, labels), self._operands, strict=True):
            simulation.write(address, array)
            simulation.allow(address, size, Direction.READ)
        simulation.write(gradient - GUARD_BYTES, bytes([GUARD_PATTERN]) * (size + 2 * GUARD_BYTES))
        simulation.allow(gradient, size, Direction.WRITE)
        addresses = (logits, labels, gradient)
        job = Job(self.platform, self.fmt, mask is None, *addresses, self.elements, mask or 0)
        counters = sequence.execute(sequence.run(job), _Registers(simulation))
        found = simulation.read(gradient - GUARD_BYTES, size + 2 * GUARD_BYTES)
        results = found[GUARD_BYTES:-GUARD_BYTES].view(self.fmt.bits_dtype)
        guards = np.concatenate((found[:GUARD_BYTES], found[-GUARD_BYTES:]))
        right = bool((results == self._expected).all() and (guards == GUARD_PATTERN).all())
        simulation.release(region.base, 3 * step + PAGE_BYTES)
        return counters.cycles, right and not simulation.violations()


def measure_masks(name: str, elements: int = ELEMENTS) -> list[MaskLine]:
    """All lines of a platform, format by format."""
    platform = PLATFORMS[name]
    lines: list[MaskLine] = []
    with Simulation(library(platform)) as simulation:
        for fmt in platform.formats:
            lines += MaskBench(simulation, platform, FORMATS[fmt], elements).lines()
    return lines


HEADINGS = ("platform", "format", "memory", "cores of the mask", "jobs", "cycles", "wrong")


def rows(lines: list[MaskLine]) -> list[tuple[str, ...]]:
    """Cells under ``HEADINGS``; memories in which everything is the same share a row."""
    memories: dict[tuple[MaskLine, bool], list[str]] = {}
    for line in lines:
        private = line.memory in {memory.name for memory in PLATFORMS[line.platform].private}
        memories.setdefault((replace(line, memory=""), private), []).append(line.memory)
    return [
        (
            line.platform,
            line.fmt,
            f"each {' and each '.join(names)}" if private else ", ".join(names),
            "private" if private else f"{line.cores}",
            f"{line.jobs * len(names)}",
            line.cycles,
            f"{line.wrong * len(names)}",
        )
        for (line, private), names in memories.items()
    ]


def sheet(lines: list[MaskLine]) -> Sheet:
    """The lines for the terminal."""
    columns = [Column(heading, text=k < 3) for k, heading in enumerate(HEADINGS)]
    found = rows(lines)
    alarming = frozenset(k for k, row in enumerate(found) if row[-1] != "0")
    title = f"every core mask and memory, {ELEMENTS:,} elements"
    return Sheet(title, columns, found, groups=2, alarming=alarming)


def check(lines: list[MaskLine]) -> None:
    """Raise ``SimulationError`` if a job went wrong."""
    if wrong := sum(line.wrong for line in lines):
        raise SimulationError(f"{wrong} jobs on some core mask or memory went wrong")
