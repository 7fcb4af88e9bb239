"""Requests at the edges of what is allowed, for the mutants of the checker and of the registers.

    sizes 2^k and an element beside it ─► an array at either end of a memory, an element in or out
                                      └─► the output an element into, beside or clear of an input
    every register read while the counters are full

A request that must be refused is; any other is started, and ended early if it is long.
"""

import itertools
import random
from contextlib import suppress
from dataclasses import replace
from typing import Any

from scegrad.axi import Resp
from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.job.job import BusError, Job, JobAborted
from scegrad.platforms import Platform, Region
from scegrad.registers import REGISTERS, SHARED, UNIT_REGISTERS, offset, unit_offset
from scegrad.sim.simulation import Direction, Memory, Simulation
from scegrad.soak.registers import SoakRegisters, start_as_due
from scegrad.tb import scenarios

LIMIT = 100_000
"""Cycles that a request may take."""

MEMORY = Memory(latency=12)

ARRAYS = ("logits", "labels", "gradient")

READING = 16
"""Jobs during and after which every register is read."""


def run(rng: random.Random, platform: Platform, simulation: Simulation, count: int) -> int:
    """Make so many requests, and read the registers of some jobs; returns how many were started.
    Raises ``SoakError``.
    """
    simulation.reset()
    simulation.clear_windows()
    simulation.clear_faults()
    simulation.set_memory(MEMORY)
    access = SoakRegisters(simulation)
    sequence.execute(sequence.identify_and_enable(platform), access)
    started = sum(_request(draw(rng, platform), access) for _ in range(count))
    for _ in range(READING):
        _read_all(rng, platform, simulation, access)
    return started + READING


def draw(rng: random.Random, platform: Platform) -> Job:
    """A request at an edge."""
    fmt = FORMATS[rng.choice(platform.formats)]
    private = bool(platform.l2_ports) and rng.random() < 0.5
    core = rng.randrange(platform.cores)
    regions = platform.private_of(core) if private else platform.shared
    most = max(region.size for region in regions) // fmt.bytes
    near = 1 << rng.randrange(most.bit_length())
    length = min(max(0, near + rng.choice((-1, 0, 1, rng.randrange(-near, near + 1)))), most)
    job = Job(
        platform,
        fmt,
        private,
        **{
            name: _place(rng, rng.choice(regions), length * fmt.bytes, fmt.bytes) for name in ARRAYS
        },
        length=length,
        core_mask=platform.all_cores,
    )
    if rng.random() < 0.3:
        array, region = rng.choice(ARRAYS), rng.choice(platform.regions)
        return _at(job, array, _edge(rng, region, job))
    step = rng.choice((-1, 0, 1, 1)) * fmt.bytes
    gap = rng.choice((job.size + step, -job.size - step, step, -step, 1 << rng.randrange(2, 31)))
    return _at(job, "gradient", rng.choice((job.logits, job.labels)) + gap)


def _place(rng: random.Random, region: Region, size: int, step: int) -> int:
    room = max(0, region.size - size)
    place = region.base + rng.choice((0, room, rng.randint(0, room))) // step * step
    return min(place, (1 << 32) - step)


def _edge(rng: random.Random, region: Region, job: Job) -> int:
    """Where an array begins or ends with a region, or is an element off."""
    end = rng.choice((region.base, region.end - job.size))
    return end + rng.choice((-1, 0, 1)) * job.fmt.bytes


def _at(job: Job, array: str, address: int) -> Job:
    changes: dict[str, Any] = {array: address & 0xFFFF_FFFF}
    return replace(job, **changes)


def _request(job: Job, access: SoakRegisters) -> int:
    if not start_as_due(job, access):
        return 0
    sequence.execute(sequence.abort(job.unit), access)
    with suppress(JobAborted):
        sequence.execute(sequence.finish(job.unit, LIMIT), access)
    return 1


def _read_all(
    rng: random.Random, platform: Platform, simulation: Simulation, access: SoakRegisters
) -> None:
    """Run a job, with an error at its end now and then, and read all registers beside it."""
    simulation.set_memory(Memory(latency=rng.choice((0, 50)), stall=rng.choice((0, 200)), seed=1))
    job = scenarios.draw_job(rng, platform, scenarios.Shape(length=rng.randrange(100, 6000)), [])
    if rng.random() < 0.5:
        way = rng.choice((Direction.READ, Direction.WRITE))
        base = job.gradient if way is Direction.WRITE else job.labels
        simulation.fault(base + job.size - 1, 1, way, Resp.SLVERR)
    unit = sequence.execute(sequence.start(job), access)
    for name in ARRAYS:
        simulation.write32(offset(name.upper()), rng.getrandbits(32))
    places = [offset(each.name) for each in REGISTERS]
    units = (*range(platform.cores), SHARED)
    places += [
        unit_offset(each, register.name)
        for each, register in itertools.product(units, UNIT_REGISTERS)
    ]
    for place in places:
        simulation.read32(place)
    with suppress(BusError):
        sequence.execute(sequence.finish(unit, LIMIT), access)
    simulation.clear_faults()
    for place in places:
        simulation.read32(place)
