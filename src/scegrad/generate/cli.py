"""The command line of ``scegrad generate``."""

from typing import Annotated

import typer

from scegrad.options import argument

FAILED = 1


def generate(
    names: Annotated[
        list[str] | None,
        argument(
            "[NAME]...",
            "registers, bench, fpga, accuracy, drawings, modules, signoff, plan, or pictures:"
            " those of docs/bench/ and docs/accuracy/, which also measure other libraries."
            "  [default: all but pictures]",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing; the exit status is 1 if a file is not up to date."
        ),
    ] = False,
) -> None:
    """Make the files and tables of the checkout that follow from other files.

    These are the register header and page, the measured figures in README.md and docs/, and the
    page of the plan.
    """
    # This loads every room: other commands, and --help, do not need them.
    from scegrad.generate.command import generate_files

    raise typer.Exit(FAILED if generate_files(names or [], check=check) else 0)
