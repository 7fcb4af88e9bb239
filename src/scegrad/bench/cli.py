"""The command line of ``scegrad bench``."""

from pathlib import Path
from typing import Annotated

import typer

from scegrad.errors import RequestError, require
from scegrad.options import output_option, platform_option

Output = Annotated[
    Path,
    output_option("Where to write bench.json and the pictures.", default=True),
]

Platform = Annotated[
    str | None,
    platform_option(
        "Only the lines of the table of this platform.  [default: all, and the sweeps]"
    ),
]

Quick = Annotated[
    bool,
    typer.Option(
        "--quick", help="Only the lines of the table: no sweeps, masks, wall times or pictures."
    ),
]

Resume = Annotated[
    bool, typer.Option("--resume", help="Keep what a run that was stopped has measured.")
]

Profile = Annotated[
    bool,
    typer.Option(
        "--profile",
        help="Only where the time of the fast simulation goes, part by part: profile.json.",
    ),
]


def bench(
    output: Output = Path("out/bench"),
    platform: Platform = None,
    quick: Quick = False,
    resume: Resume = False,
    profile: Profile = False,
) -> None:
    """Measure jobs in cycles, for every platform and format.

    The memory answers at once, after a fixed time, or like a DRAM. The limit is the rate of the
    cores or the port; on a DRAM, the time of an ideal manager on the same memory. Every core mask
    and every private memory is tried too.
    """
    if profile and (quick or resume):
        raise RequestError(
            "a profile is no part of the other measurements: leave out --quick and --resume"
        )
    if not (quick or profile):
        require("matplotlib")
    # Simulators and Matplotlib: the other commands, and --help, do without.
    from scegrad.bench.command import main, main_profile

    if profile:
        main_profile(output, platform=platform)
    else:
        main(output, platform=platform, quick=quick, resume=resume)
