"""The fp16 sigmoid of the golden model: floor(2**25 * sigmoid(-|x|)), exact for every logit."""

import numpy as np

from scegrad.model.design import SIGMOID16
from scegrad.model.sigmoid32 import Sigmoid
from scegrad.model.tables import columns


def sigmoid16(
    exponent: np.ndarray, significand: np.ndarray, infinite: np.ndarray, half: np.ndarray
) -> Sigmoid:
    """sigmoid(-|x|) for |x| = significand * 2**(exponent - 10), int64 arrays; 0 for an infinite x,
    and sticky unless exact.

    ``half`` is not used here: s is exact enough for every label.
    """
    spec = SIGMOID16
    middle = 1 << spec.fraction_bits - 1
    binade = exponent - spec.first_exponent
    linear = binade < 0
    # 2**24 * |x| is whole, and the cubic term is positive and far below one unit: s lies just above
    # 1/2 - |x|/4.
    tiny = middle - ((significand << np.clip(spec.linear_shift(exponent), 0, 3)) + 1 >> 1)
    row = np.clip(binade, 0, spec.binades - 1) << spec.segment_bits
    entry = row | significand >> spec.offset_bits & (1 << spec.segment_bits) - 1
    c0, c1, c2 = (column[entry] for column in columns("fp16"))
    offset = significand & (1 << spec.offset_bits) - 1
    value = c0 + offset * (c1 + offset * c2) >> spec.guard_bits
    value = np.where(linear, tiny, np.where(binade >= spec.binades, 0, value))
    return Sigmoid(
        np.where(infinite, 0, value), np.zeros_like(value), ~infinite & (significand != 0)
    )
