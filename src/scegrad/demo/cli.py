"""The command line of ``scegrad demo``."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Where to write demo.json and the pictures."
        ),
    ] = Path("out"),
) -> None:
    """Train logistic regressions with gradients from the RTL, on data of scikit-learn.

    Every gradient is compared with the golden model; tables and pictures show what came of it.
    """
    # scikit-learn and Matplotlib: the other commands, and --help, do without.
    from scegrad.demo.command import main

    main(output)
