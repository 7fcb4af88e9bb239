"""The command line of ``scegrad bench``."""

from pathlib import Path
from typing import Annotated

import typer


def bench(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Where to write bench.json and the pictures."
        ),
    ] = Path("out/bench"),
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Only the lines of the table: no sweeps, wall times or pictures."
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep what a run that was stopped has measured.")
    ] = False,
) -> None:
    """Measure jobs in cycles, for every platform and format.

    The memory answers at once, after a fixed time, or when a DRAM does. The share is that of what
    the cores and the port allow; on a DRAM, of what an ideal manager gets from the same memory.
    """
    # Simulators and Matplotlib: the other commands, and --help, do without.
    from scegrad.bench.command import main

    main(output, quick=quick, resume=resume)
