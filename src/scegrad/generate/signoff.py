"""Writes the short summary of the sign-off, ``docs/signoff.json``, into README.md, and the tables
of mutants, coverage and soak into docs/signoff.md.

Each record is compared with today's subject of its case: it counts if they agree, otherwise it is
stale. So a change of the hardware or of a claim changes the table.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scegrad.generate.maker import Generator, recorded
from scegrad.signoff import mutant_contracts, mutant_units, mutants_in_units, proved_units
from scegrad.signoff.catalogue import cases
from scegrad.signoff.summary import MISSING, STALE

README, KEPT, PAGE = Path("README.md"), Path("docs/signoff.json"), Path("docs/signoff.md")

GROUPS = {
    "unit": "units of DMA and control: protocol, bursts, counters, end of each job, aborts",
    "lane": "lanes: a pipeline without state, special values, fp16 correctly rounded, tables exact",
    "sweep": "lanes: whole input spaces, against exact results",
    "reset": "platforms: one cycle of reset, and no port depends on the state at power-up",
    "flush": "platforms: an abort's flush empties all between operands and results",
    "wiring": "platforms: units and ports are connected as documented, every bit",
    "rounding32": "fp32: rounding for every s, k, x and y",
    "mutants": "groups of mutants of lanes, DMA and control: each killed or equal",
    "coverage": "lines, branches, expressions and toggles: hit, or excluded with a reason",
    "soak": "random jobs with faults, pauses, aborts and resets",
    "speed": "cycles of jobs, against docs/performance.md and what cores and port allow",
}
"""The subject of each group of cases."""

_EQUAL = (
    mutant_contracts.EQUAL,
    mutant_contracts.SAME,
    mutant_contracts.HIDDEN,
    mutants_in_units.IN_UNIT,
)
"""The ends of mutants that change nothing."""

KINDS = ("line", "branch", "expr", "toggle")
"""Kinds of points of the coverage, as Verilator names them."""

SHOWN = 3
"""Stale cases that are named."""


def table(summary: dict[str, Any]) -> str:
    """The state of each group as Markdown; names stale cases on standard error."""
    stale = []
    verdicts: dict[str, Counter[str]] = {}
    hours: Counter[str] = Counter()
    for case in cases():
        subject, verdict, seconds, _ = summary["cases"].get(case.name, ("", MISSING, 0.0, ""))
        if verdict != MISSING and subject != case.subject()[:16]:
            verdict = STALE
            stale.append(case.name)
        verdicts.setdefault(case.group, Counter())[verdict] += 1
        hours[case.group] += seconds
    if stale:
        print(told(stale), file=sys.stderr)
    lines = ["| group | claim | cases | proved | others | seconds |", "| --- " * 6 + "|"]
    for name, counts in verdicts.items():
        others = ", ".join(
            f"{count} {verdict}" for verdict, count in sorted(counts.items()) if verdict != "proved"
        )
        lines.append(
            f"| `{name}` | {GROUPS.get(name, name)} | {counts.total()} | {counts['proved']} |"
            f" {others or '-'} | {hours[name]:,.0f} |"
        )
    return "\n".join(lines) + "\n"


def judged(summary: dict[str, Any]) -> str:
    """What became of the mutants of lanes, platform, readout and job checker, as Markdown."""
    units = {_design(unit) for unit in proved_units.UNITS}
    lines = ["| mutants of | groups | mutants | killed | refused | equal | alive | seconds |"]
    lines.append("| --- " * 8 + "|")
    for each in summary["mutants"]:
        name = each["design"]
        if name in units or name == "sample":
            continue
        seconds = sum(
            row[2]
            for case, row in summary["cases"].items()
            if f"{case}/".startswith(f"mutants/{name}/")
        )
        done = f"{each['judged']} of {each['groups']}"
        figures = (each["mutants"], *_ends(each), round(seconds))
        lines.append(f"| `{name}` | {done} | " + " | ".join(f"{n:,}" for n in figures) + " |")
    return "\n".join(lines) + "\n"


def refused(summary: dict[str, Any]) -> str:
    """The mutants of each unit by itself, and those that live in the platform, as Markdown."""
    mutants = {each["design"]: each for each in summary["mutants"]}
    lines = ["| case | mutants | refused | equal | alive | alive in `ecp5_demo` |"]
    lines.append("| --- " * 6 + "|")
    inside: Counter[str] = Counter()
    for each in mutants.values():
        inside += Counter(each.get("units", {}))
    for unit in proved_units.UNITS:
        each = mutants.get(_design(unit), {"mutants": 0})
        killed, by_proof, equal, alive = _ends(each)
        figures = (each["mutants"], killed + by_proof, equal, alive, inside[unit.name])
        lines.append(f"| `{unit.name}` | " + " | ".join(f"{n:,}" for n in figures) + " |")
    listed = sum(_ends(mutants.get(part.name, {}))[-1] for part in mutant_units.PARTS)
    lines.append(f"| in no unit | - | - | - | - | {listed - inside.total():,} |")
    return "\n".join(lines) + "\n"


def covered(summary: dict[str, Any]) -> str:
    """Points of the coverage that are hit, of those there are, as Markdown."""
    names = list(dict.fromkeys(row["design"] for row in summary["coverage"]))
    lines = ["| design | lines | branches | expressions | toggles | excluded | holes |"]
    lines.append("| --- " * 7 + "|")
    for name in names:
        rows = {row["kind"]: row for row in summary["coverage"] if row["design"] == name}
        cells = [f"{rows[kind]['hit']:,} of {rows[kind]['points']:,}" for kind in KINDS]
        points, hit, excluded = (
            sum(row[part] for row in rows.values()) for part in ("points", "hit", "excluded")
        )
        cells += [f"{excluded:,}", f"{points - hit - excluded:,}"]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def soaked(summary: dict[str, Any]) -> str:
    """Jobs and bins of each soak, as Markdown."""
    lines = ["| case | jobs | jobs until the last bin was hit | bins | hit | seconds |"]
    lines.append("| --- " * 6 + "|")
    for row in summary["functional"]:
        seconds = summary["cases"][row["case"]][2]
        figures = (row["jobs"], row["last_new"], row["bins"], row["hit"], round(seconds))
        lines.append(f"| `{row['case']}` | " + " | ".join(f"{n:,}" for n in figures) + " |")
    return "\n".join(lines) + "\n"


def told(stale: Sequence[str]) -> str:
    """What a user should do about stale cases."""
    names = ", ".join(stale[:SHOWN])
    if len(stale) > SHOWN:
        names += f" and {len(stale) - SHOWN} more"
    return f"{KEPT} has verdicts of older sources: {names}: run `scegrad signoff --summary {KEPT}`"


def _design(unit: proved_units.Unit) -> str:
    return unit.name.removeprefix("mutants/")


def _ends(each: dict[str, Any]) -> tuple[int, int, int, int]:
    """Mutants that are killed, refused by the proof of their unit, equal, and alive."""
    ends = Counter(each.get("ends", {}))
    equal = sum(ends.pop(end, 0) for end in _EQUAL)
    by_proof, alive = ends.pop(mutants_in_units.BY_PROOF, 0), ends.pop("alive", 0)
    return ends.total(), by_proof, equal, alive


def generated(root: Path) -> dict[Path, str]:
    """The pages with today's state."""
    summary = recorded(KEPT)
    tables = {
        "mutants": judged(summary),
        "units": refused(summary),
        "coverage": covered(summary),
        "soak": soaked(summary),
    }
    return {
        README: GENERATOR.page(README, {"signoff": table(summary)}, root),
        PAGE: GENERATOR.page(PAGE, tables, root),
    }


GENERATOR = Generator("signoff", str(KEPT), generated)
