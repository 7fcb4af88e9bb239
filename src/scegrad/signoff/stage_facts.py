"""Which s can come with which k of the fp32 sigmoid, for the solver, which has both free.

S u lies within 2**-40 s of s = sigmoid(-|x|), u = 2**(-46 - k), for every logit below 104; the
sweep of the stage shows that (``sweep/stage.py``). So S never grows with |x| by more than
``SLACK`` units in a cell of the table, over which k is constant: the ends of the cells bound it.
Likewise no S lies between those of two neighbouring logits.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP32
from scegrad.model.sigmoid32 import sigmoid32
from scegrad.model.unpack import unpack
from scegrad.sweep.stage import TAIL

SLACK = 1 << 8
"""Units of S, more than twice 2**-40 of it and two for what is cut off."""

CELL = 1 << 13
"""Encodings with the same leading bits so many at a time are in one cell: 1/16 from 64 on."""

COARSE = 36
"""Bits of S that the bounds leave out, for small conditions."""

CLOSE = 16
"""Values m 2**-24, m up to this, that 1 less a label can have, and that s is never close to."""


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
