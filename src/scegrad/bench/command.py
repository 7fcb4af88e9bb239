"""``scegrad bench``: measure, print a table, and write JSON and pictures."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rich.console import Console

from scegrad.bench import masks, profile, wall
from scegrad.bench.cases import BenchCase, lines, sweeps
from scegrad.bench.measure import Measurement, check_fits, fitting, measure
from scegrad.build.simulator import library
from scegrad.build.store import Store
from scegrad.errors import printable
from scegrad.files import Output, OutputDirectory
from scegrad.formats import FORMATS
from scegrad.platforms import PLATFORMS, platform_of
from scegrad.progress import INTERVAL, Bar
from scegrad.show.table import Sheet, numbers, output_console, show, texts

RESULTS = "bench.json"

PROFILES = "profile.json"

KEPT = "measured.sqlite"
"""The measurements so far, for ``--resume``: by case and by simulator."""


def sheet(measurements: Iterable[Measurement]) -> Sheet:
    """A line for each case."""
    columns = [
        *texts("platform", "format", "memory"),
        *numbers("cores", "elements", "cycles", "results per cycle"),
        *texts("limit"),
        *numbers("share of it"),
    ]
    title = "cycles from start to done, under Verilator"
    return Sheet(title, columns, [_row(item) for item in measurements], groups=2)


def _row(item: Measurement) -> list[str]:
    case = item.case
    return [
        case.platform,
        case.fmt,
        case.setting,
        f"{case.cores}",
        f"{case.elements:,}",
        f"{item.cycles:,}",
        f"{item.rate:.3f}",
        item.limit,
        f"{item.share:.1%}",
    ]


class ResultCache:
    """Measurements, kept on disk as they are made.

    With ``resume`` those of an earlier run on the same simulators count.
    A context manager. Raises ``RequestError`` if the file is damaged or another run has it.
    """

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._store = Store(path, {"version": 1}, ("version",), fresh=not resume)

    def __enter__(self) -> "ResultCache":
        """The cache with what was measured before."""
        self._store.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._store.close()

    def measured(self, case: BenchCase) -> Measurement:
        """The measurement of a case, made now if it is not known."""
        simulator = library(platform_of(case.platform)).parent.name
        key = f"{simulator} {case}"
        if key not in self._store.records:
            self._store.add(key, measure(case).record())
        return Measurement.of(self._store.records[key])


def main(output: Path, *, platform: str | None = None, quick: bool, resume: bool) -> None:
    """Measure, print, and write into the directory ``output``.

    With ``quick`` only the lines of the table; with a ``platform`` (a name or a file) only its.
    """
    names = list(PLATFORMS) if platform is None else [platform]
    chosen, quick = [platform_of(name) for name in names], quick or platform is not None
    cases = list(lines(names))
    for case in cases:
        check_fits(case)
    console = output_console()
    with (
        OutputDirectory(output) as directory,
        ResultCache(directory.path / KEPT, resume=resume) as cache,
    ):
        for each in chosen:
            library(each)
        measured = _run(cases, cache.measured, "lines")
        show(sheet(measured), console)
        results: dict[str, Any] = {"lines": [item.record() for item in measured]}
        swept: list[Measurement] = []
        if not quick:
            swept = _run(list(sweeps()), cache.measured, "sweeps")
            results["sweeps"] = [item.record() for item in swept]
            results["masks"] = _masks(console)
            results["wall"] = _wall_times(console)
        with Output(directory.path / RESULTS) as file:
            file.temporary.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
            file.commit()
        if not quick:
            # Matplotlib: --quick draws nothing.
            from scegrad.bench.pictures import write_pictures

            write_pictures(directory.path, measured, swept)
        console.print(
            f"{len(measured) + len(swept)} cases measured, every counter as the memory saw it; "
            f"written to {printable(output)}"
        )


def main_profile(output: Path, *, platform: str | None = None) -> None:
    """Profile the fast simulation of every platform, or of one, print a table, and write it."""
    chosen = [platform_of(name) for name in (PLATFORMS if platform is None else [platform])]
    for each in chosen:
        for fmt in each.formats:
            fitting(each, FORMATS[fmt], profile.ELEMENTS)
    console = output_console()
    with OutputDirectory(output) as directory:
        profiles = [
            profile.measure(each, fmt, gates=gates)
            for each in chosen
            for fmt in each.formats
            for gates in (False, True)
        ]
        show(profile.sheet(profiles), console)
        with Output(directory.path / PROFILES) as file:
            records = [item.record() for item in profiles]
            file.temporary.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
            file.commit()
        console.print(f"{len(profiles)} profiles written to {printable(output)}")


def _masks(console: Console) -> list[dict[str, Any]]:
    """Show every mask and memory and return records; raises ``SimulationError`` if a job failed."""
    found = [line for name in PLATFORMS for line in masks.measure_masks(name)]
    show(masks.sheet(found), console)
    masks.check(found)
    return [line.record() for line in found]


def _wall_times(console: Console) -> list[dict[str, Any]]:
    """The wall times of every platform and format, shown and as records."""
    times = [wall.measure(name, fmt) for name, unit in PLATFORMS.items() for fmt in unit.formats]
    for item in times:
        console.print(
            f"{item.platform} {item.fmt}: {item.elements:,} elements in {item.seconds:.1f} s: "
            f"{item.over_bare:.2f} times the bare model's wall time, "
            f"{item.over_lane:.2f} of one bare lane's results per second, "
            f"{item.over_cocotb:.0f} times as fast as the cocotb bench, which takes "
            f"{item.over_floor:.1f} times as long as an empty cocotb test"
        )
    return [item.record() for item in times]


def _run(
    cases: list[BenchCase], measured: Callable[[BenchCase], Measurement], what: str
) -> list[Measurement]:
    """Measure the cases with a progress bar on standard error."""
    results = []
    with Bar(what, len(cases), lines=INTERVAL) as bar:
        for case in cases:
            bar.name(f"{what}: {case.platform} {case.fmt} {case.where}, {case.elements:,}")
            results.append(measured(case))
            bar(len(results))
    return results
