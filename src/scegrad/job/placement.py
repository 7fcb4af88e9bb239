"""The addresses of a job's arrays in the memory of the simulated hardware, with guard bytes around
the output.
"""

from dataclasses import dataclass

from scegrad.axi import PAGE_BYTES
from scegrad.formats import Format
from scegrad.platforms import Platform, Region

ARRAYS = ("logits", "labels", "gradient")

GUARD_BYTES = 64
"""Guard bytes on either side of the output, if there is space: filled before the job, and unchanged
after it.
"""


@dataclass(frozen=True)
class Place:
    """Addresses of the arrays, the bytes of each, and the ranges (address, size) of guard bytes
    beside the output.
    """

    logits: int
    labels: int
    gradient: int
    size: int
    guards: tuple[tuple[int, int], ...]


def _offsets(fmt: Format, misalignment: tuple[int, int, int]) -> dict[str, int]:
    """The misalignment by array; raises ``ValueError`` if one is no multiple of an element."""
    offsets = dict(zip(ARRAYS, misalignment, strict=True))
    for name, offset in offsets.items():
        if offset < 0 or offset % fmt.bytes:
            raise ValueError(
                f"misalignment of {name} is {offset} bytes, but must be a multiple of {fmt.bytes}:"
                " the size of an element"
            )
    return offsets


def place(
    platform: Platform,
    fmt: Format,
    length: int,
    *,
    core: int | None = None,
    in_place: str | None = None,
    misalignment: tuple[int, int, int] = (0, 0, 0),
) -> Place:
    """Choose addresses in the private memory of ``core``, or in the largest shared memory.

    Private arrays go to the core's first memory (L2), or are spread over all of its memories (L2,
    AM) if they do not fit there.

    ``in_place`` names the input that the output replaces. ``misalignment`` is the number of bytes
    by which logits, labels and gradient start past a multiple of 64 (of an element's size if they
    fit no other way). Raises ``ValueError`` with one line if the arrays do not fit or the
    misalignment is not a multiple of the element's size.
    """
    if core is not None and not platform.l2_ports:
        raise ValueError(f"{platform.name} has no private memory: its jobs are shared ones")
    regions = (
        (max(platform.shared, key=lambda item: item.size),)
        if core is None
        else platform.private_of(core)
    )
    names = [name for name in ARRAYS if not (name == "gradient" and in_place)]
    offsets = _offsets(fmt, misalignment)
    size = length * fmt.bytes
    for some in (regions[:1], regions):
        for guard, unit in ((GUARD_BYTES, PAGE_BYTES), (GUARD_BYTES, 64), (0, 64), (0, fmt.bytes)):
            found = _lay_out(some, size, names, offsets, guard, unit)
            if found is not None:
                found.setdefault("gradient", found.get(in_place or "", 0))
                region = next(item for item in some if item.holds(found["gradient"], size))
                return Place(**found, size=size, guards=_guards(region, found, size))
    many = f"{len(names)} arrays of {length} {fmt.name} elements ({len(names)} x {size} bytes)"
    rooms = " and ".join(f"{item.name} ({item.size} bytes)" for item in regions)
    raise ValueError(f"{many} do not fit {rooms or 'the private memory'} of {platform.name}")


def _lay_out(
    regions: tuple[Region, ...],
    size: int,
    names: list[str],
    offsets: dict[str, int],
    guard: int,
    unit: int,
) -> dict[str, int] | None:
    """Addresses one after the other, each at a multiple of ``unit`` plus its offset, ``guard``
    bytes apart; None if they do not fit.

    Each array lies in the first of ``regions`` with enough space after the arrays before it.
    """
    result = {}
    cursors = [region.base for region in regions]
    for name in names:
        for k, region in enumerate(regions):
            start = -(-(cursors[k] + guard) // unit) * unit + offsets[name]
            if start + size + guard <= region.end:
                cursors[k] = start + size
                result[name] = start
                break
        else:
            return None
    return result


def _guards(region: Region, addresses: dict[str, int], size: int) -> tuple[tuple[int, int], ...]:
    """The ranges within ``GUARD_BYTES`` of the output, inside the region and outside every
    array.
    """
    start = addresses["gradient"]
    end = start + size
    others = [address for address in addresses.values() if address != start]
    below = max(
        [
            region.base,
            start - GUARD_BYTES,
            *(address + size for address in others if address < start),
        ]
    )
    above = min(
        [region.end, end + GUARD_BYTES, *(address for address in others if address > start)]
    )
    return tuple((low, high - low) for low, high in ((below, start), (end, above)) if high > low)
