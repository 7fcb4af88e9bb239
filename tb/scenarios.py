"""Random and directed jobs: lengths around every boundary, every alignment, in place, masks with
holes, and operands of all kinds.
"""

import random
from dataclasses import dataclass, replace

import numpy as np

from scegrad.axi import PAGE_BYTES
from scegrad.formats import FORMATS, Format
from scegrad.job.job import Job
from scegrad.platforms import CHUNK_BITS, Platform, Region

IN_PLACE = (None, None, None, "logits", "labels")

LONGEST_BAD = 40
"""Elements of the longest job that ``draw_bad_job`` draws before it spoils it."""


@dataclass(frozen=True)
class Shape:
    """The properties of a random job; a property that is None is drawn. ``offsets`` are those of
    logits, labels and output in their bus words, in bytes; an output in place has its input's.
    """

    fmt: Format | None = None
    core: int | None = None
    private: bool | None = None
    mask: int | None = None
    length: int | None = None
    longest: int = 200
    offsets: tuple[int, int, int] | None = None


def kinds(platform: Platform) -> tuple[bool, ...]:
    """Whether jobs are private: both kinds, or only shared jobs if there is no private memory."""
    return (False, True) if platform.l2_ports else (False,)


def word_bytes(platform: Platform, private: bool) -> int:
    """Bytes of a word of the bus that a job uses."""
    return (platform.l2_data_bits if private else platform.shared_data_bits) // 8


def boundaries(platform: Platform, fmt: Format, private: bool) -> list[int]:
    """Elements in a chunk, a bus word, a round of all cores, a burst, a page and the read
    buffer.
    """
    word, chunk = word_bytes(platform, private) // fmt.bytes, CHUNK_BITS // fmt.width
    lengths = {
        chunk,
        word,
        chunk * platform.cores,
        word * platform.burst_beats,
        PAGE_BYTES // fmt.bytes,
        word * platform.read_buffer_beats,
    }
    return sorted(lengths)


def draw_length(
    rng: random.Random, platform: Platform, fmt: Format, private: bool, longest: int
) -> int:
    """A length up to ``longest``, mostly at or beside a boundary or a small multiple of one."""
    if rng.random() < 0.3:
        return rng.randint(0, longest)
    near = [
        b * factor + step
        for b in boundaries(platform, fmt, private)
        for factor in (1, 2, 3)
        for step in (-1, 0, 1)
    ]
    return rng.choice([length for length in [0, 1, 2, 3, *near] if length <= longest])


def draw_mask(rng: random.Random, platform: Platform) -> int:
    """All cores, one core, or any set that is not empty."""
    return rng.choice(
        (platform.all_cores, 1 << rng.randrange(platform.cores), rng.randint(1, platform.all_cores))
    )


