"""Common to all C libraries called by ctypes: the types of their functions, and arrays of records
that they own.
"""

import ctypes
from collections.abc import Mapping
from ctypes import byref, c_uint8, c_void_p
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike

Functions = Mapping[str, tuple[Any, list[Any]]]
"""The type of the result, and those of the arguments, by name."""


def declare(library: ctypes.CDLL, functions: Functions) -> None:
    """Give each function its result's and arguments' types; raises ``AttributeError`` if the
    library lacks one.
    """
    for name, (result, arguments) in functions.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments


def records(function: Any, handle: Any, layout: "DTypeLike") -> "np.ndarray":
    """Copy an array of records owned by a C library: ``function`` stores a pointer to the first and
    returns their number.
    """
    # NumPy: only records need it.
    import numpy as np

    first = c_void_p()
    dtype = np.dtype(layout)
    count = int(function(handle, byref(first)))
    if not count or first.value is None:
        return np.empty(0, dtype)
    content = (c_uint8 * (count * dtype.itemsize)).from_address(first.value)
    return np.frombuffer(memoryview(content), dtype).copy()
