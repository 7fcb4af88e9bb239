"""The long jobs at the beginning of a soak: they reach bits of sizes and counters that the jobs of
the rounds do not.

    each format:  one shared job of more than 2^24 bytes ─► a private job on each core at once

The bits above are left to the proofs of the units.
"""

import random

import numpy as np

from scegrad.errors import JobError
from scegrad.formats import FORMATS, Format
from scegrad.job import sequence
from scegrad.job.job import Job
from scegrad.job.placement import place
from scegrad.model import golden
from scegrad.platforms import Platform
from scegrad.sim.simulation import Memory, Simulation
from scegrad.soak import reports
from scegrad.soak.registers import SoakError, SoakRegisters, start_as_due
from scegrad.tb import scenarios

SHARED_BYTES = (1 << 24) + 100
"""Of each array of a shared job."""

GUARDS = 256
"""Bytes of a private memory that its two arrays leave free."""

OFFSETS = (4, 60, 20)
"""Bytes by which the arrays are off a multiple of 64."""

PERIOD = 65_537
"""Elements after which the operands repeat: a prime, so that a power of two never fits."""

ELEMENT_CYCLES = 4
"""Cycles per element that a job may take on this memory."""


def run(platform: Platform, simulation: Simulation, seed: int) -> None:
    """Run the long jobs. Raises ``SoakError`` if one hangs, or a result or counter is wrong."""
    rng = random.Random(f"{seed} {platform.name} long")
    try:
        sequence.execute(sequence.identify_and_enable(platform), SoakRegisters(simulation))
        for name in platform.formats:
            _together(rng, simulation, [_shared(platform, FORMATS[name])])
            cores = range(platform.l2_ports)
            _together(rng, simulation, [_private(platform, FORMATS[name], k) for k in cores])
    except (JobError, RuntimeError) as error:
        raise SoakError(str(error)) from error


def _shared(platform: Platform, fmt: Format) -> Job:
    where = place(platform, fmt, SHARED_BYTES // fmt.bytes, misalignment=OFFSETS)
    arrays = (where.logits, where.labels, where.gradient)
    return Job(platform, fmt, False, *arrays, SHARED_BYTES // fmt.bytes, platform.all_cores)


def _private(platform: Platform, fmt: Format, core: int) -> Job:
    """A job in place, whose two arrays fill the first memory of a core."""
    length = (platform.private_of(core)[0].size - GUARDS) // (2 * fmt.bytes)
    where = place(platform, fmt, length, core=core, in_place="logits")
    return Job(platform, fmt, True, where.logits, where.labels, where.gradient, length)


def _together(rng: random.Random, simulation: Simulation, jobs: list[Job]) -> None:
    """Run jobs of different units at once, and compare their results and counters."""
    access = SoakRegisters(simulation)
    due = [_load(rng, simulation, job) for job in jobs]
    memory, asked = Memory(), simulation.cycle
    simulation.set_memory(memory)
    for job in jobs:
        start_as_due(job, access)
    for job, results in zip(jobs, due, strict=True):
        counters = sequence.execute(sequence.finish(job.unit, ELEMENT_CYCLES * job.length), access)
        elapsed = simulation.cycle - asked
        reports.check_counters(job, counters, memory, elapsed, done=True)
        found = simulation.read(job.gradient, job.size).view(results.dtype)
        if (found != results).any():
            i = int(np.argmax(found != results))
            told = f"element {i} of {job.length} of unit {job.unit}"
            raise SoakError(f"{told} is {found[i]:#x}, but must be {results[i]:#x}")


def _load(rng: random.Random, simulation: Simulation, job: Job) -> np.ndarray:
    """Fill the operands of a job; returns the bits of its results."""
    period = scenarios.draw_operands(rng, job.fmt, min(PERIOD, job.length))
    for address, values in zip(job.arrays, period, strict=False):
        simulation.write(address, np.resize(values, job.length))
    return np.resize(golden.gradient(*period), job.length).view(job.fmt.bits_dtype)
