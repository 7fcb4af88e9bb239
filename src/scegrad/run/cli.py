"""The command lines of ``scegrad run`` and ``scegrad sample``."""

from pathlib import Path
from typing import Annotated

import typer

from scegrad.errors import check_choice, printable
from scegrad.formats import FORMATS
from scegrad.options import Directory, argument, option, output_option, with_settings
from scegrad.request.settings import Settings, one_of

MISMATCH = 1


Logits = Annotated[
    Path,
    argument("LOGITS.npy", "Array of logits x: float32 or float16, of any shape."),
]

Labels = Annotated[
    Path,
    argument(
        "LABELS.npy", "Array of labels y, of the same shape and type, or of integers or booleans."
    ),
]

Output = Annotated[
    Path,
    output_option("Where to write the gradient.", "GRADIENT.npy"),
]

Report = Annotated[
    Path | None,
    option(
        "DIR",
        "Write report.json and pictures: the gradient and its error, and a time line of"
        " bus and cores.",
    ),
]

OverwriteInput = Annotated[
    bool,
    typer.Option("--overwrite-input", help="Allow an output to replace an input file."),
]


@with_settings
def run(
    logits: Logits,
    labels: Labels,
    output: Output,
    settings: Settings,
    report: Report = None,
    overwrite_input: OverwriteInput = False,
) -> None:
    """Compute the gradient sigmoid(LOGITS) - LABELS on the simulated hardware.

    The gradient has the shape of the inputs. It is compared bit by bit with the golden model:
    the exit status is 1 if they differ.
    Each FILE may be a pipe, such as /dev/stdin, /dev/stdout or <(COMMAND).
    """
    # Matplotlib, NumPy and the simulators: other commands, and --help, do not need them.
    from scegrad.run.command import Files, run_files

    files = Files(logits, labels, output, report, overwrite_input)
    raise typer.Exit(MISMATCH if run_files(files, settings) else 0)


def sample(
    output: Directory,
    fmt: Annotated[
        str,
        typer.Option(
            "--format", metavar=one_of(*FORMATS), help="Format of the elements: float32 or float16."
        ),
    ] = "fp32",
    elements: Annotated[int, typer.Option(metavar="NUMBER", help="Elements of each array.")] = 1024,
) -> None:
    """Write logits.npy and labels.npy: sample arrays for the other commands.

    The logits go from -16 to 16 in equal steps; the labels are 0 and 1 in turn.
    """
    # NumPy: other commands, and --help, do not need it.
    from scegrad.run.sample import write_sample

    check_choice("--format", fmt, tuple(FORMATS))
    for path in write_sample(output, elements, FORMATS[fmt]):
        typer.echo(printable(path))
