"""Checks of single arguments, whatever type they have: each raises ``RequestError`` of one line."""

import operator
import os
from pathlib import Path
from typing import Any

import numpy as np

from scegrad.errors import RequestError, shown


def whole(name: str, value: Any, low: int, high: int, unit: str = "") -> int:
    """A whole number from ``low`` to ``high``; NumPy's integers are accepted like Python's."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except Exception:  # an __index__ may raise anything
        raise RequestError(f"{name} is {shown(value)}, but must be a whole number") from None
    if not low <= number <= high:
        raise RequestError(f"{name} is {shown(number)}, but must be {low} to {high}{unit}")
    return number


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise RequestError(f"{name} is {shown(value)}, but must be True or False")
    return bool(value)


def file_name(name: str, value: Any) -> Path:
    """A path that is text and possible in a file system; the file need not exist."""
    try:
        text = os.fspath(value)
    except Exception:  # an __fspath__ may raise anything
        raise RequestError(f"{name} is {shown(value)}, but must be the path of a file") from None
    if not isinstance(text, str) or not text or text.endswith("/") or not _encodes(text):
        raise RequestError(f"{name} is {shown(text)}, but must be the path of a file")
    return Path(text)


def _encodes(text: str) -> bool:
    """Whether the text can be passed to the system as a path."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeError:
        return False
