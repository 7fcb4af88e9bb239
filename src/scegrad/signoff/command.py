"""``scegrad signoff``: runs the cases without a record, and writes the summary and the page."""

import os
import sys
import time
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path

from amaranth.hdl import UnusedElaboratable

from scegrad.errors import RequestError, printable
from scegrad.files import Output, OutputDirectory
from scegrad.signoff import alive, failures, page, short, summary, tools
from scegrad.signoff.case import SignoffCase
from scegrad.signoff.catalogue import cases
from scegrad.signoff.ledger import Record, SignoffLedger, as_record
from scegrad.signoff.places import ROOT
from scegrad.signoff.result import CaseResult, Verdict

USUAL = Path("out/signoff")
"""The directory of ledger, summary and page unless another is named."""

WAVES = "waves"
"""The directory for waves of failures, in that one."""


@dataclass(frozen=True)
class SignoffOptions:
    """The options of the command line; ``share`` is (i, n): the i-th of every n cases, counted from
    0. ``short`` is a file for the summary that the checkout keeps. ``accept``: the mutants that
    live now become those that are known to live.
    """

    output: Path
    names: tuple[str, ...] = ()
    quick: bool = False
    share: tuple[int, int] = (0, 1)
    others: tuple[Path, ...] = ()
    short: Path | None = None
    accept: bool = False

    @property
    def pages(self) -> tuple[Path, Path]:
        """The summary for programs and the page."""
        return self.output / "signoff.json", self.output / "signoff.html"


def main(options: SignoffOptions) -> int:
    """Run; returns 1 unless every case that was chosen is proved, mutants aside that are known to
    live.
    """
    # Of hardware that cannot be elaborated the line of the case says everything.
    warnings.simplefilter("ignore", UnusedElaboratable)
    every = cases()
    chosen = choose(every, options)
    with OutputDirectory(options.output):
        _check_files(options)
        with SignoffLedger(options.output, tools.identity(), options.others) as ledger:
            run = _Run(options, every, ledger, alive.load())
            if options.accept and not options.names:
                chosen = run.recorded(chosen)
            try:
                for number, case in enumerate(chosen, start=1):
                    print(f"[{number}/{len(chosen)}] {run.decide(case)}", flush=True)
            except KeyboardInterrupt:
                print("interrupted: writing the page of what is done", flush=True)
                run.write(run.state(whole=False))
                raise
            return run.finish()


def _check_files(options: SignoffOptions) -> None:
    """Raises ``RequestError`` if a file cannot be written, or the summary so far cannot be read:
    days later it would be too late.
    """
    for path in (*options.pages, *([options.short] if options.short else [])):
        Output(path).discard()
    if options.accept:
        Output(alive.PATH).discard()
    if options.short:
        short.read(options.short)
    if (options.output / WAVES).exists() and not (options.output / WAVES).is_dir():
        raise RequestError(f"{printable(options.output / WAVES)} must be a directory, for waves")


@dataclass
class _Run:
    """The cases that are decided so far."""

    options: SignoffOptions
    every: Sequence[SignoffCase]
    ledger: SignoffLedger
    known: alive.Known
    wrong: set[str] = field(default_factory=set)
    living: set[str] = field(default_factory=set)
    unmade: set[str] = field(default_factory=set)
    """Cases whose Verilog cannot be made: the ledger has no place for them."""

    def decide(self, case: SignoffCase) -> str:
        """Decide a case, or take its record; returns its line."""
        record, fresh = self._record(case)
        if record["verdict"] == Verdict.ALIVE:
            self.living.add(case.name)
        elif record["verdict"] != Verdict.PROVED:
            self.wrong.add(case.name)
        return line(record, self.known, fresh=fresh)

    def recorded(self, chosen: Sequence[SignoffCase]) -> list[SignoffCase]:
        """Those of some cases that have a record. Raises ``RequestError`` if none has one."""
        found = []
        for case in chosen:
            with suppress(Exception):  # of hardware that cannot be made there is no record
                if self.ledger.of(case):
                    found.append(case)
        if not found:
            raise RequestError(
                f"{printable(self.options.output)} has no record of today's sources to accept:"
                " run scegrad signoff first"
            )
        return found

    def _record(self, case: SignoffCase) -> tuple[Record, bool]:
        """The record of a case, and whether it was made now."""
        started = time.monotonic()
        try:
            case.subject()  # the first that needs the Verilog
        except Exception as error:
            self.unmade.add(case.name)
            result = CaseResult(Verdict.FAILED, failures.told(error), time.monotonic() - started)
            return as_record(case.name, "", result), True
        anew = case.name in self.options.names
        kept = None if anew else self.ledger.of(case)
        if kept:
            return kept, False
        return self.ledger.add(case, _with_waves(case, self.options.output)), True

    def state(self, *, whole: bool) -> summary.Summary:
        """The state of all cases."""
        output = "" if self.options.output == USUAL else str(self.options.output)
        return summary.summarise(
            self.every,
            self.ledger,
            whole=whole,
            failed=self.unmade,
            known=self.known,
            output=output,
        )

    def write(self, found: summary.Summary) -> None:
        """Write summary and page."""
        texts = (summary.text(found), page.page(found, _to_sources(self.options.output)))
        for path, text in zip(self.options.pages, texts, strict=True):
            _write(path, text)

    def finish(self) -> int:
        """Write everything; returns the exit status."""
        found = self.state(whole=self.options.short is not None)
        if self.options.accept:
            print(_accept(found))
            self.known = alive.load()
            found = self.state(whole=self.options.short is not None)
        self.write(found)
        if path := self.options.short:
            # Read only now: another run may have written it since this one began.
            _write(path, short.text(found, short.read(path)))
        print(f"{printable(self.options.pages[1])}: {summary.in_short(found)}")
        new = {row["case"] for row in found["cases"] if row["new"]}
        gone = alive.gone(found["holes"], summary.judged(found), self.known)
        if gone:
            print(f"{gone} fewer mutants live than are known: --accept takes them off the list")
        return 1 if self.wrong or self.living & new else 0


