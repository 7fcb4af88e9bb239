"""Functional coverage of a soak: the kinds of jobs that ran, as pairs of properties.

Each job has one class of every property. A bin is a pair of classes of two properties. Every bin
must be hit, except for classes that exclude each other.
"""

from collections.abc import Iterator
from itertools import combinations, product

from scegrad.axi import Resp
from scegrad.job.job import Job
from scegrad.platforms import Platform
from scegrad.sim.simulation import Direction, Memory

Class = tuple[str, str]
"""Property and class."""

PROPERTIES: dict[str, tuple[str, ...]] = {
    "format": ("fp32", "fp16"),
    "memory": ("shared", "private"),
    "mask": ("all", "one", "some", "own"),
    "length": ("0", "1", "to 20", "to 200", "above 200"),
    "alignment": ("bus words", "alike", "free"),
    "latency": ("0", "to 20", "above 20"),
    "pauses": ("none", "some", "many"),
    "end": ("done", "read fault", "write fault", "abort", "reset"),
    "beside": ("alone", "others"),
}


def classes(job: Job, memory: Memory, end: str, beside: bool) -> tuple[Class, ...]:
    """The class of each property of a job."""
    platform = job.platform
    width = platform.l2_data_bits if job.private else platform.shared_data_bits
    offsets = {address % (width // 8) for address in job.arrays}
    found = {
        "format": job.fmt.name,
        "memory": "private" if job.private else "shared",
        "mask": _mask(job),
        "length": _length(job.length),
        "alignment": "bus words" if offsets == {0} else "alike" if len(offsets) == 1 else "free",
        "latency": "0" if not memory.latency else "to 20" if memory.latency <= 20 else "above 20",
        "pauses": "none" if not memory.stall else "some" if memory.stall < 100 else "many",
        "end": end,
        "beside": "others" if beside else "alone",
    }
    return tuple(found.items())


def _mask(job: Job) -> str:
    if job.private:
        return "own"
    if job.core_mask == job.platform.all_cores:
        return "all"
    return "one" if job.core_mask.bit_count() == 1 else "some"


def _length(length: int) -> str:
    if length <= 1:
        return str(length)
    return "to 20" if length <= 20 else "to 200" if length <= 200 else "above 200"


def fault_class(direction: Direction) -> str:
    """How a job with an error ends."""
    return "read fault" if direction is Direction.READ else "write fault"


RESPONSES = (Resp.SLVERR, Resp.DECERR)


def bins(platform: Platform) -> Iterator[tuple[Class, Class]]:
    """Every possible pair of a platform's jobs."""
    for first, second in combinations(PROPERTIES, 2):
        for pair in product(PROPERTIES[first], PROPERTIES[second]):
            found = ((first, pair[0]), (second, pair[1]))
            if not excluded(platform, dict(found)):
                yield found


def excluded(platform: Platform, pair: dict[str, str]) -> str:
    """The reason why two classes exclude each other; empty if they do not."""
    one_core = platform.cores == 1
    reasons = (
        (pair.get("format", platform.formats[0]) not in platform.formats, "no such format"),
        (pair.get("memory") == "private" and not platform.l2_ports, "no private memory"),
        (one_core and pair.get("mask") in ("one", "some"), "one core: that is all of them"),
        (one_core and pair.get("beside") == "others", "one core: one job"),
        (platform.cores == 2 and pair.get("mask") == "some", "two cores: one or all"),
        (pair.get("memory") == "private" and pair.get("mask", "own") != "own", "no mask counts"),
        (pair.get("memory") == "shared" and pair.get("mask") == "own", "the mask counts"),
        (
            pair.get("beside") == "others" and pair.get("mask") == "all",
            "all cores are taken: nothing can run beside",
        ),
        (
            pair.get("length") == "0" and pair.get("end") in ("read fault", "write fault", "abort"),
            "touches no memory, and ends before anything else can be said",
        ),
    )
    return next((why for holds, why in reasons if holds), "")
