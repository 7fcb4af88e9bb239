"""The fp32 sigmoid of the golden model: s = sigmoid(-|x|) with a relative error below 2**-34, step by step as the RTL computes it."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from scegrad.model.design import LIMB, SIGMOID32
from scegrad.model.tables import columns

MASK = (1 << LIMB) - 1


class Sigmoid(NamedTuple):
    """s = (significand + something in (0, 1) if sticky) * 2**(-fraction_bits - k)."""

    significand: np.ndarray
    k: np.ndarray
    sticky: np.ndarray


def limbs(value: int, count: int) -> list[int]:
    """``value`` in ``count`` limbs, lowest first; the last one takes what is left."""
    return [value >> LIMB * i & MASK for i in range(count - 1)] + [value >> LIMB * (count - 1)]


def scale(significand: np.ndarray) -> np.ndarray:
    """Significand * log2(e) without its 25 lowest bits, from three partial products; at most two units too small."""
    low, middle, high = (significand * limb for limb in limbs(SIGMOID32.log2e, 3))
    lower = (low >> 22) + (middle >> 5)
    return (high << 9) + (lower >> 3)


def shift_amount(exponent: np.ndarray) -> np.ndarray:
    """How far the product is shifted to become k and f, and the linear argument to become delta; saturates at 31."""
    spec = SIGMOID32
    linear = exponent < spec.linear_below
    return np.where(
        linear,
        np.minimum(spec.linear_below - 1 - exponent, 31),
        np.maximum(spec.overflow_from - 1 - exponent, 0),
    )


def horner(coefficients: Iterable[np.ndarray], delta: np.ndarray) -> np.ndarray:
    """The quartic at delta: each step drops what lies below its own last bit, the middle steps their low x low product too."""
    c0, c1, c2, c3, c4 = coefficients
    high, low = delta >> LIMB, delta & MASK
    a3 = c3 + (c4 * high >> LIMB - 1)
    a2 = c2 + ((a3 >> LIMB) * high + ((a3 >> LIMB) * low + (a3 & MASK) * high >> LIMB))
    a1 = c1 + ((a2 >> LIMB) * high + ((a2 >> LIMB) * low + (a2 & MASK) * high >> LIMB) >> 2)
    middle = (a1 >> LIMB) * low + (a1 & MASK) * high + ((a1 & MASK) * low >> LIMB)
    return c0 + ((a1 >> LIMB) * high * 4 + (middle >> LIMB - 2))


def sigmoid32(exponent: np.ndarray, significand: np.ndarray, infinite: np.ndarray) -> Sigmoid:
    """sigmoid(-|x|) for |x| = significand * 2**(exponent - 23), int64 arrays; 0 for an infinite x."""
    spec = SIGMOID32
    linear = exponent < spec.linear_below
    shifted = np.where(linear, significand << 4, scale(significand))
    amount = shift_amount(exponent)
    u = shifted >> amount
    jammed = u | ((u << amount) != shifted)
    overflow = exponent >= spec.overflow_from
    k = np.where(overflow, spec.k_overflow, np.where(linear, 0, u >> spec.u_fraction_bits))
    delta = np.where(linear, jammed, u & (1 << spec.delta_bits) - 1)
    row = np.where(linear, spec.linear_row, np.minimum(k, spec.rows))
    column = np.where(linear, 0, u >> spec.delta_bits & (1 << spec.segment_bits) - 1)
    entry = row << spec.segment_bits | column
    value = horner((coefficient[entry] for coefficient in columns("fp32")), delta)
    return Sigmoid(np.where(infinite, 0, value), k, ~infinite & (significand != 0))
