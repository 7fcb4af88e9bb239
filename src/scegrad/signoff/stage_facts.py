"""Which s can come with which k of the fp32 sigmoid, for a solver, which has both free.

S u lies within 2**-40 s of s = sigmoid(-|x|), u = 2**(-46 - k), for every logit below 104; the
sweep of the stage shows that (``sweep/stage.py``). So S never grows with |x| by more than
``SLACK`` units in a cell of the table, over which k is constant: the ends of the cells bound it.
Likewise no S lies between those of two neighbouring logits.

``exact`` has more, of each logit from 4 to 104 by itself: which S are near a multiple that 1 less a
label can have, or half of one, and which end in zeros or a tie.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP32
from scegrad.model.design import SIGMOID32
from scegrad.model.sigmoid32 import sigmoid32
from scegrad.model.unpack import unpack
from scegrad.progress import INTERVAL, Bar
from scegrad.sweep.stage import TAIL

SLACK = 1 << 8
"""Units of S, more than twice 2**-40 of it and two for what is cut off."""

CELL = 1 << 13
"""Encodings with the same leading bits so many at a time are in one cell: 1/16 from 64 on."""

COARSE = 36
"""Bits of S that the bounds leave out, for small conditions."""

CLOSE = 16
"""Values m 2**-24, m up to this, that 1 less a label can have, and that s is never close to."""

FOUR, LEAST, MOST = 129 << FP32.fraction_bits, 7, 151
"""The encoding of 4.0, and k from so many on, which only logits from there on have (S u is 2**-7 at
most), up to 151, the most below 104.
"""

STEP = 1 << 20
"""Logits that are looked at at once."""


def stage(logits: NDArray[np.uint32]) -> tuple[NDArray, NDArray]:
    """S and k of some logits."""
    x = unpack(logits, FP32)
    s, k, _ = sigmoid32(x.exponent, x.significand, x.infinite, np.zeros(logits.size, bool))
    return s, k


@cache
def bounds() -> dict[int, tuple[int, int]]:
    """By k, bounds of S without its ``COARSE`` lowest bits, for logits that are not 0 and below
    104; both included.
    """
    first = np.arange(0, TAIL, CELL, dtype=np.uint32)
    s_first, k_first = stage(np.maximum(first, 1))
    s_last, k_last = stage(first + np.uint32(CELL - 1))
    assert (k_first == k_last).all(), "a cell has two k"
    found = {}
    for k in np.unique(k_first):
        mine = k_first == k
        low, high = int(s_last[mine].min()) - SLACK, int(s_first[mine].max()) + SLACK
        found[int(k)] = low >> COARSE, min(high, 1 << 46) >> COARSE
    return found


@cache
def gaps() -> tuple[tuple[int, int, int], ...]:
    """k, a value T of S, and how many bits: no logit with this k has an S from T - 2**bits to T +
    2**bits - 1.
    """
    return tuple(_gaps())


def _gaps() -> Iterator[tuple[int, int, int]]:
    for m in range(1, CLOSE + 1):
        s = m * 2.0**-24
        x = np.array([np.log1p((1 - 2 * s) / s)], np.float32).view(np.uint32)
        around = (x + np.arange(-2, 3)).astype(np.uint32)
        found, ks = stage(around)
        k = int(ks[0])
        target = m << 22 + k
        assert (ks == k).all(), "neighbouring logits have two k"
        above, below = found[found >= target].min(), found[found < target].max()
        room = min(int(above) - target, target - int(below)) - SLACK
        if room > 1:
            yield k, target, room.bit_length() - 1


@dataclass(frozen=True)
class Exact:
    """What all logits with k from ``LEAST`` to ``MOST`` show.

    ``margins``: by k the least distance of an S from a multiple of 2**(21 + k), which is 2**-25.
    ``near``: logits whose S are the nearest, for each k. ``ties``: k and S of those whose dropped
    bits (``dropped``) are 0 or a tie; no others.
    """

    margins: dict[int, int]
    near: tuple[int, ...]
    ties: tuple[tuple[int, int], ...]


NEAREST, NEAR = 24, 32
"""The greatest k for which S can be near a multiple, and so many logits are kept of each k."""


DROPPED = range(SIGMOID32.fraction_bits - 2 - 24, SIGMOID32.fraction_bits - 24 + 1)
"""Bits that rounding drops of an S of each length."""


def dropped(s: NDArray) -> NDArray:
    """How many bits rounding drops of each S."""
    length = np.frexp(s.astype(np.float64))[1]
    return np.clip(length - 24, DROPPED[0], DROPPED[-1])


@cache
def exact() -> Exact:
    """Look at each logit from 4 to 104: seconds."""
    nearest: dict[int, list[tuple[int, int]]] = {}
    ties: list[tuple[int, int]] = []
    with Bar("fp32: logits from 4 to 104", TAIL - FOUR, lines=INTERVAL) as bar:
        for first in range(FOUR, TAIL, STEP):
            logits = np.arange(first, min(first + STEP, TAIL), dtype=np.uint32)
            s, ks = stage(logits)
            for k in np.unique(ks[(ks >= LEAST) & (ks <= NEAREST)]).tolist():
                mine = np.flatnonzero(ks == k)
                away = distance(s[mine], k)
                chosen = np.argsort(away, kind="stable")[:NEAR]
                found = zip(away[chosen].tolist(), logits[mine[chosen]].tolist(), strict=True)
                nearest[k] = sorted([*nearest.get(k, []), *found])[:NEAR]
            tie = (s & (1 << dropped(s) - 1) - 1 == 0) & (ks >= LEAST)
            ties += zip(ks[tie].tolist(), s[tie].tolist(), strict=True)
            bar(min(first + STEP, TAIL) - FOUR)
    margins = {k: found[0][0] for k, found in nearest.items()}
    near = tuple(logit for found in nearest.values() for _, logit in found)
    return Exact(margins, near, tuple(sorted(set(ties))))


def distance(s: NDArray, k: NDArray | int) -> NDArray:
    """How far each S is from the next multiple of 2**(21 + k)."""
    multiple = 1 << 21 + np.asarray(k, np.int64)
    rest = s & multiple - 1
    return np.minimum(rest, multiple - rest)
