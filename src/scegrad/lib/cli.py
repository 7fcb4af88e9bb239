"""The command line of ``scegrad lib``."""

from typing import Annotated

import typer

from scegrad.options import Directory
from scegrad.platforms import PLATFORMS
from scegrad.request.settings import one_of


def lib(
    output: Directory,
    platform: Annotated[
        str | None,
        typer.Option(
            "--platform",
            metavar=one_of(*PLATFORMS),
            help="The platform.  [default: ft78ne and mt7004]",
            show_default=False,
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
    """Write the C library of a platform, its headers and its pkg-config file (see docs/software.md)."""
    # The build of a simulator: nothing that --help needs.
    from scegrad.lib.command import build_libraries

    for path in build_libraries(output, platform, access):
        typer.echo(path)
