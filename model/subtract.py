"""Subtract: sigmoid(x) - y in one window of bits, exact but for what is gathered in the sticky bit."""

from typing import NamedTuple

import numpy as np

from scegrad.formats import FP16, FP32, Format
from scegrad.model.sigmoid32 import Sigmoid
from scegrad.model.unpack import Operand

WINDOW = {FP32.name: 60, FP16.name: 40}
"""Bits of the window below the anchor's weight."""


class Difference(NamedTuple):
    """(-1)**sign * (magnitude + something in (0, 1) if sticky) * 2**(anchor - window)."""

    sign: np.ndarray
    magnitude: np.ndarray
    anchor: np.ndarray
    sticky: np.ndarray


def shift_right(value: np.ndarray, amount: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``value`` shifted by 0 to 63 bits (more counts as 63), and whether a one was lost."""
    amount = np.minimum(amount, 63)
    shifted = value >> amount
    return shifted, (shifted << amount) != value


def anchor_of(
    one: np.ndarray, label_exponent: np.ndarray, k: np.ndarray, fmt: Format
) -> np.ndarray:
    """The greatest of the exponents of s, y and, where it takes part, 1; no less than emin, so that subnormal results keep their place."""
    return np.maximum(np.maximum(label_exponent, fmt.emin), np.where(one, 0, -k))


def subtract(
    positive: np.ndarray, s: Sigmoid, label: Operand, fmt: Format, fraction_bits: int
) -> Difference:
    """S - y where the logit is not ``positive``, else (1 - y) - s, computed as -(s + y - 1).

    With y = 1 and a positive logit nothing is left of 1 - y, and s keeps all its bits.
    """
    window = WINDOW[fmt.name]
    cancels = (
        positive
        & ~label.sign
        & (label.exponent == 0)
        & (label.significand == 1 << fmt.fraction_bits)
    )
    one = positive & ~cancels
    exponent = np.where(cancels, fmt.emin, label.exponent)
    significand = np.where(cancels, 0, label.significand)
    anchor = anchor_of(one, exponent, s.k, fmt)
    aligned_s, lost_s = shift_right(s.significand << window - fraction_bits, anchor + s.k)
    aligned_y, lost_y = shift_right(significand << window - fmt.fraction_bits, anchor - exponent)
    aligned_one = np.where(
        one & (anchor <= window), np.int64(1) << np.clip(window - anchor, 0, window), 0
    )
    # Cut below the window, -(y + rest) is ~y + (1 - rest): every rest stays positive, and one sticky bit holds for all.
    negated = np.where(lost_y, ~aligned_y, -aligned_y)
    total = aligned_s + np.where(positive ^ label.sign, aligned_y, negated) - aligned_one
    sticky = s.sticky | lost_s | lost_y
    magnitude = np.where(total >= 0, total, np.where(sticky, ~total, -total))
    sign = (positive ^ (total < 0)) & ((total != 0) | sticky)
    return Difference(sign, magnitude, anchor, sticky)
