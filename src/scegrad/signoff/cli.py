"""The command line of ``scegrad signoff``."""

from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from scegrad.errors import BuildError, RequestError
from scegrad.options import argument, option

Names = Annotated[
    list[str] | None,
    argument(
        "[CASE]...",
        "Cases, by name or pattern ('unit/*', 'rounding32/sum/*'). A case that is named runs anew,"
        " one of a pattern if it has no record.  [default: all without a record]",
    ),
]

Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="DIR", help="Directory of the ledger, summary and page."
    ),
]

Quick = Annotated[
    bool, typer.Option("--quick", help="Only the cases that take minutes all together.")
]

Share = Annotated[
    str,
    typer.Option(
        metavar="I/N", help="Of every N cases only the I-th, counted from 1, to share the work."
    ),
]

Others = Annotated[
    list[Path] | None,
    option("DIR", "Take up the records of this directory too; as often as needed.", "--with"),
]

Short = Annotated[
    Path | None,
    option(
        "FILE.json",
        "Write the short summary too that the checkout keeps (docs/signoff.json); what it has of"
        " today stays.",
        "--summary",
    ),
]


Accept = Annotated[
    bool,
    typer.Option(
        "--accept",
        help="Take the mutants that live now as known (docs/signoff-alive.json); without CASE, of"
        " the records alone: no case runs.",
    ),
]


def signoff(
    names: Names = None,
    output: Output = Path("out/signoff"),
    quick: Quick = False,
    share: Share = "1/1",
    others: Others = None,
    short: Short = None,
    accept: Accept = False,
    listed: Annotated[bool, typer.Option("--list", help="Only name the cases chosen.")] = False,
) -> None:
    """Prove what is claimed of lanes and units, and write one page of it (docs/signoff.md).

    A ledger in the output directory keeps each record with the hash of what it is about, and the
    same command goes on from there. The exit status is 1 unless every case that was chosen is
    proved; mutants that are known to live (docs/signoff-alive.json) do not matter.
    """
    command = _command()
    options = command.SignoffOptions(
        output, tuple(names or ()), quick, _share(share), tuple(others or ()), short, accept
    )
    if listed:
        command.show_list(options)
        return
    raise typer.Exit(command.main(options))


def _command() -> ModuleType:
    """The command. Raises ``BuildError`` if a file of the hardware cannot be read."""
    # Amaranth, NumPy and the provers: other commands, and --help, do not need them.
    from scegrad.signoff import failures

    try:
        from scegrad.signoff import command
    except ModuleNotFoundError:
        raise  # its message names what must be installed
    except Exception as error:
        raise BuildError(failures.told(error)) from error
    return command


def _share(text: str) -> tuple[int, int]:
    """``I/N`` as (I - 1, N)."""
    first, slash, count = text.partition("/")
    if not (slash and first.isdecimal() and count.isdecimal() and 1 <= int(first) <= int(count)):
        raise RequestError(f"--share is {text!r}, but must be I/N with 1 <= I <= N, such as 2/4")
    return int(first) - 1, int(count)
