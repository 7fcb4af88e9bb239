"""Targets of a soak: bins that its acts try to hit one after another, since random jobs alone miss
rare combinations for a long time.

    act 0 of rounds 0, 1, 2 ... ─► |-->                      |   one list of all bins, shuffled
    act 1                       ─► |              |-->       |   by the seed; each act begins
    act 2                       ─► |     |-->                |   elsewhere and goes one further
                                                                 per round

A target depends on seed, round and act alone, not on what was hit before, so that a round can be
repeated by its number.
"""

import random
from collections.abc import Sequence
from functools import cache
from math import sqrt

from scegrad.formats import FORMATS
from scegrad.platforms import Platform
from scegrad.soak import bins
from scegrad.tb import scenarios
from scegrad.tb.scenarios import Shape

Target = dict[str, str]
"""The class of each property that an act should hit."""

FREE = 4
"""Every so many acts one has no target: all of it is random."""

SPREAD = (sqrt(5) - 1) / 2
"""Between the places of successive acts, in the length of the list: no two come near each other."""


@cache
def _order(platform: Platform, seed: int) -> list[bins.Bin]:
    found = list(bins.bins(platform))
    random.Random(seed).shuffle(found)
    return found


def target(platform: Platform, seed: int, number: int, act: int) -> Target | None:
    """The target of an act of a round; None if all of the act is random."""
    if act % FREE == FREE - 1:
        return None
    order = _order(platform, seed)
    place = number + round(act * SPREAD * len(order))
    return dict(zip(bins.PROPERTIES, order[place % len(order)], strict=True))


def shapes(rng: random.Random, platform: Platform, aim: Target) -> list[Shape]:
    """The shapes of an act's jobs, that of the target at last."""
    cores = list(range(platform.cores))
    rng.shuffle(cores)
    count = {"all": len(cores), "some": rng.randrange(2, max(3, len(cores)))}.get(aim["mask"], 1)
    mine, free = cores[:count], cores[count:]
    others = []
    if aim["beside"] == "others":
        shared = aim["memory"] == "private" and rng.random() < 0.6
        split = rng.randrange(len(free)) if shared else rng.randint(1, len(free))
        others = [Shape(core=core, private=True) for core in free[:split]]
        if shared:
            others.append(Shape(private=False, mask=_mask(free[split:])))
    return [*others, _shape(rng, platform, aim, mine)]


def _shape(rng: random.Random, platform: Platform, aim: Target, cores: list[int]) -> Shape:
    """The shape of the target's job on the given cores."""
    fmt, private = FORMATS[aim["format"]], aim["memory"] == "private"
    held = bins.LENGTHS[aim["length"]]
    longest = rng.choice((held[-1], min(held[-1], 400)))
    drawn = (scenarios.draw_length(rng, platform, fmt, private, longest) for _ in range(20))
    length = next((each for each in drawn if each in held), held[0])
    places = range(0, scenarios.word_bytes(platform, private), fmt.bytes)
    return Shape(
        fmt,
        core=cores[0],
        private=private,
        mask=_mask(cores),
        length=length,
        offsets=_offsets(rng, places, aim["alignment"]),
    )


def _offsets(rng: random.Random, places: range, alignment: str) -> tuple[int, int, int]:
    """The offset of each array in its bus word. An output in place takes that of its input, so two
    inputs that differ keep the class.
    """
    if alignment == "bus words":
        return (0, 0, 0)
    if alignment == "alike":
        same = rng.choice(places[1:])
        return (same, same, same)
    first, second = rng.sample(places, 2)
    return (first, second, rng.choice(places))


def _mask(cores: Sequence[int]) -> int:
    return sum(1 << core for core in cores)
