"""``scegrad sweep``: run the missing shards of a space, append them to its ledger, and sum up."""

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scegrad import progress
from scegrad.errors import RequestError, SimulationError, printable, require
from scegrad.files import Output
from scegrad.sweep import local
from scegrad.sweep.ledger import FILE, SweepLedger, load, merged
from scegrad.sweep.shard import Record
from scegrad.sweep.spaces import Space
from scegrad.sweep.summary import Summary, summarise
from scegrad.sweep.unit import LaneDesign, design

SUMMARY = "summary.json"


@dataclass(frozen=True)
class SweepOptions:
    """How a sweep is run: the ledger's place, the shards (first, last + 1), and the workers."""

    directory: Path
    shards: tuple[int, int] | None = None
    workers: int | None = None
    scheduler: str | None = None


def parse_range(text: str, shards: int) -> tuple[int, int]:
    """``A:B`` as numbers of shards; one of them may be left out, not both: ``$A:$B`` of a script
    whose variables are empty is no request for everything. Raises ``RequestError``.
    """
    first, separator, last = text.partition(":")
    try:
        bounds = int(first or 0), int(last or shards)
    except ValueError:
        bounds = -1, -1
    if text == ":" or not separator or not 0 <= bounds[0] < bounds[1] <= shards:
        raise RequestError(f"--shards is {text!r}, but must be A:B with 0 <= A < B <= {shards}")
    return bounds


def sweep(space: Space, options: SweepOptions) -> Summary:
    """Run what the ledger does not hold yet, write the summary beside it and return it. Raises
    ``RequestError`` and ``BuildError``.
    """
    if options.scheduler is not None:
        require("distributed")
        # Dask: an optional package, for sweeps on a cluster alone.
        from scegrad.sweep.watch import check_address

        check_address(options.scheduler)  # before anything is made
    unit = design(space.fmt)
    first, last = options.shards or (0, space.shards)
    with SweepLedger(options.directory, space, unit.rtl) as ledger:
        todo = [shard for shard in range(first, last) if shard not in ledger.records]
        progress.say(
            f"{_title(space)}: RTL {unit.rtl[:16]}, shards {first}:{last},"
            f" {last - first - len(todo)} of them in {ledger.path}"
        )
        if todo:
            _add_all(ledger, space, len(todo), _engine(space, todo, unit, options))
        if left := [shard for shard in todo if shard not in ledger.records]:
            raise SimulationError(
                f"{len(left)} shards are not in {ledger.path}, the first one being {left[0]}"
            )
        summary = summarise(space, unit.rtl, ledger.records)
    write_summary(options.directory / SUMMARY, summary)
    for line in describe(summary).splitlines():
        progress.say(line)
    return summary


def _engine(
    space: Space, todo: list[int], unit: LaneDesign, options: SweepOptions
) -> Iterator[Record]:
    if options.scheduler is not None:
        from scegrad.sweep.cluster import run

        return run(space, todo, unit, options.scheduler)
    return local.run(space, todo, unit, options.workers or os.cpu_count() or 1)


def _add_all(ledger: SweepLedger, space: Space, total: int, records: Iterator[Record]) -> None:
    """Add the records as they come, and show the rate and the time left."""
    start = time.monotonic()
    with progress.Bar(_title(space), total, lines=progress.INTERVAL) as bar:
        for done, record in enumerate(records, start=1):
            ledger.add(record)
            rate = done * space.shard_size / (time.monotonic() - start)
            bar(done, note=f"{rate / 1e6:.2f} M/s")


def _title(space: Space) -> str:
    return " ".join(str(value) for key, value in space.identity().items() if key != "shard_bits")


def load_summary(directory: Path) -> Summary:
    """The summary of a ledger as it is now. Raises ``RequestError`` if there is none."""
    return summarise(*load(directory))


def merge(directories: list[Path], output: Path) -> Summary:
    """Join ledgers of one space and RTL into one in ``output``, write its summary and return it.
    Raises ``RequestError``.
    """
    space, rtl, records = merged(directories)
    with SweepLedger(output, space, rtl) as ledger:
        for shard in sorted(records.keys() - ledger.records.keys()):
            ledger.add(records[shard])
        summary = summarise(space, rtl, ledger.records)
    write_summary(output / SUMMARY, summary)
    return summary


def write_summary(path: Path, summary: Summary) -> None:
    """Write a summary; the file appears whole or not at all. Raises ``RequestError``."""
    with Output(path) as file:
        file.temporary.write_text(_lines(summary))
        file.commit()


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


def _worst(summary: Summary) -> Iterator[str]:
    """A line for each quantity whose worst value is known."""
    for name, text in (
        ("ulp", "worst error {value:.6f} ulp"),
        ("used", "most of the allowance 2^-40 sigmoid(-|x|) used: {value:.4f}"),
        ("below", "s at most {value:.4f} of 2^-40 s above the significand"),
        ("above", "s at most {value:.4f} of 2^-40 s below the next significand"),
    ):
        if worst := summary["worst"].get(name):
            where = (
                f"logit {worst['logit']}, label {worst['label']}: {worst['result']}"
                if "label" in worst
                else f"logit {worst['logit']}: {worst['word']}"
            )
            yield f"  {text.format(**worst)}, at {where}"


def describe(summary: Summary) -> str:
    """A few lines for a person."""
    space = Space(**summary["space"])
    lines = [
        f"{_title(space)}: {summary['count']:,} results in {summary['shards']} of {summary['of']}"
        f" shards, RTL {summary['rtl'][:16]}"
    ]
    whole = (
        "the union of the shards is the whole space"
        if summary["complete"]
        else "the space is not complete"
    )
    lines.append(f"  {whole}; {summary['cpu_seconds']:,} s of processor time")
    lines.append(
        f"  differ from the golden model: {summary['mismatches']:,}; outside the bound:"
        f" {summary['breaches']:,}"
    )
    if gaps := summary.get("missing"):
        ranges = (f"{first >> space.shard_bits}:{end >> space.shard_bits}" for first, end in gaps)
        lines.append(f"  missing shards: {', '.join(ranges)}")
    at_least = "" if space.exhaustive else "at least "
    lines.append(f"  not correctly rounded: {at_least}{summary['misrounded']:,}")
    lines += _worst(summary)
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


def main(space: Space, options: SweepOptions) -> int:
    """Run a sweep; returns the exit status: 1 if a check failed."""
    try:
        return 0 if sweep(space, options)["ok"] else 1
    except KeyboardInterrupt:
        if (options.directory / FILE).exists():
            print(
                f"scegrad: what is done is in {printable(options.directory)}; the same command goes"
                " on from there",
                file=sys.stderr,
            )
        raise
