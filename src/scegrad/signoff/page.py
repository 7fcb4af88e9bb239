"""The page ``signoff.html``: one file without any external reference, readable on a phone and in
the dark.

Cases that failed come first, then ladder, groups, mutants with the holes that they show, and each
case. A click on a column's head sorts by it.
"""

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scegrad.signoff.summary import Summary

SOURCES = "../../"
"""From the page in ``out/signoff`` to the root of the checkout."""

STYLE = """
:root { color-scheme: light dark; --line: #ccc; --good: #1a7f37; --bad: #c62828; --idle: #8a6d00;
  --soft: #f4f4f4; }
@media (prefers-color-scheme: dark) { :root { --line: #444; --good: #5fd27a; --bad: #ff8a80;
  --idle: #e0c060; --soft: #222; } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1rem auto; max-width: 75rem;
  padding: 0 .8rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left;
  vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
th button { all: unset; cursor: pointer; font-weight: 600; }
th button:focus-visible { outline: 2px solid; }
th[aria-sort=ascending] button::after { content: " \\25b2"; }
th[aria-sort=descending] button::after { content: " \\25bc"; }
.proved, .done, .tests { color: var(--good); } .refuted, .vacuous, .failed { color: var(--bad); }
.alive, .holes, .open, .missing, .stale, .part { color: var(--idle); }
.state { font-weight: 600; white-space: nowrap; }
code { font-size: .85em; overflow-wrap: anywhere; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .3rem; margin: .5rem 0; }
@media (max-width: 40rem) { th, td { padding: .25rem .3rem; font-size: 13px; }
  .state { white-space: normal; } }
"""

SCRIPT = """
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.firstChild.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const compare = (a, b) => value(a).localeCompare(value(b), "en", { numeric: true });
    const rows = [...table.tBodies[0].rows].sort(compare);
    table.tBodies[0].append(...(down ? rows.reverse() : rows));
  }));
}
const filter = document.querySelector("input");
filter.addEventListener("input", () => {
  for (const row of document.querySelectorAll("#cases tbody tr"))
    row.hidden = !row.textContent.includes(filter.value);
});
"""

Cell = tuple[str, str]
"""The HTML of a cell and its class."""


