"""Fits the quadratics of the fp16 sigmoid: at every logit, their value lies between the same two
multiples of 2**-25 as s.

Each segment has eight logits and so sixteen inequalities in three unknowns. A linear program
(HiGHS) finds the real coefficients with the largest margin; near them, whole ones are tried in
exact integer arithmetic. This is the idea of RLIBM (rutgers-apl/rlibm-all) in small.
"""

from functools import cache

import gmpy2
import numpy as np
from gmpy2 import mpfr
from scipy.optimize import linprog

from scegrad.model.design import SIGMOID16

PRECISION = 200
POINTS = 1 << SIGMOID16.offset_bits
OFFSETS = np.arange(POINTS, dtype=np.int64)


@cache
def target(exponent: int, significand: int) -> int:
    """floor(2**25 * sigmoid(-significand * 2**(exponent - 10))) by MPFR; s is never a multiple of
    2**-25 except at 0.
    """
    with gmpy2.context(gmpy2.get_context(), precision=PRECISION):
        x = gmpy2.mul_2exp(mpfr(significand), 10) * gmpy2.exp2(exponent - 20)
        return int(gmpy2.floor(gmpy2.mul_2exp(1 / (1 + gmpy2.exp(x)), SIGMOID16.fraction_bits)))


def widest(targets: np.ndarray) -> np.ndarray:
    """Real coefficients, relative to the first target, that keep the greatest distance from the
    ends of all the unit intervals.
    """
    powers = np.stack([OFFSETS**degree for degree in range(3)], axis=1).astype(float)
    relative = (targets - targets[0]).astype(float)
    margin = np.ones((POINTS, 1))
    above, below = np.hstack([-powers, margin]), np.hstack([powers, margin])
    bounds = [(None, None)] * 3 + [(None, 0.5)]
    result = linprog(
        [0, 0, 0, -1],
        np.vstack([above, below]),
        np.concatenate([-relative, relative + 1]),
        bounds=bounds,
        method="highs",
    )
    return result.x[:3]


def fit_segment(exponent: int, segment: int) -> tuple[int, int, int]:
    """Whole coefficients for one segment, in units of 2**-guard_bits: of those near the real ones,
    the set whose constant has the widest interval.
    """
    scale = 1 << SIGMOID16.guard_bits
    first = (1 << 10) + (segment << SIGMOID16.offset_bits)
    targets = np.array(
        [target(exponent, first + int(offset)) for offset in OFFSETS], dtype=np.int64
    )
    real = widest(targets)
    best = (-1, 0, 0, 0)
    for c2 in range(round(real[2] * scale) - 6, round(real[2] * scale) + 7):
        centre = round((real[1] + (real[2] - c2 / scale) * (POINTS - 1)) * scale)
        for c1 in range(centre - 4, centre + 5):
            bent = OFFSETS * (c1 + OFFSETS * c2)
            low, high = (
                int((targets * scale - bent).max()),
                int(((targets + 1) * scale - 1 - bent).min()),
            )
            best = max(best, (high - low, low + (high - low) // 2, c1, c2))
    if best[0] < 0:
        raise ValueError(
            f"segment {segment} of binade {exponent} has no quadratic with {SIGMOID16.guard_bits}"
            " guard bits"
        )
    return best[1:]


def fit() -> list[list[int]]:
    """The whole table, in the order of its addresses: {binade, leading fraction bits}."""
    spec = SIGMOID16
    exponents = range(spec.first_exponent, spec.first_exponent + spec.binades)
    table = [
        list(fit_segment(exponent, segment))
        for exponent in exponents
        for segment in range(1 << spec.segment_bits)
    ]
    for entry in table:
        for value, width in zip(entry[1:], spec.widths[1:], strict=True):
            if not -(1 << width - 1) <= value < 1 << width - 1:
                raise ValueError(f"coefficient is {value}, but must fit {width} bits")
    return table
