"""The hard cases of fp32: every logit for which sigmoid(x) lies within 2**-40 sigmoid(-|x|) of a
boundary between rounded results.

A sigmoid with an error below 2**-40 of itself rounds right everywhere else. So only these cases,
kept in ``hard_cases.txt``, need a check one by one. A negative logit stands for the rounding of s =
sigmoid(-|x|), a positive one for that of 1 - s. (A label of 1 gives the same two roundings with the
other sign.) Below |x| = 2**-13 no case is listed: ``docs/numerics.md`` says why.

They are found by float64 arithmetic alone, whose error is below 2**-50 of s, and measured by MPFR.
``scegrad tables --hard-cases`` finds them again.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import gmpy2
import numpy as np
from gmpy2 import mpfr
from numpy.typing import NDArray

CASES = Path(__file__).with_name("hard_cases.txt")

DISTANCE = 2.0**-40
"""The greatest distance of a hard case from a boundary, divided by s."""

SLACK = 1 + 2.0**-8
"""The distance is known in float64 to 2**-50 of s, a thousandth of ``DISTANCE``."""

FIRST, LAST = 0x3900_0000, 0x42D1_0000
"""Encodings of 2**-13 and 104.5, beyond which s is below half the least subnormal."""

BLOCK = 1 << 16
STEP = 128
PRECISION = 200
PER_LINE = 10


class HardCase(NamedTuple):
    """A boundary between rounded results, as a value of s; whether s lies above it; their distance
    divided by s.
    """

    boundary: gmpy2.mpfr
    above: bool
    distance: float


def _exponentials() -> NDArray[np.float64]:
    with gmpy2.context(precision=PRECISION):
        return np.array([float(gmpy2.exp(mpfr(-i) / STEP)) for i in range(105 * STEP + 1)])


def _near(z: NDArray[np.float64], exps: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    """Whether the rounding of s is hard, and whether that of 1 - s is, for |x| = z."""
    index = np.rint(z * STEP)
    r = index * (1 / STEP) - z
    e = exps[index.astype(np.intp)]
    # exp(r) - 1 for |r| <= 2**-8 by Taylor's polynomial: the remainder is below 2**-57.
    e += e * (r + r * r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r / 120))))
    s = e / (1 + e)
    limit = DISTANCE * SLACK
    exponent = (s.view(np.int64) >> 52) - 1023
    ulp = (np.maximum(exponent - 23, -149) + 1023 << 52).view(np.float64)
    units = s / ulp
    lower = np.abs(units - np.floor(units) - 0.5) < limit * units
    units = s * 2.0**24
    return lower, np.abs(units - np.floor(units) - 0.5) < limit * units


def found() -> NDArray[np.uint32]:
    """Encodings of all hard logits in ascending order of |x|, from the search through every one;
    some ten seconds.
    """
    exps, logits = _exponentials(), []
    for first in range(FIRST, LAST, BLOCK):
        bits = np.arange(first, min(first + BLOCK, LAST), dtype=np.uint32)
        lower, upper = _near(bits.view(np.float32).astype(np.float64), exps)
        for k in np.flatnonzero(lower | upper):
            logits += [int(bits[k]) | 1 << 31] * bool(lower[k]) + [int(bits[k])] * bool(upper[k])
    near = [bits for bits in logits if measure(bits).distance < DISTANCE]
    return np.array(near, dtype=np.uint32)


def measure(bits: int) -> HardCase:
    """The boundary next to the logit of this encoding, by MPFR."""
    z = float(np.uint32(bits & 0x7FFF_FFFF).view(np.float32))
    with gmpy2.context(precision=PRECISION):
        s = 1 / (1 + gmpy2.exp(mpfr(z)))
        ulp = gmpy2.exp2(max(gmpy2.get_exp(s) - 24, -149) if bits >> 31 else -24)
        boundary = (gmpy2.floor(s / ulp) + 0.5) * ulp
        return HardCase(boundary, s > boundary, float(abs(s - boundary) / s))


@cache
def hard_logits() -> NDArray[np.uint32]:
    """The encodings kept in ``hard_cases.txt``."""
    logits = np.array([int(word, 16) for word in CASES.read_text().split()], dtype=np.uint32)
    logits.setflags(write=False)
    return logits


def _lines(logits: NDArray[np.uint32]) -> Iterator[str]:
    for first in range(0, logits.size, PER_LINE):
        yield " ".join(f"{bits:08x}" for bits in logits[first : first + PER_LINE])


def write() -> None:
    """Find the cases and keep them."""
    CASES.write_text("\n".join(_lines(found())) + "\n")
    hard_logits.cache_clear()
