"""The regression whose coverage is measured, on the fast simulator.

    soak rounds ─► long jobs ─► every register and address ─► requests of every kind
                ─► requests beside a job that runs

All of it is checked as it runs, and it is the same in every run.
"""

import itertools
import random
from dataclasses import replace
from typing import Any

import numpy as np

from scegrad.errors import SimulationError
from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.job.job import Job
from scegrad.model import golden
from scegrad.platforms import Platform, Region
from scegrad.registers import (
    MAX_CORES,
    REGISTERS,
    SHARED,
    UNIT_REGISTERS,
    Access,
    Status,
    offset,
    unit_offset,
)
from scegrad.sim.simulation import Memory, Simulation
from scegrad.soak import rivals
from scegrad.soak.registers import SoakError, SoakRegisters, start_as_due
from scegrad.soak.soak import SoakRound
from scegrad.tb import scenarios

SEED = 14

LONG = 24
"""Elements of a long job per beat of the read buffer, which it fills while a memory answers
late."""

LATE = Memory(latency=3000, outstanding=256)
BUSY = Memory(latency=40, outstanding=256, stall=200, seed=SEED)
"""Memories of the long jobs."""

ADDRESS_BITS = 12
"""Of the port to the registers."""

SHORT = 300
"""Elements of the longest request that runs when it is taken."""

SLOW = 2000
"""Latency of the memory of jobs that run while others are requested."""

LIMIT = 100_000
"""Cycles that a request may take."""


def run_regression(platform: Platform, simulation: Simulation, rounds: int) -> int:
    """Run this many soak rounds and all the rest; returns the number of jobs. Raises ``SoakError``
    if anything is wrong.
    """
    jobs = 0
    for number in range(rounds):
        simulation.reset()
        jobs += SoakRound(platform, simulation, SEED, number).run()
    simulation.clear_windows()
    simulation.clear_faults()
    rng, length = random.Random(SEED), LONG * platform.read_buffer_beats + 1
    kinds = itertools.product((LATE, BUSY), platform.formats, scenarios.kinds(platform))
    for memory, name, private in kinds:
        simulation.set_memory(memory)
        shape = scenarios.Shape(FORMATS[name], private=private, length=length)
        run_checked(rng, simulation, scenarios.draw_job(rng, platform, shape, []))
        jobs += 1
    simulation.set_memory(Memory(latency=30))
    registers(rng, platform, simulation)
    sequence.execute(sequence.identify_and_enable(platform), SoakRegisters(simulation))
    jobs += sum(_request(rng, platform, simulation) for _ in range(30 * rounds))
    return jobs + beside(rng, platform, simulation)


def run_checked(rng: random.Random, simulation: Simulation, job: Job) -> None:
    """Run a job, and compare its elements with the golden model. Raises ``SoakError``."""
    due = _load(rng, simulation, job)
    sequence.execute(sequence.run(job, LIMIT), SoakRegisters(simulation))
    _compare(simulation, job, due)


def _load(rng: random.Random, simulation: Simulation, job: Job) -> np.ndarray:
    """Fill the operands of a job; returns the bits of its results."""
    logits, labels = scenarios.draw_operands(rng, job.fmt, job.length)
    simulation.write(job.logits, logits)
    simulation.write(job.labels, labels)
    return golden.gradient(logits, labels).view(job.fmt.bits_dtype)


def _compare(simulation: Simulation, job: Job, due: np.ndarray) -> None:
    found = simulation.read(job.gradient, job.size).view(job.fmt.bits_dtype)
    if (found != due).any():
        raise SoakError(f"element {int(np.argmax(found != due))} of {job.unit} is wrong")


