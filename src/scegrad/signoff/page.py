"""The page ``signoff.html``: one file without any external reference, readable on a phone and in
the dark.

Cases that failed come first, then ladder, groups, mutants with the holes that they show, and each
case; last the sources to which holes have links. A click on a column's head sorts by it.
"""

import html
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from scegrad.signoff.page_sources import anchor, linked, listings, named
from scegrad.signoff.page_style import SCRIPT, STYLE
from scegrad.signoff.page_table import Cell, digest, link, name, number, state, table, text
from scegrad.signoff.summary import Summary

SOURCES = "../../"
"""From the page in ``out/signoff`` to the root of the checkout."""


def page(summary: Summary, sources: str = SOURCES) -> str:
    """The page of a summary; ``sources`` leads from the page to the root of the checkout."""
    parts = [
        *_head(),
        *_failed(summary, sources),
        *_proved(summary, sources),
        *_mutated(summary),
        *_covered(summary),
        *_listed(summary, sources),
        f"<script>{SCRIPT}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _head() -> list[str]:
    """What stands before the tables."""
    return [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>scegrad: sign-off</title><style>{STYLE}</style></head><body>",
        "<h1>scegrad: sign-off</h1>",
        "<p>What is proved of the hardware, about the Verilog whose hash stands by each case.</p>",
    ]


FAILED = ("refuted", "vacuous", "failed", "open", "alive", "holes")
"""Verdicts of cases that ran and are not proved, the worst first."""


KNOWN = "alive (known)"


def _verdict(row: Mapping[str, Any]) -> str:
    """The verdict of a case, with what is known of its mutants that live."""
    if row["verdict"] != "alive":
        return str(row["verdict"])
    return f"alive ({row['new']:,} new)" if row["new"] else KNOWN


def _failed(summary: Summary, sources: str) -> list[str]:
    """The cases that ran and are not proved, and why."""
    ran = [row for row in summary["cases"] if row["verdict"] in FAILED]
    known = [row for row in ran if _verdict(row) == KNOWN]
    failed = [row for row in ran if row not in known]
    failed.sort(key=lambda row: FAILED.index(row["verdict"]))
    others = (
        f"<p>In {len(known)} cases mutants live that are all known to live"
        " (docs/signoff-alive.json): see Holes.</p>"
    )
    aside = [others] if known else []
    if not failed:
        return aside or ["<p>Every case that ran is proved.</p>"]
    return [
        *aside,
        "<h2>Not proved</h2>",
        table(
            "failed",
            ("case", "verdict", "detail", "again"),
            map(partial(_failure, sources), failed),
        ),
    ]


def _proved(summary: Summary, sources: str) -> list[str]:
    """Ladder and groups."""
    ladder, groups = summary["ladder"], summary["groups"]
    return [
        "<h2>Ladder</h2>",
        table(
            "ladder", ("level", "item", "state", "evidence"), map(partial(_rung, sources), ladder)
        ),
        "<h2>Groups</h2>",
        table("groups", ("group", "cases", "verdicts", "seconds"), map(_group, groups)),
    ]


def _mutated(summary: Summary) -> list[str]:
    """Mutants, and those that live."""
    return [
        "<h2>Mutants</h2>",
        table(
            "mutants",
            ("design", "groups", "judged", "mutants", "ends"),
            map(_mutants, summary["mutants"]),
        ),
        "<h2>Holes</h2>",
        "<p>Mutants that live: nothing has told them from the design, and no proof says that they"
        " are equal to it. If a unit is named, its case judges each mutant of the unit by the"
        f" unit's proof.{_judged(summary['mutants'])}</p>",
        table(
            "holes",
            ("case", "mutant", "known", "why", "unit", "source"),
            map(_hole, summary["holes"]),
        ),
        "<h2>Holes by unit</h2>",
        table("lives", ("part", "unit", "mutants that live"), _lives(summary["mutants"])),
    ]


def _judged(mutants: Iterable[Mapping[str, Any]]) -> str:
    """What the table of holes leaves out."""
    groups, judged = (sum(each[part] for each in mutants) for part in ("groups", "judged"))
    if judged == groups:
        return ""
    return f" Only {judged} of {groups} groups of mutants are judged: the others are not in here."


def _covered(summary: Summary) -> list[str]:
    """What was run of the code, and what was not."""
    return [
        "<h2>Coverage</h2>",
        "<p>Points of the code that were run. Each of the others is excluded with a reason, or is"
        " missed.</p>",
        table(
            "coverage",
            ("design", "kind", "points", "hit", "excluded", "missed"),
            map(_coverage, summary["coverage"]),
        ),
        "<h2>Excluded</h2>",
        table("excluded", ("design", "points", "reason"), map(_excluded, summary["excluded"])),
        "<h2>Missed</h2>",
        table("missed", ("case", "point", "source"), map(_missed, summary["missed"])),
        *_functional(summary),
    ]


def _functional(summary: Summary) -> list[str]:
    """The kinds of jobs that the soaks ran, and did not run."""
    return [
        "<h2>Functional coverage</h2>",
        "<p>A bin is one combination of format, memory, mask, length, alignment, latency, pauses,"
        " end, and other jobs at the same time. The last new bin was hit after the jobs of the"
        " last column.</p>",
        table(
            "functional",
            ("case", "jobs", "bins", "hit", "missed", "last new"),
            map(_bins, summary["functional"]),
        ),
        "<h2>Combinations that cannot occur</h2>",
        table("impossible", ("platform", "bins", "reason"), map(_never, summary["impossible"])),
        "<h2>Bins without a hit</h2>",
        table("unhit", ("case", "bin"), map(_unhit, summary["unhit"])),
    ]


def _listed(summary: Summary, sources: str) -> list[str]:
    """Every case, every design, the tools, and the sources."""
    places = [each["place"] for each in (*summary["holes"], *summary["missed"])]
    wrong = (each for each in summary["cases"] if each["verdict"] in FAILED)
    places += [place for each in wrong for place in named(each["detail"])]
    return [
        "<h2>Cases</h2>",
        '<input type="search" placeholder="show the cases that contain ..." aria-label="filter">',
        table(
            "cases",
            ("case", "verdict", "claim", "rests on", "seconds", "time", "subject", "seed", "again"),
            map(partial(_case, sources), summary["cases"]),
        ),
        "<h2>Designs</h2>",
        table("designs", ("design", "SHA-256 of its Verilog"), map(_design, summary["designs"])),
        "<h2>Tools</h2>",
        *(f"<p><code>{html.escape(tools)}</code></p>" for tools in summary["tools"]),
        "<h2>Sources</h2>",
        *(listings(places) or ["<p>No hole and no failure has a line.</p>"]),
    ]


def _failure(sources: str, each: Mapping[str, Any]) -> list[Cell]:
    return [
        link(sources + each["source"], each["case"]),
        state(_verdict(each)),
        linked(each["detail"]),
        name(each["again"]),
    ]


_ELSEWHERE = "by make test, not here"


def _rung(sources: str, each: Mapping[str, Any]) -> list[Cell]:
    decided = each["state"] != "tests"
    shown = state(each["state"], each["detail"]) if decided else Cell(_ELSEWHERE, "state tests")
    evidence = link(sources + each["evidence"], each["evidence"])
    return [text(each["level"]), text(each["item"]), shown, evidence]


def _group(each: Mapping[str, Any]) -> list[Cell]:
    counts = ", ".join(
        f'<span class="state {verdict}">{count:,} {verdict}</span>'
        for verdict, count in each["verdicts"].items()
    )
    return [text(each["group"]), number(each["cases"]), Cell(counts), number(each["seconds"])]


def _mutants(each: Mapping[str, Any]) -> list[Cell]:
    ends = ", ".join(f"{count:,} {end}" for end, count in each.get("ends", {}).items() if count)
    counts = [number(each[column]) for column in ("groups", "judged", "mutants")]
    return [name(each["design"]), *counts, text(ends)]


def _hole(each: Mapping[str, Any]) -> list[Cell]:
    news = Cell("new", "state refuted") if each["new"] else text("known")
    why = [text(each["why"]), name(each["unit"])]
    return [name(each["case"]), name(each["mutant"]), news, *why, _line(each["place"])]


def _line(place: str) -> Cell:
    return link(anchor(place), place.replace("#L", ":"))


def _lives(mutants: Iterable[Mapping[str, Any]]) -> Iterator[list[Cell]]:
    for each in mutants:
        for unit, count in each.get("units", {}).items():
            yield [name(each["design"]), name(unit), number(count)]


def _coverage(each: Mapping[str, Any]) -> list[Cell]:
    missed = each["points"] - each["hit"] - each["excluded"]
    counts = [number(each[column]) for column in ("points", "hit", "excluded")]
    return [name(each["design"]), text(each["kind"]), *counts, number(missed)]


def _excluded(each: Mapping[str, Any]) -> list[Cell]:
    return [name(each["design"]), number(each["points"]), text(each["reason"])]


def _missed(each: Mapping[str, Any]) -> list[Cell]:
    return [name(each["case"]), name(each["point"]), _line(each["place"])]


def _bins(each: Mapping[str, Any]) -> list[Cell]:
    counts = [each["jobs"], each["bins"], each["hit"], each["bins"] - each["hit"], each["last_new"]]
    return [name(each["case"]), *map(number, counts)]


def _never(each: Mapping[str, Any]) -> list[Cell]:
    return [name(each["platform"]), number(each["bins"]), text(each["reason"])]


def _unhit(each: Mapping[str, Any]) -> list[Cell]:
    return [name(each["case"]), text(each["bin"])]


def _design(each: Mapping[str, Any]) -> list[Cell]:
    return [text(each["design"]), digest(each["verilog"])]


def _case(sources: str, each: Mapping[str, Any]) -> list[Cell]:
    day, _, time = each["time"].partition("T")
    return [
        link(sources + each["source"], each["case"]),
        state(_verdict(each)),
        text(each["claim"]),
        text(each["detail"]),
        number(each["seconds"]) if day else Cell(""),
        Cell(f"<span>{day}</span> {time[:5]}" if day else "", "short", each["time"]),
        digest(each["subject"]),
        text("" if each["seed"] is None else each["seed"]),
        name(each["again"]),
    ]
