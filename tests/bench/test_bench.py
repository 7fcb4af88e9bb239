"""The bench: the promised cycles, section by section, and that a wrong counter is found."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scegrad.api import run_job
from scegrad.bench import cases
from scegrad.bench.cases import FPGA_MHZ, LONG, MISALIGNED, BenchCase, core_counts
from scegrad.bench.command import KEPT, ResultCache
from scegrad.bench.measure import CountersWrongError, Measurement, check, measure
from scegrad.bench.pictures import cycle_shares, write_pictures
from scegrad.bench.wall import RATIOS, WallTime
from scegrad.errors import RequestError
from scegrad.formats import FORMATS
from scegrad.generate import bench as readme
from scegrad.generate.maker import recorded
from scegrad.job.job import Counters
from scegrad.platforms import FT78NE, MT7004, PLATFORMS
from scegrad.request.result import Result, Timeline
from scegrad.sim.dram import PRESETS
from scegrad.sim.simulation import EVENT, Traffic

UNITS = [(platform, fmt) for platform in (FT78NE, MT7004) for fmt in platform.formats]
DATA_CYCLES, OVERHEAD_CYCLES = 128, 150


def share(case: BenchCase) -> float:
    return measure(case).share


@pytest.mark.whole
@pytest.mark.parametrize(("platform", "fmt"), UNITS)
class TestSpeed:
    """The promised cycles, with the memories of the table, and with lengths beside its round
    numbers.
    """

    def test_private(self, platform: Any, fmt: str) -> None:
        assert share(BenchCase(platform.name, fmt, "private", 1, 1 << 14)) >= 0.99
        assert (
            share(BenchCase(platform.name, fmt, "private", 1, 20_011, misalignment=(8, 4, 12)))
            >= 0.99
        )

    def test_shared(self, platform: Any, fmt: str) -> None:
        assert share(BenchCase(platform.name, fmt, "shared", platform.cores, LONG)) >= 0.99
        assert (
            share(
                BenchCase(platform.name, fmt, "shared", platform.cores, LONG + 13, 100, MISALIGNED)
            )
            >= 0.99
        )

    def test_linear_in_cores(self, platform: Any, fmt: str) -> None:
        rates = {
            cores: measure(BenchCase(platform.name, fmt, "shared", cores, LONG)).rate
            for cores in core_counts(platform)
        }
        for cores, rate in rates.items():
            assert rate >= 0.98 * min(cores * rates[1], 512 / (2 * FORMATS[fmt].width))

    @pytest.mark.parametrize("dram", PRESETS)
    @pytest.mark.parametrize("core_mhz", [FPGA_MHZ, 1000])
    def test_dram(self, platform: Any, fmt: str, dram: str, core_mhz: int) -> None:
        for misalignment in ((0, 0, 0), MISALIGNED):
            case = BenchCase(
                platform.name,
                fmt,
                "shared",
                platform.cores,
                1 << 16,
                misalignment=misalignment,
                dram=dram,
                core_mhz=core_mhz,
            )
            assert share(case) >= 0.95


@pytest.mark.whole
def test_a_short_job() -> None:
    assert (
        measure(BenchCase("ft78ne", "fp32", "shared", 8, 1024, 40)).cycles
        <= DATA_CYCLES + OVERHEAD_CYCLES
    )


def result(**changes: int) -> tuple[BenchCase, Result]:
    """A right result, except for the named counters or traffic."""
    case = BenchCase("ft78ne", "fp32", "shared", 8, 64)
    counters = {"cycles": 50, "elements": 64, "read_beats": 8, "write_beats": 4}
    traffic = Traffic(2, 8, 1, 4, 256)
    stalls = ("stall_read_data", "stall_write", "stall_datapath", "stall_port")
    counters = {name: changes.get(name, value) for name, value in counters.items()}
    counters |= dict.fromkeys(stalls, 0)
    traffic = replace(
        traffic,
        **{
            name: value
            for name, value in changes.items()
            if hasattr(traffic, name) and name not in counters
        },
    )
    events = np.array([(10, 0, 4, 0, 0), (56, 0, 1, 0, 4)], EVENT)
    return case, Result(
        np.zeros(64, "f4"),
        FT78NE,
        "verilator",
        Counters(**counters),
        Timeline(events, ()),
        traffic,
    )


def test_right_counters_pass() -> None:
    check(*result())


@pytest.mark.parametrize(
    "wrong",
    [
        {"cycles": 45},
        {"cycles": 60},
        {"elements": 63},
        {"read_beats": 9},
        {"write_beats": 5},
        {"write_bytes": 255},
    ],
)
def test_wrong_counters_are_told(wrong: dict[str, int]) -> None:
    with pytest.raises(CountersWrongError):
        check(*result(**wrong))


def test_cases_cover_what_is_promised() -> None:
    found = list(cases.lines())
    for platform, fmt in UNITS:
        mine = [case for case in found if (case.platform, case.fmt) == (platform.name, fmt)]
        assert {case.cores for case in mine if case.memory == "shared"} == set(
            core_counts(platform)
        )
        assert {(case.dram, case.core_mhz) for case in mine if case.dram} == {
            (dram, mhz) for dram in PRESETS for mhz in (150, 1000)
        }
        assert any(case.memory == "private" for case in mine)
    swept = [case.elements for case in cases.sweeps()]
    assert (min(swept), max(swept)) == (1, 1 << 22)


def test_a_stopped_run_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = BenchCase("ft78ne", "fp32", "shared", 8, 1024, 40)
    made = []

    def fake(case: BenchCase) -> Measurement:
        made.append(case)
        return Measurement(case, 100 + len(made), {})

    monkeypatch.setattr("scegrad.bench.command.measure", fake)
    monkeypatch.setattr("scegrad.bench.command.library", lambda platform: Path("simulator/lib.so"))

    def measured(*, resume: bool) -> Measurement:
        with ResultCache(tmp_path / KEPT, resume=resume) as cache:
            return cache.measured(case)

    first = measured(resume=False)
    assert measured(resume=True) == first
    assert len(made) == 1
    monkeypatch.setattr("scegrad.bench.command.library", lambda platform: Path("another/lib.so"))
    assert measured(resume=True) != first
    assert measured(resume=False) != first
    (tmp_path / KEPT).write_bytes(b"half of it" * 500)
    with pytest.raises(RequestError, match=r"measured\.sqlite is damaged .*: delete it"):
        measured(resume=True)
    assert measured(resume=False) != first


def test_pictures_and_readme_from_what_is_kept(tmp_path: Path) -> None:
    results = recorded(readme.MEASURED)
    lines, sweeps = (
        [Measurement.of(record) for record in results[part]] for part in ("lines", "sweeps")
    )
    missing = set(PLATFORMS) - {item.case.platform for item in lines}
    assert not missing, f"{readme.MEASURED} has no line of {missing}: make bench"
    for item in lines + sweeps:
        assert sum(cycle_shares(item)) == pytest.approx(1)
        assert min(cycle_shares(item)) >= 0
    for path in write_pictures(tmp_path, lines, sweeps):
        assert path.stat().st_size > 10_000
    assert readme.GENERATOR.run(check=True) == 0


@pytest.mark.whole
def test_cycles_kept_are_todays() -> None:
    """A line of docs/bench/bench.json, measured again."""
    results = recorded(readme.MEASURED)
    record = next(
        record
        for record in results["lines"]
        if record["case"]["platform"] == "ecp5_demo" and record["case"]["elements"] == 1024
    )
    item = Measurement.of(record)
    assert measure(item.case) == item
    assert run_job(np.zeros(3, "f4"), np.zeros(3, "f4"), platform="ecp5_demo").cycles is not None


def test_ratios_of_wall_times() -> None:
    found = WallTime("tiny", "fp32", 800, 100, 2.0, 1.6, 1.2, 80, 10, 8.0, 2.0)
    assert [found.record()[name] for name in RATIOS] == [1.25, 0.6, 40.0, 4.0]
