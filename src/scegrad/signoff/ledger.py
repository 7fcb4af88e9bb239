"""The ledger of the sign-off: one record for each case and subject, in a store that survives a
kill.

A record of another subject (the Verilog or the claim has changed since) is kept and is *stale*.
"""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scegrad.build.store import Store, read
from scegrad.errors import RequestError, printable
from scegrad.signoff.case import SignoffCase
from scegrad.signoff.result import CaseResult, Verdict

FILE = "ledger.sqlite"
VERSION = 1

Record = dict[str, Any]

LASTING = (
    Verdict.PROVED,
    Verdict.REFUTED,
    Verdict.VACUOUS,
    Verdict.ALIVE,
    Verdict.HOLES,
)
"""Verdicts that hold until something changes; an open or failed case is tried again, and is kept
for the page alone.
"""


class SignoffLedger:
    """The records of a directory, open for adding. A context manager; a second process is refused.

    ``others`` are directories whose lasting records are taken over, for shares that ran elsewhere.
    """

    def __init__(self, directory: Path, tools: str, others: Iterable[Path] = ()) -> None:
        self.path = directory / FILE
        self._tools = tools
        header = {"version": VERSION, "tools": [tools]}
        self._store = Store(self.path, header, ("version",))
        self._others = [load(other) for other in others]

    def __enter__(self) -> "SignoffLedger":
        """Read the records of the file. Raises ``RequestError``."""
        self._store.__enter__()
        try:
            self._take_over()
        except BaseException:
            self._store.close()
            raise
        return self

    def _take_over(self) -> None:
        """Add the lasting records of the others that are not here; open ones stay theirs."""
        kept = self._store.records
        for records in self._others:
            for name, record in records.items():
                lasting = record["verdict"] in LASTING
                if lasting and (name not in kept or kept[name]["verdict"] not in LASTING):
                    self._store.replace(name, record)

    def __exit__(self, *error: Any) -> None:
        """Close the file."""
        self._store.__exit__(*error)

    @property
    def records(self) -> dict[str, Record]:
        """All records, by key; of one case and subject a lasting one before an open one."""
        found: dict[str, Record] = {}
        for records in (*self._others, self._store.records):
            found |= {
                name: record
                for name, record in records.items()
                if record["verdict"] in LASTING or name not in found
            }
        return found

    def of(self, case: SignoffCase) -> Record | None:
        """The lasting record of a case for its current subject."""
        record = self.records.get(key(case))
        return record if record and record["verdict"] in LASTING else None

    def add(self, case: SignoffCase, result: CaseResult) -> Record:
        """Make a record; it is on disk when this returns. It replaces an older one of the same
        subject, but an open verdict does not replace a lasting one.
        """
        found = as_record(case.name, case.subject(), result, self._tools)
        if result.verdict in LASTING or self.of(case) is None:
            self._store.replace(key(case), found)
        return found


def as_record(name: str, subject: str, result: CaseResult, tools: str = "") -> Record:
    """A result as a record of now."""
    found = {
        "case": name,
        "subject": subject,
        "verdict": str(result.verdict),
        "detail": result.detail,
        "seconds": round(result.seconds, 2),
        "tools": tools,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    return found | ({"data": dict(result.data)} if result.data else {})


def key(case: SignoffCase) -> str:
    """The name of a case's record."""
    return f"{case.name} {case.subject()[:16]}"


def load(directory: Path) -> Mapping[str, Record]:
    """The records of a directory, also while a run adds to them. Raises ``RequestError``."""
    if not (directory / FILE).is_file():
        raise RequestError(
            f"{printable(directory)} has no {FILE}: give the output directory of another sign-off"
        )
    header, records = read(directory / FILE)
    if header and header.get("version") != VERSION:
        raise RequestError(
            f"{directory / FILE} is of version {header.get('version')},"
            f" but this program reads {VERSION}"
        )
    if not records:
        raise RequestError(f"{printable(directory / FILE)} holds no record of a sign-off")
    return records
