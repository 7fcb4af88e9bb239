"""Jobs to ask the checker about, and what the contract answers, written without the hardware's
arithmetic.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scegrad.formats import FP16, FP32, Format
from scegrad.platforms import FT78NE, MT7004, KiB, Platform, PrivateMemory, Region
from scegrad.registers import Status

ONE = Platform(
    "one",
    cores=1,
    formats=("fp32",),
    shared_data_bits=64,
    shared=(Region("RAM", 0x4000_0000, 64 * KiB),),
)
"""The smallest build, with a port as narrow as the L2's."""

ADJOINING = Platform(
    "adjoining",
    cores=16,
    formats=("fp16",),
    shared=(
        Region("LOW", 0, 4 * KiB),
        Region("BELOW", 0x1000_0000 - 8 * KiB, 8 * KiB),
        Region("TOP", 0xFFFF_F000, 4 * KiB),
    ),
    private=(PrivateMemory("L2", 0x1000_0000, 4 * KiB, 4 * KiB),),
)
"""Every core that there may be, no gap between their L2s, and memory at both ends of the address
space.
"""

PLATFORMS = (FT78NE, MT7004, ONE, ADJOINING)


@dataclass(frozen=True)
class StartRequest:
    """What the job registers hold, and what is running."""

    logits: int
    labels: int
    gradient: int
    length: int
    core_mask: int = 1
    private: bool = False
    fmt: Format = FP32
    cores_busy: int = 0
    shared_busy: bool = False
    shared_cores: int = 0


def answer(platform: Platform, request: StartRequest) -> tuple[Status, int]:
    """The status, and the start pulses: bit k for a private job on core k, bit ``cores`` for the
    shared job.
    """
    status = _refusal(platform, request)
    core = _owner(platform, request)
    start = (
        0
        if status is not Status.ACCEPTED
        else 1 << core
        if request.private
        else 1 << platform.cores
    )
    return status, start


def _arrays(request: StartRequest) -> list[range]:
    return [
        range(a, a + request.length * request.fmt.bytes)
        for a in (request.logits, request.labels, request.gradient)
    ]


def _inside(array: range, region: Region) -> bool:
    return array.start in range(region.base, region.end + 1) and array.stop in range(
        region.base, region.end + 1
    )


def _owner(platform: Platform, request: StartRequest) -> int:
    """The core whose private memories hold every array; the number of cores where there is none."""
    owners = [
        k
        for k in range(platform.cores)
        if all(
            any(_inside(array, memory) for memory in platform.private_of(k))
            for array in _arrays(request)
        )
    ]
    return (*owners, platform.cores)[0]


def _refusal(platform: Platform, request: StartRequest) -> Status:
    if request.length < 0:
        return Status.LENGTH_NEGATIVE
    if request.fmt.name not in platform.formats:
        return Status.FORMAT_MISSING
    cores = {core for core in range(32) if request.core_mask >> core & 1}
    if not request.private and (not cores or max(cores) >= platform.cores):
        return Status.CORE_MASK_INVALID
    *inputs, output = arrays = _arrays(request)
    if any(array.start % request.fmt.bytes for array in arrays):
        return Status.MISALIGNED
    memories = [
        {region.name for region in platform.regions if _inside(array, region)} for array in arrays
    ]
    if not all(memories):
        return Status.OUTSIDE_MEMORY
    shared = {region.name for region in platform.shared}
    owner = _owner(platform, request)
    if (
        owner == platform.cores
        if request.private
        else not all(memory & shared for memory in memories)
    ):
        return Status.MIXED_MEMORIES
    if any(
        array.start != output.start
        and max(array.start, output.start) < min(array.stop, output.stop)
        for array in inputs
    ):
        return Status.OVERLAP
    private = {core for core in range(platform.cores) if request.cores_busy >> core & 1}
    lent = (
        {core for core in range(platform.cores) if request.shared_cores >> core & 1}
        if request.shared_busy
        else set()
    )
    busy = owner in private | lent if request.private else request.shared_busy or cores & private
    return Status.BUSY if busy else Status.ACCEPTED


def addresses(platform: Platform) -> list[int]:
    """Around both ends of every region and of the address space."""
    edges = [edge for region in platform.regions for edge in (region.base, region.end)]
    near = [
        edge + step
        for edge in (0, 1 << 31, 1 << 32, *edges)
        for step in (-4096, -8, -4, -2, -1, 0, 1, 2, 4, 64)
    ]
    return sorted({address for address in near if 0 <= address < 1 << 32})


