"""The command line ``scegrad``: joins the commands of the rooms, and maps errors to exit statuses.

Exit status 0; 1 if a check found a mismatch or the simulated hardware failed; 2 for a request
that cannot be carried out, with one line on standard error and nothing left behind.
"""

import signal
import sys
from typing import Annotated

import typer

from scegrad.bench.cli import bench
from scegrad.demo.cli import demo
from scegrad.errors import BuildError, JobError, LinkError, RequestError, SimulationError
from scegrad.fpga.cli import fpga, verilog
from scegrad.lib.cli import lib
from scegrad.run.cli import run
from scegrad.sweep.cli import app as sweep_app

BAD_REQUEST = 2
MISMATCH = 1
INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Sigmoid cross-entropy gradient hardware: sigmoid(logits) - labels, computed by the"
    " simulated RTL.",
    epilog="Exit status: 0; 1 if a check found a mismatch; 2 for a bad request, with one line on"
    " standard error.",
)
app.command()(run)
app.command()(verilog)
app.command()(lib)
app.command()(demo)
app.command()(bench)
app.command()(fpga)
app.add_typer(sweep_app, name="sweep")


@app.command()
def tables(
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Only say whether the kept tables and hard cases are those that are computed.",
        ),
    ] = False,
    hard_cases: Annotated[
        bool,
        typer.Option("--hard-cases", help="Search every fp32 logit for hard cases first."),
    ] = False,
) -> None:
    """Compute the sigmoid's tables from exact arithmetic, keep them, and print the bounds of its error."""
    from scegrad.model import fit
    from scegrad.model import hard_cases as kept_cases

    if check:
        if message := fit.stale(search=hard_cases):
            typer.echo(message, err=True)
            raise typer.Exit(MISMATCH)
        return
    if hard_cases:
        kept_cases.write()
    typer.echo(fit.write())


def main(arguments: list[str] | None = None) -> None:
    """Entry point: run a command and exit with its status."""
    words = sys.argv[1:] if arguments is None else arguments
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(_status(words or ["--help"]))


def _terminate(number: int, frame: object) -> None:
    """End as after an interrupt, so that no unfinished file stays behind."""
    raise KeyboardInterrupt


def _status(words: list[str]) -> int:
    """Run a command line; returns the exit status.

    One line goes to standard error if that is neither 0 nor a mismatch.
    """
    try:
        return app(args=words, prog_name="scegrad", standalone_mode=False) or 0
    except typer.TyperException as error:
        return _fail(error.format_message(), BAD_REQUEST)
    except (RequestError, BuildError) as error:
        return _fail(str(error), BAD_REQUEST)
    except OSError as error:
        return _fail(f"{error.filename or 'file'}: {error.strerror or error}", BAD_REQUEST)
    except (SimulationError, LinkError, JobError, TimeoutError) as error:
        return _fail(str(error), MISMATCH)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", INTERRUPTED)


def _fail(message: str, status: int) -> int:
    print(f"scegrad: {' '.join(message.split())}", file=sys.stderr)
    return status
