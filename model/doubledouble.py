"""Error-free sums and products of float64 arrays.

Each function returns the rounded result and, exactly, what the rounding lost (Dekker 1971, Knuth).
They hold in round-to-nearest without overflow and with products above 2^-969; the callers' ranges
ensure both. A pair ``(high, low)`` stands for their exact sum.
"""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

_SPLITTER = float((1 << 27) + 1)


def two_sum(a: F64, b: F64) -> tuple[F64, F64]:
    """``a + b`` and its rounding error."""
    total = a + b
    rest = total - a
    return total, (a - (total - rest)) + (b - rest)


def fast_two_sum(a: F64, b: F64) -> tuple[F64, F64]:
    """``a + b`` and its rounding error, for ``|a| >= |b|`` or ``a == 0``."""
    total = a + b
    return total, b - (total - a)


def split(a: F64) -> tuple[F64, F64]:
    """Two halves of at most 26 bits each whose sum is ``a``, for ``|a| < 2^996``."""
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def two_product(a: F64, b: F64) -> tuple[F64, F64]:
    """``a * b`` and its rounding error."""
    product = a * b
    a_high, a_low = split(a)
    b_high, b_low = split(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def two_product_short(a: F64, b: F64) -> tuple[F64, F64]:
    """``a * b`` and its rounding error, for ``b`` of at most 24 significant bits (a float32's)."""
    product = a * b
    a_high, a_low = split(a)
    return product, (a_high * b - product) + a_low * b
