"""Jobs on arrays of any length and address, for the mutants of the DMA: the first cycles of each,
then an abort.

    bytes: 2^k and some ─► first addresses: at, before or after a multiple of 2^m ─► some hundred
                                       cycles, an error in some of them ─► abort

A counter of bytes, words or blocks with a wrong upper bit ends too early or goes on too long if its
lower bits are nearly 0; an adder shows a wrong upper bit where a carry comes up to it.

No memory of a platform is that large: these jobs run on the platform with ``unchecked`` requests.
"""

import random
import re
from contextlib import suppress

from scegrad.axi import Resp
from scegrad.errors import BuildError
from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.job.job import BusError, Job, JobAborted
from scegrad.platforms import Platform
from scegrad.registers import SHARED
from scegrad.signoff.mutant_sites import ONE, ZERO
from scegrad.sim.simulation import Direction, Memory, Simulation
from scegrad.soak.registers import SoakRegisters

LIMIT = 100_000
"""Cycles that an aborted job may take to end."""

MOST = 1000
"""Cycles of the longest job until its abort."""

SPARE = (16, 256, 2048)
"""Bytes by which a length is past a power of two: bytes, words, or blocks of a planner are few."""

SPACE = 1 << 32

LOCATED, OVERLAPS = ("private", "shared_6"), ("overlap",)
"""Registers of the job checker that say whether an array lies in a memory, and whether two overlap,
as the Verilog names them; each is there for several arrays.
"""

_CHECKS = re.compile(
    rf"^(    else (?:({'|'.join(LOCATED)})|{'|'.join(OVERLAPS)}) <= )\w+;", re.MULTILINE
)

_CHECKED = re.compile(
    rf"control\.job_checker\.\w+\.(?:({'|'.join(LOCATED)})|{'|'.join(OVERLAPS)})\[0\]"
)


def unchecked(text: str) -> str:
    """The Verilog of a platform that takes arrays anywhere. Raises ``BuildError``."""
    changed, count = _CHECKS.subn(lambda found: f"{found[1]}1'h{int(bool(found[2]))};", text)
    if count != len(LOCATED) + 2 * len(OVERLAPS):
        raise BuildError(f"the Verilog of the job checker has {count} checks of places")
    return changed


def forced(name: str) -> int | None:
    """What ``unchecked`` sets a bit of the netlist to, as the mode of a mutation; None for any
    other bit.
    """
    found = _CHECKED.fullmatch(name)
    return None if found is None else ONE if found[1] else ZERO


def run(rng: random.Random, platform: Platform, simulation: Simulation, count: int) -> int:
    """Run so many jobs; returns their number. Raises ``SoakError`` if one is refused."""
    simulation.reset()
    access = SoakRegisters(simulation)
    sequence.execute(sequence.identify_and_enable(platform), access)
    for _ in range(count):
        simulation.clear_windows()
        simulation.clear_faults()
        _run(rng, draw(rng, platform), simulation, access)
    return count


def draw(rng: random.Random, platform: Platform) -> Job:
    """A job with arrays anywhere."""
    fmt = FORMATS[rng.choice(platform.formats)]
    size = (1 << rng.randrange(2, 33)) + rng.randrange(-64, rng.choice(SPARE))
    length = min(max(size, fmt.bytes), SPACE - fmt.bytes) // fmt.bytes
    logits, labels, gradient = (_place(rng, length * fmt.bytes, fmt.bytes) for _ in range(3))
    return Job(
        platform,
        fmt,
        private=rng.random() < 0.5,
        logits=logits,
        labels=labels,
        gradient=gradient,
        length=length,
        core_mask=platform.all_cores,
    )


def _place(rng: random.Random, size: int, step: int) -> int:
    """The address of an array that ends inside the address space."""
    unit = 1 << rng.randrange(2, 32)
    near = rng.randrange(SPACE) // unit * unit + rng.randrange(-48, 48) // step * step
    return min(max(near, 0), (SPACE - size) // step * step)


def _run(rng: random.Random, job: Job, simulation: Simulation, access: SoakRegisters) -> None:
    simulation.set_memory(Memory(latency=rng.choice((0, 0, 3, 20)), outstanding=256))
    if rng.random() < 0.3:
        way = rng.choice((Direction.READ, Direction.WRITE))
        base = job.gradient if way is Direction.WRITE else rng.choice((job.logits, job.labels))
        simulation.fault((base + rng.randrange(600)) % SPACE, 1, way, Resp.SLVERR)
    sequence.execute(sequence.start(job), access)
    unit = 0 if job.private else SHARED  # no address says it
    simulation.run(rng.randrange(1, MOST))
    sequence.execute(sequence.abort(unit), access)
    with suppress(JobAborted, BusError):
        sequence.execute(sequence.finish(unit, LIMIT), access)
