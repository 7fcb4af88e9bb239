"""``scegrad fpga``: selects the units, measures them, and prints and writes the results."""

import json
from dataclasses import asdict
from pathlib import Path

from scegrad.errors import RequestError, check_choice, printable
from scegrad.files import Output, OutputDirectory
from scegrad.fpga.describe import write_descriptions
from scegrad.fpga.fusesoc import write_core
from scegrad.fpga.ipxact import write_component
from scegrad.fpga.measure import UnitMeasurement, measure, verilog
from scegrad.fpga.template import write_template
from scegrad.fpga.units import check
from scegrad.fpga.vendor import write_vendor_files
from scegrad.fpga.waivers import write_waivers
from scegrad.fpga.zynq import write_zynq_files
from scegrad.platforms import Platform, platform_of
from scegrad.rtl.verilog import write_verilog
from scegrad.show.table import Column, Sheet, output_console, show

DOCUMENTED = ("lane32", "lane16", "datapath", "dma", "control", "core", "top")
"""The lines of the table in ``docs/fpga.md``, of the platform ``ecp5_demo``."""

SEEDS = (1, 2, 3)

MEGAHERTZ = {
    "lane32": 160.0,
    "lane16": 160.0,
    "datapath": 150.0,
    "dma": 150.0,
    "control": 150.0,
    "core": 130.0,
    "top": 130.0,
}
"""The default target clock of place and route."""


LARGEST_SEED = (1 << 31) - 1
"""nextpnr's seed is an int."""


def seeds_of(text: str) -> tuple[int, ...]:
    """Seeds from a list such as ``1,2,3``; raises ``RequestError``."""
    words = text.split(",")
    if not all(word.isascii() and word.isdigit() for word in words):
        raise RequestError(f"seeds are {text!r}, but must be numbers such as 1 or 1,2,3")
    if any(len(word) > 10 or int(word) > LARGEST_SEED for word in words):
        raise RequestError(f"seeds are {text!r}, but each must be at most {LARGEST_SEED}")
    return tuple(dict.fromkeys(int(word) for word in words))


def measure_units(
    units: list[str], platform_name: str, seeds: str, mhz: float | None, output: Path | None
) -> None:
    """Measure units one after the other, print the results, and write them as JSON if ``output`` is
    given.

    Lines of other units in an existing file are kept.
    """
    platform, numbers = platform_of(platform_name), seeds_of(seeds)
    if mhz is not None and not 1 <= mhz <= 1000:
        raise RequestError(f"frequency is {mhz:g} MHz, but must be 1 to 1000")
    names = _names(units, platform)
    if output is None:
        _measure(names, platform, numbers, mhz)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    with Output(output) as file:
        kept = _kept(output)
        lines = merged(
            kept, [asdict(measurement) for measurement in _measure(names, platform, numbers, mhz)]
        )
        file.temporary.write_text(json.dumps(lines, indent=1) + "\n")
        file.commit()


def write_platform(platform_name: str, output: Path) -> list[Path]:
    """Write a platform's top module and the tools' files; returns them. Raises ``RequestError``."""
    platform = platform_of(platform_name)
    with OutputDirectory(output) as directory:
        verilog, listing = write_verilog(platform, directory.path)
        return [
            verilog,
            listing,
            write_waivers(verilog),
            write_template(platform, directory.path),
            *write_descriptions(platform, directory.path),
            *write_core(platform, directory.path),
            write_component(platform, directory.path),
            *write_vendor_files(platform, directory.path),
            *write_zynq_files(platform, directory.path),
        ]


def write_units(units: list[str], platform_name: str, directory: Path) -> None:
    """Write each unit's Verilog, alone (top module ``bare``) and in the harness (``harness``), and
    print the paths. Raises ``RequestError``.
    """
    platform = platform_of(platform_name)
    names = _names(units, platform)
    with OutputDirectory(directory) as output:
        for unit in names:
            name = f"{platform.name}_{unit}"
            for suffix, text in zip(("", "_harness"), verilog(unit, platform, name), strict=True):
                path = output.path / f"{name}{suffix}.v"
                path.write_text(text, encoding="ascii")
                print(printable(path))


def _names(units: list[str], platform: Platform) -> list[str]:
    """The requested units, or all units of the platform; raises ``RequestError``."""
    for unit in units:
        check_choice("unit", unit, tuple(MEGAHERTZ))
        check(unit, platform)
    return units or [unit for unit in DOCUMENTED if _has(platform, unit)]


def merged(kept: list[dict], measured: list[dict]) -> list[dict]:
    """Both together, in the order of the documentation's table; a new measurement of a unit of a
    platform replaces its old line.
    """
    lines = {(line["platform"], line["unit"]): line for line in [*kept, *measured]}
    order = list(MEGAHERTZ)
    return sorted(lines.values(), key=lambda line: (line["platform"], order.index(line["unit"])))


def _kept(output: Path) -> list[dict]:
    """The lines of a file that an earlier call wrote; raises ``RequestError`` if it is another
    file.
    """
    if not output.is_file():
        return []
    try:
        lines = json.loads(output.read_text())
        merged([], lines)
    except (ValueError, KeyError, TypeError) as error:
        raise RequestError(
            f"{output} is there and was not written by this command: remove it or choose another"
        ) from error
    return lines


def _has(platform: Platform, unit: str) -> bool:
    try:
        check(unit, platform)
    except RequestError:
        return False
    return True


def _measure(
    units: list[str], platform: Platform, seeds: tuple[int, ...], mhz: float | None
) -> list[UnitMeasurement]:
    console = output_console()
    measurements = []
    for unit in units:
        measurements.append(measure(unit, platform, seeds, mhz or MEGAHERTZ[unit]))
        console.print(f"{platform.name} {unit}: {measurements[-1].best:g} MHz, critical path:")
        for stage in measurements[-1].path:
            console.print(
                f"  {stage['ns']:5.2f} ns  {stage['kind']:8}  {stage['name']}",
                soft_wrap=True,
            )
    show(sheet(measurements), console)
    return measurements


def sheet(measurements: list[UnitMeasurement]) -> Sheet:
    """A line for each unit."""
    part = measurements[0]
    columns = [
        Column("unit", text=True),
        Column("MHz", text=True),
        *(Column(heading) for heading in ("LUT4 in all", "carry cells", "FF")),
        *(Column(heading) for heading in ("MULT 18X18D", "DP16KD")),
        *(Column(heading) for heading in ("7-series LUT", "DSP 48E1", "RAMB 36/18")),
    ]
    title = f"{part.part}, speed grade {part.speed}; MHz after routing, by seed"
    return Sheet(title, columns, [_row(each) for each in measurements])


def _row(each: UnitMeasurement) -> list[str]:
    cells, xilinx = each.cells, each.xilinx
    counts = (
        each.luts,
        cells["CCU2C"],
        cells["TRELLIS_FF"],
        cells["MULT18X18D"],
        cells["DP16KD"],
        xilinx["LUT"],
        xilinx["DSP48E1"],
    )
    clocks = " ".join(f"{mhz:.1f}" for mhz in each.mhz.values())
    memories = f"{xilinx['RAMB36E1']}/{xilinx['RAMB18E1']}"
    return [each.unit, clocks, *(f"{count:,}" for count in counts), memories]
