"""The command lines of ``scegrad verilog``, ``fpga``, ``netlist`` and ``bitstream``."""

from pathlib import Path
from typing import Annotated

import typer

from scegrad.errors import RequestError, printable
from scegrad.options import Directory, PlatformName, argument, option, output_option

MISMATCH = 1


def verilog(output: Directory, platform: PlatformName = "ft78ne") -> None:
    """Write the Verilog of a platform's top module, with files for EDA tools.

    The files are a file list (.f), waivers for Verilator (.vlt), an instance to copy (.veo), the
    registers (.rdl, .json, component.xml), and a FuseSoC core (.core). Scripts and constraints for
    Vivado and Quartus are beside them.
    """
    # Amaranth: other commands, and --help, do not need them.
    from scegrad.fpga.command import write_platform

    for path in write_platform(platform, output):
        typer.echo(printable(path))


Units = Annotated[
    list[str] | None,
    argument("[UNIT]...", "lane32, lane16, datapath, dma, control, core or top.  [default: each]"),
]

Seeds = Annotated[str, typer.Option(metavar="N,...", help="Seeds of place and route, each a run.")]

Frequency = Annotated[
    float | None,
    option("MHZ", "Target clock of place and route.  [default: a little above the unit's target]"),
]

Output = Annotated[
    Path | None,
    output_option(
        "Where to write the measurements; lines of other units in the file are kept.", "FILE.json"
    ),
]

Verilog = Annotated[
    Path | None,
    option("DIR", "Only write the measured Verilog, for runs of the tools by hand (docs/fpga.md)."),
]


Modules = Annotated[
    Path | None,
    option(
        "FILE.json",
        "Only write the size of every module of the platform, including its submodules.",
    ),
]


def fpga(
    units: Units = None,
    platform: PlatformName = "ecp5_demo",
    seeds: Seeds = "1,2,3",
    frequency: Frequency = None,
    output: Output = None,
    verilog: Verilog = None,
    modules: Modules = None,
) -> None:
    """Measure units on an FPGA: an ECP5 (LFE5U-85F, speed grade 8) and a 7-series part.

    Size and clock after routing are those of the ECP5; for the 7-series part there is only the
    size. Each unit is synthesised with Yosys and routed with nextpnr, which takes minutes; results
    are kept by content.
    """
    # Amaranth and Yosys: other commands, and --help, do not need them.
    from scegrad.fpga.command import measure_units, write_units

    if modules is not None:
        from scegrad.fpga.sizes import write_modules

        if units or verilog is not None or output is not None:
            raise RequestError("--modules measures all modules: leave out units, -o and --verilog")
        write_modules(platform, modules)
    elif verilog is not None:
        write_units(units or [], platform, verilog)
    else:
        measure_units(units or [], platform, seeds, frequency, output)


def netlist(
    unit: Annotated[
        str,
        argument(
            "lane|top",
            "lane: the fp32 lane, against the golden model. top: the top module of"
            " ecp5_demo, in the benches of the whole system.",
        ),
    ],
    count: Annotated[
        int | None,
        argument(
            "[COUNT]",
            "Elements through the lane, or random jobs of the top module.  [default: 3000000, 10]",
        ),
    ] = None,
) -> None:
    """Check the ECP5 netlist of a unit in simulation."""
    # Amaranth and Yosys: other commands, and --help, do not need them.
    from scegrad.fpga.netlist import main

    raise typer.Exit(0 if main(unit, count) else MISMATCH)


def bitstream(
    output: Annotated[
        Path,
        output_option("Where to write it, with the reports.", default=True),
    ] = Path("out/bitstream"),
) -> None:
    """Build the bitstream of the board ULX3S (see docs/fpga.md)."""
    # Amaranth and Yosys: other commands, and --help, do not need them.
    from scegrad.fpga.bitstream import main

    main(output)
