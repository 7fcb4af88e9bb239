"""The command line ``scegrad``: joins the commands of the rooms, and maps errors to exit statuses.

The exit status is 0 for success, 1 if a check found a mismatch or the simulated hardware failed,
and 2 for a request that cannot be carried out. Status 2 comes with one line on standard error, and
no partial file is left behind.
"""

import io
import os
import signal
import sys
from typing import Annotated

import typer

from scegrad.bench.cli import bench
from scegrad.check.cli import check
from scegrad.demo.cli import demo
from scegrad.errors import (
    EXTRAS,
    BuildError,
    JobError,
    LinkError,
    RequestError,
    SimulationError,
    missing,
    printable,
)
from scegrad.fpga.cli import bitstream, fpga, netlist, verilog
from scegrad.generate.cli import generate
from scegrad.lib.cli import examples, lib
from scegrad.run.cli import run, sample
from scegrad.signoff.cli import signoff
from scegrad.soak.cli import soak
from scegrad.sweep.cli import app as sweep_app
from scegrad.uart.cli import terminal

BAD_REQUEST = 2
MISMATCH = 1

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Sigmoid cross-entropy gradient hardware: sigmoid(logits) - labels, computed by the"
    " simulated RTL.",
    epilog="Exit status: 0; 1 if a check found a mismatch or the hardware failed; 2 for a bad"
    " request; 130 if interrupted (128 + the signal's number). Every status except 0 and a"
    " mismatch comes with one line on standard error.",
)
for command in (
    *(run, sample, check, verilog, lib, examples, demo, bench),
    *(fpga, netlist, bitstream, terminal, generate, soak, signoff),
):
    app.command()(command)
app.add_typer(sweep_app, name="sweep")


def _version(wanted: bool) -> None:
    if wanted:
        # The help of a command is there sooner without it.
        from scegrad.registers import VERSION

        typer.echo(f"scegrad {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """The options of ``scegrad`` itself."""


CHECK = typer.Option(
    "--check", help="Only say whether the kept tables and hard cases are those that are computed."
)
HARD_CASES = typer.Option("--hard-cases", help="Search every fp32 logit for hard cases first.")


@app.command()
def tables(
    check: Annotated[bool, CHECK] = False, hard_cases: Annotated[bool, HARD_CASES] = False
) -> None:
    """Compute the sigmoid's tables from exact arithmetic, keep them, and print the bounds of its
    error.
    """
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
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup asks
            signal.signal(number, _stop)
    _fill_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files may have any bytes
    os.environ["MPLBACKEND"] = "agg"  # pictures go to files; a notebook chooses another back end
    status = _status(words or ["--help"])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == _stop:
            signal.signal(number, signal.SIG_DFL)  # no traceback while Python ends
    sys.exit(status)


class Stopped(KeyboardInterrupt):
    """A signal ended the command; ``with`` statements clean up, and the exit status has its
    number.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


def _stop(number: int, frame: object) -> None:
    raise Stopped(number)


def _status(words: list[str]) -> int:
    """Run a command line; returns the exit status.

    One line goes to standard error if the status is neither 0 nor that of a mismatch.
    """
    try:
        _check_words(words)
        status = _call(words)
        if sys.stdout:
            sys.stdout.flush()  # here: at its end Python would print the error in lines of its own
        return status
    except typer.TyperException as error:
        return _fail(" ".join(error.format_message().split()), BAD_REQUEST)
    except (SimulationError, LinkError, JobError, TimeoutError) as error:
        return _fail(str(error), MISMATCH)
    except (RequestError, BuildError) as error:
        return _fail(str(error), BAD_REQUEST)
    except ModuleNotFoundError as error:
        if (module := (error.name or "").partition(".")[0]) not in EXTRAS:
            raise
        return _fail(missing(module), BAD_REQUEST)
    except MemoryError as error:
        return _fail(f"not enough memory: {error}", BAD_REQUEST)
    except OSError as error:
        place = error.filename or ("standard output" if _output_lost() else "file")
        return _fail(f"{place}: {error.strerror or error}", BAD_REQUEST)
    except KeyboardInterrupt as error:
        return _fail("interrupted", 128 + getattr(error, "number", signal.SIGINT))


def _fill_closed() -> None:
    """Open the standard files that the caller closed. Otherwise the next opened file would get
    their numbers, and texts would be written into it. A write to such a file is an error.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open("/dev/full", os.O_RDWR), True)
    if sys.stderr is None:  # None, where print() would look for standard output
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _output_lost() -> bool:
    """Whether standard output could not take the printed text; if so, Python drops it at its
    end.
    """
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _check_words(words: list[str]) -> None:
    """Refuse empty arguments: as paths, they would be the current directory."""
    for before, word in zip(["", *words], words, strict=False):
        name = word[:-1] if word.startswith("--") and word.endswith("=") else before
        if not word or name != before:
            what = f"the value of {name}" if name.startswith("-") else "an argument"
            raise RequestError(f"{what} is empty")


def _call(words: list[str]) -> int:
    """Run the command of a line.

    Typer's own entry would turn an interruption into an exit status without a line, so this
    function uses it only for the completion of shells.
    """
    if "_SCEGRAD_COMPLETE" in os.environ:
        app(args=words, prog_name="scegrad")
    command = typer.main.get_command(app)
    try:
        with command.make_context("scegrad", list(words)) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0


def _fail(message: str, status: int) -> int:
    print(f"scegrad: {printable(message.strip())}", file=sys.stderr)
    return status
