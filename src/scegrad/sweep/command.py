"""``scegrad sweep``: run the missing shards of a space, append them to its ledger, and sum up."""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from scegrad.errors import RequestError, SimulationError
from scegrad.sweep import local
from scegrad.sweep.ledger import FILE, Ledger, read
from scegrad.sweep.shard import Record
from scegrad.sweep.spaces import Space
from scegrad.sweep.summary import Summary, summarise
from scegrad.sweep.unit import Design, design

SUMMARY = "summary.json"


@dataclass(frozen=True)
class Options:
    """How a sweep is run: where the ledger lies, which shards (first, last + 1), with what."""

    directory: Path
    shards: tuple[int, int] | None = None
    workers: int | None = None
    scheduler: str | None = None


def parse_range(text: str, shards: int) -> tuple[int, int]:
    """``A:B`` as numbers of shards; either may be left out. Raises ``RequestError``."""
    first, separator, last = text.partition(":")
    try:
        bounds = int(first or 0), int(last or shards)
    except ValueError:
        bounds = -1, -1
    if not separator or not 0 <= bounds[0] < bounds[1] <= shards:
        raise RequestError(f"--shards is {text!r}, but must be A:B with 0 <= A < B <= {shards}")
    return bounds


def sweep(space: Space, options: Options) -> Summary:
    """Run what the ledger does not hold yet, write the summary beside it and return it. Raises ``RequestError`` and ``BuildError``."""
    unit = design(space.fmt)
    first, last = options.shards or (0, space.shards)
    console = Console(stderr=True, highlight=False)
    with Ledger(options.directory, space, unit.rtl) as ledger:
        todo = [shard for shard in range(first, last) if shard not in ledger.records]
        console.print(
            f"{_title(space)}: RTL {unit.rtl[:16]}, shards {first}:{last}, {last - first - len(todo)} of them in {ledger.path}"
        )
        if todo:
            with _Bar(space, len(todo), console) as records:
                for record in records(_engine(space, todo, unit, options)):
                    ledger.add(record)
        if left := [shard for shard in todo if shard not in ledger.records]:
            raise SimulationError(
                f"{len(left)} shards are not in {ledger.path}, the first one being {left[0]}"
            )
        summary = summarise(space, unit.rtl, ledger.records)
    write_summary(options.directory / SUMMARY, summary)
    console.print(describe(summary))
    return summary


def _engine(space: Space, todo: list[int], unit: Design, options: Options) -> Iterator[Record]:
    if options.scheduler:
        from scegrad.sweep.cluster import run

        return run(space, todo, unit, options.scheduler)
    return local.run(space, todo, unit, options.workers or os.cpu_count() or 1)


class _Bar:
    """A progress bar with the rate and the time left; on no terminal, a line now and then."""

    INTERVAL = 30

    def __init__(self, space: Space, total: int, console: Console):
        self.space, self.total, self.console = space, total, console
        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self.progress = Progress(
            TextColumn(_title(space)), *columns, console=console, disable=not console.is_terminal
        )

    def __enter__(self) -> Any:
        self.progress.start()
        return self._through

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def _through(self, records: Iterable[Record]) -> Iterator[Record]:
        task = self.progress.add_task("", total=self.total, rate="")
        start = said = time.monotonic()
        for done, record in enumerate(records, start=1):
            yield record
            now = time.monotonic()
            rate = done * self.space.shard_size / (now - start)
            self.progress.update(task, completed=done, rate=f"{rate / 1e6:.2f} M/s")
            if not self.console.is_terminal and now - said >= self.INTERVAL:
                said = now
                left = (self.total - done) * self.space.shard_size / rate
                self.console.print(
                    f"{_title(self.space)}: {done} of {self.total} shards, {rate / 1e6:.2f} M/s, {left / 60:.1f} min left"
                )


def _title(space: Space) -> str:
    return " ".join(str(value) for key, value in space.identity().items() if key != "shard_bits")


def load_summary(directory: Path) -> Summary:
    """The summary of a ledger as it is now. Raises ``RequestError`` where there is none."""
    path = directory / FILE
    if not path.is_file():
        raise RequestError(f"{path}: no such ledger")
    header, records, _ = read(path)
    if header is None:
        raise RequestError(f"{path} holds nothing yet")
    return summarise(Space(**header["space"]), header["rtl"], records)


def write_summary(path: Path, summary: Summary) -> None:
    """Write a summary; the file appears whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(_lines(summary))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _lines(summary: Summary) -> str:
    """JSON with a line for each field and each binade."""
    fields = {name: json.dumps(value) for name, value in summary.items()}
    binades = ",\n".join(
        f"  {json.dumps(key)}: {json.dumps(binade)}" for key, binade in summary["binades"].items()
    )
    fields["binades"] = f"{{\n{binades}\n }}"
    return (
        "{\n"
        + ",\n".join(f" {json.dumps(name)}: {text}" for name, text in fields.items())
        + "\n}\n"
    )


def describe(summary: Summary) -> str:
    """A few lines for a person."""
    space = Space(**summary["space"])
    lines = [
        f"{_title(space)}: {summary['count']:,} results in {summary['shards']} of {summary['of']} shards, RTL {summary['rtl'][:16]}"
    ]
    whole = (
        "the union of the shards is the whole space"
        if summary["complete"]
        else "the space is not complete"
    )
    lines.append(f"  {whole}; {summary['cpu_seconds']:,} s of processor time")
    lines.append(
        f"  differ from the golden model: {summary['mismatches']:,}; outside the bound: {summary['breaches']:,}"
    )
    at_least = "" if space.exhaustive else "at least "
    lines.append(f"  not correctly rounded: {at_least}{summary['misrounded']:,}")
    for name, text in (
        ("ulp", "worst error {value:.6f} ulp"),
        ("used", "most of the allowance 2^-34 sigmoid(-|x|) used: {value:.4f}"),
    ):
        if worst := summary["worst"].get(name):
            lines.append(
                f"  {text.format(**worst)}, at logit {worst['logit']}, label {worst['label']}: {worst['result']}"
            )
    if "falls" in summary:
        lines.append(f"  falls though the logit grows: {summary['falls']:,}")
    if "asymmetries" in summary:
        lines.append(f"  shards that are not antisymmetric: {summary['asymmetries']}")
    for logit, label, result, golden, kind in summary.get("cases", []):
        lines.append(
            f"  logit {logit}, label {label}: {result}, golden model {golden}, exact side: {kind}"
        )
    if failing := summary.get("failing_shards"):
        lines.append(
            f"  {len(failing)} shards fail, the first ones {', '.join(map(str, failing[:8]))}"
        )
    return "\n".join(lines)


def main(space: Space, options: Options) -> int:
    """Run a sweep; returns the exit status: 1 where a check failed."""
    try:
        return 0 if sweep(space, options)["ok"] else 1
    except KeyboardInterrupt:
        print(
            f"scegrad: what is done is in {options.directory}; the same command goes on from there",
            file=sys.stderr,
        )
        raise
