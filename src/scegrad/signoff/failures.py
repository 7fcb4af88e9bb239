"""What went wrong where a case could not be decided, in one line that says where to look."""

import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from scegrad.errors import BuildError, RequestError, SimulationError, brief
from scegrad.signoff.places import ROOT

_PACKAGE = Path(__file__).resolve().parents[1]
_RTL = (_PACKAGE / "rtl").resolve()
_OURS = (_PACKAGE, _RTL, ROOT)

_CONVERTERS = ("netlist.py", "preamble.py", "verilog.py")
"""The files of ``rtl/`` that are no hardware: they turn the others into Verilog."""

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def told(error: BaseException) -> str:
    """The cause in one line. Our own messages stand for themselves; of others the line of the
    hardware, if it cannot be elaborated, or of our sources is named.
    """
    message = brief(str(error), 400)
    if isinstance(error, BuildError | SimulationError | RequestError):
        return message
    message = f"{type(error).__name__}: {message}" if message else type(error).__name__
    files = [(Path(name).resolve(), line) for name, line in _lines(error)]
    hardware = [each for each in files if each[0].is_relative_to(_RTL)]
    if hardware:
        lines = [each for each in hardware if each[0].name not in _CONVERTERS]
        place = f"{_place(*lines[-1])}: " if lines else ""
        return f"the hardware cannot be elaborated: {place}{message}"
    ours = [each for each in files if any(map(each[0].is_relative_to, _OURS))]
    return f"{message} ({_place(*ours[-1])})" if ours else message


def _lines(error: BaseException) -> list[tuple[str, int]]:
    """Files and lines through which an error went, the innermost last."""
    lines = [
        (each.filename, each.lineno or 0) for each in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        lines.append((error.filename, error.lineno or 0))
    return lines


def _place(path: Path, line: int) -> str:
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{shown}:{line}"


def kept(make: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The function, which computes once for each choice of arguments. An error is kept too: many
    cases ask for the same Verilog, and each would try for seconds to make it.
    """
    found: dict[object, Result] = {}
    failed: dict[object, Exception] = {}

    @wraps(make)
    def asked(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        key = (args, tuple(kwargs.items()))
        if key in failed:
            raise failed[key]
        if key not in found:
            try:
                found[key] = make(*args, **kwargs)
            except Exception as error:
                failed[key] = error
                raise
        return found[key]

    return asked
