"""The state of every case, for the page and the committed summary."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from scegrad.signoff import alive, failures
from scegrad.signoff.case import SignoffCase
from scegrad.signoff.designs import DESIGNS, made
from scegrad.signoff.hole_places import place_of_hole
from scegrad.signoff.ladder import LADDER
from scegrad.signoff.ledger import Record, SignoffLedger, as_record, key
from scegrad.signoff.places import place_of_point
from scegrad.signoff.result import CaseResult, Verdict

VERSION = 1

MISSING, STALE = "missing", "stale"
"""A case without a record of today's subject: none at all, or of another subject alone."""

Summary = dict[str, Any]
Row = dict[str, Any]


def summarise(
    every: Sequence[SignoffCase],
    ledger: SignoffLedger,
    *,
    whole: bool = True,
    failed: Collection[str] = (),
    known: alive.Known | None = None,
    output: str = "",
) -> Summary:
    """The state of each case, each group and each rung of the ladder, from the ledger; ``failed``
    are cases whose subject cannot be made, so that they have no record; ``known`` are mutants that
    are known to live; ``output`` is the directory for the commands that repeat a case.

    Without ``whole``, cases without any record have no subject, and only the designs whose Verilog
    was needed are named: the Verilog of all platforms takes a minute.
    """
    records = ledger.records
    recorded = {record["case"] for record in records.values()}
    rows = [
        _state(case, records, recorded)
        if whole or case.name in recorded or case.name in failed
        else row(case, None, stale=False, subject="")
        for case in every
    ]
    living = list(alive.marked(holes(rows, records), known or {}))
    news = Counter(hole["case"] for hole in living if hole["new"])
    for each, case in zip(rows, every, strict=True):
        each |= {"again": case.again(output), "new": news[each["case"]]}
    designs = {name: _verilog(make) for name, make in DESIGNS.items()} if whole else made()
    return {
        "version": VERSION,
        "cases": rows,
        "groups": [group(name, rows) for name in dict.fromkeys(row["group"] for row in rows)],
        "ladder": [rung.state(rows) for rung in LADDER],
        "mutants": mutants(rows, records),
        "holes": sorted(living, key=lambda hole: not hole["new"]),
        "coverage": coverage(rows, records),
        "excluded": excluded(rows, records),
        "missed": missed(rows, records),
        "functional": functional(rows, records),
        "impossible": impossible(rows, records),
        "unhit": unhit(rows, records),
        "designs": [{"design": name, "verilog": verilog} for name, verilog in designs.items()],
        "tools": sorted({record["tools"] for record in records.values()}),
    }


def _state(case: SignoffCase, records: Mapping[str, Record], known: Collection[str]) -> Row:
    """A case with its record of today, or with the reason why its subject cannot be made."""
    try:
        name = key(case)
    except Exception as error:
        cause = as_record(case.name, "", CaseResult(Verdict.FAILED, failures.told(error), 0.0))
        return row(case, cause, stale=False, subject="")
    return row(case, records.get(name), stale=case.name in known)


def _verilog(make: Callable[[], str]) -> str:
    """The hash of a design's Verilog, or the reason why there is none."""
    try:
        return make()
    except Exception as error:
        return failures.told(error)


def row(
    case: SignoffCase, record: Record | None, *, stale: bool, subject: str | None = None
) -> dict[str, Any]:
    """One case: its claim and its result; ``subject`` stands for its own."""
    found = record or {"verdict": STALE if stale else MISSING, "detail": "", "seconds": 0.0}
    return {
        "case": case.name,
        "group": case.group,
        "claim": case.claim,
        "source": case.source,
        "quick": case.quick,
        "subject": case.subject()[:16] if subject is None else subject,
        "verdict": found["verdict"],
        "detail": found["detail"],
        "seconds": found["seconds"],
        "time": found.get("time", ""),
        "seed": case.seed,
    }


