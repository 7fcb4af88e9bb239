"""The command line of ``scegrad check``."""

from pathlib import Path
from typing import Annotated

import typer

from scegrad.formats import FORMATS
from scegrad.request.settings import one_of

MISMATCH = 1


def _array(metavar: str, text: str) -> typer.models.ArgumentInfo:
    return typer.Argument(metavar=metavar, help=text, show_default=False)


def check(
    logits: Annotated[Path, _array("LOGITS.npy", "Array of logits x: float32 or float16.")],
    labels: Annotated[Path, _array("LABELS.npy", "Array of labels y, of the same shape.")],
    gradient: Annotated[
        Path, _array("GRADIENT.npy", "The gradient to be judged, of the same shape, in the format.")
    ],
    fmt: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar=one_of(*FORMATS),
            help="Format of the elements; logits and labels of another type are rounded to it."
            "  [default: the type of the logits]",
            show_default=False,
        ),
    ] = None,
    ulp: Annotated[
        float,
        typer.Option(
            metavar="BOUND",
            help="Largest error that passes, in units in the last place of the exact result; at"
            " least 0.5, which asks for correct rounding.",
        ),
    ] = 0.5,
) -> None:
    """Judge a gradient, whoever computed it, by the exact sigmoid(LOGITS) - LABELS.

    It says how many results are not the nearest number of the format, the worst error and its
    place, and the first results beyond the bound. A NaN passes for any NaN, and a zero for the
    zero of either sign. The exit status is 1 if a result lies beyond the bound.
    """
    # NumPy's and MPFR's tables: the other commands, and --help, do without.
    from scegrad.check.command import check_files

    raise typer.Exit(MISMATCH if check_files(logits, labels, gradient, fmt, ulp) else 0)
