"""Round: the difference to the nearest value of the format, ties to even, with gradual
underflow.
"""

import numpy as np

from scegrad.formats import Format
from scegrad.model.design import magnitude_bits
from scegrad.model.subtract import Difference


def leading_zeros(value: np.ndarray, width: int) -> np.ndarray:
    """Zeros before the first one among ``width`` bits; ``width`` for zero."""
    # The first one is the exponent of a float64. With the bit below it cleared, the conversion
    # cannot round up to the next power of two.
    exponent = ((value & ~(value >> 1)).astype(np.float64).view(np.int64) >> 52) - 1023
    return np.minimum(width - 1 - exponent, width)


def round_nearest_even(difference: Difference, fmt: Format) -> np.ndarray:
    """Encodings of the rounded differences, as int64."""
    width = magnitude_bits(fmt.name)
    limit = difference.anchor + 1 - fmt.emin
    shift = np.minimum(leading_zeros(difference.magnitude, width), limit)
    normalised = difference.magnitude << shift
    normal = normalised >> width - 1 != 0
    dropped = width - fmt.precision
    significand = normalised >> dropped
    guard = normalised >> dropped - 1 & 1
    sticky = difference.sticky | (normalised & (1 << dropped - 1) - 1 != 0)
    biased = np.where(normal, difference.anchor + 1 - shift + fmt.bias, 0)
    fraction = significand & (1 << fmt.fraction_bits) - 1
    up = guard & (sticky | significand & 1)
    return (
        difference.sign.astype(np.int64) << fmt.width - 1
        | (biased << fmt.fraction_bits | fraction) + up
    )