def group(name: str, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The number of cases of a group with each verdict."""
    mine = [row for row in rows if row["group"] == name]
    verdicts = [row["verdict"] for row in mine]
    return {
        "group": name,
        "cases": len(mine),
        "verdicts": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
        "seconds": round(sum(row["seconds"] for row in mine), 1),
    }


def mutants(rows: Iterable[Row], records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Of each design how many groups of mutants were judged, and what became of theirs."""
    found: dict[str, dict[str, Any]] = {}
    for each, record in _recorded(rows, records, "mutants"):
        name = alive.design(each["case"])
        sums = found.setdefault(name, {"design": name, "groups": 0, "judged": 0, "mutants": 0})
        sums["groups"] += 1
        if record:
            data = record["data"]
            sums["judged"] += 1
            ends = data["ends"] | {"alive": len(data["alive"])}
            sums["mutants"] += data["mutants"]
            sums["ends"] = {
                end: sums.get("ends", {}).get(end, 0) + count for end, count in ends.items()
            } | {end: n for end, n in sums.get("ends", {}).items() if end not in ends}
            units = Counter(hole["unit"] for hole in data["alive"] if "unit" in hole)
            if units:
                sums["units"] = dict(units + Counter(sums.get("units", {})))
    return list(found.values())


def holes(rows: Iterable[Row], records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """What is neither killed nor proved equal, each with its line in the sources."""
    return [
        {
            "case": each["case"],
            "place": place_of_hole({"case": each["case"], **hole}),
            "unit": "",
            **hole,
        }
        for each, record in _recorded(rows, records, "mutants")
        for hole in (record["data"]["alive"] if record else ())
    ]


def coverage(rows: Iterable[Row], records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Of each design and kind of point how many there are, were hit, and are excluded."""
    return [
        {"design": each["case"].split("/")[1], "kind": kind, **sums}
        for each, record in _recorded(rows, records, "coverage")
        for kind, sums in (record or {}).get("data", {"kinds": {}})["kinds"].items()
    ]


def excluded(rows: Iterable[Row], records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Of each design how many points each reason excludes."""
    return [
        {"design": each["case"].split("/")[1], "reason": reason, "points": count}
        for each, record in _recorded(rows, records, "coverage")
        for reason, count in (record or {}).get("data", {"reasons": {}})["reasons"].items()
    ]


def missed(rows: Iterable[Row], records: Mapping[str, Record]) -> list[dict[str, str]]:
    """Points that are neither hit nor excluded, each with its line in the sources."""
    return [
        {"case": each["case"], "point": point, "place": place_of_point(point)}
        for each, record in _recorded(rows, records, "coverage")
        for point in (record or {}).get("data", {"holes": []})["holes"]
    ]


FUNCTIONAL = ("platform", "jobs", "bins", "hit", "last_new")
"""The figures of a soak's functional coverage, under the names of its record."""


def functional(rows: Iterable[Row], records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Of each soak how many kinds of jobs there are and were hit, and the jobs that ran until the
    last of them was.
    """
    return [
        {"case": each["case"]} | {name: data[name] for name in FUNCTIONAL}
        for each, data in _soaked(rows, records)
    ]


def impossible(rows: Iterable[Row], records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Of each platform how many combinations of classes each reason excludes."""
    found = {
        (data["platform"], reason): count
        for _, data in _soaked(rows, records)
        for reason, count in data["excluded"].items()
    }
    return [
        {"platform": platform, "reason": reason, "bins": count}
        for (platform, reason), count in found.items()
    ]


def unhit(rows: Iterable[Row], records: Mapping[str, Record]) -> list[dict[str, str]]:
    """Kinds of jobs that a soak did not hit; the first of them."""
    return [
        {"case": each["case"], "bin": hole}
        for each, data in _soaked(rows, records)
        for hole in data["holes"]
    ]


def _soaked(
    rows: Iterable[Row], records: Mapping[str, Record]
) -> Iterator[tuple[Row, dict[str, Any]]]:
    """The soaks with a record of today, and their figures."""
    for each, record in _recorded(rows, records, "soak"):
        if record:
            yield each, record["data"]


def _recorded(
    rows: Iterable[Row], records: Mapping[str, Record], group: str
) -> Iterator[tuple[Row, Record | None]]:
    """The cases of a group with their records of today, if these have figures."""
    for each in rows:
        if each["group"] == group:
            record = records.get(f"{each['case']} {each['subject']}", {})
            yield each, record if "data" in record else None


def judged(summary: Summary) -> list[str]:
    """The designs all of whose groups of mutants have a record of today."""
    return [each["design"] for each in summary["mutants"] if each["judged"] == each["groups"]]


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
