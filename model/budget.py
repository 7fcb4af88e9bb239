"""The error budget of the fp32 sigmoid: the greatest error of each step for the worst piece of each
kind, and of all steps together.

Everything is a proven bound. The distance of a polynomial from its target is bounded on the whole
piece: both are Taylor series about the middle, and their difference is in Bernstein's form on parts
of the piece, whose coefficients enclose it. The loss of each evaluation step follows from its bits.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import comb, exp, log2

import gmpy2
import numpy as np
from gmpy2 import mpfr
from numpy.typing import NDArray

from scegrad.model import tune32
from scegrad.model.bounds import ALLOWANCE
from scegrad.model.design import SIGMOID32
from scegrad.model.fit32 import PRECISION, SHRINK, Piece, pieces, scale_entries, scale_value

F64 = NDArray[np.float64]

TERMS = 16
"""Terms of the Taylor series.

What is left out of 2**47 sigmoid(-x) is below 2**-40: on a circle of radius 2 about the middle
|sigmoid| is below 9, and d * width is at most 2**-5, so the terms shrink by 2**-6.
"""

PARTS = 8
"""Parts of a piece on which the difference is enclosed."""

LEFT_OUT = 2.0**-20
"""Units allowed for the rest of the series and for float64 in Bernstein's form: far more than both
need.
"""


@dataclass(frozen=True)
class BudgetRegion:
    """Pieces of one kind: the worst of each bound, relative to s, and how many hard cases they
    had.
    """

    name: str
    entries: int
    polynomial: float
    evaluation: float
    total: float
    typical: float
    cases: int
    wrong: int

    def __str__(self) -> str:
        return (
            f"{self.name:<22} {self.entries:>4} entries   polynomial 2^{log2(self.polynomial):.2f}"
            f"   evaluation 2^{log2(self.evaluation):.2f}   together 2^{log2(self.total):.2f}"
            f"   typical 2^{log2(self.typical):.2f}   hard cases {self.cases:>5}, moved for"
            f" {self.wrong}"
        )


def _series(piece: Piece) -> list:
    """Taylor coefficients of the target about the middle, in units of the significand's last bit,
    for powers of d.
    """
    middle, width = mpfr(piece.first) + mpfr(piece.width) / 2, mpfr(piece.width)
    if piece.kind == "exponential":
        terms = [gmpy2.exp(-middle) * SHRINK]
        for n in range(1, TERMS):
            terms.append(-terms[-1] * width / n)
    else:
        # g = sigmoid(-x) satisfies g' = g^2 - g.
        g = [1 / (1 + gmpy2.exp(middle))]
        for n in range(TERMS - 1):
            square = sum(g[i] * g[n - i] for i in range(n + 1))
            g.append((square - g[n]) / (n + 1))
        terms = [value * width**n for n, value in enumerate(g)]
        if piece.kind == "exact":
            terms[0] += middle / 4
            terms[1] += width / 4
    return [gmpy2.mul_2exp(value, SIGMOID32.fraction_bits + piece.k) for value in terms]


def _bernstein() -> F64:
    """From coefficients in powers of d to those in Bernstein's form on each part of [-1/2, 1/2]."""
    degree, matrices = TERMS - 1, []
    for part in range(PARTS):
        first, width = Fraction(part, PARTS) - Fraction(1, 2), Fraction(1, PARTS)
        # d = first + width t: powers of d in powers of t, and these in Bernstein's form.
        shift = [
            [comb(n, i) * first ** (n - i) * width**i if i <= n else 0 for n in range(TERMS)]
            for i in range(TERMS)
        ]
        raise_ = [
            [Fraction(comb(j, i), comb(degree, i)) if i <= j else 0 for i in range(TERMS)]
            for j in range(TERMS)
        ]
        matrices.append(
            [
                [float(sum(raise_[j][i] * shift[i][n] for i in range(TERMS))) for n in range(TERMS)]
                for j in range(TERMS)
            ]
        )
    return np.array(matrices).reshape(-1, TERMS)


def polynomial_bounds(table: NDArray[np.int64], chosen: list[Piece]) -> tuple[F64, F64]:
    """Polynomial less target on each piece, at least and at most, in units of the last bit."""
    rows = []
    for piece in chosen:
        terms = _series(piece)
        for i, scale in enumerate(SIGMOID32.scales):
            terms[i] = gmpy2.mul_2exp(mpfr(int(table[piece.entry, i])), scale) - terms[i]
        rows.append(
            [float(value if i < len(SIGMOID32.scales) else -value) for i, value in enumerate(terms)]
        )
    values = np.array(rows) @ _bernstein().T
    return values.min(axis=1) - LEFT_OUT, values.max(axis=1) + LEFT_OUT


def evaluation_bounds(table: NDArray[np.int64], chosen: list[Piece]) -> tuple[F64, F64]:
    """Evaluated significand less the polynomial, at least and at most, in units of the last bit.

    Each step rounds down by less than one of its last bits and is then multiplied by d, |d| <= 1/2,
    as often as steps follow: a3 (2**3 units) three times, a2 (2**3) twice, a1 (1) once, s itself
    never.
    """
    c5 = np.abs(table[[piece.entry for piece in chosen], 5]).astype(float)
    square = c5 * 2.0 ** (SIGMOID32.scales[5] - SIGMOID32.delta_bits) / 8
    third = 2.0 ** SIGMOID32.scales[3] * (1 + 2.0**-12) / 8 + square
    second = 2.0 ** SIGMOID32.scales[2] / 4
    return -(third + second + 0.5 + 1), third + 0.5


