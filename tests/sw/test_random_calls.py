"""Random calls, good and bad, at the edges of every memory: the library answers each by the rules
of a job, and stays usable.
"""

import random
from dataclasses import replace
from pathlib import Path

from scegrad.formats import FORMATS
from scegrad.job.job import Job
from scegrad.registers import Status
from tests.tb.platforms import TINY

from .programs import execute, outcomes

COUNT = 400
LENGTHS = (-(1 << 31), -1, 0, 1, 2, 3, 17, 64, (1 << 31) - 1)
"""No long job: an accepted job has 64 elements at most."""


def address(draw: random.Random) -> int:
    """Near an edge of a memory, or somewhere inside, now and then misaligned."""
    region = draw.choice(TINY.regions)
    place = draw.choice(
        (region.base, region.end, region.base + 0x1000, region.base + 0x1000, region.base + 0x2000)
    )
    return (place + 2 * draw.randint(-40, 40) + (draw.random() < 0.05)) % (1 << 32)


def random_job(draw: random.Random) -> Job:
    base = address(draw)
    arrays = [
        base
        if draw.random() < 0.3
        else (base + 0x400 * k) % (1 << 32)
        if draw.random() < 0.8
        else address(draw)
        for k in range(3)
    ]
    fmt, length = draw.choice(list(FORMATS.values())), draw.choice(LENGTHS)
    if draw.random() < 0.8:
        arrays = [array - array % fmt.bytes for array in arrays]
    mask = draw.choice((1, 2, 3, 3, 3, 0, 4, 0xFFFF_FFFF))
    return Job(TINY, fmt, draw.random() < 0.5, *arrays, length, mask)


def word(job: Job) -> str:
    kind = {"fp32": "f", "fp16": "h"}[job.fmt.name] + "sp"[job.private]
    return ":".join([kind, *map(hex, job.arrays), str(job.length), hex(job.core_mask)])


def test_random_calls(call: Path, seed: int) -> None:
    draw = random.Random(seed)
    jobs = [random_job(draw) for _ in range(COUNT)]
    run = execute(call, *map(word, jobs), SCEGRAD_QUIET="1")
    assert (run.returncode, run.stderr) == (0, "")
    # Bits of the mask beyond the cores take no part in the functions of C.
    known = [replace(job, core_mask=job.core_mask & TINY.all_cores) for job in jobs]
    expected = [0 if job.check() is Status.ACCEPTED else job.check() for job in known]
    found = [outcome.status for outcome in outcomes(run.stdout)]
    assert [
        (word(job), is_, must)
        for job, is_, must in zip(jobs, found, expected, strict=True)
        if is_ != must
    ] == []
    assert COUNT / 10 < expected.count(0) < COUNT * 9 / 10
    assert len(set(expected)) >= 6
