"""C programs link the same library of the fast simulation that Python opens."""

import os
from pathlib import Path

import pytest

from scegrad.api import run_job
from scegrad.backends.verilator import SimulationAccess
from scegrad.build import simulator as build
from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.model import golden
from scegrad.request.request import prepare
from scegrad.request.settings import Settings
from scegrad.sim.simulation import ALL_PORTS, Memory, Simulation
from tests.tb.platforms import TINY

from .programs import execute, operands, outcomes


def windows() -> list[str]:
    """Mappings of this process at addresses of the platform's memories."""
    ranges = [
        tuple(int(word, 16) for word in line.split()[0].split("-"))
        for line in Path("/proc/self/maps").read_text().splitlines()
    ]
    return [
        hex(low)
        for low, high in ranges
        if any(low < region.end and high > region.base for region in TINY.regions)
    ]


def test_the_file_is_the_same(library: Path) -> None:
    assert library.read_bytes() == build.library(TINY, waves=True).read_bytes()


def test_python_maps_no_windows(library: Path) -> None:
    before = windows()
    with Simulation(library) as simulation:
        assert simulation.read32(0) == 0x5343_4547
    assert windows() == before
    assert "SCEGRAD_WINDOWS" not in os.environ


@pytest.mark.parametrize(
    ("memory", "core_mhz"), [("ddr3-1600", None), ("ddr4-2400", None), ("ddr3-1600", 200)]
)
def test_c_and_python_take_the_same_cycles_on_a_dram(
    call: Path, seed: int, memory: str, core_mhz: int | None
) -> None:
    logits, labels = operands(5000, FORMATS["fp32"].dtype, seed)
    place = prepare(logits, labels, Settings(platform=TINY)).job
    word = f"fs:{place.logits:#x}:{place.labels:#x}:{place.gradient:#x}:5000:3"
    clock = {"SCEGRAD_CORE_MHZ": str(core_mhz)} if core_mhz else {}
    (outcome,) = outcomes(execute(call, word, SCEGRAD_MEMORY=memory, **clock).stdout)
    result = run_job(logits, labels, platform=TINY, dram=memory, core_mhz=core_mhz)
    assert outcome.cycles == result.cycles
    assert outcome.cycles != run_job(logits, labels, platform=TINY, latency=0).cycles


@pytest.mark.parametrize(
    ("kind", "fmt"), [("fs", "fp32"), ("hs", "fp16"), ("fp", "fp32"), ("hp", "fp16")]
)
def test_c_and_python_take_the_same_cycles(
    library: Path, call: Path, seed: int, kind: str, fmt: str
) -> None:
    private = kind[1] == "p"
    logits, labels = operands(1500, FORMATS[fmt].dtype, seed)
    request = prepare(
        logits,
        labels,
        Settings(
            platform=TINY,
            memory="private" if private else "shared",
            core_mask=1 if private else 3,
        ),
    )
    place = request.job
    (outcome,) = outcomes(
        execute(
            call, f"{kind}:{place.logits:#x}:{place.labels:#x}:{place.gradient:#x}:1500:3"
        ).stdout
    )
    with Simulation(library) as simulation:
        simulation.set_memory(Memory(), ALL_PORTS)
        simulation.write(place.logits, logits)
        simulation.write(place.labels, labels)
        access = SimulationAccess(simulation, request, None)
        sequence.execute(sequence.identify_and_enable(TINY), access)
        counters = sequence.execute(sequence.run(request.job), access)
        assert (
            simulation.read(place.gradient, place.size).tobytes()
            == golden.gradient(logits, labels).tobytes()
        )
    assert (outcome.cycles, outcome.elements) == (counters.cycles, 1500)
    options = {
        "platform": TINY,
        "memory": "private" if private else "shared",
        "core_mask": 1 if private else 3,
        "latency": 0,
    }
    assert run_job(logits, labels, **options).cycles == outcome.cycles
