"""``scegrad run``: reads arrays from files, runs the simulated hardware on them, compares the
result with the golden model, and writes a file and a report.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from scegrad.api import carry_out
from scegrad.errors import printable, require
from scegrad.files import Output, OutputDirectory, check_apart, load_array, text_stream
from scegrad.model import golden
from scegrad.progress import INTERVAL, Bar
from scegrad.request.differences import FIRST, DifferingElement, differences
from scegrad.request.request import Request, prepare
from scegrad.request.result import Result
from scegrad.request.settings import Settings
from scegrad.show.lines import folded

COMPARED_AT_ONCE = 1 << 18
"""Elements per comparison with the golden model."""

REPORT = ("report.json", "gradient.png", "timeline.png")
"""The files of a report."""


@dataclass(frozen=True)
class Files:
    """The files that ``scegrad run`` reads and writes; ``overwrite`` allows an output to replace an
    input.
    """

    logits: Path
    labels: Path
    output: Path
    report: Path | None = None
    overwrite: bool = False


def run_files(files: Files, settings: Settings) -> int:
    """Run the job; returns the number of elements that differ from the golden model.

    Raises ``RequestError`` before anything runs.
    """
    if files.report is not None:
        require("matplotlib")
    settings = replace(settings, timeline=files.report is not None)
    request = prepare(load_array(files.logits), load_array(files.labels), settings)
    _check_outputs(files, request)
    with ExitStack() as stack:
        gradient = stack.enter_context(Output(files.output))
        report = stack.enter_context(OutputDirectory(files.report)) if files.report else None
        with Bar("computing", request.logits.size, lines=INTERVAL) as progress:
            result = carry_out(request, progress)
        mismatches, first = _compare(request, result)
        gradient.save(result.gradient)
        if report:
            _report(report, request, result, mismatches)
        gradient.commit()
    text = text_stream(files.output, request.waves)
    print(folded(summary(request, result, mismatches, files.output), text), file=text)
    for difference in first:
        print(folded(f"  {difference.text(request.fmt)}", text), file=text)
    return mismatches


def _report(directory: OutputDirectory, request: Request, result: Result, mismatches: int) -> None:
    # Matplotlib takes longer to load than a short job to run.
    from scegrad.run.report import write_report

    with directory.whole() as work:
        write_report(work, request, result, mismatches)


def _check_outputs(files: Files, request: Request) -> None:
    """Refuse an output that would replace another, or an input."""
    outputs = [("the gradient", files.output)]
    if request.waves:
        outputs.append(("the waves", request.waves))
    if files.report:
        outputs += [("a file of the report", files.report / name) for name in REPORT]
    inputs = [("the logits", files.logits), ("the labels", files.labels)]
    check_apart(outputs, [] if files.overwrite else inputs)


def _compare(request: Request, result: Result) -> tuple[int, list[DifferingElement]]:
    """The number of elements whose bits differ from the golden model's, and the first of them."""
    if request.backend == "model":
        return 0, []
    bits = request.fmt.bits_dtype
    flat = result.gradient.reshape(-1).astype(request.fmt.dtype, copy=False)
    count = 0
    first: list[DifferingElement] = []
    with Bar("comparing", flat.size) as progress:
        # In pieces: the golden model's intermediate arrays are many times as large as its results.
        for start in range(0, flat.size, COMPARED_AT_ONCE):
            part = slice(start, start + COMPARED_AT_ONCE)
            x, y, got = request.logits[part], request.labels[part], flat[part]
            expected = golden.gradient(x, y)
            wrong = np.flatnonzero(got.view(bits) != expected.view(bits))
            count += wrong.size
            some = wrong[: FIRST - len(first)]
            first += differences(request.fmt, request.shape, some, start, (x, y, got, expected))
            progress(min(start + COMPARED_AT_ONCE, flat.size))
    return count, first


def summary(request: Request, result: Result, mismatches: int, output: Path) -> str:
    """The line that the command prints."""
    where = f"{request.platform.name} {request.fmt.name} {request.memory} ({request.backend})"
    count = request.logits.size
    if result.cycles is None:
        return f"{where}: {count} elements by the golden model -> {printable(output)}"
    speed = (
        f"{count} elements in {result.cycles} cycles ({count / max(result.cycles, 1):.3f} per"
        " cycle)"
    )
    verdict = (
        "bit for bit the golden model"
        if not mismatches
        else f"MISMATCH: {mismatches} elements differ from the golden model"
    )
    return f"{where}: {speed}, {verdict} -> {printable(output)}"
