"""The command line of ``scegrad soak``."""

from pathlib import Path
from typing import Annotated

import typer

from scegrad.options import output_option, platform_option
from scegrad.platforms import PLATFORMS, platform_of

JOBS = 1000
"""Jobs on each platform, unless the user chooses."""

Platform = Annotated[
    list[str] | None, platform_option("Only this platform; as often as needed.  [default: all]")
]

Jobs = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help=f"Jobs on each platform.  [default: {JOBS}]"),
]

Seed = Annotated[
    int | None,
    typer.Option(metavar="SEED", help="Seed of all random choices.  [default: a new one]"),
]

Job = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="Repeat the round that contains the N-th job of a seed."),
]

First = Annotated[
    int,
    typer.Option(
        "--from", min=0, metavar="N", help="Begin with the round that contains the N-th job."
    ),
]

Waves = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.fst", help="Write the waveform of the round of --job, without long jobs."
    ),
]

Output = Annotated[Path | None, output_option("Write the figures as JSON.", "FILE.json")]


def soak(
    platform: Platform = None,
    jobs: Jobs = None,
    seed: Seed = None,
    job: Job = None,
    first: First = 0,
    output: Output = None,
    waves: Waves = None,
) -> None:
    """Run random jobs with faults, pauses, aborts and resets on the fast simulator.

    Jobs of several units run side by side. Each element is compared with the golden model, and
    nothing may hang, break the protocol or touch a byte outside the arrays. The seed is printed,
    and a failure comes with its jobs and the command that repeats its round. After Ctrl-C the
    figures so far are printed and written, with the command that goes on. The exit status is 1
    after a failure.
    """
    # NumPy and the simulators: other commands, and --help, do not need them.
    from scegrad.soak import command

    chosen = {name: platform_of(name) for name in platform or PLATFORMS}
    options = command.SoakOptions(chosen, jobs, seed, job, first, output, waves)
    raise typer.Exit(command.main(options))
