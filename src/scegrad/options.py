"""Options that several commands have, made from the settings of a request: each is declared
once.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import Field, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from scegrad.platforms import CHOICES
from scegrad.request.settings import Settings, one_of


def integer(text: str) -> int:
    """A number in any notation of masks: 255, 0xff or 0b1111."""
    try:
        return int(text, 0)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number such as 255, 0xff or 0b1111") from None


def _kind(item: Field) -> Any:
    """The type of an option's values."""
    kind = item.metadata["kind"]
    return kind | None if item.default is None else kind


def _option(item: Field) -> Any:
    """The option of a setting, as Typer takes it."""
    flag = item.metadata["flag"] or f"--{item.name.replace('_', '-')}"
    return typer.Option(
        flag,
        metavar=item.metadata["metavar"],
        help=item.metadata["help"],
        parser=integer if item.metadata["kind"] is int else None,
        show_default=item.default is not None,
    )


OFFERED = {item.name: item for item in fields(Settings) if item.metadata["metavar"]}
"""The settings that the command line offers."""

PlatformName = Annotated[str, _option(OFFERED["platform"])]
"""The option ``--platform`` of the other commands."""


def _file(text: str) -> Path:
    """The path of a file, checked as text: pathlib would drop the slash at the end of a
    directory.
    """
    if text.endswith("/"):
        raise typer.BadParameter(f"{text!r} names a directory, but must be the path of a file")
    return Path(text)


def option(metavar: str, text: str, *names: str, **words: Any) -> Any:
    """An option of one command, whose help says in words what holds if it is left out."""
    return typer.Option(*names, metavar=metavar, help=text, show_default=False, **words)


def argument(metavar: str, text: str) -> Any:
    """An argument of one command, as ``option``."""
    return typer.Argument(metavar=metavar, help=text, show_default=False)


def platform_option(text: str) -> Any:
    """The option ``--platform`` of commands in which it may be left out, with its help."""
    return option(one_of(*CHOICES), text, "--platform")


def output_option(text: str, metavar: str = "DIR", *, default: bool = False) -> Any:
    """The option ``-o``, with its help; with ``default`` the help shows the default value.

    With a ``metavar`` other than DIR the value is the name of a file.
    """
    return typer.Option(
        "--output",
        "-o",
        metavar=metavar,
        help=text,
        show_default=default,
        parser=None if metavar == "DIR" else _file,
    )


Directory = Annotated[Path, output_option("Where to write it; created if missing.")]
"""The option ``-o DIR``."""


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command with a parameter ``settings`` an option for each setting."""
    options = [_parameter(item, Annotated[_kind(item), _option(item)]) for item in OFFERED.values()]
    return _with(command, "settings", options, Settings)


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command with a parameter ``options`` an option for each field of its type.

    That type is a dataclass whose fields are annotated with Typer's options.
    """
    kind = inspect.signature(command, eval_str=True).parameters["options"].annotation
    hints = get_type_hints(kind, include_extras=True)
    return _with(
        command, "options", [_parameter(item, hints[item.name]) for item in fields(kind)], kind
    )


def _parameter(item: Field, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(
        item.name, inspect.Parameter.KEYWORD_ONLY, default=item.default, annotation=annotation
    )


def _with(
    command: Callable[..., None], name: str, options: list[inspect.Parameter], made: Any
) -> Callable[..., None]:
    """Put ``options`` in place of the parameter ``name``; ``made`` computes it from their
    values.
    """
    own = [
        parameter
        for parameter in inspect.signature(command, eval_str=True).parameters.values()
        if parameter.name != name
    ]

    @functools.wraps(command)
    def called(**words: Any) -> None:
        chosen = {option.name: words.pop(option.name) for option in options}
        command(**words, **{name: made(**chosen)})

    parameters = [*(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own), *options]
    setattr(called, "__signature__", inspect.Signature(parameters))  # noqa: B010 (as in api.py)
    called.__annotations__ = {p.name: p.annotation for p in parameters}
    del called.__wrapped__  # Typer would read the signature of the inner function
    return called
