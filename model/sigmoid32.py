"""The fp32 sigmoid of the golden model: s = sigmoid(-|x|) within 2**-40 of itself, step by step as
the RTL computes it.
"""

from typing import NamedTuple

import numpy as np

from scegrad.model.design import FACTOR_LIMBS, SIGMOID32
from scegrad.model.tables import columns


class Sigmoid(NamedTuple):
    """s = (significand + something in (0, 1) if sticky) * 2**(-fraction_bits - k)."""

    significand: np.ndarray
    k: np.ndarray
    sticky: np.ndarray


class TablePlace(NamedTuple):
    """Where the table is read: the piece, the T beside it, and the argument within the piece."""

    entry: np.ndarray
    scale_entry: np.ndarray
    delta: np.ndarray


def locate(
    exponent: np.ndarray, significand: np.ndarray, infinite: np.ndarray, half: np.ndarray
) -> TablePlace:
    """The addresses and the argument for |x| = significand * 2**(exponent - 23)."""
    spec = SIGMOID32
    u = significand << np.clip(exponent - spec.first_even, 0, 7)
    index = u >> spec.delta_bits
    whole = index >> spec.even_bits
    over = infinite | (exponent >= spec.huge_from) | (whole >= spec.far_limit)
    far = (exponent >= spec.first_far) & ~over
    low = exponent < spec.first_even
    binade = (exponent - spec.first_exponent) & 15
    entry = np.where(
        low,
        spec.low_base | binade << spec.low_bits | index & (1 << spec.low_bits) - 1,
        np.where(far, index & (1 << spec.even_bits) - 1, index),
    )
    entry = np.where(exponent < spec.first_exponent, spec.linear_entry, entry)
    entry = np.where(over, spec.zero_entry, np.where(half, spec.empty_entry, entry))
    scale = np.where(
        whole >= 96,
        spec.upper_scale_base | whole & 7,
        spec.scale_base | (whole >> 6 & 1) << 5 | whole & 31,
    )
    delta = (u & (1 << spec.delta_bits) - 1) - (1 << spec.delta_bits - 1)
    return TablePlace(entry, np.where(far, scale, spec.empty_entry), delta)


def linear_term(exponent: np.ndarray, significand: np.ndarray) -> np.ndarray:
    """|x|/4 in units of the last bit for k = 1, rounded up, for |x| < 2**exact_below; else 0."""
    spec = SIGMOID32
    exact = np.where(exponent < spec.exact_below, significand << spec.exact_shift, 0)
    amount = np.clip(spec.exact_below - 1 - exponent, 0, 63)
    return -(-exact >> amount)


def polynomial(coefficients: np.ndarray, delta: np.ndarray) -> np.ndarray:
    """The polynomial at delta without its constant, in units of the significand's last bit; each
    step rounds down.

    ``coefficients``: int64[6, ...], constant first. One step takes the two highest powers together,
    so c4 is multiplied directly: one port of a multiplier suffices for it.
    """
    _, c1, c2, c3, c4, c5 = coefficients
    spec = SIGMOID32
    highest = c4 * delta + (c5 * square(delta) >> spec.fifth_shift)
    a3 = c3 + (highest >> spec.step_shift(3))
    a2 = c2 + (a3 * delta >> spec.step_shift(2))
    a1 = c1 + (a2 * delta >> spec.step_shift(1))
    return a1 * delta >> spec.step_shift(0)


def square(delta: np.ndarray) -> np.ndarray:
    """d * d in units of d's last bit."""
    return delta * delta >> SIGMOID32.delta_bits


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """A * b / 2**fraction_bits for significands below 2**fraction_bits, at most two units too
    small.
    """
    (a0, a1, a2), (b0, b1, b2) = limbs(a), limbs(b)
    lowest, lower, up, last = SIGMOID32.factor_shifts
    low = a2 * b0 + a0 * b2 + (a1 * b1 >> lowest)
    middle = (a2 * b2 << up) + (a2 * b1 + a1 * b2)
    return middle + (low >> lower) >> last


def limbs(value: np.ndarray) -> list[np.ndarray]:
    """The bits below 2**fraction_bits in limbs of ``FACTOR_LIMBS`` bits, lowest first."""
    found = []
    for bits in FACTOR_LIMBS:
        found.append(value & (1 << bits) - 1)
        value = value >> bits
    return found


def sigmoid32(
    exponent: np.ndarray, significand: np.ndarray, infinite: np.ndarray, half: np.ndarray
) -> Sigmoid:
    """sigmoid(-|x|) for |x| = significand * 2**(exponent - 23), int64 arrays; 0 for an infinite x.

    With ``half`` (``half_label``), the result is |x|/4 less something in (0, 1) of the last bit in
    place of s.
    """
    spec = SIGMOID32
    place = locate(exponent, significand, infinite, half)
    table = columns("fp32")
    coefficients = table[:, place.entry]
    base = np.where(half, (significand << spec.half_shift) - 1, coefficients[0])
    base = base - np.where(half, 0, linear_term(exponent, significand))
    value = base + polynomial(coefficients[:-1], place.delta)
    far = place.scale_entry != spec.empty_entry
    value = np.where(far, product(value, table[0, place.scale_entry]), value)
    k = np.where(half, spec.half_k(exponent), coefficients[-1] + table[-1, place.scale_entry])
    return Sigmoid(value, k, ~infinite & (significand != 0))
