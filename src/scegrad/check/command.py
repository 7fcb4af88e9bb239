"""``scegrad check``: measures the error of results against the exact ones."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scegrad.errors import RequestError
from scegrad.files import load_array
from scegrad.formats import Format
from scegrad.model import reference
from scegrad.progress import INTERVAL, Bar
from scegrad.request.arrays import Arrays
from scegrad.request.differences import FIRST, DifferingElement, differences
from scegrad.show.lines import folded

JUDGED_AT_ONCE = 1 << 18
"""Elements per step of the check."""

NEAREST = 0.5
"""The largest error of a correctly rounded result, in ulp."""


@dataclass
class CheckResult:
    """The findings about a gradient.

    ``other`` counts results that are not the nearest number, ``beyond`` results with an error over
    the bound. ``worst`` is the largest error in ulp, at the flat index ``place``. ``first`` has the
    first results beyond the bound, with their errors.
    """

    elements: int = 0
    other: int = 0
    beyond: int = 0
    worst: float = 0.0
    place: int = 0
    first: list[tuple[DifferingElement, float]] = field(default_factory=list)


def check_files(logits: Path, labels: Path, gradient: Path, fmt: str | None, bound: float) -> int:
    """Check the files and print; returns the number of results beyond the bound. Raises
    ``RequestError``.
    """
    if not NEAREST <= bound < np.inf:
        raise RequestError(f"--ulp is {bound:g}, but must be {NEAREST} or more, and finite")
    arrays = Arrays.of(load_array(logits), load_array(labels), fmt)
    result = load_array(gradient)
    if result.shape != arrays.logits.shape:
        raise RequestError(
            f"the gradient has shape {result.shape}, the logits {arrays.logits.shape}, but the"
            " shapes must agree"
        )
    if result.dtype.newbyteorder("=") != arrays.fmt.dtype:
        raise RequestError(
            f"the gradient is {result.dtype}, but must be {arrays.fmt.dtype}, the format of the"
            " logits: give the format in which it was computed with --format"
        )
    x, y = arrays.flat()
    flat = np.ascontiguousarray(result).reshape(-1).astype(arrays.fmt.dtype, copy=False)
    found = judge(arrays.fmt, result.shape, x, y, flat, bound)
    for line in lines(arrays.fmt, result.shape, found, bound):
        print(folded(line, sys.stdout))
    return found.beyond


def judge(
    fmt: Format,
    shape: tuple[int, ...],
    logits: np.ndarray,
    labels: np.ndarray,
    results: np.ndarray,
    bound: float,
) -> CheckResult:
    """Check flat arrays of one format: the elements of an array of ``shape``."""
    found = CheckResult(elements=results.size)
    with Bar("judging", results.size, lines=INTERVAL) as progress:
        for start in range(0, results.size, JUDGED_AT_ONCE):
            part = slice(start, start + JUDGED_AT_ONCE)
            _judge_part(
                fmt, shape, found, start, (logits[part], labels[part], results[part]), bound
            )
            progress(min(start + JUDGED_AT_ONCE, results.size))
    return found


def _judge_part(
    fmt: Format,
    shape: tuple[int, ...],
    found: CheckResult,
    start: int,
    arrays: tuple[np.ndarray, np.ndarray, np.ndarray],
    bound: float,
) -> None:
    x, y, got = arrays
    nearest = reference.gradient(x, y)
    # Any NaN, and either zero, becomes the one of the reference.
    alike = (np.isnan(got) & np.isnan(nearest)) | (got == nearest)
    judged = np.where(alike, nearest, got)
    errors = reference.ulp_error(judged, x, y)
    found.other += int(np.count_nonzero(~alike))
    if errors.size and errors.max() > found.worst:
        found.worst, found.place = float(errors.max()), start + int(errors.argmax())
    # The nearest number is at most half an ulp away, whatever the last digits of its error say.
    beyond = np.flatnonzero(~alike & ~(errors <= bound))
    found.beyond += beyond.size
    some = beyond[: FIRST - len(found.first)]
    told = differences(fmt, shape, some, start, (x, y, got, nearest))
    found.first += zip(told, errors[some].tolist(), strict=True)


def lines(fmt: Format, shape: tuple[int, ...], found: CheckResult, bound: float) -> list[str]:
    """The lines that the command prints."""
    head = f"{found.elements} results in {fmt.name}: {found.other} are not the nearest number"
    if found.worst:
        place = ", ".join(str(i) for i in np.unravel_index(found.place, shape)) if shape else ""
        head += f"; worst error {found.worst:.6g} ulp, at [{place}]"
    text = [head, f"{found.beyond} beyond the bound of {bound:g} ulp"]
    if found.first:
        text[-1] += ", the first of them:" if found.beyond > len(found.first) else ":"
    text += [f"  {each.text(fmt)}: {error:.6g} ulp" for each, error in found.first]
    return text
