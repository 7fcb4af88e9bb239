"""``scegrad bench``: measure, print a table, and write JSON and pictures."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scegrad.bench import wall
from scegrad.bench.cases import Case, lines, sweeps
from scegrad.bench.measure import Measurement, measure
from scegrad.build.simulator import library
from scegrad.files import Output, OutputDirectory
from scegrad.platforms import PLATFORMS
from scegrad.show.table import Column, Sheet, output_console, show

RESULTS = "bench.json"

KEPT = "measured.jsonl"
"""What has been measured so far, for ``--resume``: one case a line, with the simulator that it was measured on."""


def sheet(measurements: Iterable[Measurement]) -> Sheet:
    """A line for each case."""
    columns = [
        Column("platform", text=True),
        Column("format", text=True),
        Column("memory", text=True),
        Column("cores"),
        Column("elements"),
        Column("cycles"),
        Column("results per cycle"),
        Column("limit", text=True),
        Column("share of it"),
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


class Notebook:
    """Measurements kept on disk as they are made; with ``resume`` those of an earlier run on the same simulators count."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._path = path
        self._known: dict[tuple[str, Case], Measurement] = {}
        if resume and path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    record = json.loads(line)
                except (
                    json.JSONDecodeError
                ):  # the line that was being written when the run was stopped
                    continue
                measurement = Measurement.of(record["measurement"])
                self._known[record["simulator"], measurement.case] = measurement
        elif path.exists():
            path.unlink()

    def measured(self, case: Case) -> Measurement:
        """The measurement of a case, made now where it is not known."""
        simulator = library(PLATFORMS[case.platform]).parent.name
        found = self._known.get((simulator, case))
        if found is None:
            found = self._known[simulator, case] = measure(case)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(
                    json.dumps({"simulator": simulator, "measurement": found.record()}) + "\n"
                )
        return found


def main(output: Path, *, quick: bool, resume: bool) -> None:
    """Measure, print, and write into the directory ``output``; with ``quick`` only the lines of the table."""
    console = output_console()
    with OutputDirectory(output) as directory:
        notebook = Notebook(directory.path / KEPT, resume=resume)
        for platform in PLATFORMS.values():
            library(platform)
        measured = _run(list(lines()), notebook.measured, "lines")
        show(sheet(measured), console)
        results: dict[str, Any] = {"lines": [item.record() for item in measured]}
        if not quick:
            swept = _run(list(sweeps()), notebook.measured, "sweeps")
            results["sweeps"] = [item.record() for item in swept]
            times = [wall.measure(name) for name in PLATFORMS]
            for item in times:
                ratios = f"{item.over_bare:.2f} times the bare model's wall time, {item.over_cocotb:.0f} times as fast as the cocotb bench"
                console.print(
                    f"{item.platform}: {item.elements:,} elements in {item.seconds:.1f} s: {ratios}",
                )
            results["wall"] = [item.record() for item in times]
        with Output(directory.path / RESULTS) as file:
            file.temporary.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
            file.commit()
        if not quick:
            from scegrad.bench.pictures import write_pictures

            write_pictures(directory.path, measured, swept)
        count = sum(len(results.get(part, ())) for part in ("lines", "sweeps"))
        console.print(
            f"{count} cases measured, every counter as the memory saw it; written to {output}",
        )


def _run(
    cases: list[Case], measured: Callable[[Case], Measurement], what: str
) -> list[Measurement]:
    """Measure the cases with a progress bar on standard error."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    results = []
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(what, total=len(cases))
        for case in cases:
            bar.update(
                task,
                description=f"{what}: {case.platform} {case.fmt} {case.where}, {case.elements:,}",
            )
            results.append(measured(case))
            bar.advance(task)
    return results
