"""Logits and labels as the hardware takes them: flat, contiguous, both in one format."""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from scegrad.errors import RequestError, check_choice, shown
from scegrad.formats import FORMATS, Format, format_of

MAX_LENGTH = (1 << 31) - 1
"""The longest array that the register LENGTH can hold."""

MAX_DIMENSIONS = 64
"""The deepest nesting of lists that NumPy takes as dimensions; deeper lists are refused in any
case."""

WHOLE_KINDS = "iub"
"""NumPy's letters for integers and booleans, which are converted if the conversion changes no
value."""

WAY_OUT = '--format fp32 (from Python fmt="fp32")'


def array_of(name: str, value: Any) -> np.ndarray:
    """Any array-like value as an array; raises ``RequestError``."""
    if _masked(value):
        raise RequestError(
            f"{name} are a masked array, whose mask would be lost: pass {name}.filled(VALUE) or"
            f" {name}.data"
        )
    try:
        return np.asarray(value)
    except Exception as error:  # an __array__ may raise anything
        reason = shown(str(error) or type(error).__name__)
        raise RequestError(f"{name} cannot be made an array: {reason}") from error


def _masked(value: Any, depth: int = 0) -> bool:
    """Whether a value is a masked array, or lists or tuples with one in them."""
    if isinstance(value, (list, tuple)) and depth < MAX_DIMENSIONS:
        return any(_masked(item, depth + 1) for item in value)
    # NumPy loads np.ma at its first use; before that there are no masked arrays.
    return "numpy.ma" in sys.modules and isinstance(value, np.ma.MaskedArray)


@dataclass(frozen=True)
class Arrays:
    """Logits and labels of one shape, and the format in which they are computed.

    ``dtype`` is the type of the gradient: that of the logits, or of the requested format.
    """

    logits: np.ndarray
    labels: np.ndarray
    fmt: Format
    dtype: np.dtype

    @classmethod
    def of(cls, logits: Any, labels: Any, fmt: Any) -> "Arrays":
        """Check shapes and types; converts nothing yet. Raises ``RequestError``."""
        x, y = array_of("logits", logits), array_of("labels", labels)
        if x.shape != y.shape:
            raise RequestError(
                f"logits have shape {x.shape}, labels {y.shape}, but the shapes must agree"
            )
        for name, array in (("logits", x), ("labels", y)):
            if array.dtype.kind not in "f" + WHOLE_KINDS:
                raise RequestError(
                    f"{name} are {array.dtype}, but must be floating-point numbers, or integers"
                    " or booleans that the format holds exactly"
                )
        if x.size > MAX_LENGTH:
            raise RequestError(
                f"the arrays have {x.size} elements, but a job has at most {MAX_LENGTH}"
            )
        form = _format_of_arrays(x, y) if fmt is None else _format_named(fmt)
        same = fmt is None and x.dtype.kind == "f"
        return cls(x, y, form, x.dtype if same else form.dtype)

    def flat(self) -> tuple[np.ndarray, np.ndarray]:
        """Both arrays flat and in the format; raises ``RequestError`` for an inexact integer."""
        return _flat("logits", self.logits, self.fmt), _flat("labels", self.labels, self.fmt)


def _format_named(fmt: Any) -> Format:
    if isinstance(fmt, Format):
        if fmt not in FORMATS.values():
            raise RequestError(f"format is {shown(fmt)}, but must be {' or '.join(FORMATS)}")
        return fmt
    check_choice("format", fmt, tuple(FORMATS))
    return FORMATS[fmt]


def _format_of_arrays(x: np.ndarray, y: np.ndarray) -> Format:
    """The format of the arrays that hold floating-point numbers."""
    types = {a.dtype.newbyteorder("=") for a in (x, y) if a.dtype.kind == "f"}
    if not types:
        raise RequestError(
            f"logits are {x.dtype}, labels {y.dtype}, which do not say the format of the"
            f" gradient: give it, {WAY_OUT}"
        )
    if len(types) > 1:
        raise RequestError(
            f"logits are {x.dtype}, labels {y.dtype}, but the types must agree, or a format be"
            f" given: {WAY_OUT}"
        )
    try:
        return format_of(types.pop())
    except ValueError as error:
        raise RequestError(f"{error}; {WAY_OUT} rounds them") from error


def _flat(name: str, array: np.ndarray, fmt: Format) -> np.ndarray:
    """One array flat, contiguous, and in the format's type."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        # Infinity, zero and NaN are right results of rounding to the format: no warning.
        flat = np.ascontiguousarray(array).reshape(-1)
        converted = flat.astype(fmt.dtype, copy=False)
    if flat.dtype.kind in "iu":
        inexact = np.flatnonzero(~_exact(flat, converted))
        if inexact.size:
            first = int(inexact[0])
            raise RequestError(
                f"{name} are {array.dtype}, and {fmt.name} does not hold {flat[first]} (element"
                f" {first}) exactly: pass floating-point numbers, which are rounded with {WAY_OUT}"
            )
    return converted


def _exact(whole: np.ndarray, converted: np.ndarray) -> np.ndarray:
    """Which integers the conversion kept: those that convert back to the same integer."""
    limit = float(int(np.iinfo(whole.dtype).max) + 1)
    inside = np.isfinite(converted) & (converted.astype(np.float64) < limit)
    back = np.where(inside, converted, 0).astype(whole.dtype)
    return inside & (back == whole)
