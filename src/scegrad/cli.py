"""The command line ``scegrad``.

Exit status 0; 1 where a check found a mismatch or the simulated hardware failed; 2 for a request that cannot be carried out, with one line
on standard error that says why and nothing left behind.
"""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from scegrad.errors import RequestError
from scegrad.formats import FORMATS
from scegrad.job.request import BACKENDS, IN_PLACE, MEMORIES
from scegrad.platforms import PLATFORMS, platform_of
from scegrad.sim.dram import PRESETS as DRAMS
from scegrad.sweep.cli import app as sweep_app

BAD_REQUEST = 2
MISMATCH = 1
INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Sigmoid cross-entropy gradient hardware: sigmoid(logits) - labels, computed by the simulated RTL.",
    epilog="Exit status: 0; 1 where a check found a mismatch; 2 for a bad request, with one line on standard error.",
)
app.add_typer(sweep_app, name="sweep")


def _choice(*values: str) -> str:
    return f"[{'|'.join(values)}]"


PlatformName = Annotated[
    str,
    typer.Option(
        "--platform",
        metavar=_choice(*PLATFORMS),
        help="Hardware: ft78ne has 8 cores with fp32; mt7004 has 4, with fp32 and fp16; ecp5_demo is one core of that, for an FPGA.",
    ),
]


def _integer(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number such as 255, 0xff or 0b1111") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


@app.command()
def run(
    logits: Annotated[
        Path,
        typer.Argument(
            metavar="LOGITS.npy",
            help="Array of logits x: float32 or float16, of any shape.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS.npy",
            help="Array of labels y, of the same shape and type.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="GRADIENT.npy",
            help="Where to write the gradient.",
            show_default=False,
        ),
    ],
    platform: PlatformName = "ft78ne",
    fmt: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar=_choice(*FORMATS),
            help="Format of the elements. Arrays of another floating-point type are rounded to it, to nearest, and the gradient is written"
            " in it.  [default: the arrays' type, which must be float32 or float16]",
            show_default=False,
        ),
    ] = None,
    memory: Annotated[
        str,
        typer.Option(
            metavar=_choice(*MEMORIES),
            help="shared: arrays in DDR, the cores of the mask share the work. "
            "private: arrays in the L2 of the lowest core of the mask (and in its AM on mt7004, "
            "if the L2 is too small).",
        ),
    ] = "shared",
    core_mask: Annotated[
        int | None,
        typer.Option(
            metavar="MASK",
            parser=_integer,
            help="Cores that take part: bit i is core i.  [default: all; private: core 0]",
            show_default=False,
        ),
    ] = None,
    backend: Annotated[
        str,
        typer.Option(
            metavar=_choice(*BACKENDS, "uart:DEVICE"),
            help="verilator: fast simulation of the RTL (built at the first use, a minute or two). icarus: its cocotb bench, some hundred"
            " cycles a second. model: the golden model, no cycles. uart:DEVICE: an FPGA board at a serial device (see docs/fpga.md)."
            " All give the same bits.",
        ),
    ] = "verilator",
    waves: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.fst",
            help="Write the waveform of the whole job, in FST.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write report.json and pictures: the gradient and its error, and a time line of bus and cores.",
            show_default=False,
        ),
    ] = None,
    in_place: Annotated[
        str | None,
        typer.Option(
            metavar=_choice(*IN_PLACE),
            help="Let the output take this input's place in the hardware's memory.",
            show_default=False,
        ),
    ] = None,
    latency: Annotated[
        int | None,
        typer.Option(
            metavar="CYCLES",
            help="From a request to the memory's first answer.  [default: 40; private: 0, at once]",
            show_default=False,
        ),
    ] = None,
    dram: Annotated[
        str | None,
        typer.Option(
            metavar=_choice(*DRAMS),
            help="Give shared memory the timing of this DRAM (docs/memory.md).  [default: a fixed latency]",
            show_default=False,
        ),
    ] = None,
    core_mhz: Annotated[
        int | None,
        typer.Option(
            metavar="MHZ",
            help="Clock of the unit beside the DRAM.  [default: 1000]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Compute the gradient sigmoid(LOGITS) - LABELS on the simulated hardware.

    The gradient has the shape of the inputs. It is compared bit by bit with the golden model: the exit status is 1 where they differ.
    """
    from scegrad.run.command import RunArguments, run_files

    arguments = RunArguments(
        platform, fmt, memory, core_mask, backend, waves, report, in_place, latency, dram, core_mhz
    )
    raise typer.Exit(MISMATCH if run_files(logits, labels, output, arguments) else 0)


@app.command()
def verilog(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Where to write it; made where it is missing.",
            show_default=False,
        ),
    ],
    platform: PlatformName = "ft78ne",
) -> None:
    """Write the Verilog of a platform's top module, a file list, and what Vivado and Quartus need to pick it up."""
    chosen = platform_of(platform)
    from scegrad.files import OutputDirectory
    from scegrad.fpga.vendor import write_vendor_files
    from scegrad.rtl.verilog import write_verilog

    with OutputDirectory(output) as directory:
        for path in [
            *write_verilog(chosen, directory.path),
            *write_vendor_files(chosen, directory.path),
        ]:
            typer.echo(path)


@app.command()
def lib(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Where to write it; made where it is missing.",
            show_default=False,
        ),
    ],
    platform: Annotated[
        str | None,
        typer.Option(
            "--platform",
            metavar=_choice(*PLATFORMS),
            help="The platform.  [default: ft78ne and mt7004]",
            show_default=False,
        ),
    ] = None,
    access: Annotated[
        str,
        typer.Option(
            metavar=_choice("sim", "board"),
            help="sim: the library contains the simulated RTL. board: it reaches hardware by UIO or /dev/mem.",
        ),
    ] = "sim",
) -> None:
    """Write the C library of a platform, its headers and its pkg-config file (see docs/software.md)."""
    from scegrad.lib.command import build_libraries

    for path in build_libraries(output, platform, access):
        typer.echo(path)


