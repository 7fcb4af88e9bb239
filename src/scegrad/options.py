"""Options that commands share, made from the settings of a request: each is declared once."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import Field, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from scegrad.request.settings import Settings


def integer(text: str) -> int:
    """A number as people write masks: 255, 0xff or 0b1111."""
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

Directory = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="Where to write it; created if missing.",
        show_default=False,
    ),
]
"""The option ``-o DIR``."""


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, whose last parameter is ``settings``, an option for each setting offered."""
    own = [
        parameter
        for parameter in inspect.signature(command, eval_str=True).parameters.values()
        if parameter.name != "settings"
    ]
    options = [
        inspect.Parameter(
            item.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=item.default,
            annotation=Annotated[_kind(item), _option(item)],
        )
        for item in OFFERED.values()
    ]

    @functools.wraps(command)
    def called(**words: Any) -> None:
        chosen = {name: words.pop(name) for name in OFFERED}
        command(**words, settings=Settings(**chosen))

    parameters = [*(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own), *options]
    setattr(called, "__signature__", inspect.Signature(parameters))  # noqa: B010 (as in api.py)
    called.__annotations__ = {p.name: p.annotation for p in parameters}
    del called.__wrapped__  # Typer would ask the inner one
    return called
