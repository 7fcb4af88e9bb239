"""Subtract: sigmoid(x) - y in one window of bits, exact except for the bits that the sticky bit
collects.
"""

from typing import NamedTuple

import numpy as np

from scegrad.formats import FP32, Format
from scegrad.model.design import COARSE, SIGMOID32, WINDOW
from scegrad.model.sigmoid32 import Sigmoid
from scegrad.model.unpack import Operand


class Terms(NamedTuple):
    """The terms of the sum: s if not ``positive``, else 1 - s (without the 1 unless ``one``), less
    the label.
    """

    positive: np.ndarray
    one: np.ndarray
    sign: np.ndarray
    exponent: np.ndarray
    significand: np.ndarray


class Difference(NamedTuple):
    """(-1)**sign * (magnitude + something in (0, 1) if sticky) * 2**(anchor + 2 -
    magnitude_bits).
    """

    sign: np.ndarray
    magnitude: np.ndarray
    anchor: np.ndarray
    sticky: np.ndarray


def half_label(logit: Operand, label: Operand, fmt: Format) -> np.ndarray:
    """Whether the label is 1/2 and |x| so small that sigmoid(x) - 1/2 is computed as x/4, less a
    cubic term: fp32 only.
    """
    if fmt is not FP32:
        return np.zeros_like(logit.infinite)
    return (
        ~label.sign
        & (label.exponent == -1)
        & (label.significand == 1 << fmt.fraction_bits)
        & (logit.exponent < SIGMOID32.half_below)
        & (logit.significand != 0)
    )


def take_part(logit: Operand, label: Operand, half: np.ndarray, fmt: Format) -> Terms:
    """Whether 1 and the label take part: neither does with y = 1 and a positive logit, so that s
    keeps all its bits, nor with ``half``.

    With ``half``, x/4 has the sign of x, but s has the sign of s - y: so ``positive`` is inverted.
    """
    positive = ~logit.sign & (logit.significand != 0)
    cancels = (
        positive
        & ~label.sign
        & (label.exponent == 0)
        & (label.significand == 1 << fmt.fraction_bits)
    )
    gone = cancels | half
    return Terms(
        positive ^ half,
        positive & ~gone,
        label.sign,
        np.where(gone, fmt.emin, label.exponent),
        np.where(gone, 0, label.significand),
    )


def shift_right(value: np.ndarray, amount: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``value`` shifted by 0 to 63 bits (more counts as 63), and whether a one was lost."""
    amount = np.minimum(amount, 63)
    shifted = value >> amount
    return shifted, (shifted << amount) != value


def align(
    value: np.ndarray, up: int, amount: np.ndarray, coarse: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``value << up + coarse`` shifted right by ``amount`` (63 at most), in two words, and whether
    a one was lost.

    The second word has the ``coarse`` lowest bits. They are 0 unless the shift exceeds ``up``, so
    that one 64-bit word, ``value << coarse``, is enough to find them.
    """
    amount = np.minimum(amount, 63)
    high = value << up >> amount
    if not coarse:
        return high, np.zeros_like(high), (high << amount) != value << up
    beyond = np.maximum(amount - up, 0)
    low = value << coarse >> beyond
    return high, low & (1 << coarse) - 1, (low << beyond) != value << coarse


def aligned_one(
    one: np.ndarray, anchor: np.ndarray, window: int, coarse: int
) -> tuple[np.ndarray, np.ndarray]:
    """1 if it takes part, in the two words of ``align``.

    0 if it lies below both, beside labels of 2**73 and more.
    """
    place = window - anchor
    high = np.where(one & (place >= 0), np.int64(1) << np.clip(place, 0, window), 0)
    low = one & (place < 0) & (place >= -coarse)
    return high, np.where(low, np.int64(1) << np.clip(place + coarse, 0, coarse), 0)


def anchor_of(
    one: np.ndarray, label_exponent: np.ndarray, k: np.ndarray, fmt: Format
) -> np.ndarray:
    """The greatest of the exponents of s, y and, if it takes part, 1; at least emin, so that
    subnormal results have the right exponent.
    """
    return np.maximum(np.maximum(label_exponent, fmt.emin), np.where(one, 0, -k))


def subtract(terms: Terms, s: Sigmoid, fmt: Format, fraction_bits: int) -> Difference:
    """s - y if the logit is not ``positive``, else (1 - y) - s, computed as -(s + y - 1)."""
    positive, one, sign, exponent, significand = terms
    coarse = COARSE[fmt.name]
    window = WINDOW[fmt.name] - coarse
    anchor = anchor_of(one, exponent, s.k, fmt)
    s_high, s_low, lost_s = align(s.significand, window - fraction_bits, anchor + s.k, coarse)
    y_high, y_low, lost_y = align(
        significand, window - fmt.fraction_bits, anchor - exponent, coarse
    )
    one_high, one_low = aligned_one(one, anchor, window, coarse)
    # Cut below the window, -(y + rest) is ~y + (1 - rest): every rest stays positive, and one
    # sticky bit holds for all.
    add = positive ^ sign
    low = s_low + np.where(add, y_low, -y_low - lost_y) - one_low
    total = s_high + np.where(add, y_high, -y_high) - one_high + (low >> coarse)
    low = low & (1 << coarse) - 1
    sticky = s.sticky | lost_s | lost_y
    negative = total < 0
    sign = (positive ^ negative) & ((total != 0) | (low != 0) | sticky)
    # -(total, low), or its complement where a sticky bit says that something above it is meant.
    carry = negative & ~sticky
    low = np.where(negative, (~low & (1 << coarse) - 1) + carry, low)
    magnitude = np.where(negative, ~total + (low >> coarse), total)
    low = low & (1 << coarse) - 1
    # s is cut that far only next to 1, and there the anchor is 0 if the difference is small.
    small = one & (magnitude >> window + 2 - coarse == 0) & (coarse > 0)
    return Difference(
        sign,
        np.where(small, magnitude << coarse | low, magnitude),
        anchor - coarse * small,
        sticky | ~small & (low != 0),
    )
