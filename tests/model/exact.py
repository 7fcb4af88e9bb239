"""The gradient's definition in rational arithmetic, for tests: mpmath gives the sigmoid, fractions
do the rest.
"""

from fractions import Fraction
from functools import lru_cache

import mpmath
import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP32, Format, format_of

DIGITS = 160
"""Decimal digits of a sigmoid: enough for x^3/48 to show beside 1/2 for every |x| above 2^-100."""

FP16_LOGITS = (
    np.concatenate([np.arange(0x7C00), np.arange(0x8000, 0xFC00)])
    .astype(np.uint16)
    .view(np.float16)
)
"""Every finite fp16 number."""


def of(fmt: Format, *values: float) -> np.ndarray:
    """An array of the format."""
    return np.array(values, fmt.dtype)


def bits(array: np.ndarray) -> np.ndarray:
    """Encodings, for comparisons that see signs of zeros and payloads of NaNs."""
    return np.asarray(array).view(f"u{np.asarray(array).dtype.itemsize}")


@lru_cache(maxsize=1 << 16)
def small_sigmoid(x: float) -> Fraction:
    """sigmoid(-|x|), to ``DIGITS`` digits; any number below every half spacing where that is below
    2^-400.
    """
    if abs(x) > 300:
        return Fraction(1, 2**400)
    with mpmath.workdps(DIGITS):
        sign, mantissa, exponent, _ = (1 / (1 + mpmath.exp(mpmath.mpf(abs(x)))))._mpf_
    assert sign == 0
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def difference(x: float, y: float) -> Fraction:
    """sigmoid(x) - y for finite x and y."""
    return 1 - small_sigmoid(x) - Fraction(y) if x > 0 else small_sigmoid(x) - Fraction(y)


def binade(value: Fraction) -> int:
    """E with 2^e <= |value| < 2^(e+1), for a value that is not 0."""
    numerator, denominator = abs(value.numerator), value.denominator
    e = numerator.bit_length() - denominator.bit_length()
    return e if numerator << max(-e, 0) >= denominator << max(e, 0) else e - 1


def ulp(value: Fraction, fmt: Format = FP32) -> Fraction:
    """Spacing of the format in the binade of ``value``, at least that of the subnormals."""
    exponent = fmt.emin if value == 0 else max(binade(value), fmt.emin)
    return Fraction(2) ** (exponent - fmt.fraction_bits)


def encode(value: Fraction, fmt: Format) -> int:
    """Encoding of ``value`` rounded to nearest, ties to even (Python's ``round`` does that)."""
    unit = ulp(value, fmt)
    count = round(abs(value) / unit)
    magnitude = np.ldexp(float(count), binade(unit))
    assert magnitude <= np.finfo(fmt.dtype).max
    return int(np.array(magnitude, fmt.dtype).view(fmt.bits_dtype)) | (
        fmt.sign_bit if value < 0 else 0
    )


def gradient(logits: NDArray, labels: NDArray) -> NDArray:
    """What ``scegrad.model.reference.gradient`` is to give for finite arrays, element by
    element.
    """
    fmt = format_of(logits.dtype)
    exact = [difference(float(x), float(y)) for x, y in zip(logits, labels, strict=True)]
    return np.array([encode(value, fmt) for value in exact], fmt.bits_dtype).view(fmt.dtype)
