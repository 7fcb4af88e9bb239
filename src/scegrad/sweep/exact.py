"""The exact side of a sweep: ``sw/exact`` for all results, MPFR for those that it leaves open.

The tables are made here, once per process, from MPFR; ``docs/accuracy.md`` says why the decisions
are rigorous.
"""

from enum import IntEnum
from functools import cache

import gmpy2
import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP16, FP32, Format
from scegrad.model import exact_fp16, exact_fp32, exact_mpfr, reference
from scegrad.model.bounds import HALF_LABEL_ULP
from scegrad.sweep.native import load_exact, pointer

EXPONENTIALS = exact_fp32.LARGEST * exact_fp32.STEP
"""Last index of the table of exp(-i / STEP); ``sw/exact/fp32.cpp`` has the two numbers as 200 and
128.
"""

BINADES = 512
BINS_PER_ULP = 50
BINS = 27
"""Of ``sw/exact/exact.h``."""

TALLY = np.dtype(
    [
        ("count", "u8", BINADES),
        ("error", "f8", BINADES),
        ("error_at", "u8", BINADES),
        ("used", "f8", BINADES),
        ("used_at", "u8", BINADES),
        ("histogram", "u8", (BINADES, BINS)),
        ("kinds", "u8", 5),
    ]
)


class Kind(IntEnum):
    """The judgement on a result; see ``sw/exact/exact.h``."""

    NEAREST = 0
    FARTHER = 1
    OPEN_HALF = 2
    OPEN_BOUND = 3
    WRONG = 4


@cache
def exponentials() -> NDArray[np.float64]:
    """exp(-i / STEP) rounded to float64."""
    with gmpy2.context(precision=200):
        return np.array(
            [float(gmpy2.exp(gmpy2.mpfr(-i) / exact_fp32.STEP)) for i in range(EXPONENTIALS + 1)]
        )


@cache
def _fp16_tables() -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    places, smalls = exact_fp16.tables()
    return places.astype(np.int32), smalls


def judge(
    fmt: Format, results: NDArray, logits: NDArray, labels: NDArray
) -> tuple[np.ndarray, NDArray[np.uint8], int]:
    """Tally (a ``TALLY`` scalar), ``Kind`` of each result, none of them open, and how many MPFR
    decided; contiguous arrays of encodings.
    """
    library = load_exact()
    assert library.sce_exact_tally_bytes() == TALLY.itemsize
    tally = np.zeros((), TALLY)
    tally["error"] = -1
    kinds = np.empty(results.size, np.uint8)
    arrays = [pointer(array) for array in (results, logits, labels)]
    if fmt is FP16:
        library.sce_exact_fp16(
            *arrays,
            results.size,
            *(pointer(table) for table in _fp16_tables()),
            pointer(tally),
            pointer(kinds),
        )
    else:
        library.sce_exact_fp32(
            *arrays, results.size, pointer(exponentials()), pointer(tally), pointer(kinds)
        )
    opened = np.flatnonzero((kinds == Kind.OPEN_HALF) | (kinds == Kind.OPEN_BOUND))
    for k in opened:
        kinds[k] = settle(results[k : k + 1], logits[k : k + 1], labels[k : k + 1])
    tally["kinds"] = np.bincount(kinds, minlength=len(Kind))
    return tally, kinds, opened.size


def settle(result: NDArray, logit: NDArray, label: NDArray) -> Kind:
    """The kind of one fp32 result for a finite label and a logit that is not NaN, by MPFR; arrays
    of one encoding each.
    """
    r, x, y = (array.view(FP32.dtype) for array in (result, logit, label))
    if np.isinf(x[0]):
        return (
            Kind.NEAREST
            if reference.gradient(x, y).view(FP32.bits_dtype)[0] == result[0]
            else Kind.WRONG
        )
    values = float(r[0]), float(x[0]), float(y[0])
    if values[2] not in (0.0, 0.5, 1.0):
        return Kind.NEAREST if reference.within_bound(r, x, y)[0] else Kind.WRONG
    if exact_mpfr.rounded(*values[1:]) == values[0]:
        return Kind.NEAREST
    half = values[2] == 0.5 and exact_mpfr.error(*values) <= HALF_LABEL_ULP
    return Kind.FARTHER if half else Kind.WRONG


def error_in_ulp(fmt: Format, result: int, logit: int, label: int) -> float:
    """|result - exact| in ulp of the exact value, by MPFR in fp32; infinity if the bits demanded
    are others.
    """
    arrays = [np.array([bits], fmt.bits_dtype).view(fmt.dtype) for bits in (result, logit, label)]
    if fmt is FP32 and all(np.isfinite(array[0]) for array in arrays):
        return exact_mpfr.error(*(float(array[0]) for array in arrays))
    return float(reference.ulp_error(*arrays)[0])


def sigmoid(logits: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Sigmoids in float64, the same bits on every machine, from encodings; NaN and infinity count
    as 200.
    """
    result = np.empty(logits.size)
    load_exact().sce_exact_sigmoid(
        pointer(logits), logits.size, pointer(exponentials()), pointer(result)
    )
    return result
