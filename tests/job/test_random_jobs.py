"""Random jobs on the fast simulator: any place, length, mask, memory and error, each checked bit
for bit with guards and windows.
"""

import random
from collections.abc import Iterator

import numpy as np
import pytest

from scegrad.axi import Resp
from scegrad.backends.verilator import SimulationAccess
from scegrad.build import simulator as build
from scegrad.formats import FORMATS
from scegrad.job import job as jobs
from scegrad.job import sequence
from scegrad.job.placement import place
from scegrad.model import golden
from scegrad.platforms import FT78NE, MT7004, Platform
from scegrad.request.request import Request, prepare
from scegrad.request.settings import Settings
from scegrad.sim.simulation import Direction, Memory, Simulation
from tests.tb.platforms import SINGLE, TINY, WIDE

JOBS = 150


class Unit:
    """A simulated unit, and all random choices for its jobs."""

    def __init__(self, platform: Platform, simulation: Simulation, seed: int) -> None:
        self.platform = platform
        self.simulation = simulation
        self.rng = random.Random(seed)
        self.bits = np.random.default_rng(seed)

    def draw(self) -> Request:
        """A job anywhere in any memory of the platform."""
        rng, fmt = self.rng, FORMATS[self.rng.choice(self.platform.formats)]
        length = rng.choice(
            [0, 1, 2, 3, rng.randrange(20), rng.randrange(300), rng.randrange(9000)]
        )
        x, y = self.bits.integers(0, 1 << fmt.width, (2, length), dtype=fmt.bits_dtype).view(
            fmt.dtype
        )
        settings = Settings(
            platform=self.platform,
            memory=rng.choice(["shared", "private"]),
            core_mask=rng.randrange(1, self.platform.all_cores + 1),
            in_place=rng.choice([None, None, "logits", "labels"]),
            misalignment=(
                rng.randrange(2100) * fmt.bytes,
                rng.randrange(2100) * fmt.bytes,
                rng.randrange(2100) * fmt.bytes,
            ),
        )
        return prepare(x, y, settings)

    def load(self, request: Request) -> None:
        """Fill memory, with random guard bytes, and allow the job its arrays alone."""
        sim, where = self.simulation, request.job
        sim.release(0, 1 << 32)
        sim.clear_windows()
        sim.clear_faults()
        self.guards = [
            (address, self.bits.integers(0, 256, size, np.uint8))
            for address, size in request.guards
        ]
        for address, content in [
            *self.guards,
            (where.logits, request.logits),
            (where.labels, request.labels),
        ]:
            sim.write(address, content)
        for address, access in (
            (where.logits, Direction.READ),
            (where.labels, Direction.READ),
            (where.gradient, Direction.WRITE),
        ):
            sim.allow(address, where.size, access)
        rng = self.rng
        stall, latency, outstanding = (
            rng.choice([0, 0, 30, 128, 230]),
            rng.choice([0, 0, 1, 20, 100, 300]),
            rng.choice([1, 2, 64]),
        )
        sim.set_memory(Memory(latency, outstanding, stall, rng.getrandbits(32)))

    def inject(self, request: Request) -> str | None:
        """Sometimes a bus error: the name of its status."""
        if not request.job.size or self.rng.random() > 0.2:
            return None
        where = request.job
        access, response = (
            self.rng.choice([Direction.READ, Direction.WRITE]),
            self.rng.choice([Resp.SLVERR, Resp.DECERR]),
        )
        base = (
            where.gradient
            if access is Direction.WRITE
            else self.rng.choice([where.logits, where.labels])
        )
        self.simulation.fault(base + self.rng.randrange(where.size), 1, access, response)
        return f"{access.name}_{response.name}"

    def check(self, request: Request, before: np.ndarray, complete: bool) -> None:
        """Every element of the output is right (after an early end: right or unchanged), and
        nothing else has changed.
        """
        sim, bits = self.simulation, request.fmt.bits_dtype
        got = sim.read(request.job.gradient, request.job.size).view(bits)
        expected = golden.gradient(request.logits, request.labels).view(bits)
        assert ((got == expected) | ((got == before.view(bits)) & (not complete))).all()
        assert not sim.violations()
        for address, content in self.guards:
            assert (sim.read(address, content.size) == content).all()


@pytest.fixture(
    params=[
        TINY,
        pytest.param(SINGLE, marks=pytest.mark.whole),
        pytest.param(WIDE, marks=pytest.mark.whole),
    ],
    ids=lambda p: p.name,
)
def unit(request: pytest.FixtureRequest, seed: int) -> Iterator[Unit]:
    yield from opened(request.param, seed)


@pytest.fixture(params=[FT78NE, MT7004], ids=lambda p: p.name)
def large_unit(request: pytest.FixtureRequest, seed: int) -> Iterator[Unit]:
    yield from opened(request.param, seed)


def opened(platform: Platform, seed: int) -> Iterator[Unit]:
    with Simulation(build.library(platform)) as simulation:
        yield Unit(platform, simulation, seed)


def run_jobs(unit: Unit) -> None:
    """One job after the other; some meet a bus error, a reset ends some, and the next job must
    succeed.
    """
    sim = unit.simulation
    prepared = False
    for _ in range(JOBS):
        request = unit.draw()
        unit.load(request)
        status = unit.inject(request)
        before = sim.read(request.job.gradient, request.job.size)
        access = SimulationAccess(sim, request, None)
        job = request.job
        if not prepared:
            sequence.execute(sequence.identify_and_enable(unit.platform), access)
        prepared = status is not None or unit.rng.random() > 0.1
        if not prepared:
            sequence.execute(sequence.start(job), access)
            sim.run(unit.rng.randrange(1, 500 + request.logits.size))
            sim.reset()
            unit.check(request, before, complete=False)
        elif status is None:
            counters = sequence.execute(sequence.run(job, 400_000 + 400 * job.length), access)
            assert counters.elements == job.length
            unit.check(request, before, complete=True)
        else:
            with pytest.raises(jobs.BusError) as caught:
                sequence.execute(sequence.run(job, 400_000 + 400 * job.length), access)
            assert caught.value.status.name == status
            unit.check(request, before, complete=False)


def test_random_jobs(unit: Unit) -> None:
    run_jobs(unit)


@pytest.mark.whole
def test_random_jobs_on_the_platforms(large_unit: Unit) -> None:
    run_jobs(large_unit)


def test_place_is_what_the_hardware_accepts() -> None:
    for core in (None, 0, 7):
        where = place(FT78NE, FORMATS["fp32"], 100, core=core, misalignment=(4, 8, 12))
        job = jobs.Job(
            FT78NE,
            FORMATS["fp32"],
            core is not None,
            where.logits,
            where.labels,
            where.gradient,
            100,
            0xFF,
        )
        assert job.check() is jobs.Status.ACCEPTED
