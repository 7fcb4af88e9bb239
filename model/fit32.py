"""Fits the quartics of the fp32 sigmoid with MPFR, coefficient by coefficient, and centres them on what truncation takes away."""

from collections.abc import Callable, Iterator
from typing import Any

import gmpy2
import numpy as np
from gmpy2 import mpfr

from scegrad.model.design import SIGMOID32
from scegrad.model.sigmoid32 import horner

PRECISION = 140
Function = Callable[[Any], Any]


def g(row: int, f: Any) -> Any:
    """2**-f / (1 + 2**-(row + f)), and from the last row on 2**-f, by MPFR."""
    power = gmpy2.exp2(-f)
    return (
        power
        if row >= SIGMOID32.rows
        else power / (1 + gmpy2.mul_2exp(power, 0) * gmpy2.exp2(mpfr(-row)))
    )


def chebyshev_nodes(count: int) -> list[Any]:
    """The zeros of the Chebyshev polynomial of degree ``count``, moved from [-1, 1] to [0, 1]."""
    return [(1 + gmpy2.cos(gmpy2.const_pi() * (2 * i + 1) / (2 * count))) / 2 for i in range(count)]


def interpolate(function: Function, count: int) -> list[Any]:
    """Coefficients, constant first, of the polynomial through ``function`` at ``count`` Chebyshev nodes of [0, 1]."""
    nodes = chebyshev_nodes(count)
    differences = [function(node) for node in nodes]
    for order in range(1, count):
        for i in range(count - 1, order - 1, -1):
            differences[i] = (differences[i] - differences[i - 1]) / (nodes[i] - nodes[i - order])
    result = [mpfr(0)] * count
    for i in range(count - 1, -1, -1):
        shifted = [mpfr(0), *result[:-1]]
        result = [high - nodes[i] * low for high, low in zip(shifted, result, strict=True)]
        result[0] += differences[i]
    return result


def round_to_table(function: Function) -> list[int]:
    """Integer coefficients for ``function`` on [0, 1]: the highest is rounded first, and the others are fitted to what is left."""
    weights = SIGMOID32.weights
    rounded = [0] * len(weights)
    rest = function
    for degree in range(len(weights) - 1, -1, -1):
        rounded[degree] = int(
            gmpy2.rint(gmpy2.mul_2exp(interpolate(rest, degree + 1)[degree], weights[degree]))
        )
        coefficient = gmpy2.div_2exp(mpfr(rounded[degree]), weights[degree])

        def rest(
            delta: Any, inner: Function = rest, value: Any = coefficient, power: int = degree
        ) -> Any:
            return inner(delta) - value * delta**power

    return rounded


def exact_significands(row: int, column: int, deltas: np.ndarray) -> np.ndarray:
    """2**fraction_bits * g in the middle of each step of delta, less a whole number that fits both: float64 differences need no more."""
    spec = SIGMOID32
    scale = 1 << spec.segment_bits + spec.delta_bits
    first = (column << spec.delta_bits) + mpfr("0.5")
    return np.array(
        [
            gmpy2.mul_2exp(g(row, (first + int(delta)) / scale), spec.fraction_bits)
            for delta in deltas
        ],
        dtype=object,
    )


def segment_errors(table: np.ndarray, row: int, column: int, samples: int = 48) -> np.ndarray:
    """Error of the evaluated polynomial, in units of 2**-fraction_bits, at evenly and oddly spaced arguments."""
    deltas = (np.arange(samples, dtype=np.int64) * ((1 << SIGMOID32.delta_bits) - 1)) // (
        samples - 1
    )
    values = horner(table, deltas)
    exact = exact_significands(row, column, deltas)
    return np.array(
        [float(int(value) - reference) for value, reference in zip(values, exact, strict=True)]
    )


def fit_segment(row: int, column: int) -> list[int]:
    """The coefficients of one segment, the constant moved so that the errors lie evenly about zero."""
    scale = 1 << SIGMOID32.segment_bits

    def function(delta: Any) -> Any:
        return g(row, (column + delta) / scale)

    table = round_to_table(function)
    errors = segment_errors(np.array(table, dtype=np.int64), row, column)
    table[0] -= round((errors.max() + errors.min()) / 2)
    return table


def linear_row() -> list[int]:
    """1/2 - delta/2: delta is |x|/4 with one more bit below the last, where everything shifted out is gathered."""
    spec = SIGMOID32
    return [
        1 << spec.fraction_bits - 1,
        -(1 << spec.delta_bits - 1 - (spec.fraction_bits - spec.slope_fraction_bits)),
        0,
        0,
        0,
    ]


def segments() -> Iterator[tuple[int, int]]:
    """Every (row, column) of the table that a polynomial is fitted for."""
    return (
        (row, column)
        for row in range(SIGMOID32.rows + 1)
        for column in range(1 << SIGMOID32.segment_bits)
    )


def fit() -> list[list[int]]:
    """The whole table, in the order of its addresses."""
    spec = SIGMOID32
    with gmpy2.context(gmpy2.get_context(), precision=PRECISION):
        table = [fit_segment(row, column) for row, column in segments()]
    table += [linear_row()] * (1 << spec.segment_bits)
    for entry in table:
        for degree, (value, width) in enumerate(zip(entry, spec.widths, strict=True)):
            low, high = (
                (0, (1 << width) - 1) if degree == 0 else (-(1 << width - 1), (1 << width - 1) - 1)
            )
            if not low <= value <= high:
                raise ValueError(f"coefficient {degree} is {value}, but must fit {width} bits")
    return table
