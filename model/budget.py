"""The error budget of the fp32 sigmoid: what each step may add, as a relative error of s, for the worst segment of the table.

Bounds are for the arithmetic as ``model.sigmoid32`` has it; only the distance of each polynomial from g is measured, on a grid, with MPFR.
"""

from dataclasses import dataclass
from math import log, log2

import gmpy2
import numpy as np
from gmpy2 import mpfr

from scegrad.model.design import LIMB, SIGMOID32
from scegrad.model.fit32 import PRECISION, g, segments

LARGEST = 104
"""Beyond this |x|, sigmoid(-|x|) is below half the least subnormal, and any value there rounds the same."""

ALLOWED = 2.0**-34
"""Relative error of s that the contract allows."""

GRID = 33


@dataclass(frozen=True)
class Step:
    """One line of the budget: a bound for the relative error of s, and the reason."""

    name: str
    bound: float
    reason: str

    def __str__(self) -> str:
        return f"{self.name:<24} 2^{log2(self.bound):7.2f}   {self.reason}"


def constant_step() -> Step:
    """log2(e) has 46 bits after the point."""
    with gmpy2.context(gmpy2.get_context(), precision=PRECISION):
        error = float(
            abs(SIGMOID32.log2e - gmpy2.mul_2exp(1 / gmpy2.const_log2(), SIGMOID32.constant_bits))
        )
    relative = LARGEST * error * 2.0**-SIGMOID32.constant_bits * log(2)
    return Step(
        "log2(e)",
        relative,
        f"|x| <= {LARGEST}, times its error {error:.3f} * 2^-{SIGMOID32.constant_bits}, times ln 2",
    )


def product_step() -> Step:
    """Two sums of partial products drop bits 3 below the last kept, the shift drops bits once more; the fit expects half a unit."""
    units = (2 / 8 + 1) / 2 + 1 - 0.5
    return Step(
        "product and shift",
        units * 2.0**-SIGMOID32.u_fraction_bits * log(2),
        f"f too small by at most {units + 0.5:.3f} units of 2^-38",
    )


def truncation_units(table: np.ndarray) -> np.ndarray:
    """How much too small truncation may make the significand, for each entry, in units of its last bit."""
    third = 1 + 2 * np.abs(table[:, 4]) / 2.0**LIMB
    second = 2 + third
    first = 1.5 + second / 4
    return 1 + 2.0 ** (2 - LIMB) + 4 * first


def polynomial_errors(table: np.ndarray, row: int, column: int) -> np.ndarray:
    """Exact value of the polynomial less g, on a grid, in units of the significand's last bit."""
    spec = SIGMOID32
    with gmpy2.context(gmpy2.get_context(), precision=PRECISION):
        coefficients = [
            gmpy2.div_2exp(mpfr(int(value)), weight)
            for value, weight in zip(table, spec.weights, strict=True)
        ]
        errors = []
        for i in range(GRID):
            delta = mpfr(i) / (GRID - 1)
            value = mpfr(0)
            for coefficient in reversed(coefficients):
                value = value * delta + coefficient
            errors.append(
                float(
                    gmpy2.mul_2exp(
                        value - g(row, (column + delta) / (1 << spec.segment_bits)),
                        spec.fraction_bits,
                    )
                )
            )
    return np.array(errors)


def evaluation_step(table: np.ndarray) -> Step:
    """The worst segment: the polynomial's distance from g and truncation, against the least g of the segment."""
    lost = truncation_units(table)
    worst, where = 0.0, (0, 0)
    for entry, (row, column) in enumerate(segments()):
        errors = polynomial_errors(table[entry], row, column)
        least = float(g(row, mpfr(column + 1) / (1 << SIGMOID32.segment_bits)))
        relative = (
            max(errors.max(), lost[entry] - errors.min()) / least * 2.0**-SIGMOID32.fraction_bits
        )
        if relative > worst:
            worst, where = relative, (row, column)
    reason = f"k = {where[0]}, sixteenth {where[1]}: polynomial and at most {lost.max():.2f} units of 2^-40 cut"
    return Step("polynomial", worst, reason)


def tail_step() -> Step:
    """From the last row on, g is taken as 2^-f."""
    return Step("last row", 2.0**-SIGMOID32.rows, f"2^-f stands for g from k = {SIGMOID32.rows} on")


def linear_step() -> Step:
    """Below 2**-11, 1/2 - |x|/4 lacks |x|^3/48, and is cut to 40 bits."""
    relative = 2 * (2.0 ** (3 * SIGMOID32.linear_below) / 48 + 2.0**-SIGMOID32.fraction_bits)
    return Step(
        "1/2 - |x|/4",
        relative,
        f"|x| < 2^{SIGMOID32.linear_below}: |x|^3/48, and what is below 2^-40; instead of all the others",
    )


def budget(table: np.ndarray) -> list[Step]:
    """Every step; all but the last add up."""
    return [constant_step(), product_step(), evaluation_step(table), tail_step(), linear_step()]


def report(table: np.ndarray) -> str:
    """The budget as text; raises ``ValueError`` where it exceeds what the contract allows."""
    steps = budget(table)
    total = max(sum(step.bound for step in steps[:-1]), steps[-1].bound)
    lines = ["Relative error of s = sigmoid(-|x|) in fp32, at most:", *map(str, steps)]
    lines.append(f"{'all together':<24} 2^{log2(total):7.2f}   allowed: 2^{log2(ALLOWED):.2f}")
    ulp = 0.5 + total * 2.0**24
    lines.append(
        f"{'result, y = 0 or 1':<24} {ulp:.5f} ulp  half an ulp, and the error of s just below a power of two; allowed: 0.501"
    )
    if total > ALLOWED or ulp > 0.501:
        raise ValueError("the error budget exceeds what the contract allows:\n" + "\n".join(lines))
    return "\n".join(lines)
