"""``scegrad signoff``: runs the cases without a record, and writes the summary and the page."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from scegrad.errors import RequestError, printable
from scegrad.files import Output
from scegrad.signoff import page, summary, tools
from scegrad.signoff.case import SignoffCase
from scegrad.signoff.catalogue import cases
from scegrad.signoff.ledger import Record, SignoffLedger
from scegrad.signoff.places import ROOT
from scegrad.signoff.result import Verdict


@dataclass(frozen=True)
class SignoffOptions:
    """The options of the command line; ``share`` is (i, n): the i-th of every n cases, counted from
    0. ``short`` is a file for the summary that the checkout keeps.
    """

    output: Path
    names: tuple[str, ...] = ()
    quick: bool = False
    share: tuple[int, int] = (0, 1)
    others: tuple[Path, ...] = ()
    short: Path | None = None


def main(options: SignoffOptions) -> int:
    """Run; returns 1 unless every case that was chosen is proved."""
    every = cases()
    chosen = choose(every, options)
    wrong = 0
    options.output.mkdir(parents=True, exist_ok=True)
    before: summary.Summary = {}
    if options.short:
        Output(options.short).discard()  # days later it would be too late to refuse it
        before = _short_before(options.short)
    with SignoffLedger(options.output, tools.identity(), options.others) as ledger:
        for number, case in enumerate(chosen, start=1):
            record = None if options.names else ledger.of(case)
            fresh = record is None
            if record is None:
                record = ledger.add(case, case.run())
            print(line(number, len(chosen), record, fresh=fresh), flush=True)
            wrong += record["verdict"] != Verdict.PROVED
        found = summary.summarise(every, ledger, whole=options.short is not None)
    texts = {
        options.output / "signoff.json": summary.text(found),
        options.output / "signoff.html": page.page(found, _to_sources(options.output)),
    }
    if options.short:
        texts[options.short] = summary.short(found, before)
    for path, text in texts.items():
        with Output(path) as file:
            file.temporary.write_text(text, encoding="utf-8")
            file.commit()
    print(f"{printable(options.output / 'signoff.html')}: {summary.in_short(found)}")
    return 1 if wrong else 0


def _to_sources(output: Path) -> str:
    """From the page to the root of the checkout."""
    return os.path.relpath(ROOT, output.resolve()) + "/"


def _short_before(path: Path) -> summary.Summary:
    """The summary that the checkout has so far, none if there is none. Raises ``RequestError``."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise RequestError(f"{printable(path)}: no summary of a sign-off: {error}") from error
    if not isinstance(found, dict) or found.get("version") != summary.VERSION:
        raise RequestError(f"{printable(path)}: no summary of a sign-off that this program reads")
    return found


def choose(every: Sequence[SignoffCase], options: SignoffOptions) -> list[SignoffCase]:
    """The requested cases, by name or pattern, or the quick ones; of these, one share."""
    names = options.names
    unknown = [name for name in names if not any(fnmatch(case.name, name) for case in every)]
    if unknown:
        raise RequestError(f"{unknown[0]} is no case: scegrad signoff --list names them")
    found = [
        case
        for case in every
        if (any(fnmatch(case.name, name) for name in names) if names else True)
        and (case.quick or names or not options.quick)
    ]
    first, step = options.share
    return found[first::step]


def line(number: int, count: int, record: Record, *, fresh: bool) -> str:
    """The line for a case that is done."""
    seconds = f"{record['seconds']:.1f} s" if fresh else "as recorded"
    return (
        f"[{number}/{count}] {record['verdict']:8} {record['case']} ({seconds}): {record['detail']}"
    )


def listing(every: Iterable[SignoffCase]) -> str:
    """Name and claim of each case."""
    return "\n".join(f"{case.name:28} {case.claim}" for case in every)


def show_list() -> None:
    """Print every case."""
    sys.stdout.write(listing(cases()) + "\n")
