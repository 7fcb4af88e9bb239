"""Pairs of fp32 whose logits have an S that ends in a rare way, so that single bits of it decide.

    S = 1xxx ... xxx 1000 ... 0001     of the bits that rounding drops, the last one alone makes
        │  24 kept  ││  dropped   │    this more than a tie

A random S ends like this once in 2**22 times, too seldom for random pairs: a mutant of a bit that
only such an S shows would live. Labels here leave the ending as it is: they are 0, or far below S,
or take away leading bits alone. Other logits have an S near a multiple of 2**-25, from which 1 less
a label takes all leading bits away.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP32
from scegrad.model.design import SIGMOID32
from scegrad.progress import INTERVAL, Bar
from scegrad.signoff.mutant_gates import BATCH
from scegrad.signoff.mutant_lane import SEED
from scegrad.signoff.stage_facts import DROPPED, distance, dropped, exact, stage
from scegrad.sweep.stage import TAIL

EIGHT = 130 << FP32.fraction_bits
"""The encoding of 8.0. All logits from there to 104 are looked at, of smaller ones a sample."""

SMALL, SAMPLES = 104 << FP32.fraction_bits, 24 << 20
"""The first of the smaller ones, and how many."""

STRUCTURED = 116 << FP32.fraction_bits
"""Below this logit S is 1/2 - |x|/4 almost or quite, and many end alike."""

ALIKE = 3
"""So many of those with the same ending are taken."""

STEP = 1 << 20
"""Logits that are looked at at once."""


def endings(bits: int) -> NDArray[np.int64]:
    """Values of the dropped bits that one bit tells from their neighbours: 0 and a tie, with one
    more bit set, and less one bit.
    """
    tie = 1 << bits - 1
    ones = 1 << np.arange(bits)
    found = np.concatenate([[0, tie], ones, tie | ones, 2 * tie - ones, tie - ones])
    return np.unique(found % (2 * tie))


@cache
def logits() -> tuple[NDArray, NDArray, NDArray]:
    """Encodings of logits whose S has such an ending, with S and k."""
    tables = {bits: np.zeros(1 << bits, bool) for bits in DROPPED}
    for bits, table in tables.items():
        table[endings(bits)] = True
    found, done = [], 0
    with Bar("fp32: rare logits", TAIL - EIGHT + SAMPLES, lines=INTERVAL) as bar:
        for x in _looked_at():
            s, k = stage(x)
            count = dropped(s)
            rare = np.zeros(x.size, bool)
            for bits, table in tables.items():
                rare |= (count == bits) & table[s & (1 << bits) - 1]
            found.append((x[rare], s[rare], k[rare]))
            done += x.size
            bar(done)
    x, s, k = (np.concatenate(part) for part in zip(*found, strict=True))
    taken = _few_alike(x, s)
    return x[taken], s[taken], k[taken]


def _looked_at() -> Iterator[NDArray[np.uint32]]:
    for first in range(EIGHT, TAIL, STEP):
        yield np.arange(first, min(first + STEP, TAIL), dtype=np.uint32)
    rng = np.random.default_rng(SEED)
    for _ in range(SAMPLES // STEP):
        yield rng.integers(SMALL, EIGHT, STEP, np.uint32)


def _few_alike(x: NDArray, s: NDArray) -> NDArray:
    """The indices of those to take."""
    count = dropped(s)
    ending = (s & (1 << count) - 1) | count << 32
    structured = np.flatnonzero(x < STRUCTURED)
    order = structured[np.argsort(ending[structured], kind="stable")]
    _, first, sizes = np.unique(ending[order], return_index=True, return_counts=True)
    few = [order[at : at + min(size, ALIKE)] for at, size in zip(first, sizes, strict=True)]
    return np.sort(np.concatenate([np.flatnonzero(x >= STRUCTURED), *few]))


def labels() -> tuple[NDArray, NDArray]:
    """Labels for every logit here, and more for those with an ending of 0 or a tie: encodings of
    one bit below the hidden one at most, and numbers just below 1.
    """
    exponents = np.arange(160) << FP32.fraction_bits
    bits = 1 << np.arange(FP32.fraction_bits)
    one = 127 << FP32.fraction_bits
    common = np.concatenate([[0], bits, exponents, exponents | 1, one - np.arange(33), one - bits])
    grid = (exponents[:, None] | bits).ravel()
    return _both_signs(common), _both_signs(grid)


def _both_signs(magnitudes: NDArray) -> NDArray[np.uint32]:
    return np.concatenate([magnitudes, magnitudes | FP32.sign_bit]).astype(np.uint32)


def leading(values: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Of each value the encodings of its first 1 to 24 bits, and of one unit more and less."""
    exponent = np.frexp(values)[1][:, None]
    unit = np.ldexp(1.0, exponent - np.arange(1, 25))
    cut = np.floor(values[:, None] / unit) * unit
    found = np.concatenate([cut, cut + unit, cut - unit], axis=1)
    return found.astype(np.float32).view(np.uint32)


def near_multiples() -> Iterator[tuple[NDArray, NDArray]]:
    """Logits with an S near a multiple of 2**-25, and labels that take the multiple away from 1, or
    the distance from S.
    """
    x = np.array(exact().near, np.uint32)
    s, k = stage(x)
    sigmoid = np.ldexp(s.astype(np.float64), -SIGMOID32.fraction_bits - k)
    away = leading(np.ldexp(distance(s, k).astype(np.float64), -SIGMOID32.fraction_bits - k))
    steps = np.floor(np.ldexp(sigmoid, 24))[:, None] + np.arange(-2, 4)
    beside_one = (1 - np.ldexp(steps, -24)).astype(np.float32).view(np.uint32)
    yield x, np.concatenate([beside_one, away, away | FP32.sign_bit], axis=1)
    common, _ = labels()
    yield x, np.broadcast_to(common, (x.size, common.size))


def pairs() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Logits and labels, a multiple of 512."""
    x, s, k = logits()
    count = dropped(s)
    exact = (s & (1 << count - 1) - 1) == 0  # 0 or a tie
    common, grid = labels()
    sigmoid = np.ldexp(s.astype(np.float64), -SIGMOID32.fraction_bits - k)
    found = []
    for sign, value in ((0, 1 - sigmoid), (FP32.sign_bit, sigmoid)):
        signed = x | np.uint32(sign)
        near = leading(value)
        for logits_, labels_ in (
            (signed, np.broadcast_to(common, (x.size, common.size))),
            (signed, near),
            (signed[exact], np.broadcast_to(grid, (int(exact.sum()), grid.size))),
        ):
            found.append((np.repeat(logits_, labels_.shape[1]), labels_.ravel()))
    found += ((np.repeat(x, y.shape[1]), y.ravel()) for x, y in near_multiples())
    all_logits, all_labels = (np.concatenate(part) for part in zip(*found, strict=True))
    size = all_logits.size // BATCH * BATCH
    return all_logits[:size], all_labels[:size]