@app.command()
def demo() -> None:
    """Train a logistic regression whose every gradient the RTL computes, on data that scikit-learn carries; tables and pictures."""
    from scegrad.demo.command import main as run_demo

    run_demo()


@app.command()
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
    """Measure jobs in cycles, for every platform and format, on memory that answers at once, after a fixed time, and when a DRAM does.

    The share is that of what the cores and the port allow; on a DRAM, of what an ideal manager gets from the same memory.
    """
    from scegrad.bench.command import main as run_bench

    run_bench(output, quick=quick, resume=resume)


@app.command()
def fpga(
    units: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[UNIT]...",
            help="lane32, lane16, datapath, dma, control, core or top.  [default: each]",
            show_default=False,
        ),
    ] = None,
    platform: PlatformName = "ecp5_demo",
    seeds: Annotated[
        str, typer.Option(metavar="N,...", help="Seeds of place and route, each a run.")
    ] = "1,2,3",
    frequency: Annotated[
        float | None,
        typer.Option(
            metavar="MHZ",
            help="What place and route aims at.  [default: a little above the unit's target]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE.json",
            help="Where to write the measurements; other units' lines in it are kept.",
            show_default=False,
        ),
    ] = None,
    verilog: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Only write the Verilog that is measured, to take through the tools by hand (docs/fpga.md).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure units on an FPGA: size and clock after routing on an ECP5 (LFE5U-85F, speed grade 8), size on a 7-series part.

    Each unit is synthesised with Yosys and routed with nextpnr, which takes minutes; results are kept by content.
    """
    from scegrad.fpga.command import measure_units, write_units

    if verilog is not None:
        write_units(units or [], platform, verilog)
    else:
        measure_units(units or [], platform, seeds, frequency, output)


@app.command()
def tables(
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Only say whether the kept tables are those that the fits give."
        ),
    ] = False,
) -> None:
    """Compute the sigmoid's tables from exact arithmetic, keep them, and print the error that each step may add."""
    from scegrad.model import budget
    from scegrad.model import tables as kept

    if not check:
        kept.write()
        typer.echo(budget.report(kept.coefficients("fp32")))
    elif kept.stale():
        typer.echo(
            "model/sigmoid_tables.json is not what the fits give: run scegrad tables", err=True
        )
        raise typer.Exit(MISMATCH)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: run a command and exit with its status."""
    words = sys.argv[1:] if arguments is None else arguments
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(_status(words or ["--help"]))


def _terminate(number: int, frame: object) -> None:
    """End as after an interrupt, so that no unfinished file stays behind."""
    raise KeyboardInterrupt


def _status(words: list[str]) -> int:
    """Run a command line; returns the exit status, after one line on standard error where it is neither 0 nor a mismatch."""
    from scegrad.errors import BuildError, LinkError, SimulationError
    from scegrad.job.job import BusError, JobRefused

    try:
        return app(args=words, prog_name="scegrad", standalone_mode=False) or 0
    except typer.TyperException as error:
        return _fail(error.format_message(), BAD_REQUEST)
    except (RequestError, BuildError) as error:
        return _fail(str(error), BAD_REQUEST)
    except OSError as error:
        return _fail(f"{error.filename or 'file'}: {error.strerror or error}", BAD_REQUEST)
    except (SimulationError, LinkError, JobRefused, BusError, TimeoutError) as error:
        return _fail(str(error), MISMATCH)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", INTERRUPTED)


def _fail(message: str, status: int) -> int:
    print(f"scegrad: {_one_line(message)}", file=sys.stderr)
    return status
