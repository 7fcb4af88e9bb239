"""``scegrad signoff``: runs the cases without a record, and writes the summary and the page."""

import json
import os
import sys
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from amaranth.hdl import UnusedElaboratable

from scegrad.errors import RequestError, printable
from scegrad.files import Output
from scegrad.signoff import failures, page, summary, tools
from scegrad.signoff.case import SignoffCase
from scegrad.signoff.catalogue import cases
from scegrad.signoff.ledger import Record, SignoffLedger, as_record
from scegrad.signoff.places import ROOT
from scegrad.signoff.result import CaseResult, Verdict


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
    # Of hardware that cannot be elaborated the line of the case says everything.
    warnings.simplefilter("ignore", UnusedElaboratable)
    every = cases()
    chosen = choose(every, options)
    wrong = 0
    failed = set()
    options.output.mkdir(parents=True, exist_ok=True)
    before: summary.Summary = {}
    if options.short:
        Output(options.short).discard()  # days later it would be too late to refuse it
        before = _short_before(options.short)
    with SignoffLedger(options.output, tools.identity(), options.others) as ledger:
        for number, case in enumerate(chosen, start=1):
            record, fresh = _decided(case, ledger, anew=bool(options.names))
            print(line(number, len(chosen), record, fresh=fresh), flush=True)
            wrong += record["verdict"] != Verdict.PROVED
            failed |= {case.name} if not record["subject"] else set()
        found = summary.summarise(every, ledger, whole=options.short is not None, failed=failed)
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


def _decided(case: SignoffCase, ledger: SignoffLedger, *, anew: bool) -> tuple[Record, bool]:
    """The record of a case, and whether it was made now; without a subject if none can be made: the
    ledger has no place for it then.
    """
    started = time.monotonic()
    try:
        case.subject()  # the first that needs the Verilog
    except Exception as error:
        result = CaseResult(Verdict.FAILED, failures.told(error), time.monotonic() - started)
        return as_record(case.name, "", result), True
    kept = None if anew else ledger.of(case)
    return kept or ledger.add(case, _with_waves(case, ledger.path.parent)), kept is None


def _with_waves(case: SignoffCase, output: Path) -> CaseResult:
    """Run a case; the waves of its failure are a file, which the detail names."""
    result = case.decide()
    path = output / "waves" / f"{case.name.replace('/', '-')}.vcd"
    path.unlink(missing_ok=True)  # of an older failure
    if not result.trace:
        return result
    path.parent.mkdir(exist_ok=True)
    path.write_text(result.trace, encoding="ascii")
    return replace(result, detail=f"{result.detail}; waves: {printable(path)}", trace="")


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
