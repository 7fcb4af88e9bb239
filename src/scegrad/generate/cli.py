"""The command line of ``scegrad generate``."""

from typing import Annotated

import typer

FAILED = 1


def generate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="registers, bench, fpga, accuracy, drawings, modules, signoff, plan, or pictures:"
            " those of docs/bench/ and docs/accuracy/, for which other libraries are measured too."
            "  [default: all but pictures]",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing; the exit status is 1 if a file is not up to date."
        ),
    ] = False,
) -> None:
    """Make the files and tables anew that the checkout keeps and that are made from others.

    These are the register header and page, the measured figures in README.md and docs/, and the
    page of the plan.
    """
    # Every room is read for the pages: the other commands, and --help, do without.
    from scegrad.generate.command import generate_files

    raise typer.Exit(FAILED if generate_files(names or [], check=check) else 0)
