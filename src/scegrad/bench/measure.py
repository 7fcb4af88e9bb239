"""Measuring a case under Verilator: counters, the memory's own counts, the ideal manager."""

from dataclasses import asdict, dataclass
from itertools import product, starmap
from typing import Any

import numpy as np

from scegrad.api import Result, run_job
from scegrad.bench.cases import BenchCase
from scegrad.errors import RequestError, SimulationError
from scegrad.formats import FORMATS, Format
from scegrad.job.placement import Place, place
from scegrad.platforms import Platform, platform_of
from scegrad.sim.dram import ideal, preset

SEED = 1

IDEAL_BURSTS, IDEAL_TURNS, IDEAL_LAGS, IDEAL_OUTSTANDING = (
    (1024, 4096),
    (1024, 4096),
    (0, 1024, 4096),
    (4, 16, 64),
)
"""The request patterns of the ideal manager, in bytes and bursts: the best one counts."""

IDEAL_LIMIT = 1 << 18
"""Elements up to which a job is compared with the ideal manager."""

START_AND_END = 10
"""Cycles by which a job may outlast the memory's work for it, first address to last response."""

TIMELINE_LIMIT = 1 << 18
"""Elements up to which this is checked too: the check records every beat."""


class CountersWrongError(SimulationError):
    """A counter of the unit differs from the memory's own count; the message is one line."""


@dataclass(frozen=True)
class Measurement:
    """The cycles of a case by the unit's counters; on a DRAM, those of the ideal manager too."""

    case: BenchCase
    cycles: int
    counters: dict[str, int]
    ideal_cycles: int | None = None
    dram: dict[str, int] | None = None

    @property
    def rate(self) -> float:
        """Results per cycle."""
        return self.case.elements / self.cycles

    @property
    def share(self) -> float:
        """Speed as a share of the bound; on a DRAM, of the ideal manager's if that is less."""
        return max(self.case.elements / self.case.bound, self.ideal_cycles or 0) / self.cycles

    @property
    def limit(self) -> str:
        """The reference of ``share``: the bound, or the ideal manager."""
        least = self.case.elements / self.case.bound
        if self.ideal_cycles is not None and self.ideal_cycles > least:
            return f"ideal: {self.ideal_cycles:,} cycles"
        return f"{self.case.bound:g} per cycle"

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**asdict(self), "rate": self.rate, "share": self.share}

    @classmethod
    def of(cls, record: dict[str, Any]) -> "Measurement":
        """The other way round."""
        case = BenchCase(
            **{**record["case"], "misalignment": tuple(record["case"]["misalignment"])}
        )
        return cls(
            case, record["cycles"], record["counters"], record["ideal_cycles"], record["dram"]
        )


def fitting(platform: Platform, fmt: Format, elements: int, **where: Any) -> Place:
    """The place of a job's arrays, as ``place`` chooses it; ``RequestError`` if they do not fit."""
    try:
        return place(platform, fmt, elements, **where)
    except ValueError as error:
        raise RequestError(f"the bench's {error}") from error


def check_fits(case: BenchCase) -> None:
    """Raise ``RequestError`` unless the arrays of the case fit, before anything is built."""
    core = 0 if case.memory == "private" else None
    fitting(
        platform_of(case.platform),
        FORMATS[case.fmt],
        case.elements,
        core=core,
        misalignment=case.misalignment,
    )


def operands(case: BenchCase) -> tuple[np.ndarray, np.ndarray]:
    """Logits and hard labels of the case, always the same."""
    rng = np.random.default_rng(SEED)
    dtype = FORMATS[case.fmt].dtype
    return rng.standard_normal(case.elements).astype(dtype), rng.integers(
        0, 2, case.elements
    ).astype(dtype)


def measure(case: BenchCase) -> Measurement:
    """Run the case; raises ``CountersWrongError`` if counters differ from the memory's own."""
    private = case.memory == "private"
    result = run_job(
        *operands(case),
        platform=case.platform,
        memory=case.memory,
        core_mask=1 if private else (1 << case.cores) - 1,
        latency=None if case.dram else case.latency,
        dram=case.dram,
        core_mhz=case.core_mhz,
        misalignment=case.misalignment,
        timeline=case.elements <= TIMELINE_LIMIT,
    )
    assert result.cycles is not None
    check(case, result)
    least = _ideal(case) if case.dram and case.elements <= IDEAL_LIMIT else None
    return Measurement(
        case, result.cycles, result.counters, least, asdict(result.dram) if result.dram else None
    )


def check(case: BenchCase, result: Result) -> None:
    """Compare the counters with the job and with the traffic at the port."""
    counters, traffic = result.counters, result.traffic
    assert traffic is not None
    assert result.cycles is not None
    expected = {
        "elements": case.elements,
        "read_beats": traffic.read_beats,
        "write_beats": traffic.write_beats,
    }
    for name, value in expected.items():
        if counters[name] != value:
            raise CountersWrongError(
                f"{case}: counter {name} is {counters[name]}, but the memory saw {value}"
            )
    if traffic.write_bytes != case.elements * FORMATS[case.fmt].bytes:
        raise CountersWrongError(
            f"{case}: {traffic.write_bytes} bytes were written for {case.elements} elements"
        )
    if result.timeline is not None and result.timeline.events.size and not result.timeline.lost:
        cycles = result.timeline.events["cycle"]
        seen = int(cycles.max() - cycles.min())
        if not 0 <= result.cycles - seen < START_AND_END:
            raise CountersWrongError(
                f"{case}: counter cycles is {result.cycles}, but the memory was busy for {seen}"
            )


def _ideal(case: BenchCase) -> int:
    """Cycles of the ideal manager on the same arrays, at its best."""
    platform, fmt = platform_of(case.platform), FORMATS[case.fmt]
    assert case.dram is not None
    where = place(platform, fmt, case.elements, misalignment=case.misalignment)
    memory = preset(case.dram, core_mhz=case.core_mhz)
    addresses, width = (where.logits, where.labels, where.gradient), case.port_bytes

    def cycles(burst: int, turn: int, lag: int, outstanding: int) -> int:
        ways = {
            "burst_beats": burst // width,
            "turn_bytes": turn,
            "lag_bytes": lag,
            "outstanding": outstanding,
        }
        return ideal(memory, addresses, where.size, port_bytes=width, **ways)[0]

    return min(starmap(cycles, product(IDEAL_BURSTS, IDEAL_TURNS, IDEAL_LAGS, IDEAL_OUTSTANDING)))
