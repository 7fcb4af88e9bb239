"""The whole unit in both simulators: ``tb.bench_system`` and ``tb.bench_cocotbext`` on small
platforms and on those offered.

Verilator runs all of it with the clock gates as the wires that they are in the Verilog. Icarus,
with four values, runs the long parts with gates and the short ones with wires.
"""

from itertools import product

import pytest

from scegrad.platforms import Platform
from scegrad.tb.designs import Design, design_of, gated
from scegrad.tb.runner import SIMULATORS, BenchResult, run_bench

from .platforms import FT78NE, MT7004, SINGLE, TINY, WIDE

SYSTEM = "scegrad.tb.bench_system"
COCOTBEXT = "scegrad.tb.bench_cocotbext"
FEW = {"longest": 30, "jobs": 5, "requests": 30}
MANY = {
    "icarus": {"longest": 150, "jobs": 15},
    "verilator": {"longest": 700, "jobs": 60, "requests": 150},
}
SHORT = {
    "icarus": {"longest": 24, "jobs": 1, "requests": 12},
    "verilator": {"longest": 300, "jobs": 30},
}


def of(platform: Platform, simulator: str) -> Design:
    """The platform's design: for Icarus with gates, which take a quarter of the time."""
    design = design_of(platform)
    return gated(design) if simulator == "icarus" else design


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_one_core(simulator: str) -> None:
    run_bench(SINGLE, SYSTEM, simulator, FEW)


@pytest.mark.whole
@pytest.mark.parametrize("simulator", SIMULATORS)
@pytest.mark.parametrize("platform", [SINGLE, TINY, WIDE], ids=lambda platform: platform.name)
def test_small_platforms(platform: Platform, simulator: str) -> None:
    run_bench(of(platform, simulator), SYSTEM, simulator, MANY[simulator])


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_power_up(simulator: str) -> None:
    run_bench(SINGLE, "scegrad.tb.bench_power_up", simulator, unset="ones")


@pytest.mark.whole
@pytest.mark.parametrize("simulator", SIMULATORS)
@pytest.mark.parametrize("platform", [FT78NE, MT7004], ids=lambda platform: platform.name)
def test_platforms(platform: Platform, simulator: str) -> None:
    tests = ["random_jobs", "side_by_side", "faults"] if simulator == "icarus" else None
    run_bench(of(platform, simulator), SYSTEM, simulator, SHORT[simulator], tests=tests)


@pytest.mark.whole
@pytest.mark.parametrize(
    ("platform", "simulator"),
    [(TINY, "icarus"), (TINY, "verilator"), (FT78NE, "verilator"), (MT7004, "verilator")],
    ids=lambda value: getattr(value, "name", value),
)
def test_with_cocotbext_axi(platform: Platform, simulator: str) -> None:
    run_bench(platform, COCOTBEXT, simulator)


@pytest.mark.whole
def test_simulators_agree_to_the_cycle(seed: int) -> None:
    """The same jobs start and end at the same times, with clock gates as wires and as gates."""

    def times(result: BenchResult) -> list[str]:
        return [line for line in result.log.splitlines() if "core_mask=" in line]

    tests = ["random_jobs", "side_by_side"]
    wires = design_of(TINY)
    one, two, three = (
        times(run_bench(design, SYSTEM, simulator, FEW, tests=tests, seed=seed))
        for design, simulator in [*product([wires], SIMULATORS), (gated(wires), "icarus")]
    )
    assert one == two == three != []
