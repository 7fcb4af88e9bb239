"""The exact fp16 gradient: sigmoid(-|x|) from a table made by MPFR to 200 bits, and integer
arithmetic for every pair.

``sw/exact/fp16.cpp`` is the same algorithm over the same table, for sweeps over all pairs, which
would take hours in NumPy; ``tests/sweep/test_exact.py`` compares the two.

Finite labels, and 1 - y, are multiples of 2^-24; boundaries between rounded results are multiples
of 2^-25. So of s = sigmoid(-|x|) only its place among the multiples of 2^-25 counts: the table
holds it in units of 2^-26, an even number if s is a multiple of 2^-25, else the odd number in
between. (x - y in these units stands for every value strictly between two neighbouring boundaries.)
s is such a multiple only for x = 0 and infinite x. For other x, 200 bits decide on which side of
one it lies; this is checked when the table is made.
"""

from functools import lru_cache

import gmpy2
import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP16
from scegrad.model.doubledouble import F64

UNIT = 26
"""The table's unit is 2^-26."""

BITS = 200

F16 = NDArray[np.float16]
I64 = NDArray[np.int64]


def _place(s: gmpy2.mpfr) -> int:
    """The number, in units of 2^-26, that stands for s among the multiples of 2^-25: even on one,
    odd between two.
    """
    scaled = gmpy2.mul_2exp(s, UNIT - 1)
    nearest = gmpy2.rint(scaled)
    if scaled == nearest:
        return 2 * int(nearest)
    if abs(scaled - nearest) < gmpy2.mul_2exp(scaled, 10) * gmpy2.exp2(-BITS):
        raise ArithmeticError(
            f"{BITS} bits do not tell on which side of {nearest} * 2^-25 a sigmoid lies"
        )
    return 2 * int(gmpy2.floor(scaled)) + 1


@lru_cache(maxsize=1)
def tables() -> tuple[I64, F64]:
    """sigmoid(-|x|) by the encoding of |x|, infinity included: its place, and the float64 next to
    it.
    """
    magnitudes = np.arange(FP16.infinity, dtype=np.uint16).view(np.float16)
    with gmpy2.context(precision=BITS):
        values = [1 / (1 + gmpy2.exp(gmpy2.mpfr(float(x)))) for x in magnitudes]
        places = [_place(s) for s in values]
    return np.array([*places, 0], dtype=np.int64), np.array([*map(float, values), 0.0])


def _operands(logits: F16, labels: F16) -> tuple[I64, F64, I64]:
    """The place of sigmoid(x) - y in units of 2^-26, sigmoid(-|x|), and y in units of 2^-24."""
    places, values = tables()
    index = logits.view(np.uint16) & np.uint16(FP16.sign_bit - 1)
    label = np.ldexp(labels.astype(np.float64), UNIT - 2).astype(np.int64)
    place = places[index]
    return np.where(logits > 0, (1 << UNIT) - place, place) - 4 * label, values[index], label


def _length(magnitude: I64) -> I64:
    """Bits of a number below 2^53."""
    return np.frexp(magnitude.astype(np.float64))[1].astype(np.int64)


def rounded(logits: F16, labels: F16) -> F16:
    """The correctly rounded difference, for finite labels and logits that are not NaN (one
    axis).
    """
    place, _, _ = _operands(logits, labels)
    magnitude = np.abs(place)
    shift = np.maximum(_length(magnitude) - FP16.precision, 2)
    kept = magnitude >> shift
    rest, half = magnitude - (kept << shift), np.int64(1) << (shift - 1)
    kept += (rest > half) | ((rest == half) & (kept % 2 == 1))
    # A subnormal's exponent field is 0, as is the one below the hidden bit of the least normal
    # binade; a carry goes up by itself.
    bits = ((shift - 2) << FP16.fraction_bits) + kept
    return (bits + np.where(place < 0, FP16.sign_bit, 0)).astype(np.uint16).view(np.float16)


def error(result: F16, logits: F16, labels: F16) -> F64:
    """|result - exact| in ulp of the exact value, for finite arguments (one axis)."""
    place, small, label = _operands(logits, labels)
    exponent = np.maximum(_length(np.abs(place)) - FP16.precision, 2) - UNIT
    value = np.ldexp(result.astype(np.float64), UNIT - 2).astype(np.int64)
    one = np.where(logits > 0, 1 << (UNIT - 2), 0)
    gap = np.ldexp((value + label - one).astype(np.float64), 2 - UNIT)
    return np.ldexp(np.abs(gap + np.where(logits > 0, small, -small)), -exponent)


def within(result: F16, logits: F16, labels: F16) -> NDArray[np.bool_]:
    """Whether the result is the correctly rounded one, bit for bit, which the contract demands in
    fp16.
    """
    return result.view(np.uint16) == rounded(logits, labels).view(np.uint16)