def page(summary: Summary, sources: str = SOURCES) -> str:
    """The page of a summary; ``sources`` leads from the page to the root of the checkout."""
    parts = [
        *_head(sources),
        *_failed(summary),
        *_proved(summary),
        *_covered(summary),
        *_listed(summary),
        f"<script>{SCRIPT}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _head(sources: str) -> list[str]:
    """What stands before the tables."""
    return [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<base href="{html.escape(sources)}">',
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


def _failed(summary: Summary) -> list[str]:
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
        _table("failed", ("case", "verdict", "detail", "again"), map(_failure, failed)),
    ]


def _proved(summary: Summary) -> list[str]:
    """Ladder, groups and mutants."""
    return [
        "<h2>Ladder</h2>",
        _table("ladder", ("level", "item", "state", "evidence"), map(_rung, summary["ladder"])),
        "<h2>Groups</h2>",
        _table("groups", ("group", "cases", "verdicts", "seconds"), map(_group, summary["groups"])),
        "<h2>Mutants</h2>",
        _table(
            "mutants",
            ("design", "groups", "judged", "mutants", "ends"),
            map(_mutants, summary["mutants"]),
        ),
        "<h2>Holes</h2>",
        "<p>Mutants that live: nothing has told them from the design, and no proof says that they"
        " are equal to it. If a unit is named, its case judges each mutant of the unit by the"
        " unit's proof.</p>",
        _table(
            "holes",
            ("case", "mutant", "known", "why", "unit", "source"),
            map(_hole, summary["holes"]),
        ),
        "<h2>Holes by unit</h2>",
        _table("lives", ("part", "unit", "mutants that live"), _lives(summary["mutants"])),
    ]


def _covered(summary: Summary) -> list[str]:
    """What was run of the code, and what was not."""
    return [
        "<h2>Coverage</h2>",
        "<p>Points of the code that were run. Each of the others is excluded with a reason, or is"
        " missed.</p>",
        _table(
            "coverage",
            ("design", "kind", "points", "hit", "excluded", "missed"),
            map(_coverage, summary["coverage"]),
        ),
        "<h2>Excluded</h2>",
        _table("excluded", ("design", "points", "reason"), map(_excluded, summary["excluded"])),
        "<h2>Missed</h2>",
        _table("missed", ("case", "point", "source"), map(_missed, summary["missed"])),
        *_functional(summary),
    ]


def _functional(summary: Summary) -> list[str]:
    """The kinds of jobs that the soaks ran, and did not run."""
    return [
        "<h2>Functional coverage</h2>",
        "<p>A bin is one combination of format, memory, mask, length, alignment, latency, pauses,"
        " end, and other jobs at the same time. The last new bin was hit after the jobs of the"
        " last column.</p>",
        _table(
            "functional",
            ("case", "jobs", "bins", "hit", "missed", "last new"),
            map(_bins, summary["functional"]),
        ),
        "<h2>Combinations that cannot occur</h2>",
        _table("impossible", ("platform", "bins", "reason"), map(_never, summary["impossible"])),
        "<h2>Bins without a hit</h2>",
        _table("unhit", ("case", "bin"), map(_unhit, summary["unhit"])),
    ]


def _listed(summary: Summary) -> list[str]:
    """Every case, every design, and the tools."""
    return [
        "<h2>Cases</h2>",
        '<input type="search" placeholder="show the cases that contain ..." aria-label="filter">',
        _table(
            "cases",
            ("case", "verdict", "claim", "rests on", "seconds", "time", "subject", "seed", "again"),
            map(_case, summary["cases"]),
        ),
        "<h2>Designs</h2>",
        _table("designs", ("design", "SHA-256 of its Verilog"), map(_design, summary["designs"])),
        "<h2>Tools</h2>",
        *(f"<p><code>{html.escape(tools)}</code></p>" for tools in summary["tools"]),
    ]


def _table(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    head = "".join(f'<th><button type="button">{html.escape(each)}</button></th>' for each in heads)
    body = "\n".join(
        "<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for cell, kind in row) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="table"><table id="{name}"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _text(value: Any) -> Cell:
    return html.escape(str(value)), ""


def _number(value: float) -> Cell:
    return f"{value:.1f}" if isinstance(value, float) else str(value), "number"


def _state(value: str) -> Cell:
    return html.escape(value), f"state {html.escape(value.split()[0])}"


def _link(path: str, text: str = "") -> Cell:
    return f'<a href="{html.escape(path)}"><code>{html.escape(text or path)}</code></a>', ""


def _failure(each: Mapping[str, Any]) -> list[Cell]:
    again = f"<code>{html.escape(each['again'])}</code>"
    return [
        _link(each["source"], each["case"]),
        _state(_verdict(each)),
        _text(each["detail"]),
        (again, ""),
    ]


def _rung(each: Mapping[str, Any]) -> list[Cell]:
    state, kind = _state(each["state"])
    shown = (f"{state}: {html.escape(each['detail'])}", kind)
    return [_text(each["level"]), _text(each["item"]), shown, _link(each["evidence"])]


def _group(each: Mapping[str, Any]) -> list[Cell]:
    counts = ", ".join(
        f'<span class="state {verdict}">{count} {verdict}</span>'
        for verdict, count in each["verdicts"].items()
    )
    return [_text(each["group"]), _number(each["cases"]), (counts, ""), _number(each["seconds"])]


def _mutants(each: Mapping[str, Any]) -> list[Cell]:
    ends = ", ".join(f"{count} {end}" for end, count in each.get("ends", {}).items() if count)
    counts = [_number(each[name]) for name in ("groups", "judged", "mutants")]
    return [_text(each["design"]), *counts, _text(ends)]


def _hole(each: Mapping[str, Any]) -> list[Cell]:
    news = ("new", "state refuted") if each["new"] else _text("known")
    named = [_text(each[name]) for name in ("why", "unit")]
    return [_text(each["case"]), _text(each["mutant"]), news, *named, _link(each["place"])]


def _lives(mutants: Iterable[Mapping[str, Any]]) -> Iterator[list[Cell]]:
    for each in mutants:
        for unit, count in each.get("units", {}).items():
            yield [_text(each["design"]), _text(unit), _number(count)]


def _coverage(each: Mapping[str, Any]) -> list[Cell]:
    missed = each["points"] - each["hit"] - each["excluded"]
    counts = [_number(each[name]) for name in ("points", "hit", "excluded")]
    return [_text(each["design"]), _text(each["kind"]), *counts, _number(missed)]


def _excluded(each: Mapping[str, Any]) -> list[Cell]:
    return [_text(each["design"]), _number(each["points"]), _text(each["reason"])]


def _missed(each: Mapping[str, Any]) -> list[Cell]:
    return [_text(each["case"]), _text(each["point"]), _link(each["place"])]


def _bins(each: Mapping[str, Any]) -> list[Cell]:
    counts = [each["jobs"], each["bins"], each["hit"], each["bins"] - each["hit"], each["last_new"]]
    return [_text(each["case"]), *map(_number, counts)]


def _never(each: Mapping[str, Any]) -> list[Cell]:
    return [_text(each["platform"]), _number(each["bins"]), _text(each["reason"])]


def _unhit(each: Mapping[str, Any]) -> list[Cell]:
    return [_text(each["case"]), _text(each["bin"])]


def _design(each: Mapping[str, Any]) -> list[Cell]:
    return [_text(each["design"]), (f"<code>{html.escape(each['verilog'])}</code>", "")]


def _case(each: Mapping[str, Any]) -> list[Cell]:
    return [
        _link(each["source"], each["case"]),
        _state(_verdict(each)),
        _text(each["claim"]),
        _text(each["detail"]),
        _number(each["seconds"]),
        _text(each["time"]),
        (f"<code>{html.escape(each['subject'])}</code>", ""),
        _text("" if each["seed"] is None else each["seed"]),
        (f"<code>{html.escape(each['again'])}</code>", ""),
    ]
