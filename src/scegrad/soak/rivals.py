"""Requests that a job forbids while it runs.

a shared job runs  ─► a shared job    | a private job on one of its cores
a private job runs ─► one on its core | a shared job with its core in the mask

Each must be refused with BUSY, and change nothing.
"""

import random

from scegrad.job.job import Job
from scegrad.platforms import Platform
from scegrad.tb import scenarios
from scegrad.tb.scenarios import Shape

LONGEST = 50
"""Elements of the longest rival."""

_SHARED = ("shared beside shared", "private on a core of the shared job")
_PRIVATE = ("shared with the core of a private job", "private beside private")


def kinds(platform: Platform) -> tuple[str, ...]:
    """The kinds of rivals that there are on a platform."""
    return (*_SHARED, *_PRIVATE) if platform.l2_ports else _SHARED[:1]


def rivals(rng: random.Random, job: Job) -> dict[str, list[Job]]:
    """Good jobs of each kind that collide with ``job``; those on a core of a shared job come for
    each of its cores. Where they lie does not matter: no rival may run.
    """
    platform = job.platform
    mask = sum(1 << core for core in job.cores)
    shared = _draw(rng, platform, None, mask | rng.randrange(platform.all_cores + 1))
    own = [_draw(rng, platform, core, 0) for core in job.cores if platform.l2_ports]
    if job.private:
        return dict(zip(_PRIVATE, ([shared], own), strict=True))
    any_mask = _draw(rng, platform, None, rng.randint(1, platform.all_cores))
    found = {_SHARED[0]: [shared, any_mask], _SHARED[1]: own}
    return {kind: jobs for kind, jobs in found.items() if jobs}


def _draw(rng: random.Random, platform: Platform, core: int | None, mask: int) -> Job:
    """A job that would be taken alone, on a core or on those of a mask."""
    length = rng.randint(1, LONGEST)
    if core is None:
        shape = Shape(private=False, mask=mask, length=length)
    else:
        shape = Shape(private=True, core=core, length=length)
    return scenarios.draw_job(rng, platform, shape, [])
