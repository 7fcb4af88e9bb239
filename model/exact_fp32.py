"""The exact fp32 gradient: sigmoid(x) - y enclosed in double-double arithmetic, with MPFR for pairs
that the enclosure leaves open.

No exponential of the platform is trusted: everything follows from IEEE float64 addition,
multiplication and division. With z = |x|, i the integer nearest to 128 z and r = i/128 - z (exact:
24 bits at the most, |r| <= 2^-8), a table from MPFR holds exp(-i/128) as a pair of float64, and
exp(r) - 1 is its Taylor polynomial of degree 10. The difference is the exact sum of a base and one
inexact term u:

    z <  127.5/128   base = 1/2 - y          u = +-tanh(z/2)/2           (the sign of x)
    z >= 127.5/128   base = 1 - y  or  -y    u = -s or +s, s = e/(1+e), e = exp(-z)

u has a relative error below 2^-96: truncation r^10/11! < 2^-105, six double-double steps of at most
2^-101 each, a table of 2^-105 and a quotient of 2^-101. 2^-90 is assumed. Below z = 2^-24, u = z/4
- z^3/48 as a pair, whose first part is exact; the second has a relative error below 2^-50 (2^-48 is
assumed), so it decides even the ties that only the cubic term breaks.

Above z = 200, s is taken at 200: it moves by less than 2^-288, and any s in (0, 2^-150) rounds
alike, because bases and rounding boundaries are multiples of 2^-150. For x = 0 and infinite x, u is
exact, so ties to even are seen as such; for other x, exp(x) is transcendental and there are no
ties, so the search for more bits in ``exact_mpfr`` ends.

The total is renormalised without loss, and its enclosure is rounded at both ends: if they agree,
the result is decided. The sum is first rounded to odd in float64, so the second rounding, to
float32, is correct (53 >= 24 + 2; subnormals have fewer bits still).
"""

from dataclasses import dataclass
from functools import lru_cache

import gmpy2
import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP32
from scegrad.model import exact_mpfr
from scegrad.model.bounds import ALLOWANCE
from scegrad.model.doubledouble import F64, fast_two_sum, two_product, two_product_short, two_sum

STEP = 128
"""Table entries per unit of |x|."""

LARGEST = 200
"""|x| beyond which sigmoid(-|x|) is only a sticky bit."""

TINY = 2.0**-24
"""|x| below which the first two terms of the series of tanh are used."""

RADIUS = 2.0**-90
TINY_RADIUS = 2.0**-48
OPEN_ULP = 2.0**-24
"""Radius, in ulp, from which on an error is measured with MPFR instead."""


@dataclass(frozen=True)
class Enclosure:
    """The exact difference lies within ``radius`` of ``high + low``; ``small`` is sigmoid(-|x|) to
    2^-50 relative.
    """

    high: F64
    low: F64
    radius: F64
    small: F64


def _pairs(values: list[gmpy2.mpfr]) -> tuple[F64, F64]:
    high = np.array([float(value) for value in values])
    return high, np.array([float(value - float(value)) for value in values])


@lru_cache(maxsize=1)
def _tables() -> tuple[F64, F64, F64, F64]:
    """Pairs A and B with numerator = A + B * (exp(r) - 1): 1 - exp(-i/128) and its slope below i =
    128, exp(-i/128) twice from there on.
    """
    with gmpy2.context(precision=200):
        exps = [gmpy2.exp(gmpy2.mpfr(-i) / STEP) for i in range(LARGEST * STEP + 1)]
        a = _pairs([1 - e if i < STEP else e for i, e in enumerate(exps)])
        b = _pairs([-e if i < STEP else e for i, e in enumerate(exps)])
    return (*a, *b)


_FACTORIALS = np.cumprod(np.arange(1.0, 12.0))
_COEFFICIENTS = 1 / _FACTORIALS
with gmpy2.context(precision=200):
    _LOW = np.array(
        [float(1 / gmpy2.mpfr(n) - c) for n, c in zip(_FACTORIALS, _COEFFICIENTS, strict=True)]
    )


def _expm1(r: F64) -> tuple[F64, F64]:
    """exp(r) - 1 as a pair, for ``|r| <= 2^-8`` of at most 24 bits: r * (1 + r/2 + r^2/6 + ...)."""
    high = _COEFFICIENTS[9] * r + _COEFFICIENTS[8]
    for k in (7, 6, 5):
        high = high * r + _COEFFICIENTS[k]
    high, low = fast_two_sum(np.full_like(r, _COEFFICIENTS[4]), high * r)
    low += _LOW[4]
    for k in (3, 2, 1, 0):
        product, error = two_product_short(high, r)
        high, carry = fast_two_sum(np.full_like(r, _COEFFICIENTS[k]), product)
        high, low = fast_two_sum(high, carry + ((error + low * r) + _LOW[k]))
    product, error = two_product_short(high, r)
    return fast_two_sum(product, error + low * r)


def _term(z: F64) -> tuple[F64, F64, NDArray[np.bool_]]:
    """|u| as a pair, and whether it is tanh(z/2)/2 or sigmoid(-z); for ``0 <= z <= 200``."""
    index = np.rint(z * STEP).astype(np.intp)
    a_high, a_low, b_high, b_low = (table[index] for table in _tables())
    w_high, w_low = _expm1(index * (1 / STEP) - z)
    product, error = two_product(b_high, w_high)
    error += b_high * w_low + b_low * w_high
    high, carry = fast_two_sum(a_high, product)
    high, low = fast_two_sum(high, carry + (error + a_low))
    central = index < STEP
    # The denominator is 2 (2 - numerator) or 1 + numerator.
    d_high, d_low = two_sum(np.where(central, 4.0, 1.0), np.where(central, -2.0, 1.0) * high)
    d_low += np.where(central, -2.0, 1.0) * low
    quotient = high / d_high
    product, error = two_product(quotient, d_high)
    rest = ((high - product) - error + low) - quotient * d_low
    u_high, u_low = fast_two_sum(quotient, rest / d_high)
    tiny = z < TINY
    return np.where(tiny, z / 4, u_high), np.where(tiny, z * z * z / -48, u_low), central


