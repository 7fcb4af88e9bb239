"""An abort at every cycle of a job on the fast simulator, and the next job; and jobs beyond their
time limit.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from scegrad.build.simulator import library
from scegrad.formats import FP32
from scegrad.job import sequence
from scegrad.job.job import Job, JobAborted
from scegrad.model import golden
from scegrad.platforms import Platform
from scegrad.registers import SHARED, Status, offset, unit_offset
from scegrad.sim.simulation import Direction, Memory, Simulation
from tests.tb.platforms import TINY

LENGTH = 37
GUARD = 64
MEMORIES = {
    "at once": Memory(),
    "slow": Memory(latency=23, outstanding=2),
    "pausing": Memory(latency=3, stall=160),
}


class Registers:
    """The registers of a simulation, for ``sequence``."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.read32, self.write32 = simulation.read32, simulation.write32

    def wait(self, limit: int) -> None:
        self.simulation.run(limit, until_irq=True)
        if not self.simulation.irq:
            raise TimeoutError(f"no interrupt came within {limit} cycles")


class Bench:
    """One job's arrays, with guard bytes, in the memory of a simulated unit."""

    def __init__(self, simulation: Simulation, private: bool, seed: int) -> None:
        self.simulation, self.registers = simulation, Registers(simulation)
        base = TINY.l2[1].base if private else TINY.shared[0].base
        places = (base + 0x1FF4, base + 0x2FE8, base + 0x3FBC)
        self.job = Job(TINY, FP32, private, *places, LENGTH, 0 if private else 3)
        self.unit = 1 if private else SHARED
        numbers = np.random.default_rng(seed)
        self.logits, self.labels = numbers.normal(size=(2, LENGTH)).astype("f4")
        self.right = golden.gradient(self.logits, self.labels)
        self.before = numbers.integers(0, 256, 2 * GUARD + self.job.size, np.uint8)
        sequence.execute(sequence.identify_and_enable(TINY), self.registers)
        for address, access in zip(
            self.job.arrays, (Direction.READ, Direction.READ, Direction.WRITE), strict=True
        ):
            simulation.allow(address, self.job.size, access)

    def start(self) -> None:
        """Fill memory, and start the job."""
        job = self.job
        self.simulation.write(job.logits, self.logits)
        self.simulation.write(job.labels, self.labels)
        self.simulation.write(job.gradient - GUARD, self.before)
        assert sequence.execute(sequence.start(job), self.registers) == self.unit

    def check(self, *, complete: bool) -> None:
        """Each element is right (or unchanged after an abort); the guards are unchanged."""
        got = self.simulation.read(self.job.gradient - GUARD, self.before.size)
        inside = slice(GUARD, GUARD + self.job.size)
        element = got[inside].view("u4")
        old = self.before[inside].view("u4") == element
        assert ((self.right.view("u4") == element) | (old & (not complete))).all()
        got[inside] = self.before[inside]
        assert (got == self.before).all()
        assert not self.simulation.violations()

    def finish(self) -> Status:
        """Wait for the end and check the memory; DONE or ABORTED."""
        try:
            counters = sequence.execute(sequence.finish(self.unit, 20_000), self.registers)
        except JobAborted:
            self.check(complete=False)
            return Status.ABORTED
        self.check(complete=True)
        assert counters.elements == LENGTH
        return Status.DONE


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    platform: Platform = TINY
    with Simulation(library(platform)) as simulation:
        yield simulation


@pytest.mark.parametrize("private", [False, True], ids=["shared", "private"])
@pytest.mark.parametrize("memory", MEMORIES)
def test_every_cycle_of_a_job(
    simulation: Simulation, memory: str, private: bool, seed: int
) -> None:
    simulation.set_memory(replace(MEMORIES[memory], seed=seed))
    bench = Bench(simulation, private, seed)
    ends: list[Status] = []
    while Status.ABORTED in ends[-20:] or not ends:
        bench.start()
        simulation.run(len(ends))
        sequence.execute(sequence.abort(bench.unit), bench.registers)
        ends.append(bench.finish())
        assert simulation.read32(unit_offset(bench.unit, "FAULT_ADDRESS")) == 0
        assert simulation.read32(offset("BUSY")) == 0
        bench.start()
        assert bench.finish() is Status.DONE
    assert ends.count(Status.ABORTED) > 50
    assert ends[0] is Status.ABORTED


def test_an_abort_reaches_its_unit_alone(simulation: Simulation, seed: int) -> None:
    """The private job of one core goes on while the other's, and units without a job, are
    aborted.
    """
    bench = Bench(simulation, True, seed)
    simulation.write32(offset("ABORT"), 0xFFFF_FFFF)
    bench.start()
    simulation.write32(offset("ABORT"), 0xFFFF_FFFF & ~(1 << bench.unit))
    assert bench.finish() is Status.DONE
    assert simulation.read32(unit_offset(0, "STATUS")) == Status.IDLE


@pytest.mark.parametrize("private", [False, True], ids=["shared", "private"])
def test_a_job_out_of_time_is_over_when_the_error_comes(
    simulation: Simulation, private: bool, seed: int
) -> None:
    simulation.set_memory(Memory(latency=150))
    bench = Bench(simulation, private, seed)
    for limit in (1, 40, 120, 200, 260, 300):
        bench.start()
        with pytest.raises(TimeoutError, match=f"^no interrupt came within {limit} cycles$"):
            sequence.execute(sequence.finish(bench.unit, limit), bench.registers)
        assert simulation.read32(offset("BUSY")) == 0
        assert simulation.read32(offset("IRQ_PENDING")) == 0
        assert simulation.read32(unit_offset(bench.unit, "STATUS")) == Status.ABORTED
        bench.check(complete=False)
    bench.start()
    assert bench.finish() is Status.DONE
