"""The state of every case, as the page and the committed summary have it."""

import json
from collections.abc import Iterable
from typing import Any

from scegrad.signoff.case import Case
from scegrad.signoff.ladder import LADDER
from scegrad.signoff.ledger import Ledger, Record, key

VERSION = 1

MISSING, STALE = "missing", "stale"
"""A case without a record of today's subject: none at all, or of another subject alone."""

Summary = dict[str, Any]


def summarise(every: Iterable[Case], ledger: Ledger) -> Summary:
    """What the ledger says of each case, of each group, and of each rung of the ladder."""
    records = ledger.records
    known = {record["case"] for record in records.values()}
    rows = [row(case, records.get(key(case)), stale=case.name in known) for case in every]
    return {
        "version": VERSION,
        "cases": rows,
        "groups": [group(name, rows) for name in dict.fromkeys(row["group"] for row in rows)],
        "ladder": [rung.state(rows) for rung in LADDER],
        "tools": sorted({record["tools"] for record in records.values()}),
    }


def row(case: Case, record: Record | None, *, stale: bool) -> dict[str, Any]:
    """One case: what is claimed and what came of it."""
    found = record or {"verdict": STALE if stale else MISSING, "detail": "", "seconds": 0.0}
    return {
        "case": case.name,
        "group": case.group,
        "claim": case.claim,
        "source": case.source,
        "quick": case.quick,
        "subject": case.subject()[:16],
        "verdict": found["verdict"],
        "detail": found["detail"],
        "seconds": found["seconds"],
        "time": found.get("time", ""),
    }


def group(name: str, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """How many cases of a group have come to what."""
    mine = [row for row in rows if row["group"] == name]
    verdicts = [row["verdict"] for row in mine]
    return {
        "group": name,
        "cases": len(mine),
        "verdicts": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
        "seconds": round(sum(row["seconds"] for row in mine), 1),
    }


def in_short(summary: Summary) -> str:
    """The counts of all groups in one line."""
    return "; ".join(
        f"{each['group']}: "
        + ", ".join(f"{count} {verdict}" for verdict, count in each["verdicts"].items())
        for each in summary["groups"]
    )


def text(summary: Summary) -> str:
    """The file ``signoff.json``: one line for each case."""
    lines = []
    for name, value in summary.items():
        if isinstance(value, list):
            body = ",\n    ".join(json.dumps(item, ensure_ascii=False) for item in value)
            lines.append(f'  "{name}": [\n    {body}\n  ]')
        else:
            lines.append(f'  "{name}": {json.dumps(value)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"
