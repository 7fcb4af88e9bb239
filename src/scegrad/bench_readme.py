"""Puts the measured figures of ``docs/bench.json`` into the README: ``python -m scegrad.bench_readme``; ``--check`` only compares."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README, MEASURED = ROOT / "README.md", ROOT / "docs" / "bench.json"
BEGIN, END = "<!-- begin of docs/bench.json -->\n", "<!-- end of docs/bench.json -->\n"


def table() -> str:
    """The measurements as Markdown."""
    lines = ["| platform | format | memory | cores | elements | cycles | results a cycle | of the bound |", "| --- " * 8 + "|"]
    for line in json.loads(MEASURED.read_text()):
        case = line["case"]
        offsets = f", arrays off by {', '.join(map(str, case['misalignment']))} bytes" if any(case["misalignment"]) else ""
        latency = f", latency {case['latency']}" if case["latency"] else ""
        cells = (
            case["platform"],
            case["fmt"],
            case["memory"] + latency + offsets,
            case["cores"],
            f"{case['elements']:,}",
            f"{line['cycles']:,}",
        )
        lines.append(f"| {' | '.join(map(str, cells))} | {line['rate']:.3f} | {line['share']:.1%} |")
    return "\n".join(lines) + "\n"


def updated() -> str:
    """The README with today's table between the markers."""
    before, rest = README.read_text().split(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.split(END)[1]}"


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare; returns the exit status."""
    if arguments != ["--check"]:
        README.write_text(updated())
    elif README.read_text() != updated():
        print("README.md is not made from docs/bench.json: run python -m scegrad.bench_readme", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
