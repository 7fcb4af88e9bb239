"""Puts the measured figures into README.md and docs/performance.md: ``python -m scegrad.bench.readme``; ``--check`` only compares.

Both pages have a place between two marker lines that is made from ``docs/bench/bench.json``: the README the lines of all cores on aligned
arrays, the page all of them.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scegrad.platforms import PLATFORMS

from .cases import DSP_MHZ, Case
from .measure import Measurement

ROOT = Path(__file__).resolve().parents[3]
README, PAGE, MEASURED = ROOT / "README.md", ROOT / "docs" / "performance.md", ROOT / "docs" / "bench" / "bench.json"
BEGIN, END = "<!-- begin: made from docs/bench/bench.json -->\n", "<!-- end: made from docs/bench/bench.json -->\n"


def table(measurements: Iterable[Measurement]) -> str:
    """The measurements as Markdown."""
    lines = ["| platform | format | memory | cores | elements | cycles | results a cycle | share |", "| --- " * 8 + "|"]
    for item in measurements:
        case = item.case
        where = ", ".join(filter(None, (case.where, case.offsets)))
        share = f"{item.share:.1%} of {item.compared_with}"
        cells = (case.platform, case.fmt, where, case.cores, f"{case.elements:,}", f"{item.cycles:,}", f"{item.rate:.3f}", share)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def wall_times(records: Iterable[dict[str, Any]]) -> str:
    """The ratios of wall times as Markdown."""
    lines = ["| platform | elements | cycles | times the bare model's wall time | times as fast as the cocotb bench |", "| --- " * 5 + "|"]
    for record in records:
        ratios = f"{record['over_bare']:.2f} | {record['over_cocotb']:.0f}"
        lines.append(f"| {record['platform']} | {record['elements']:,} | {record['cycles']:,} | {ratios} |")
    return "\n".join(lines) + "\n"


def short(case: Case) -> bool:
    """Whether the README has the case."""
    return (
        case.cores == (1 if case.memory == "private" else PLATFORMS[case.platform].cores) and not case.offsets and case.core_mhz != DSP_MHZ
    )


def updated(path: Path) -> str:
    """A page with today's figures between the markers."""
    results = json.loads(MEASURED.read_text(encoding="utf-8"))
    measurements = [Measurement.of(record) for record in results["lines"]]
    if path == README:
        made = table(item for item in measurements if short(item.case))
    else:
        made = f"{table(measurements)}\n{wall_times(results['wall'])}"
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    return f"{before}{BEGIN}{made}{END}{rest.split(END)[1]}"


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare; returns the exit status."""
    stale = [path for path in (README, PAGE) if path.read_text(encoding="utf-8") != updated(path)]
    if arguments != ["--check"]:
        for path in stale:
            path.write_text(updated(path), encoding="utf-8")
        return 0
    for path in stale:
        print(f"{path.name} is not made from docs/bench/bench.json: run python -m scegrad.bench.readme", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
