"""``scegrad generate fpga`` writes the figures of ``docs/fpga.json`` and ``docs/ulx3s.json`` into
``docs/fpga.md``.
"""

import json
from collections.abc import Callable
from pathlib import Path

from scegrad.generate.maker import ROOT, Generator

PAGE, MEASURED = Path("docs/fpga.md"), Path("docs/fpga.json")

BOARD = Path("docs/ulx3s.json")
"""The report that ``make bitstream`` left beside the bitstream."""

TARGETS = {
    "lane32": {"MHz": 150, "MULT18X18D": 32, "DP16KD": 14, "LUT4": 4200},
    "datapath": {"MHz": 140},
    "top": {"MHz": 120},
}
"""The least clock of a unit in MHz, or its largest size."""


def figures() -> str:
    """The measurements as a table."""
    lines = [
        "| unit | MHz, by seed | target | LUT4 in all | carry cells | FF | MULT18X18D | DP16KD |",
        "| --- " * 8 + "|",
    ]
    for each in measured():
        cells = each["cells"]
        clocks = ", ".join(f"{mhz:.1f}" for mhz in each["mhz"].values())
        row = (
            f"{each['luts']:,}",
            f"{cells['CCU2C']:,}",
            f"{cells['TRELLIS_FF']:,}",
            cells["MULT18X18D"],
            cells["DP16KD"],
        )
        lines.append(
            f"| `{each['unit']}` | {clocks} | {_target(each['unit'])} |"
            f" {' | '.join(map(str, row))} |"
        )
    return "\n".join(lines) + "\n"


def _target(unit: str) -> str:
    words = {"MHz": "≥ {} MHz", "LUT4": "≤ {:,} LUT4"}
    return "; ".join(
        words.get(name, "≤ {} " + name).format(value)
        for name, value in TARGETS.get(unit, {}).items()
    )


def paths() -> str:
    """The critical path of each unit's best seed."""
    lines = ["| unit | ns | from, through, to |", "| --- " * 3 + "|"]
    for each in measured():
        names = list(dict.fromkeys(stage["name"] for stage in each["path"]))
        lines.append(
            f"| `{each['unit']}` | {sum(stage['ns'] for stage in each['path']):.2f} |"
            f" {' → '.join(f'`{name}`' for name in names)} |"
        )
    return "\n".join(lines) + "\n"


def seven_series() -> str:
    """The size on a 7-series part."""
    kinds = ("LUT", "CARRY4", "FF", "DSP48E1", "RAMB36E1", "RAMB18E1")
    lines = [f"| unit | {' | '.join(kinds)} |", "| --- " * (len(kinds) + 1) + "|"]
    for each in measured():
        counts = " | ".join(f"{each['xilinx'][kind]:,}" for kind in kinds)
        lines.append(f"| `{each['unit']}` | {counts} |")
    return "\n".join(lines) + "\n"


def measured(root: Path = ROOT) -> list[dict]:
    """The figures of every unit that was measured."""
    return json.loads((root / MEASURED).read_text(encoding="utf-8"))


def board() -> str:
    """Size and clock of the board's bitstream."""
    report = json.loads((ROOT / BOARD).read_text(encoding="utf-8"))
    cells = report["cells"]
    sizes = ", ".join(
        f"{cells[kind]:,} {kind}"
        for kind in ("LUT4", "CCU2C", "TRELLIS_FF", "MULT18X18D", "DP16KD")
    )
    path = " → ".join(
        f"`{name}`" for name in dict.fromkeys(stage["name"] for stage in report["path"])
    )
    total = sum(stage["ns"] for stage in report["path"])
    return (
        f"{report['mhz']:.1f} MHz after routing with seed {report['seed']}; {sizes}. Critical"
        f" path, {total:.2f} ns: {path}.\n"
    )


TABLES: dict[str, Callable[[], str]] = {
    "figures": figures,
    "paths": paths,
    "7-series": seven_series,
    "board": board,
}


def generated(root: Path) -> dict[Path, str]:
    """The page with today's tables."""
    return {PAGE: GENERATOR.page(PAGE, {name: table() for name, table in TABLES.items()}, root)}


GENERATOR = Generator("fpga", f"{MEASURED} and {BOARD}", generated)
