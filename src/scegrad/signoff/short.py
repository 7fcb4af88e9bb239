"""The short summary that the checkout keeps, ``docs/signoff.json``: a line for each case that has a
record of today's subject, and some tables.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scegrad.errors import RequestError, printable
from scegrad.signoff.result import Verdict
from scegrad.signoff.summary import MISSING, STALE, VERSION

KEPT = ("version", "mutants", "coverage", "functional", "designs", "tools")
"""The tables that the checkout keeps beside that of the cases."""

ROW = 4
"""Entries of a case: subject, verdict, seconds, time."""


def text(summary: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> str:
    """The part of a summary that the checkout keeps, as JSON: a line for each case that has a
    record, here or ``before``, of today's subject.
    """
    old = (before or {}).get("cases", {})
    cases = {}
    for each in summary["cases"]:
        row = [each["subject"], each["verdict"], each["seconds"], each["time"]]
        if each["verdict"] in (MISSING, STALE, Verdict.FAILED):
            row = old.get(each["case"], [None])
        if row[0] == each["subject"]:
            cases[each["case"]] = row
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in cases.items())
    rest = {name: _kept(name, summary[name], before or {}, cases) for name in KEPT}
    body = json.dumps(rest, indent=1).rstrip("}").rstrip()
    return f'{body},\n "cases": {{\n{lines}\n }}\n}}\n'


_CASES = {
    "mutants": ("design", "mutants/{}"),
    "coverage": ("design", "coverage/{}"),
    "functional": ("case", "{}"),
}
"""What names a row of a table, and how the names of its cases begin."""


def _kept(name: str, now: Any, before: Mapping[str, Any], cases: Mapping[str, Any]) -> Any:
    """A table, with the rows of before whose cases are still those of today and have no record
    here.
    """
    old = before.get(name, [])
    if name == "tools":
        return sorted({*now, *old})
    if name not in _CASES:
        return now
    key, start = _CASES[name]
    fresh = {row[key] for row in now if row.get("judged", 1)}
    kept = {
        row[key]: row
        for row in old
        if row[key] not in fresh and any(case.startswith(start.format(row[key])) for case in cases)
    }
    rows = [kept.pop(row[key], row) if name == "mutants" else row for row in now]
    return rows + [row for row in old if row[key] in kept]


def read(path: Path) -> dict[str, Any]:
    """The summary that the checkout has so far, none if there is none, or only a device, which
    keeps nothing. Raises ``RequestError``.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise RequestError(f"{printable(path)}: no summary of a sign-off: {error}") from error
    if not (isinstance(found, dict) and found.get("version") == VERSION and _shaped(found)):
        raise RequestError(f"{printable(path)}: no summary of a sign-off that this program reads")
    return found


def _shaped(found: Mapping[str, Any]) -> bool:
    """Whether cases and tables are what ``text`` writes."""
    cases = found.get("cases", {})
    rows = cases.values() if isinstance(cases, dict) else [None]
    if not all(isinstance(row, list) and len(row) == ROW for row in rows):
        return False
    tables = {name: found.get(name, []) for name in KEPT if name != "version"}
    if not all(isinstance(table, list) for table in tables.values()):
        return False
    named = all(
        isinstance(row, dict) and key in row
        for name, (key, _) in _CASES.items()
        for row in tables[name]
    )
    return named and all(isinstance(each, str) for each in tables["tools"])
