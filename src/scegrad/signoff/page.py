"""The page ``signoff.html``: one file without any external reference, readable on a phone and in
the dark.

First it says how many cases are proved, and what the others are. Then come the cases that are not
proved, ladder, each case, groups, mutants with the holes that they show, and coverage; last the
sources to which holes have links. Long lists are folded. A click on a column's head sorts by it.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from scegrad.signoff.ladder import MEANINGS
from scegrad.signoff.page_sources import anchor, linked, listings, named
from scegrad.signoff.page_style import SCRIPT, STYLE
from scegrad.signoff.page_table import (
    Cell,
    digest,
    folded,
    heading,
    link,
    name,
    number,
    state,
    table,
    text,
)
from scegrad.signoff.summary import MISSING, STALE, Summary

SOURCES = "../../"
"""From the page in ``out/signoff`` to the root of the checkout."""


def page(summary: Summary, sources: str = SOURCES) -> str:
    """The page of a summary; ``sources`` leads from the page to the root of the checkout."""
    body = [
        *_failed(summary, sources),
        *_proved(summary, sources),
        *_cases(summary, sources),
        *_mutated(summary),
        *_covered(summary),
        *_listed(summary),
    ]
    parts = [
        *_head(),
        _standing(summary["cases"]),
        _contents(body),
        *body,
        f"<script>{SCRIPT}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _head() -> list[str]:
    """What stands before all else."""
    return [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>scegrad: sign-off</title><style>{STYLE}</style></head><body>",
        '<h1 id="top">scegrad: sign-off</h1>',
        "<p>What is proved of the hardware, about the Verilog whose hash stands by each case.</p>",
    ]


_HEADING = re.compile(r'<h2 id="([^"]*)">(.*?)</h2>')


def _contents(body: Iterable[str]) -> str:
    """Links to all parts of the page."""
    links = (
        f'<li><a href="#{at}">{title}</a></li>'
        for part in body
        for at, title in _HEADING.findall(part)
    )
    return f'<nav aria-label="contents"><ul>{"".join(links)}</ul></nav>'


def _standing(cases: Sequence[Mapping[str, Any]]) -> str:
    """How many cases are proved, and what the others are."""
    verdicts = Counter(_kind(each) for each in cases)
    proved = f"{verdicts['proved']} of {len(cases)} cases are proved"
    parts = [f'<span class="state {"proved" if verdicts["proved"] else "missing"}">{proved}</span>']
    if count := verdicts[KNOWN]:
        holes = '<a href="#part-holes">Holes</a>'
        told = f"in {count} more, mutants live that are known"
        parts.append(f"{told} (docs/signoff-alive.json): see {holes}")
    if count := verdicts[_WRONG]:
        parts.append(f'<a href="#part-failed" class="state refuted">{count} ran, not proved</a>')
    parts += [_absent(cases, kind) for kind in (STALE, MISSING) if verdicts[kind]]
    again = ": run <code>scegrad signoff</code>" if verdicts[STALE] + verdicts[MISSING] else ""
    return f'<p id="standing">{"; ".join(parts)}{again}.</p>'


def _absent(cases: Sequence[Mapping[str, Any]], kind: str) -> str:
    """The number of cases without a record of today, and the groups that have no other."""
    groups = dict.fromkeys(each["group"] for each in cases)
    whole = [
        f"{group}/*"
        for group in groups
        if {each["verdict"] for each in cases if each["group"] == group} == {kind}
    ]
    count = sum(each["verdict"] == kind for each in cases)
    word = "without a record" if kind == MISSING else kind
    among = f", among them {', '.join(map(html.escape, whole))}" if whole else ""
    return f'<span class="state {kind}">{count} {word}</span>{among}'


FAILED = ("refuted", "vacuous", "failed", "open", "alive", "holes")
"""Verdicts of cases that ran and are not proved, the worst first."""


KNOWN = "alive (known)"


def _verdict(row: Mapping[str, Any]) -> str:
    """The verdict of a case, with what is known of its mutants that live."""
    if row["verdict"] != "alive":
        return str(row["verdict"])
    return f"alive ({row['new']:,} new)" if row["new"] else KNOWN


_WRONG = "not proved"


def _kind(row: Mapping[str, Any]) -> str:
    """Proved, alive but known, not proved, stale or missing."""
    verdict = _verdict(row)
    return _WRONG if row["verdict"] in FAILED and verdict != KNOWN else verdict


def _failed(summary: Summary, sources: str) -> list[str]:
    """The cases that ran and are not proved, and why."""
    failed = [row for row in summary["cases"] if _kind(row) == _WRONG]
    failed.sort(key=lambda row: FAILED.index(row["verdict"]))
    if not failed:
        return []
    return [
        heading("Not proved", "part-failed"),
        table(
            "failed",
            ("case", "verdict", "detail", "again"),
            map(partial(_failure, sources), failed),
        ),
    ]


def _proved(summary: Summary, sources: str) -> list[str]:
    """The ladder."""
    return [
        heading("Ladder", "part-ladder"),
        *(f"<p><b>{level}</b>: {html.escape(meaning)}</p>" for level, meaning in MEANINGS.items()),
        table(
            "ladder",
            ("level", "item", "state", "evidence"),
            map(partial(_rung, sources), summary["ladder"]),
        ),
    ]


def _mutated(summary: Summary) -> list[str]:
    """Mutants, and those that live."""
    return [
        heading("Mutants", "part-mutants"),
        table(
            "mutants",
            ("design", "groups", "judged", "mutants", "ends"),
            map(_mutants, summary["mutants"]),
        ),
        heading("Holes", "part-holes"),
        "<p>Mutants that live: nothing has told them from the design, and no proof says that they"
        " are equal to it. If a unit is named, its case judges each mutant of the unit by the"
        f" unit's proof.{_judged(summary['mutants'])}</p>",
        '<div class="searched">',
        folded(
            len(summary["holes"]),
            "mutants that live",
            table(
                "holes",
                ("case", "mutant", "known", "why", "unit", "source"),
                map(_hole, summary["holes"]),
            ),
        ),
        "</div>",
        heading("Holes by unit", "part-lives"),
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
        heading("Coverage", "part-coverage"),
        "<p>Points of the code that were run. Each of the others is excluded with a reason, or is"
        " missed.</p>",
        table(
            "coverage",
            ("design", "kind", "points", "hit", "excluded", "missed"),
            map(_coverage, summary["coverage"]),
        ),
        heading("Excluded", "part-excluded"),
        folded(
            len(summary["excluded"]),
            "reasons",
            table("excluded", ("design", "points", "reason"), map(_excluded, summary["excluded"])),
        ),
        heading("Missed", "part-missed"),
        folded(
            len(summary["missed"]),
            "points",
            table("missed", ("case", "point", "source"), map(_missed, summary["missed"])),
        ),
        *_functional(summary),
    ]


def _functional(summary: Summary) -> list[str]:
    """The kinds of jobs that the soaks ran, and did not run."""
    return [
        heading("Functional coverage", "part-functional"),
        "<p>A bin is one combination of format, memory, mask, length, alignment, latency, pauses,"
        " end, and other jobs at the same time. The last new bin was hit after the jobs of the"
        " last column.</p>",
        table(
            "functional",
            ("case", "jobs", "bins", "hit", "missed", "last new"),
            map(_bins, summary["functional"]),
        ),
        heading("Combinations that cannot occur", "part-impossible"),
        folded(
            len(summary["impossible"]),
            "rules that exclude something",
            table("impossible", ("platform", "bins", "reason"), map(_never, summary["impossible"])),
        ),
        heading("Bins without a hit", "part-unhit"),
        table("unhit", ("case", "bin"), map(_unhit, summary["unhit"])),
    ]


def _cases(summary: Summary, sources: str) -> list[str]:
    """Every case, the search in cases and mutants that live, and the groups."""
    return [
        heading("Cases", "part-cases"),
        '<input type="search" placeholder="show the cases and mutants that contain ..."'
        ' aria-label="filter">',
        '<div class="searched">',
        table(
            "cases",
            ("case", "verdict", "claim", "rests on", "seconds", "time", "subject", "seed", "again"),
            map(partial(_case, sources), summary["cases"]),
        ),
        "</div>",
        heading("Groups", "part-groups"),
        table("groups", ("group", "cases", "verdicts", "seconds"), map(_group, summary["groups"])),
    ]


def _listed(summary: Summary) -> list[str]:
    """Every design, the tools, and the sources."""
    places = [each["place"] for each in (*summary["holes"], *summary["missed"])]
    wrong = (each for each in summary["cases"] if each["verdict"] in FAILED)
    places += [place for each in wrong for place in named(each["detail"])]
    return [
        heading("Designs", "part-designs"),
        table("designs", ("design", "SHA-256 of its Verilog"), map(_design, summary["designs"])),
        heading("Tools", "part-tools"),
        *(f"<p><code>{html.escape(tools)}</code></p>" for tools in summary["tools"]),
        heading("Sources", "part-sources"),
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