def enclose(logits: NDArray[np.float32], labels: NDArray[np.float32]) -> Enclosure:
    """Enclose sigmoid(x) - y for finite labels and logits that are not NaN."""
    x, y = logits.astype(np.float64), labels.astype(np.float64)
    magnitude = np.abs(x)
    z = np.minimum(magnitude, LARGEST)
    u_high, u_low, central = _term(z)
    u_high[np.isinf(x)] = u_low[np.isinf(x)] = 0.0
    small = np.where(central, 0.5 - u_high, u_high)
    radius = np.where(z < TINY, TINY_RADIUS * np.abs(u_low), RADIUS * u_high)
    negative = (x > 0) ^ central
    u_high, u_low = np.where(negative, -u_high, u_high), np.where(negative, -u_low, u_low)
    base_high, base_low = two_sum(np.where(central, 0.5, np.where(x > 0, 1.0, 0.0)), -y)
    # Four exact terms, summed without loss from the smallest up, twice; what is then dropped is
    # counted in the radius.
    terms = [base_high, u_high, base_low, u_low]
    for _ in range(2):
        for k in (3, 2, 1):
            terms[k - 1], terms[k] = two_sum(terms[k - 1], terms[k])
    rest = np.abs(terms[2]) + np.abs(terms[3])
    low = terms[1] + (terms[2] + terms[3])
    lost = np.where(rest > 0, (np.abs(terms[1]) + rest) * 2.0**-51, 0.0)
    return Enclosure(terms[0], low, radius + lost, small)


def _to_odd(high: F64, low: F64) -> F64:
    """``high + low`` rounded to the float64 of odd significand next to it, unless it is a
    float64.
    """
    high, low = two_sum(high, low)
    bits = high.view(np.int64)
    truncated = bits - ((high < 0) != (low < 0))
    return np.where(low != 0, truncated | 1, bits).view(np.float64)


def _ends(enclosure: Enclosure) -> tuple[F64, F64]:
    """Both ends of the enclosure, rounded to odd; 2^-50 of slack covers the rounding of the ends
    themselves.
    """
    slack = enclosure.radius * (1 + 2.0**-50) + np.where(
        enclosure.radius > 0, np.abs(enclosure.low) * 2.0**-52, 0.0
    )
    return _to_odd(enclosure.high, enclosure.low - slack), _to_odd(
        enclosure.high, enclosure.low + slack
    )


def rounded(logits: NDArray[np.float32], labels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The correctly rounded difference, for finite labels and logits that are not NaN (one
    axis).
    """
    lower, upper = _ends(enclose(logits, labels))
    result, other = lower.astype(np.float32), upper.astype(np.float32)
    for k in np.flatnonzero(result.view(np.uint32) != other.view(np.uint32)):
        result[k] = exact_mpfr.rounded(float(logits[k]), float(labels[k]))
    return result


def _ulp(value: F64) -> F64:
    """The spacing of float32 in the binade of ``value``, at least that of the subnormals."""
    exponent = np.where(value == 0, -149, np.frexp(value)[1] - FP32.precision)
    return np.ldexp(1.0, np.maximum(exponent, FP32.emin - FP32.fraction_bits))


def error(
    result: NDArray[np.float32], logits: NDArray[np.float32], labels: NDArray[np.float32]
) -> F64:
    """|result - exact| in ulp of the exact value, for finite arguments (one axis)."""
    enclosure = enclose(logits, labels)
    lower, upper = _ends(enclosure)
    ulp = _ulp(lower)
    errors = np.abs(result.astype(np.float64) - enclosure.high) / ulp
    for k in np.flatnonzero((enclosure.radius > OPEN_ULP * ulp) | (ulp != _ulp(upper))):
        errors[k] = exact_mpfr.error(float(result[k]), float(logits[k]), float(labels[k]))
    return errors


def within(
    result: NDArray[np.float32], logits: NDArray[np.float32], labels: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Whether |result - exact| <= ulp(result)/2 + 2^-40 sigmoid(-|x|), for finite arguments (one
    axis).

    A zero must moreover have the sign of an exact value that lies further than the allowance from
    zero.
    """
    enclosure = enclose(logits, labels)
    value = result.astype(np.float64)
    gap, lost = two_sum(value, -enclosure.high)
    lost -= enclosure.low
    side = np.where((gap < 0) | ((gap == 0) & (lost < 0)), -1.0, 1.0)
    total, carry = two_sum(_ulp(value) / 2, -side * gap)
    allowance = ALLOWANCE * enclosure.small
    margin = total + (carry - side * lost + allowance)
    inside = margin >= 0
    doubt = enclosure.radius + 2.0**-49 * (
        np.abs(carry) + np.abs(lost) + np.abs(enclosure.low) + allowance
    )
    for k in np.flatnonzero(np.abs(margin) <= doubt):
        inside[k] = exact_mpfr.within(float(result[k]), float(logits[k]), float(labels[k]))
    exact = enclosure.high + enclosure.low
    signed = (np.abs(exact) > allowance) | ((exact == 0) & (enclosure.radius == 0))
    return inside & ~((value == 0) & signed & (np.signbit(value) != (exact < 0)))