def _relative(table: NDArray[np.int64], chosen: list[Piece]) -> tuple[F64, F64, F64]:
    """Polynomial, evaluation and their sum with the gap of one unit above S, relative to the least
    target of each piece.
    """
    low, high = polynomial_bounds(table, chosen)
    less, more = evaluation_bounds(table, chosen)
    scale = [float(gmpy2.exp2(SIGMOID32.fraction_bits + piece.k)) for piece in chosen]
    least = np.array(
        [
            float(_truth(piece, piece.first + piece.width)) * unit
            for piece, unit in zip(chosen, scale, strict=True)
        ]
    )
    total = np.maximum(-(low + less), high + more + 1)
    return np.maximum(-low, high) / least, np.maximum(-less, more + 1) / least, total / least


def _truth(piece: Piece, x: float) -> gmpy2.mpfr:
    """The target, and for exact pieces with the linear term."""
    value = piece.target(mpfr(x))
    return value - mpfr(x) / 4 if piece.kind == "exact" else value


def product_bounds(table: NDArray[np.int64]) -> tuple[float, float]:
    """The worst T, relative; and the loss of the product, relative to the least product."""
    worst = 0.0
    for entry, whole in scale_entries():
        exact = scale_value(whole)[0]
        worst = max(worst, abs(float((int(table[entry, 0]) - exact) / exact)))
    # Two of the inner sums drop less than one unit, as do the limbs left out: 2**-5 units each;
    # then the last bits are dropped.
    least = exp(-0.75) * 2.0 ** (SIGMOID32.fraction_bits - 1)
    return worst, (1 + 4 * 2.0**-5) / least


def _tail(total: F64, table: NDArray[np.int64]) -> F64:
    """What a product adds to the bound of its first factor: T, the product's own bits, and that
    e**-x stands for s.
    """
    scale, lost = product_bounds(table)
    return total * (1 + 2.0**-30) + scale + lost + exp(-(1 << SIGMOID32.first_far))


def linear_bound() -> float:
    """Below the table 1/2 - |x|/4 lacks |x|^3/48 and what is below its last bit; s is at least
    0.4999.
    """
    cubic = 2.0 ** (3 * SIGMOID32.first_exponent) / 48
    return (cubic + 2.0 ** -(SIGMOID32.fraction_bits + 1)) / 0.4999


REGIONS = {
    "exact": "|x| < 2^-5",
    "direct": "2^-5 <= |x| < 32",
    "exponential": "32 <= |x| < 104",
}


def budget(table: NDArray[np.int64], moves: list[tune32.Move]) -> list[BudgetRegion]:
    """A region for each kind of piece."""
    asked = tune32.demands(table)
    moved = {move.entry: move.wrong for move in moves}
    found = []
    with gmpy2.context(gmpy2.get_context(), precision=PRECISION):
        for kind, name in REGIONS.items():
            chosen = [piece for piece in pieces() if piece.kind == kind]
            polynomial, evaluation, total = _relative(table, chosen)
            entries = [piece.entry for piece in chosen]
            if kind == "exponential":
                scales = [entry for entry, _ in scale_entries()]
                total, entries = _tail(total, table), entries + scales
            cases = np.isin(asked.entry, [piece.entry for piece in chosen])
            found.append(
                BudgetRegion(
                    name,
                    len(entries),
                    float(polynomial.max()),
                    float(evaluation.max()),
                    float(total.max()),
                    float(np.median(total)),
                    int(cases.sum()),
                    sum(moved.get(entry, 0) for entry in entries),
                )
            )
    return found


def moved(moves: list[tune32.Move]) -> list[tuple[int, float, tuple[int, int, int], int]]:
    """The moves of the search: entry, start of its piece, offsets of c0 or T, c1 and c2, cases."""
    first = {piece.entry: float(piece.first) for piece in pieces()}
    first |= {entry: float(whole) for entry, whole in scale_entries()}
    found = []
    for move in moves:
        c0, c1, c2 = (*move.offsets, 0, 0)[:3]
        found.append((move.entry, first[move.entry], (c0, c1, c2), move.wrong))
    return found


def report(table: NDArray[np.int64], moves: list[tune32.Move]) -> str:
    """The budget as text; raises ``ValueError`` if it exceeds what the contract allows, or a
    hard case is wrong.
    """
    regions = budget(table, moves)
    worst = max(linear_bound(), *(region.total for region in regions))
    wrong = int(tune32.wrong(table, tune32.demands(table)).sum())
    lines = ["Error of s = sigmoid(-|x|) in fp32, relative, at most:", *map(str, regions)]
    lines.append(
        f"{'|x| < 2^-13':<22}    1 entry     1/2 - |x|/4 without its cubic term"
        f" 2^{log2(linear_bound()):.2f}"
    )
    lines.append(
        f"worst 2^{log2(worst):.2f}, allowed 2^{log2(ALLOWANCE):.0f}; hard cases wrong: {wrong}"
    )
    lines[-1:-1] = [
        f"moved: entry {entry:>4}, |x| from {first:<11g} c0 {c0:+d}, c1 {c1:+d}, c2 {c2:+d},"
        f" hard cases {cases}"
        for entry, first, (c0, c1, c2), cases in moved(moves)
    ]
    if worst > ALLOWANCE or wrong:
        raise ValueError("the error budget exceeds what the contract allows:\n" + "\n".join(lines))
    return "\n".join(lines)
