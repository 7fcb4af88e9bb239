"""Unpack: encodings to sign, exponent and significand, with flags for infinity and NaN."""

from typing import NamedTuple

import numpy as np

from scegrad.formats import Format


class Operand(NamedTuple):
    """A finite value is (-1)**sign * significand * 2**(exponent - fraction_bits); subnormals keep
    the exponent emin, unnormalised.
    """

    sign: np.ndarray
    exponent: np.ndarray
    significand: np.ndarray
    infinite: np.ndarray
    nan: np.ndarray


def unpack(bits: np.ndarray, fmt: Format) -> Operand:
    """Take encodings (unsigned, as wide as the format) apart into int64 and bool arrays."""
    wide = bits.astype(np.int64)
    fraction = wide & (1 << fmt.fraction_bits) - 1
    biased = wide >> fmt.fraction_bits & fmt.exponent_mask
    special = biased == fmt.exponent_mask
    return Operand(
        sign=wide >> fmt.width - 1 != 0,
        exponent=np.maximum(biased, 1) - fmt.bias,
        significand=fraction | np.where(biased != 0, 1 << fmt.fraction_bits, 0),
        infinite=special & (fraction == 0),
        nan=special & (fraction != 0),
    )