def _accept(found: summary.Summary) -> str:
    """Write the list of mutants that are known to live; returns what was renewed."""
    before = alive.PATH.read_text(encoding="utf-8") if alive.PATH.exists() else ""
    judged = summary.judged(found)
    _write(alive.PATH, alive.text(found["holes"], judged, before))
    told = f"known mutants of {', '.join(judged) or 'no design'} are renewed"
    left = [
        f"{each['design']} ({each['judged']} of {each['groups']} groups)"
        for each in found["mutants"]
        if each["judged"] < each["groups"]
    ]
    return told + (f"; without records of all groups: {', '.join(left)}" if left else "")


def _write(path: Path, text: str) -> None:
    with Output(path) as file:
        file.temporary.write_text(text, encoding="utf-8")
        file.commit()


def _with_waves(case: SignoffCase, output: Path) -> CaseResult:
    """Run a case; the waves of its failure are a file, which the detail names."""
    result = case.decide()
    path = output / WAVES / f"{case.name.replace('/', '-')}.vcd"
    path.unlink(missing_ok=True)  # of an older failure
    if not result.trace:
        return result
    path.parent.mkdir(exist_ok=True)
    path.write_text(result.trace, encoding="ascii")
    return replace(result, detail=f"{result.detail}; waves: {printable(path)}", trace="")


def _to_sources(output: Path) -> str:
    """From the page to the root of the checkout."""
    return os.path.relpath(ROOT, output.resolve()) + "/"


def choose(every: Sequence[SignoffCase], options: SignoffOptions) -> list[SignoffCase]:
    """The requested cases, by name or pattern, or the quick ones; of these, one share."""
    names = options.names
    unknown = [name for name in names if not any(fnmatch(case.name, name) for case in every)]
    if unknown:
        near = get_close_matches(unknown[0], [case.name for case in every], n=1)
        meant = f"; is it {near[0]}?" if near else ""
        raise RequestError(f"{unknown[0]} is no case: scegrad signoff --list names them{meant}")
    found = [
        case
        for case in every
        if (any(fnmatch(case.name, name) for name in names) if names else True)
        and (case.quick or case.name in names or not options.quick)
    ]
    if not found:
        raise RequestError("none of these cases is quick: name them without --quick")
    first, step = options.share
    if first >= len(found):
        raise RequestError(
            f"share {first + 1} of {step} is empty: {len(found)} cases are chosen, so at most"
            f" {len(found)} shares have one"
        )
    return found[first::step]


def line(record: Record, known: alive.Known, *, fresh: bool) -> str:
    """The line for a case that is done."""
    seconds = f"{record['seconds']:.1f} s" if fresh else "as recorded"
    told = f"{record['verdict']:8} {record['case']} ({seconds}): {record['detail']}"
    if record["verdict"] != Verdict.ALIVE:
        return told
    holes = [{"case": record["case"], **hole} for hole in record.get("data", {}).get("alive", ())]
    new = sum(hole["new"] for hole in alive.marked(holes, known))
    return f"{told}, {f'{new:,} of them new' if new else 'all known'}"


def listing(every: Iterable[SignoffCase]) -> str:
    """Name and claim of each case."""
    return "\n".join(f"{case.name:28} {case.claim}" for case in every)


def show_list(options: SignoffOptions) -> None:
    """Print the cases that these options choose."""
    sys.stdout.write(listing(choose(cases(), options)) + "\n")
