"""Puts the measured figures of ``docs/bench/bench.json`` into the README: ``python -m scegrad.bench.readme``; ``--check`` only compares."""

import json
import sys
from pathlib import Path

from .measure import Measurement

ROOT = Path(__file__).resolve().parents[3]
README, MEASURED = ROOT / "README.md", ROOT / "docs" / "bench" / "bench.json"
BEGIN, END = "<!-- begin of docs/bench/bench.json -->\n", "<!-- end of docs/bench/bench.json -->\n"


def table() -> str:
    """The measurements as Markdown."""
    results = json.loads(MEASURED.read_text(encoding="utf-8"))
    lines = ["| platform | format | memory | cores | elements | cycles | results a cycle | share |", "| --- " * 8 + "|"]
    for record in results["lines"]:
        item = Measurement.of(record)
        case = item.case
        where = ", ".join(filter(None, (case.where, case.offsets)))
        share = f"{item.share:.1%} of {item.compared_with}"
        cells = (case.platform, case.fmt, where, case.cores, f"{case.elements:,}", f"{item.cycles:,}", f"{item.rate:.3f}", share)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    for record in results["wall"]:
        ratios = (
            f"{record['over_bare']:.2f} times the wall time of its bare model and {record['over_cocotb']:.0f} times as fast as the cocotb"
        )
        sentence = f"Simulating {record['elements']:,} elements on {record['platform']} takes {ratios} bench on the same job."
        lines += ["", sentence]
    return "\n".join(lines) + "\n"


def updated() -> str:
    """The README with today's table between the markers."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.split(END)[1]}"


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare; returns the exit status."""
    if arguments != ["--check"]:
        README.write_text(updated(), encoding="utf-8")
    elif README.read_text(encoding="utf-8") != updated():
        print("README.md is not made from docs/bench/bench.json: run python -m scegrad.bench.readme", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