def lengths(platform: Platform) -> list[int]:
    """Around 0, around the size of every region in either format, and the ends of the number
    range.
    """
    sizes = {region.size // size for region in platform.regions for size in (2, 4)}
    near = {size + step for size in sizes for step in (-2, -1, 0, 1, 2)}
    every = {-(1 << 31), -(1 << 30), -1, 0, 1, 2, 3, 17, 1 << 29, 1 << 30, (1 << 31) - 1, *near}
    return sorted(length for length in every if -(1 << 31) <= length < 1 << 31)


def valid(platform: Platform, rng: random.Random) -> StartRequest:
    """A job that the platform takes, in a region of its own or packed to its ends."""
    fmt = {"fp32": FP32, "fp16": FP16}[rng.choice(platform.formats)]
    private = rng.random() < 0.5
    region = rng.choice(
        platform.private_of(rng.randrange(platform.cores)) if private else platform.shared
    )
    room = region.size // fmt.bytes
    length = min(rng.choice((0, 1, 2, 17, 300, room // 3, room // 3, room // 4)), room // 3)
    spare = room - 3 * length
    gaps = sorted(rng.choice((0, spare, rng.randrange(spare + 1))) for _ in range(3))
    places = [region.base + (gap + length * index) * fmt.bytes for index, gap in enumerate(gaps)]
    places = [min(place, (1 << 32) - fmt.bytes) for place in places]
    rng.shuffle(places)
    if rng.random() < 0.3:
        places[2] = rng.choice(places[:2])
    logits, labels, gradient = places
    return StartRequest(
        logits, labels, gradient, length, rng.randrange(1, 1 << platform.cores), private, fmt
    )


def spoiled(platform: Platform, request: StartRequest, rng: random.Random) -> StartRequest:
    """The job with one thing changed, mostly to something at a boundary."""
    name = rng.choice(("logits", "labels", "gradient"))
    size = request.length * request.fmt.bytes
    step = rng.choice(
        (0, 1, 2, request.fmt.bytes, size - request.fmt.bytes, size, size + request.fmt.bytes)
    ) * rng.choice((-1, 1))
    masks = (0, 1, platform.all_cores, platform.all_cores + 1, 1 << 31, rng.randrange(1 << 32))
    changes: tuple[dict[str, Any], ...] = (
        {name: rng.choice(addresses(platform))},
        {
            name: rng.choice(platform.regions).end
            - size
            + rng.choice((-2, -1, 0, 1, 2)) * request.fmt.bytes
        },
        {name: rng.randrange(1 << 32)},
        {"gradient": rng.choice((request.logits, request.labels)) + step},
        {
            "gradient": rng.choice((request.logits, request.labels))
            + rng.choice((-1, 1)) * request.fmt.bytes
        },
        {"length": rng.choice(lengths(platform))},
        {"length": -rng.randrange(1 << 31)},
        {"core_mask": rng.choice(masks)},
        {"private": not request.private},
        {"fmt": rng.choice((FP16, FP32))},
        {"cores_busy": rng.randrange(1 << platform.cores)},
        {"cores_busy": 1 << rng.randrange(platform.cores)},
        {"shared_busy": True, "shared_cores": rng.randrange(1 << platform.cores)},
    )
    change = {
        key: value & 0xFFFF_FFFF if key in ("logits", "labels", "gradient") else value
        for key, value in rng.choice(changes).items()
    }
    return replace(request, **change)


def requests(platform: Platform, count: int, seed: int) -> Iterator[StartRequest]:
    """``count`` jobs, a quarter as they were made and the others with one or two things changed."""
    rng = random.Random(f"{platform.name} {seed}")
    for index in range(count):
        request = valid(platform, rng)
        for _ in range(min(index % 4, 2)):
            request = spoiled(platform, request, rng)
        yield request


def directed(platform: Platform) -> Iterator[StartRequest]:
    """Every boundary of every kind of region for each array in turn, with jobs that are valid up to
    there.
    """
    fmt = {"fp32": FP32, "fp16": FP16}[platform.formats[0]]
    privates = [
        memory.of(k)
        for memory in platform.private
        for k in sorted({0, platform.cores // 2, platform.cores - 1})
    ]
    for region in (*platform.shared, *privates):
        private = region in privates
        for size in (0, fmt.bytes, region.size, region.size // 2, 3 * fmt.bytes):
            base = StartRequest(
                region.base,
                region.base,
                region.base,
                size // fmt.bytes,
                platform.all_cores,
                private,
                fmt,
            )
            for place in (
                region.base - fmt.bytes,
                region.base,
                region.end - size,
                region.end - size + fmt.bytes,
                region.end,
            ):
                for moved in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)):
                    logits, labels, gradient = (place if one else region.base for one in moved)
                    if 0 <= place < 1 << 32:
                        yield replace(base, logits=logits, labels=labels, gradient=gradient)
