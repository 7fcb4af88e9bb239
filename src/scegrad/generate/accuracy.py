"""Writes the summaries of ``docs/accuracy/`` and the hard cases of ``model/hard_cases.txt`` into
``docs/accuracy.md``.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from scegrad.generate.maker import ROOT, Generator
from scegrad.model import exact_mpfr
from scegrad.model.hard_cases import hard_logits, measure
from scegrad.sweep.spaces import STAGE, Space

PAGE, SUMMARIES = Path("docs/accuracy.md"), Path("docs/accuracy")

TITLES = {
    "fp16-pairs": "every fp16 pair",
    "fp32-logits-0": "every fp32 logit, y = 0",
    "fp32-logits-1": "every fp32 logit, y = 1",
    "fp32-halves": "every fp32 logit, y = 1/2",
    "fp32-random-1": "random fp32 pairs",
    "fp32-stage": "the sigmoid of every fp32 magnitude, before it is rounded",
}
"""The sweeps whose summaries are kept, by file name."""

TABULATED = 0x3A00_0000
"""The encoding of 2^-11: below it, the hard cases are the ties of 1/2 - |x|/4."""

LIBRARIES = "libraries"
"""The file of the libraries' errors, which ``pictures`` writes."""


def summaries() -> dict[str, dict[str, Any]]:
    """The existing summaries, by name."""
    paths = {name: ROOT / SUMMARIES / f"{name}.json" for name in TITLES}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.is_file()}


def command(space: Space) -> str:
    """The command that sweeps a space."""
    options = {"--label": space.label, "--count": space.count, "--seed": space.seed}
    return " ".join(
        [
            "scegrad sweep",
            space.name,
            *(f"{name} {value}" for name, value in options.items() if value is not None),
        ]
    )


def table(found: dict[str, dict[str, Any]]) -> str:
    """The summaries as Markdown, a column each; missing or incomplete sweeps are named."""
    rows = [[""] + [TITLES[name] for name in found], ["---"] * (len(found) + 1)]
    each = [found[name] for name in found]

    def row(title: str, cells: list[str]) -> None:
        rows.append([title, *cells])

    row("results", [f"{s['count']:,}" for s in each])
    row(
        "whole space",
        ["yes" if s["complete"] else f"no: {s['shards']} of {s['of']} shards" for s in each],
    )
    row("differ from the golden model", [f"{s['mismatches']:,}" for s in each])
    row("outside the bound", [f"{s['breaches']:,}" for s in each])
    row("not the nearest number", [_misrounded(s) for s in each])
    row(
        "worst error, in ulp (labels 0, 1, 1/2; fp16: any)",
        [_worst(s, "ulp", "{value:.6f}") for s in each],
    )
    row("most of 2^-40 sigmoid(-abs(x)) used", [_worst(s, "used", "{value:.4f}") for s in each])
    row(
        "s above S 2^(-46-k), at most (in 2^-40 s)",
        [_worst(s, "below", "{value:.4f}") for s in each],
    )
    row(
        "s below (S + 1) 2^(-46-k), at most (in 2^-40 s)",
        [_worst(s, "above", "{value:.4f}") for s in each],
    )
    row("falls though x grows", [f"{s['falls']:,}" if "falls" in s else "" for s in each])
    row("antisymmetric", [_antisymmetric(name, found) for name in found])
    row("decided by MPFR", [f"{s['by_mpfr']:,}" for s in each])
    row("processor time", [f"{s['cpu_seconds'] / 60:.0f} min" for s in each])
    row("RTL", [f"`{s['rtl'][:16]}`" for s in each])
    row("digest", [f"`{s['digest'][:16]}`" for s in each])
    row("command", [f"`{command(Space(**s['space']))}`" for s in each])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def _worst(summary: dict[str, Any], name: str, form: str) -> str:
    worst = summary["worst"].get(name)
    if not worst:
        return ""
    label = f", y = {worst['label']}" if "label" in worst else ""
    return f"{form.format(**worst)} at x = {worst['logit']}{label}"


