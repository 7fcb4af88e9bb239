"""``scegrad run``: arrays from files through the simulated hardware, compared with the golden model, into a file and a report."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from scegrad.api import carry_out
from scegrad.errors import RequestError
from scegrad.files import Output, OutputDirectory, load_array
from scegrad.progress import INTERVAL, Bar
from scegrad.request.request import Request, prepare
from scegrad.request.result import Result
from scegrad.request.settings import Settings

COMPARED_AT_ONCE = 1 << 18
"""Elements that are compared with the golden model at a time."""


def run_files(
    logits: Path, labels: Path, output: Path, report: Path | None, settings: Settings
) -> int:
    """Run the job; returns the number of elements that differ from the golden model.

    Raises ``RequestError`` before anything runs.
    """
    settings = replace(settings, timeline=report is not None)
    request = prepare(load_array(logits), load_array(labels), settings)
    _check_outputs(output, request)
    with ExitStack() as stack:
        gradient = stack.enter_context(Output(output))
        directory = stack.enter_context(OutputDirectory(report)) if report else None
        with Bar("computing", lines=INTERVAL) as progress:
            result = carry_out(request, progress)
        mismatches = _compare(request, result)
        with gradient.temporary.open("wb") as file:
            np.save(file, result.gradient)
        gradient.commit()
        if directory:
            from scegrad.run.report import write_report

            write_report(directory.path, request, result, mismatches)
    print(summary(request, result, mismatches, output))
    return mismatches


def _check_outputs(output: Path, request: Request) -> None:
    if request.waves and request.waves.resolve() == output.resolve():
        raise RequestError(f"{output} cannot be both the gradient and the waves")


def _compare(request: Request, result: Result) -> int:
    """Elements whose bits are not those of the golden model, which is computed in pieces."""
    if request.backend == "model":
        return 0
    from scegrad.model import golden

    bits = request.fmt.bits_dtype
    flat = result.gradient.reshape(-1).astype(request.fmt.dtype, copy=False).view(bits)
    mismatches = 0
    with Bar("comparing") as progress:
        for first in range(0, flat.size, COMPARED_AT_ONCE):
            part = slice(first, first + COMPARED_AT_ONCE)
            expected = golden.gradient(request.logits[part], request.labels[part]).view(bits)
            mismatches += int(np.count_nonzero(flat[part] != expected))
            progress(min(first + COMPARED_AT_ONCE, flat.size), flat.size)
    return mismatches


def summary(request: Request, result: Result, mismatches: int, output: Path) -> str:
    """The line that the command prints."""
    where = f"{request.platform.name} {request.fmt.name} {request.memory} ({request.backend})"
    count = request.logits.size
    if result.cycles is None:
        return f"{where}: {count} elements by the golden model -> {output}"
    speed = (
        f"{count} elements in {result.cycles} cycles ({count / max(result.cycles, 1):.3f} a cycle)"
    )
    verdict = (
        "bit for bit the golden model"
        if not mismatches
        else f"MISMATCH: {mismatches} elements differ from the golden model"
    )
    return f"{where}: {speed}, {verdict} -> {output}"
