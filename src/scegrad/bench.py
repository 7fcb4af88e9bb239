"""``scegrad bench``: cycles of jobs on memories that answer after a fixed time, beside the most that hardware of this kind could do.

Cycles are those of the unit's own counter and repeat exactly. Timing models of DDR memory are not there yet.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from .api import run_job
from .formats import FORMATS
from .platforms import PLATFORMS, Platform

SEED = 1

TABLE_WIDTH = 120
"""Columns that the table needs; a log file has no width of its own."""


@dataclass(frozen=True)
class Case:
    """A job to measure: ``latency`` cycles from a request to the memory's first answer; bytes by which each array is off a bus word."""

    platform: str
    fmt: str
    memory: str
    cores: int
    elements: int
    latency: int
    misalignment: tuple[int, int, int] = (0, 0, 0)

    @property
    def bound(self) -> float:
        """Results a cycle that the cores can compute, or as many as their operands fit through the port, whichever is less."""
        platform, fmt = PLATFORMS[self.platform], FORMATS[self.fmt]
        width = platform.l2_data_bits if self.memory == "private" else platform.shared_data_bits
        return min(self.cores * platform.results_per_cycle(fmt), width / (2 * fmt.width))


@dataclass(frozen=True)
class Measurement:
    """What a case took."""

    case: Case
    cycles: int
    counters: dict[str, int]

    @property
    def rate(self) -> float:
        """Results a cycle."""
        return self.case.elements / self.cycles

    @property
    def share(self) -> float:
        """Of the bound."""
        return self.rate / self.case.bound


def cases() -> Iterator[Case]:
    """The lines of the table, platform by platform."""
    for platform in PLATFORMS.values():
        for name in platform.formats:
            yield Case(platform.name, name, "private", 1, 16_384, 0)
            yield from _shared(platform, name)


def _shared(platform: Platform, fmt: str) -> Iterator[Case]:
    counts = [1 << i for i in range(platform.cores.bit_length()) if 1 << i <= platform.cores]
    for cores in counts:
        yield Case(platform.name, fmt, "shared", cores, 1 << 18, 0)
    yield Case(platform.name, fmt, "shared", platform.cores, 1 << 18, 100)
    yield Case(platform.name, fmt, "shared", platform.cores, 1 << 18, 100, (4, 60, 20))
    yield Case(platform.name, fmt, "shared", platform.cores, 1024, 40)


def measure(case: Case) -> Measurement:
    """Run the case under Verilator."""
    rng = np.random.default_rng(SEED)
    dtype = FORMATS[case.fmt].dtype
    logits, labels = rng.standard_normal(case.elements).astype(dtype), rng.integers(0, 2, case.elements).astype(dtype)
    mask = (1 << case.cores) - 1
    result = run_job(
        logits,
        labels,
        platform=case.platform,
        memory=case.memory,
        core_mask=mask if case.memory == "shared" else 1,
        latency=case.latency,
        misalignment=case.misalignment,
    )
    assert result.cycles is not None
    return Measurement(case, result.cycles, result.counters)


def table(measurements: list[Measurement]) -> Table:
    """For the terminal."""
    result = Table(title="cycles from start to done, under Verilator")
    for column in (
        "platform",
        "format",
        "memory",
        "cores",
        "elements",
        "latency",
        "offsets",
        "cycles",
        "results a cycle",
        "bound",
        "share",
    ):
        result.add_column(column, justify="left" if column in ("platform", "format", "memory") else "right")
    for measurement in measurements:
        case = measurement.case
        offsets = " ".join(map(str, case.misalignment))
        cells = (case.platform, case.fmt, case.memory, case.cores, case.elements, case.latency, offsets, measurement.cycles)
        result.add_row(*map(str, cells), f"{measurement.rate:.3f}", f"{case.bound:g}", f"{measurement.share:.3f}")
    return result


def main(output: Path | None) -> None:
    """Measure every case, print the table, and write the measurements as JSON where ``output`` names a file."""
    console = Console()
    console = Console(width=max(console.width, TABLE_WIDTH))
    measurements = []
    for case in cases():
        measurements.append(measure(case))
        console.print(f"{case.platform} {case.fmt} {case.memory}, {case.cores} cores: {measurements[-1].cycles} cycles", highlight=False)
    console.print(table(measurements))
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        lines = [{**asdict(measurement), "rate": measurement.rate, "share": measurement.share} for measurement in measurements]
        output.write_text(json.dumps(lines, indent=1) + "\n")
        console.print(f"written to {output}")
