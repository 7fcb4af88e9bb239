"""A frozen dataclass from a TOML file: its fields are the keys, and every fault is reported in one
line.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from scegrad.errors import RequestError, printable

MAX_BYTES = 1 << 16
"""The largest size of a file in bytes, so that no device is read for ever."""

MAX_MESSAGE = 400
"""The largest number of characters in a message, whatever a file or its name contains."""

Record = TypeVar("Record")


def read_record(kind: type[Record], path: Path, what: str) -> Record:
    """A value of the dataclass ``kind`` from a file; ``what`` names its kind in messages.

    Fields with ``init=False`` are no keys. The type of a field decides which values it takes: int,
    str, a tuple of one type, another dataclass, or one of these and None. Raises ``RequestError``
    with one line that names the file, the key and what it must be.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = getattr(error, "strerror", None) or error
        raise RequestError(_one_line(f"{path} cannot be read: {reason}")) from error
    try:
        if len(text) > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES} bytes")
        return _build(kind, tomllib.loads(text.decode()), "")
    except UnicodeDecodeError as error:
        raise RequestError(_one_line(f"{path} is not a {what}: it is not text in UTF-8")) from error
    except (ValueError, RecursionError) as error:
        raise RequestError(_one_line(f"{path} is not a {what}: {error}")) from error


def _one_line(text: str) -> str:
    """The text with escapes for unprintable characters, shortened if necessary."""
    escaped = printable(text)
    return escaped if len(escaped) <= MAX_MESSAGE else f"{escaped[: MAX_MESSAGE - 4]} ..."


def _build(kind: type[Record], table: dict[str, Any], where: str) -> Record:
    """The dataclass from a table; ``where`` is the table's place in the file."""
    # mypy cannot express that a type variable is a dataclass
    known = {item.name: item for item in fields(kind) if item.init}  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise ValueError(f"{where}{key} is not a key: {_hint(key, known)}")
    for name, item in known.items():
        if name not in table and item.default is MISSING:
            raise ValueError(f"{where}{name} is missing")
    return kind(
        **{key: _value(known[key].type, item, f"{where}{key}") for key, item in table.items()}
    )


def _hint(key: str, known: Iterable[str]) -> str:
    """The key that is closest to the wrong one, or every key if none is close."""
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.7)
    return f"did you mean {close[0]}?" if close else f"the keys are {', '.join(known)}"


def _value(kind: Any, value: Any, where: str) -> Any:
    """A TOML value converted to the type ``kind`` of a field."""
    if isinstance(kind, UnionType):  # TOML has no None: the key is left out
        kind = next(each for each in get_args(kind) if each is not type(None))
    if get_origin(kind) is tuple and isinstance(value, list):
        return tuple(
            _value(get_args(kind)[0], item, f"{where}[{k}]") for k, item in enumerate(value)
        )
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, dict):
        return _build(kind, value, f"{where}.")
    if type(value) is kind:  # True is not an integer
        return value
    raise ValueError(f"{where} is {repr(value)[:60]}, but must be {_wanted(kind, value, where)}")


def _wanted(kind: Any, value: Any, where: str) -> str:
    """The right value in place of ``value``, in the notation of TOML."""
    if kind is str:
        return "a string in quotes"
    if kind is int:
        quoted = isinstance(value, str) and re.fullmatch(r"(0[xob])?[0-9a-fA-F_]+", value.strip())
        return f"an integer: {value.strip()} without quotes" if quoted else "an integer"
    if get_origin(kind) is not tuple:
        return "a table"
    tables = is_dataclass(get_args(kind)[0])
    if tables:
        return f"an array of tables: each begins with [[{where}]]"
    return f'an array: ["{value}"]' if isinstance(value, str) else "an array"
