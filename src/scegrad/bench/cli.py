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

LiteDram = Annotated[
    bool,
    typer.Option(
        "--litedram",
        help="Only jobs behind LiteDRAM, beside an ideal manager on the same controller and the"
        " same on our DRAM model: litedram.json.",
    ),
]

Chip = Annotated[
    str | None,
    typer.Option(
        metavar="CHIP",
        help="With --litedram: a chip of litedram.modules.  [default: MT41K64M16, a DDR3]",
    ),
]

ChipMhz = Annotated[
    int | None,
    typer.Option(
        metavar="MHZ",
        help="With --litedram: clock of controller and unit; a DDR3's is four times that."
        "  [default: 100]",
    ),
]


def bench(
    output: Output = Path("out/bench"),
    platform: Platform = None,
    quick: Quick = False,
    resume: Resume = False,
    profile: Profile = False,
    litedram: LiteDram = False,
    chip: Chip = None,
    chip_mhz: ChipMhz = None,
) -> None:
    """Measure jobs in cycles, for every platform and format.

    The memory answers at once, after a fixed time, or like a DRAM. The limit is the rate of the
    cores or the port; on a DRAM, the time of an ideal manager on the same memory. Every core mask
    and every private memory is tried too.
    """
    if (profile or litedram) and (quick or resume):
        raise RequestError(
            f"a {'profile' if profile else 'measurement behind LiteDRAM'} is no part of the other"
            " measurements: leave out --quick and --resume"
        )
    if profile and litedram:
        raise RequestError("--profile and --litedram are two measurements: leave out one")
    if not litedram and (chip is not None or chip_mhz is not None):
        raise RequestError("--chip and --chip-mhz are for --litedram alone: add it")
    if not (quick or profile or litedram):
        require("matplotlib")
    # Simulators and Matplotlib: the other commands, and --help, do without.
    from scegrad.bench.command import main, main_profile

    if litedram:
        from scegrad.bench.litedram import main as main_litedram

        main_litedram(output, platform=platform, chip=chip, mhz=chip_mhz)
    elif profile:
        main_profile(output, platform=platform)
    else:
        main(output, platform=platform, quick=quick, resume=resume)
