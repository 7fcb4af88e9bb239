"""Functional coverage of a soak: the kinds of jobs that ran.

Each job has one class of every property. A bin is one combination of classes, of all properties at
once. Every bin must be hit, except for those that a rule excludes.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from scegrad.axi import Resp
from scegrad.job.job import Job
from scegrad.platforms import Platform
from scegrad.sim.simulation import Direction, Memory
from scegrad.tb.scenarios import word_bytes

Bin = tuple[str, ...]
"""The class of each property, in the order of ``PROPERTIES``."""

LENGTHS: dict[str, range] = {
    "0": range(1),
    "1": range(1, 2),
    "2..20": range(2, 21),
    "21..200": range(21, 201),
    "above 200": range(201, 3001),
}
"""The classes of lengths; no job of a soak is longer."""

PROPERTIES: dict[str, tuple[str, ...]] = {
    "format": ("fp32", "fp16"),
    "memory": ("shared", "private"),
    "mask": ("all", "one", "some", "own"),
    "length": tuple(LENGTHS),
    "alignment": ("bus words", "alike", "free"),
    "latency": ("0", "1..20", "above 20"),
    "pauses": ("none", "some", "many"),
    "end": ("done", "read fault", "write fault", "abort", "reset"),
    "beside": ("alone", "others"),
}

RESPONSES = (Resp.SLVERR, Resp.DECERR)


def bin_of(job: Job, memory: Memory, end: str, beside: bool) -> Bin:
    """The bin of a job."""
    word = word_bytes(job.platform, job.private)
    offsets = {address % word for address in job.arrays}
    found = {
        "format": job.fmt.name,
        "memory": "private" if job.private else "shared",
        "mask": _mask(job),
        "length": next(name for name, held in LENGTHS.items() if job.length in held),
        "alignment": "bus words" if offsets == {0} else "alike" if len(offsets) == 1 else "free",
        "latency": latency_class(memory.latency),
        "pauses": pause_class(memory.stall),
        "end": end,
        "beside": "others" if beside else "alone",
    }
    return tuple(found[name] for name in PROPERTIES)


def _mask(job: Job) -> str:
    if job.private:
        return "own"
    if job.core_mask == job.platform.all_cores:
        return "all"
    return "one" if job.core_mask.bit_count() == 1 else "some"


def latency_class(cycles: int) -> str:
    """The class of a memory's latency."""
    return "0" if not cycles else "1..20" if cycles <= 20 else "above 20"


def pause_class(stall: int) -> str:
    """The class of a memory's pauses, in 256ths of the cycles."""
    return "none" if not stall else "some" if stall < 100 else "many"


def fault_class(direction: Direction) -> str:
    """How a job with an error ends."""
    return "read fault" if direction is Direction.READ else "write fault"


@dataclass(frozen=True)
class Rule:
    """A reason why combinations of classes cannot occur on a platform."""

    reason: str
    excludes: Callable[[Platform, Mapping[str, str]], bool]


RULES = (
    Rule("the platform lacks the format", lambda at, bin: bin["format"] not in at.formats),
    Rule(
        "the platform has no private memory",
        lambda at, bin: bin["memory"] == "private" and not at.l2_ports,
    ),
    Rule(
        "a private job has its own core, whatever the mask is",
        lambda _, bin: bin["memory"] == "private" and bin["mask"] != "own",
    ),
    Rule(
        "a shared job takes the cores of its mask",
        lambda _, bin: bin["memory"] == "shared" and bin["mask"] == "own",
    ),
    Rule(
        "a mask of one core is that of all, if there is no other core",
        lambda at, bin: at.cores == 1 and bin["mask"] == "one",
    ),
    Rule(
        "a mask of some cores, neither one nor all, needs three cores",
        lambda at, bin: at.cores < 3 and bin["mask"] == "some",
    ),
    Rule(
        "a job beside others needs a second core",
        lambda at, bin: at.cores == 1 and bin["beside"] == "others",
    ),
    Rule(
        "a job on all cores leaves none to others",
        lambda _, bin: bin["mask"] == "all" and bin["beside"] == "others",
    ),
    Rule(
        "only private jobs run beside another, and there is no private memory",
        lambda at, bin: not at.l2_ports and bin["beside"] == "others",
    ),
    Rule(
        "a job of length 0 touches no memory, and is over before anything can cut it short",
        lambda _, bin: bin["length"] == "0" and bin["end"] != "done",
    ),
)


def excluded(platform: Platform, found: Bin) -> str:
    """The reason of the first rule that excludes a combination; empty if none does."""
    named = dict(zip(PROPERTIES, found, strict=True))
    return next((rule.reason for rule in RULES if rule.excludes(platform, named)), "")


@cache
def bins(platform: Platform) -> tuple[Bin, ...]:
    """Every combination that can occur on a platform."""
    return tuple(each for each in product(*PROPERTIES.values()) if not excluded(platform, each))


@cache
def exclusions(platform: Platform) -> dict[str, int]:
    """The number of combinations for each reason; a combination counts for its first rule."""
    reasons = Counter(excluded(platform, each) for each in product(*PROPERTIES.values()))
    return {rule.reason: reasons[rule.reason] for rule in RULES if reasons[rule.reason]}


def told(found: Bin) -> str:
    """A bin in words."""
    return ", ".join(f"{name} {value}" for name, value in zip(PROPERTIES, found, strict=True))
