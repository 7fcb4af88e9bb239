"""Moves coefficients of the fp32 table by a few units, so that every hard case rounds right.

The idea is RLIBM's (rutgers-apl/rlibm-all), with the design's own arithmetic.

A hard case puts one condition on the significand S. With B the boundary in units of its last bit,
it is S >= B if s lies above the boundary, and S < B if it lies below (S means "between S and S +
1"). All hard cases of a piece together are inequalities in its coefficients. Given offsets
of c1 and c2, those of c0 that satisfy them are an interval, because c0 is added last.
"""

from itertools import product as pairs
from typing import NamedTuple

import gmpy2
import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP32
from scegrad.model import sigmoid32
from scegrad.model.design import SIGMOID32
from scegrad.model.hard_cases import hard_logits, measure
from scegrad.model.unpack import unpack

SLOPES = range(-24, 25)
"""Offsets of c1 that are tried."""

CURVES = range(-4, 5)
"""Offsets of c2 that are tried."""

SCALES = range(-24, 25)
"""Offsets of T that are tried."""


class Demands(NamedTuple):
    """The hard cases as arrays: the place of each in the table, the term added to its polynomial,
    and the S that its rounding needs.

    ``least`` <= S <= ``most``; S is scaled by the k of the entries, which nothing here moves.
    """

    entry: NDArray[np.int64]
    scale_entry: NDArray[np.int64]
    delta: NDArray[np.int64]
    linear: NDArray[np.int64]
    least: NDArray[np.int64]
    most: NDArray[np.int64]

    def at(self, chosen: NDArray) -> "Demands":
        """Some of them."""
        return Demands(*(array[chosen] for array in self))


def demands(table: NDArray[np.int64]) -> Demands:
    """The conditions of the hard cases on this table."""
    logits = hard_logits()
    logit = unpack(logits, FP32)
    none = np.zeros(logits.size, dtype=bool)
    place = sigmoid32.locate(logit.exponent, logit.significand, logit.infinite, none)
    k = table[place.entry, -1] + table[place.scale_entry, -1]
    least = np.zeros(logits.size, dtype=np.int64)
    most = np.full(logits.size, 1 << SIGMOID32.fraction_bits, dtype=np.int64)
    for i, bits in enumerate(logits):
        case = measure(int(bits))
        boundary = gmpy2.mul_2exp(case.boundary, SIGMOID32.fraction_bits + int(k[i]))
        if not gmpy2.is_integer(boundary):
            raise ValueError(f"the boundary next to {bits:#010x} is between two significands")
        if case.above:
            least[i] = int(boundary)
        else:
            most[i] = int(boundary) - 1
    linear = sigmoid32.linear_term(logit.exponent, logit.significand)
    return Demands(*place, linear, least, most)


def significands(table: NDArray[np.int64], asked: Demands) -> NDArray[np.int64]:
    """s of every case, as the design computes it."""
    rows = table[asked.entry].T
    value = rows[0] - asked.linear + sigmoid32.polynomial(rows[:-1], asked.delta)
    far = asked.scale_entry != SIGMOID32.empty_entry
    return np.where(far, sigmoid32.product(value, table[asked.scale_entry, 0]), value)


def wrong(table: NDArray[np.int64], asked: Demands) -> NDArray[np.bool_]:
    """Which cases round wrong with this table."""
    values = significands(table, asked)
    return (values < asked.least) | (values > asked.most)


def _offsets(row: NDArray[np.int64], asked: Demands) -> tuple[int, int, int] | None:
    """The offsets of c0, c1, c2 that disturb a piece least and satisfy its demands."""
    best, found = np.inf, None
    for curve, slope in pairs(CURVES, SLOPES):
        moved = row[:-1] + np.array([0, slope, curve, 0, 0, 0])
        values = moved[0] - asked.linear + sigmoid32.polynomial(moved[:, None], asked.delta)
        low, high = int((asked.least - values).max()), int((asked.most - values).min())
        offset = min(max(low, 0), high)
        cost = abs(offset) + abs(slope) / 2 + abs(curve) * 2.0 ** SIGMOID32.scales[2] / 4
        if low <= high and cost < best:
            best, found = cost, (offset, slope, curve)
    return found


def _tune_scale(table: NDArray[np.int64], entry: int, asked: Demands) -> int | None:
    """The least offset of a T with which its demands are satisfied."""
    trial = table.copy()
    for offset in sorted(SCALES, key=abs):
        trial[entry, 0] = table[entry, 0] + offset
        if not wrong(trial, asked).any():
            return offset
    return None


class Move(NamedTuple):
    """The offsets added to an entry's first coefficients, and the number of cases."""

    entry: int
    offsets: tuple[int, ...]
    wrong: int


def tuned(table: list[list[int]]) -> tuple[list[list[int]], list[Move]]:
    """The table with every hard case right, and the moves that it took; raises ``ValueError`` if
    none are found.
    """
    rows = np.array(table, dtype=np.int64)
    asked, moves = demands(rows), []
    far = asked.scale_entry != SIGMOID32.empty_entry
    for column in (asked.entry, asked.scale_entry):
        product = column is asked.scale_entry
        for entry in np.unique(column[(far == product) & wrong(rows, asked)]):
            mine = asked.at((far == product) & (column == entry))
            count = int(wrong(rows, mine).sum())
            offsets: tuple[int, ...] | None
            if product:
                offset = _tune_scale(rows, entry, mine)
                offsets = None if offset is None else (offset,)
            else:
                offsets = _offsets(rows[entry], mine)
            if offsets is None:
                raise ValueError(f"no coefficients of entry {entry} round all its hard cases right")
            rows[entry, : len(offsets)] += np.array(offsets)
            moves.append(Move(int(entry), offsets, count))
    if wrong(rows, asked).any():
        raise ValueError("a hard case is still wrong")
    return rows.tolist(), moves
