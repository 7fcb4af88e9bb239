"""Random fp32 pairs, many of them hard to subtract and to round; the same on every machine.

Each eighth of a shard is of one kind; the kinds are the functions below, in the order of ``KINDS``.
Bits come from Philox, keyed by the seed and the shard; arithmetic is that of IEEE float64, and the
sigmoid that of the exact side.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scegrad.sweep.exact import sigmoid

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]

HARD_AND_SMOOTHED = np.array(
    [0, 1, -0.0, 0.5, 0.1, 0.9, 0.05, 0.95, 0.01, 0.99, 1 / 3, 2 / 3, 0.25, 0.75, 2, -1], np.float32
)
"""Labels as training has them, and a few outside."""

ULPS = np.ldexp(1.0, -24 - np.arange(8))
"""Spacing of results from 1 downwards."""


def _field(words: U64, first: int, bits: int) -> NDArray[np.int64]:
    """``bits`` bits of each word from bit ``first`` on; fewer than 64."""
    return (words.view(np.int64) >> first) & (1 << bits) - 1


def _low(words: U64) -> U32:
    return words.astype(np.uint32)


def _encode(values: NDArray[np.floating]) -> U32:
    return values.astype(np.float32).view(np.uint32)


def _bend(words: U64) -> U32:
    """Logits of either sign and magnitudes from 2^-30 to 2^8, every binade alike."""
    exponent = 127 - 30 + _field(words, 0, 16) * 38 // (1 << 16)
    return (_field(words, 16, 1) << 31 | exponent << 23 | _field(words, 17, 23)).astype(np.uint32)


def _next_to(values: NDArray[np.floating], steps: NDArray[np.int64]) -> U32:
    """The fp32 number next to each value, and some encodings further."""
    return (_encode(values).astype(np.int64) + steps).astype(np.uint32)


def anything(a: U64, b: U64) -> tuple[U32, U32]:
    """Any two encodings: every exponent, infinities and NaNs."""
    return _low(a), _low(b)


def soft(a: U64, b: U64) -> tuple[U32, U32]:
    """Labels of 24 bits in [0, 1)."""
    return _bend(a), _encode(_field(b, 0, 24) * 2.0**-24)


def cancelling(a: U64, b: U64) -> tuple[U32, U32]:
    """Labels within eight encodings of the sigmoid."""
    x = _bend(a)
    return x, _next_to(sigmoid(x), _field(b, 0, 4) - 8)


def near_midpoints(a: U64, b: U64) -> tuple[U32, U32]:
    """Labels that bring the difference close to a boundary between rounded results."""
    x = _bend(a)
    midpoint = (_field(b, 0, 23) + ((1 << 23) + 0.5)) * ULPS[_field(b, 23, 3)]
    return x, _encode(sigmoid(x) - np.where(_field(b, 26, 1) != 0, midpoint, -midpoint))


def any_label(a: U64, b: U64) -> tuple[U32, U32]:
    """Any label, with logits at which the sigmoid bends."""
    return _bend(a), _low(b)


def any_logit(a: U64, b: U64) -> tuple[U32, U32]:
    """Any logit with a label as training has them."""
    return _low(a), HARD_AND_SMOOTHED.view(np.uint32)[_field(b, 0, 4)]


def underflowing(a: U64, b: U64) -> tuple[U32, U32]:
    """Logits from -112 to -80, where results are subnormal or less, and labels within eight
    encodings of the sigmoid, or 0.
    """
    x = _encode(-80 - 32 * (_field(a, 0, 24) * 2.0**-24))
    return x, np.where(
        _field(b, 4, 2) == 0, 0, _next_to(sigmoid(x) + 2.0**-146, _field(b, 0, 4) - 8)
    ).astype(np.uint32)


def near_one(a: U64, b: U64) -> tuple[U32, U32]:
    """Labels around 1 and around powers of two, beside any finite logit."""
    x = ((_field(a, 0, 31) * 255 >> 8) | _field(a, 31, 1) << 31).astype(np.uint32)
    exponent = np.where(_field(b, 0, 1) != 0, 127, (_field(b, 1, 8) * 254 >> 8) + 1)
    return x, ((exponent << 23) + _field(b, 9, 5) - 16 | _field(b, 14, 1) << 31).astype(np.uint32)


KINDS: tuple[Callable[[U64, U64], tuple[U32, U32]], ...] = (
    anything,
    soft,
    cancelling,
    near_midpoints,
    any_label,
    any_logit,
    underflowing,
    near_one,
)


def random_pairs(seed: int, shard: int, size: int) -> tuple[U32, U32]:
    """Encodings of the logits and labels of a shard; ``size`` is a multiple of the number of
    kinds.
    """
    words = (
        np.random.Philox(key=[seed, shard])
        .random_raw(2 * size)
        .reshape(len(KINDS), 2, size // len(KINDS))
    )
    pairs = [kind(*both) for kind, both in zip(KINDS, words, strict=True)]
    return np.concatenate([logits for logits, _ in pairs]), np.concatenate(
        [labels for _, labels in pairs]
    )
