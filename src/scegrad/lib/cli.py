"""The command lines of ``scegrad lib`` and ``scegrad examples``."""

from pathlib import Path
from typing import Annotated

import typer

from scegrad.errors import printable
from scegrad.options import Directory, argument, platform_option
from scegrad.platforms import MACHINES
from scegrad.request.settings import one_of

MISMATCH = 1


def lib(
    output: Directory,
    platform: Annotated[
        str | None,
        platform_option(
            f"The platform.  [default: {' and '.join(platform.name for platform in MACHINES)}]"
        ),
    ] = None,
    access: Annotated[
        str,
        typer.Option(
            metavar=one_of("sim", "board"),
            help="sim: the library contains the simulated RTL. board: it reaches hardware by UIO"
            " or /dev/mem.",
        ),
    ] = "sim",
) -> None:
    """Write the C library of a platform, its headers and its pkg-config file (see
    docs/software.md).
    """
    # The build of a simulator: --help does not need it.
    from scegrad.lib.command import build_libraries

    for path in build_libraries(output, platform, access):
        typer.echo(printable(path))


def examples(
    directory: Annotated[
        Path,
        argument("DIR", "Where the libraries are (scegrad lib -o DIR)."),
    ],
    time: Annotated[
        bool, typer.Option("--time", help="Print the time of a call, and the driver's part of it.")
    ] = False,
) -> None:
    """Compile and run the C programs of sw/examples, and compare their results with the exact
    ones.
    """
    # The exact reference: other commands, and --help, do not need it.
    from scegrad.lib.examples import run_all, time_calls

    if time:
        time_calls(directory)
    elif run_all(directory):
        raise typer.Exit(MISMATCH)