def draw_address(rng: random.Random, region: Region, size: int, fmt: Format) -> int:
    """Where an array of ``size`` bytes may start: at either end of the region, beside a page
    boundary, or anywhere.
    """
    last = min(region.end - size, (1 << 32) - fmt.bytes)
    page = region.base + PAGE_BYTES * rng.randrange(1, region.size // PAGE_BYTES)
    start = rng.choice(
        (
            page + rng.randrange(-64, 64),
            page - size + rng.randrange(-16, 16),
            page,
            rng.randint(region.base, last),
        )
    )
    start = rng.choice((start, start, start, start, start, region.base, last))
    return min(max(start, region.base), last) // fmt.bytes * fmt.bytes


def _overlap(start: int, size: int, taken: list[Region]) -> bool:
    return any(start < other.end and other.base < start + size for other in taken)


def draw_job(rng: random.Random, platform: Platform, shape: Shape, taken: list[Region]) -> Job:
    """A job that the hardware accepts, whose arrays stay off each other and off ``taken``, to which
    they are added.
    """
    fmt = shape.fmt or FORMATS[rng.choice(platform.formats)]
    private = rng.random() < 0.5 if shape.private is None else shape.private
    private = private and platform.l2_ports > 0
    core = rng.randrange(platform.cores) if shape.core is None else shape.core
    regions = platform.private_of(core) if private else platform.shared
    length = (
        draw_length(rng, platform, fmt, private, shape.longest)
        if shape.length is None
        else shape.length
    )
    size = length * fmt.bytes
    in_place = rng.choice(IN_PLACE)
    places: dict[str, int] = {}
    for number, name in enumerate(("logits", "labels", "gradient")):
        if name == "gradient" and in_place:
            places[name] = places[in_place]
            continue
        region = rng.choice(regions)
        offset = None if shape.offsets is None else shape.offsets[number]
        while True:
            start = draw_address(rng, region, size, fmt)
            if offset is not None:
                start += offset - start % word_bytes(platform, private)
            if region.holds(start, max(size, 1)) and not _overlap(start, size, taken):
                break
        taken.append(Region(name, start, size))
        places[name] = start
    mask = draw_mask(rng, platform) if shape.mask is None else shape.mask
    return Job(
        platform,
        fmt,
        private,
        **places,
        length=length,
        core_mask=mask if not private else rng.choice((0, mask)),
    )


def draw_bad_job(rng: random.Random, platform: Platform, number: int) -> Job:
    """A short job with one thing spoilt, as ``number`` says; it may happen to be good."""
    job = draw_job(rng, platform, Shape(longest=LONGEST_BAD), [])
    array = rng.choice(("logits", "labels", "gradient"))
    address, size = getattr(job, array), max(job.size, job.fmt.bytes)
    long = replace(job, length=max(job.length, 2))
    regions = platform.regions
    match number % 10:
        case 0:
            return replace(job, length=rng.choice((-1, -(1 << 31), -5)))
        case 1:
            absent = [fmt for name, fmt in FORMATS.items() if name not in platform.formats]
            return replace(job, fmt=absent[0], length=0) if absent else job
        case 2:
            mask = rng.choice((0, platform.all_cores + 1, 1 << 31, 0xFFFF_FFFF))
            return replace(job, private=False, core_mask=mask)
        case 3:
            return replace(job, **{array: address + rng.randrange(1, job.fmt.bytes)})
        case 4:
            end = rng.choice(regions).end
            start = end - rng.choice((0, 1, job.fmt.bytes)) * job.fmt.bytes
            return replace(long, **{array: start & 0xFFFF_FFFF})
        case 5:
            return replace(job, **{array: rng.choice(regions).base + 0x40})
        case 6:
            near = rng.choice((1, -1)) * rng.choice((job.fmt.bytes, size - job.fmt.bytes))
            start = rng.choice((job.logits, job.labels)) + near
            return replace(long, gradient=start & 0xFFFF_FFFF)
        case 7:
            return replace(job, private=not job.private, core_mask=platform.all_cores)
        case 8:
            return replace(
                job, length=rng.choice((1 << 30, (1 << 31) - 1, 1 << 29, platform.regions[-1].size))
            )
        case _:
            return replace(job, **{array: rng.getrandbits(32) & -4})


def draw_operands(rng: random.Random, fmt: Format, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels: common values, any bit pattern, and special values, mixed."""
    source = np.random.default_rng(rng.getrandbits(64))

    def mix(usual: np.ndarray) -> np.ndarray:
        usual = usual.astype(fmt.dtype).view(fmt.bits_dtype)
        anything = source.integers(0, 1 << fmt.width, length, dtype=np.uint64).astype(
            fmt.bits_dtype
        )
        special = source.choice(
            np.array(
                [0, fmt.sign_bit, 1, fmt.infinity, fmt.infinity | fmt.sign_bit, fmt.nan],
                fmt.bits_dtype,
            ),
            length,
        )
        kind = source.random(length)
        return (
            np.where(kind < 0.7, usual, np.where(kind < 0.95, anything, special))
            .astype(fmt.bits_dtype)
            .view(fmt.dtype)
        )

    return mix(source.normal(0, 4, length)), mix(source.choice([0.0, 1.0, 0.5, 0.1], length))
