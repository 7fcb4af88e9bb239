"""The exact reference: sigmoid(x) - y correctly rounded, and the distance of a result from it.

It shares nothing with the design: no table, coefficient or stage. In fp16 it is integer arithmetic
on a table of every sigmoid, computed with MPFR to 200 bits (``exact_fp16``); in fp32 it is
double-double arithmetic with an error bound argued from IEEE arithmetic alone, without any
exponential of the platform, and MPFR for the pairs that the bound leaves open (``exact_fp32``,
``exact_mpfr``).

No random pair is left open, and almost no pair with a label next to the sigmoid: the bound is 2^-90
of sigmoid(-|x|), and near x = 0 2^-90 of sigmoid(x) - 1/2. A million fp32 elements take about 0.3
s.

Special values follow the contract: NaN in, the canonical NaN out; y = +-inf gives -+inf; x =
+-inf gives 1 - y or 0 - y, rounded; an exact zero is +0, and a result that underflows to zero keeps
the sign of the exact one.
"""

from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP16, Format, format_of
from scegrad.model import exact_fp16, exact_fp32
from scegrad.model.bounds import HALF_LABEL_ULP

Array = NDArray[np.floating]

BLOCK = 1 << 13
"""Elements handled at once, so that the intermediate arrays stay in the cache."""


def _blocks(*arrays: Array) -> Iterator[tuple[Format, ModuleType, tuple[Array, ...]]]:
    """The arrays flattened and cut into blocks, with their format and the module that computes it.

    Raises ``ValueError`` unless all have the same shape and the same type, that of a format.
    """
    first = arrays[0]
    for other in arrays[1:]:
        if other.shape != first.shape or other.dtype != first.dtype:
            raise ValueError(
                f"arrays are {first.dtype} {first.shape} and {other.dtype} {other.shape}, but must"
                " be alike"
            )
    fmt = format_of(first.dtype)
    module = exact_fp16 if fmt is FP16 else exact_fp32
    flat = [array.reshape(-1) for array in arrays]
    for start in range(0, first.size, BLOCK):
        yield (
            fmt,
            module,
            tuple(np.ascontiguousarray(array[start : start + BLOCK]) for array in flat),
        )


def _collect(blocks: Iterator[NDArray], like: Array, dtype: np.dtype) -> NDArray:
    parts = list(blocks)
    return (np.concatenate(parts) if parts else np.empty(0, dtype)).reshape(like.shape)


def _ordinary(
    fmt: Format, logits: Array, labels: Array
) -> tuple[NDArray[np.bool_], Array, Array, Array]:
    """Where the result is a finite number; the arrays with harmless values elsewhere; and the
    result elsewhere.
    """
    ordinary = np.isfinite(labels) & ~np.isnan(logits)
    special = np.where(
        np.isinf(labels) & ~np.isnan(logits),
        -labels,
        np.array(fmt.nan, fmt.bits_dtype).view(fmt.dtype),
    )
    zero = fmt.dtype.type(0)
    return ordinary, np.where(ordinary, logits, zero), np.where(ordinary, labels, zero), special


def _gradient_block(fmt: Format, module: ModuleType, logits: Array, labels: Array) -> Array:
    ordinary, x, y, special = _ordinary(fmt, logits, labels)
    return np.where(ordinary, module.rounded(x, y), special)


def _same_bits(fmt: Format, left: Array, right: Array) -> NDArray[np.bool_]:
    return left.view(fmt.bits_dtype) == right.view(fmt.bits_dtype)


def gradient(logits: Array, labels: Array) -> Array:
    """sigmoid(logits) - labels, correctly rounded: float16 or float32 arrays of one shape in, the
    same out.

    Raises ``ValueError`` for arrays that differ in shape or type, or are of another type.
    """
    return _collect(
        (_gradient_block(fmt, module, *block) for fmt, module, block in _blocks(logits, labels)),
        logits,
        logits.dtype,
    )


def _measure(
    result: Array,
    logits: Array,
    labels: Array,
    measure: Callable[[ModuleType], Callable[..., NDArray]],
    good: float | bool,
    bad: float | bool,
) -> Iterator[NDArray]:
    """``measure`` of each block where exact value and result are finite; elsewhere ``good`` for the
    bits demanded, else ``bad``.
    """
    for fmt, module, (r, x, y) in _blocks(result, logits, labels):
        ordinary, x_safe, y_safe, special = _ordinary(fmt, x, y)
        finite = np.isfinite(r)
        measured = measure(module)(np.where(finite, r, r.dtype.type(0)), x_safe, y_safe)
        otherwise = np.where(~ordinary & _same_bits(fmt, r, special), good, bad)
        yield np.where(ordinary & finite, measured, otherwise)


def ulp_error(result: Array, logits: Array, labels: Array) -> NDArray[np.float64]:
    """|result - exact| in ulp of the exact value's binade, at least the spacing of subnormals;
    accurate to 2^-24.

    Where the exact result is not a finite number, 0 if the bits are those that the contract demands
    and infinity if not. Infinity also for a result that is not finite where the exact one is, and
    for a zero of the wrong sign where a zero is due.
    """
    errors = _collect(
        _measure(result, logits, labels, lambda module: module.error, 0.0, np.inf),
        logits,
        np.dtype(np.float64),
    )
    zero = result == 0
    if zero.any():
        due = gradient(logits[zero], labels[zero])
        errors[zero] = np.where(
            (due == 0) & (np.signbit(due) != np.signbit(result[zero])), np.inf, errors[zero]
        )
    return errors


def within_bound(result: Array, logits: Array, labels: Array) -> NDArray[np.bool_]:
    """Whether each result is one that the contract allows.

    fp32: |result - exact| <= ulp(result)/2 + 2^-40 sigmoid(-|logit|), the exact bits where the
    logit or the exact result is not finite, and a zero with the sign of an exact value that is
    further from zero than the second term; with labels of 0 and 1 the correctly rounded result,
    with 1/2 one within 0.51 ulp. fp16: the correctly rounded result.
    """
    inside = _collect(
        _measure(result, logits, labels, lambda module: module.within, True, False),
        logits,
        np.dtype(bool),
    )
    demanded = np.isinf(logits) | (labels == 0) | (labels == 1)
    if demanded.any():
        due = gradient(logits[demanded], labels[demanded])
        inside[demanded] = _same_bits(format_of(due.dtype), due, result[demanded])
    halves = ~demanded & (labels == 0.5) & ~np.isnan(logits) & np.isfinite(result)
    if halves.any():
        errors = ulp_error(result[halves], logits[halves], labels[halves])
        inside[halves] = errors <= HALF_LABEL_ULP
    return inside
