"""Fits the polynomials of the fp32 sigmoid with MPFR, piece by piece, and centres them for the loss
by truncation.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gmpy2
import numpy as np
from gmpy2 import mpfr

from scegrad.model.design import SIGMOID32
from scegrad.model.sigmoid32 import polynomial

PRECISION = 160
Function = Callable[[Any], Any]

SHRINK = 1 - 2.0**-20
"""The pieces of e**-x are too small by this factor and the factors T too large by it, so 1 needs no
extra bit.
"""

SAMPLES = 48
"""Number of arguments at which a fitted piece is compared with its target."""


def sigmoid(z: Any) -> Any:
    """The sigmoid of -z."""
    return 1 / (1 + gmpy2.exp(z))


@dataclass(frozen=True)
class Piece:
    """Where a piece lies: x = first + (1/2 + d) * width, both binary fractions; and its address.

    ``kind``: ``exact`` (1/2 - x/4 is added to the polynomial), ``direct``, or ``exponential`` (a
    factor).
    """

    entry: int
    first: float
    width: float
    kind: str

    def target(self, x: Any) -> Any:
        """The target of the polynomial at x."""
        if self.kind == "exponential":
            return gmpy2.exp(-x) * SHRINK
        return sigmoid(x) + x / 4 if self.kind == "exact" else sigmoid(x)

    @property
    def k(self) -> int:
        """The greatest k with which the significand stays below 2**fraction_bits, but 1 at the
        least for sigmoids.
        """
        if self.kind == "exact":
            return 1
        most = self.target(mpfr(self.first))
        return max(0 if self.kind == "exponential" else 1, -gmpy2.get_exp(most))

    def function(self, d: Any) -> Any:
        """The target at the argument d, in units of the significand's last bit."""
        x = mpfr(self.first) + (mpfr(d) + 0.5) * self.width
        return gmpy2.mul_2exp(self.target(x), SIGMOID32.fraction_bits + self.k)


def pieces() -> Iterator[Piece]:
    """Every piece of the table."""
    spec = SIGMOID32
    count = 1 << spec.low_bits
    for exponent in range(spec.first_exponent, spec.first_even):
        entry = spec.low_base + (exponent - spec.first_exponent << spec.low_bits)
        width = 2.0**exponent / count
        kind = "exact" if exponent < spec.exact_below else "direct"
        for i in range(count):
            yield Piece(entry + i, 2.0**exponent + i * width, width, kind)
    width = 2.0**-spec.even_bits
    for i in range(1 << spec.even_bits + spec.first_even, 1 << spec.even_bits + spec.first_far):
        yield Piece(i, i * width, width, "direct")
    for i in range(1 << spec.even_bits):
        yield Piece(i, i * width, width, "exponential")


def scale_entries() -> Iterator[tuple[int, int]]:
    """Address and whole part of every T."""
    spec = SIGMOID32
    for whole in range(1 << spec.first_far, spec.far_limit):
        if whole >= 96:
            yield spec.upper_scale_base + whole - 96, whole
        else:
            yield spec.scale_base + whole - (1 << spec.first_far), whole


def scale_value(whole: int) -> tuple[Any, int]:
    """T = e**-whole as significand, not yet rounded, and k."""
    value = gmpy2.exp(-mpfr(whole)) / SHRINK
    k = -gmpy2.get_exp(value)
    return gmpy2.mul_2exp(value, SIGMOID32.fraction_bits + k), k


def chebyshev_nodes(count: int) -> list[Any]:
    """The zeros of the Chebyshev polynomial of degree ``count``, moved from [-1, 1] to [-1/2,
    1/2].
    """
    return [gmpy2.cos(gmpy2.const_pi() * (2 * i + 1) / (2 * count)) / 2 for i in range(count)]


def interpolate(nodes: list[Any], values: list[Any]) -> list[Any]:
    """Coefficients, constant first, of the polynomial through ``values`` at ``nodes``."""
    count, differences = len(nodes), list(values)
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
    """Integer coefficients for ``function`` on [-1/2, 1/2]: the highest is rounded first, the
    others are fitted to the rest.
    """
    scales = SIGMOID32.scales
    rounded = [0] * len(scales)
    for degree in range(len(scales) - 1, -1, -1):
        nodes = chebyshev_nodes(degree + 1)
        rest = [
            function(node)
            - sum(
                gmpy2.mul_2exp(mpfr(rounded[i]), scales[i]) * node**i
                for i in range(degree + 1, len(scales))
            )
            for node in nodes
        ]
        rounded[degree] = int(
            gmpy2.rint(gmpy2.div_2exp(interpolate(nodes, rest)[degree], scales[degree]))
        )
    return rounded


def sample_deltas() -> np.ndarray:
    """Arguments from end to end of a piece, evenly and oddly spaced."""
    half = 1 << SIGMOID32.delta_bits - 1
    return np.arange(SAMPLES, dtype=np.int64) * (2 * half - 1) // (SAMPLES - 1) - half


def piece_errors(table: np.ndarray, piece: Piece) -> np.ndarray:
    """Evaluated polynomial and half a unit less the target, in units of the last bit, at the
    samples.
    """
    deltas = sample_deltas()
    values = table[0] + polynomial(table[:, None], deltas)
    scale = 1 << SIGMOID32.delta_bits
    return np.array(
        [
            float(int(value) + mpfr(0.5) - piece.function(mpfr(int(delta)) / scale))
            for value, delta in zip(values, deltas, strict=True)
        ]
    )


def fit_piece(piece: Piece) -> list[int]:
    """Coefficients and k of one piece, the constant moved so that the errors lie evenly about
    zero.
    """
    table = round_to_table(piece.function)
    errors = piece_errors(np.array(table, dtype=np.int64), piece)
    table[0] -= round((errors.max() + errors.min()) / 2)
    return [*table, piece.k]


def check_widths(table: list[list[int]]) -> None:
    """Raise ``ValueError`` for a coefficient that does not fit its field."""
    spec = SIGMOID32
    for address, entry in enumerate(table):
        for degree, (value, width) in enumerate(zip(entry, spec.widths, strict=False)):
            low, high = (
                (0, (1 << width) - 1) if degree == 0 else (-(1 << width - 1), (1 << width - 1) - 1)
            )
            if not low <= value <= high:
                raise ValueError(
                    f"coefficient {degree} of entry {address} is {value}, but must fit {width} bits"
                )


def plain_fit() -> list[list[int]]:
    """The whole table in the order of its addresses, before the search for the hard cases."""
    spec = SIGMOID32
    table = [[0] * (len(spec.widths) + 1) for _ in range(spec.depth)]
    with gmpy2.context(gmpy2.get_context(), precision=PRECISION):
        for piece in pieces():
            table[piece.entry] = fit_piece(piece)
        for entry, whole in scale_entries():
            value, k = scale_value(whole)
            table[entry][0], table[entry][-1] = int(gmpy2.rint(value)), k
    for entry in range(spec.linear_entry, 32):
        table[entry] = [0] * (len(spec.widths) + 1)
    table[spec.linear_entry][0], table[spec.linear_entry][-1] = 1 << spec.fraction_bits, 1
    table[spec.zero_entry][-1] = spec.k_zero
    check_widths(table)
    return table