def beside(rng: random.Random, platform: Platform, simulation: Simulation) -> int:
    """While a job runs, everything that it forbids is refused, and a private job on each other core
    is taken; returns the number of jobs that ran.
    """
    simulation.set_memory(Memory(latency=SLOW))
    access, jobs = SoakRegisters(simulation), 0
    masks = {platform.all_cores, 1, platform.all_cores - 1 or 1}
    shapes = [scenarios.Shape(private=False, mask=mask, length=SHORT) for mask in sorted(masks)]
    for core in range(platform.l2_ports):
        shapes.append(scenarios.Shape(private=True, core=core, length=SHORT))
    for first in shapes:
        cores = [core for core in range(platform.l2_ports) if not _uses(first, core)]
        others = [scenarios.Shape(private=True, core=core, length=SHORT) for core in cores]
        taken: list[Region] = []
        drawn = [scenarios.draw_job(rng, platform, shape, taken) for shape in (first, *others)]
        due = [_load(rng, simulation, job) for job in drawn]
        for job in drawn:
            start_as_due(job, access)
            for rival in itertools.chain(*rivals.rivals(rng, job).values()):
                start_as_due(rival, access, Status.BUSY)
        for job, results in zip(drawn, due, strict=True):
            sequence.execute(sequence.finish(job.unit, LIMIT), access)
            _compare(simulation, job, results)
        jobs += len(drawn)
    return jobs


def _uses(shape: scenarios.Shape, core: int) -> bool:
    return core == shape.core if shape.private else bool((shape.mask or 0) >> core & 1)


def registers(rng: random.Random, platform: Platform, simulation: Simulation) -> None:
    """Read and write every register, and addresses without one, which are answered SLVERR."""
    units = (*range(MAX_CORES), SHARED)  # those of cores that the platform lacks are there too
    places = [(each, offset(each.name)) for each in REGISTERS]
    places += [(each, unit_offset(unit, each.name)) for each in UNIT_REGISTERS for unit in units]
    enables = 1 << SHARED | platform.all_cores
    for register, place in places:
        simulation.read32(place)
        if register.access is Access.RW:
            for value in (0xFFFF_FFFF, rng.getrandbits(32), 0):
                simulation.write32(place, value)
                due = value & register.writable & (enables if _per_unit(register) else -1)
                if (found := simulation.read32(place)) != due:
                    raise SoakError(f"{register.name} is {found:#x}, but must be {due:#x}")
        elif register.access is Access.RO:
            simulation.write32(place, 0xFFFF_FFFF)  # ignored
    for name in ("IRQ_PENDING", "ABORT"):
        simulation.write32(offset(name), 0xFFFF_FFFF)
    known = {place for _, place in places}
    for step in range(1 << (ADDRESS_BITS - 2)):
        if (place := 4 * step) not in known:
            _expect_no_register(simulation, place)


def _per_unit(register: object) -> bool:
    return getattr(register, "name", "").startswith("IRQ")


def _expect_no_register(simulation: Simulation, place: int) -> None:
    for access in (simulation.read32, lambda place: simulation.write32(place, 0)):
        try:
            access(place)
        except SimulationError:
            continue
        raise SoakError(f"there is a register at {place:#x}")


def _request(rng: random.Random, platform: Platform, simulation: Simulation) -> int:
    """A request in which something is spoilt more often than not: refused with the right status,
    or run; returns the number of jobs that ran.
    """
    job = _spoilt(rng, scenarios.draw_job(rng, platform, scenarios.Shape(longest=SHORT), []))
    due = job.check()
    if due is Status.ACCEPTED and job.length > SHORT:
        return 0
    access = SoakRegisters(simulation)
    if not start_as_due(job, access):
        return 0
    if job.length > SHORT // 2:
        start_as_due(job, access, Status.BUSY)
    sequence.execute(sequence.finish(job.unit, LIMIT), access)
    return 1


def _spoilt(rng: random.Random, job: Job) -> Job:
    """The job with one field changed, in one bit or as a whole."""
    name = rng.choice(("logits", "labels", "gradient", "length", "core_mask", "private", ""))
    if name == "private":
        return replace(job, private=not job.private)
    if not name:
        return job
    value, bits = getattr(job, name), 32
    changed = rng.choice((value ^ 1 << rng.randrange(bits), rng.getrandbits(bits)))
    if name == "length" and changed >= 1 << (bits - 1):
        changed -= 1 << bits
    changes: dict[str, Any] = {name: changed}
    return replace(job, **changes)
