"""The command line of ``scegrad check``."""

from pathlib import Path
from typing import Annotated

import typer

from scegrad.formats import FORMATS
from scegrad.options import argument, option
from scegrad.request.settings import one_of

MISMATCH = 1


def check(
    logits: Annotated[Path, argument("LOGITS.npy", "Array of logits x: float32 or float16.")],
    labels: Annotated[Path, argument("LABELS.npy", "Array of labels y, of the same shape.")],
    gradient: Annotated[
        Path, argument("GRADIENT.npy", "The gradient to check, of the same shape, in the format.")
    ],
    fmt: Annotated[
        str | None,
        option(
            one_of(*FORMATS),
            "Format of the elements; logits and labels of another type are rounded to it."
            "  [default: the type of the logits]",
            "--format",
        ),
    ] = None,
    ulp: Annotated[
        float,
        typer.Option(
            metavar="BOUND",
            help="Largest error that passes, in units in the last place of the exact result; at"
            " least 0.5, which means correct rounding.",
        ),
    ] = 0.5,
) -> None:
    """Compare a gradient from any source with the exact sigmoid(LOGITS) - LABELS.

    It prints the number of results that are not the nearest number of the format, the worst error
    and its place, and the first results beyond the bound. All NaNs count as equal, and so do zeros
    of either sign. The exit status is 1 if a result lies beyond the bound.
    """
    # NumPy's and MPFR's tables: other commands, and --help, do not need them.
    from scegrad.check.command import check_files

    raise typer.Exit(MISMATCH if check_files(logits, labels, gradient, fmt, ulp) else 0)