def _misrounded(summary: dict[str, Any]) -> str:
    """The number of results that are not the nearest number; with soft labels float64 finds only
    the clear cases.
    """
    space = Space(**summary["space"])
    if space.name == STAGE:
        return ""
    return ("" if space.exhaustive else "at least ") + f"{summary['misrounded']:,}"


def _antisymmetric(name: str, found: dict[str, dict[str, Any]]) -> str:
    """Whether dst(x, 1) = -dst(-x, 0) held, bit for bit: within the sweep (fp16) or against the
    other label's.
    """
    if not found[name]["complete"]:
        return ""
    if "asymmetries" in found[name]:
        return "no" if found[name]["asymmetries"] else "yes"
    both = [found.get(f"fp32-logits-{label}") for label in (0, 1)]
    if (
        not name.startswith("fp32-logits")
        or not all(both)
        or not all(summary and "mirror" in summary for summary in both)
    ):
        return ""
    zero, one = (summary or {} for summary in both)
    return "yes" if zero["mirror"] == one["digest"] and one["mirror"] == zero["digest"] else "no"


def libraries() -> str:
    """The errors of float32 libraries beside the unit's, as Markdown."""
    path = ROOT / SUMMARIES / f"{LIBRARIES}.json"
    if not path.is_file():
        return ""
    measured = json.loads(path.read_text())
    rows = ["| worst error in ulp | y = 0 | y = 1 |", "| --- | --- | --- |"]
    for name, labels in measured["worst"].items():
        rows.append(f"| {name} | {_ulps(labels['0'])} | {_ulps(labels['1'])} |")
    found = summaries()
    unit = [
        found.get(f"fp32-logits-{label}", {}).get("worst", {}).get("ulp", {}).get("value")
        for label in (0, 1)
    ]
    rows.append(
        "| this unit, every logit |"
        f" {' | '.join(f'{value:.6f}' if value else '' for value in unit)} |"
    )
    return "\n".join(
        [
            "",
            f"Libraries in float32, {measured['samples']:,} logits in each binade from 2^-30 to"
            " 2^7:",
            "",
            *rows,
            "",
        ]
    )


def _ulps(value: float) -> str:
    return f"{value:.2f}" if value < 1000 else f"{value:.1e}"


def results() -> str:
    """The existing summaries, the names of the missing ones, and the libraries for comparison."""
    found = summaries()
    absent = [TITLES[name] for name in TITLES if name not in found]
    missing = f"\nNot run yet: {'; '.join(absent)}.\n" if absent else ""
    return (table(found) if found else "") + missing + libraries()


HARDEST = 24
"""The number of hard cases that the page names."""


def hard_cases() -> str:
    """The number of logits per degree of hardness, and the hardest ones."""
    logits = hard_logits()
    logits = logits[logits & 0x7FFF_FFFF >= TABULATED]
    distances = np.array([measure(int(bits)).distance for bits in logits])
    negative = logits >> 31 == 1
    lines = [
        "| p | nearer than 2^-p | rounding s, x < 0 | rounding 1 - s, x > 0 |",
        "| --- | --- | --- | --- |",
    ]
    for bits in range(40, 56):
        near = distances < 2.0**-bits
        lines.append(
            f"| {bits} | {near.sum():,} | {(near & negative).sum():,} |"
            f" {(near & ~negative).sum():,} |"
        )
    lines += ["", "| x | | distance | sigmoid(x), correctly rounded |", "| --- | --- | --- | --- |"]
    for i in np.argsort(distances)[:HARDEST]:
        x = float(logits[i : i + 1].view(np.float32)[0])
        due = np.float32(exact_mpfr.rounded(x, 0.0))
        lines.append(
            f"| `{logits[i]:#010x}` | {x!r} | 2^{np.log2(distances[i]):.2f} |"
            f" `{due.view(np.uint32):#010x}` |"
        )
    return "\n".join(lines) + "\n"


def generated(root: Path) -> dict[Path, str]:
    """The page with today's summaries."""
    return {PAGE: GENERATOR.page(PAGE, {"results": results(), "hard-cases": hard_cases()}, root)}


GENERATOR = Generator("accuracy", f"{SUMMARIES}/", generated)
