"""The report of a run: numbers as JSON, pictures of the gradient, its error, bus and cores."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from scegrad.files import Output
from scegrad.formats import Format
from scegrad.model import reference
from scegrad.registers import VERSION
from scegrad.request.request import Request
from scegrad.request.result import Result
from scegrad.run.timeline import Activity, Track, activity
from scegrad.show.style import COLOURS, drawn, figure_of, save

MEASURED = 1 << 20
"""The largest number of elements whose error is measured; of a longer job evenly spread ones."""

DRAWN = 20_000
"""The largest number of points in a picture."""

FEW = 4
"""The largest number of different labels with a colour each."""

WIDE = 200.0
"""Logits beyond this are drawn on a logarithmic axis."""

LANES = {"read": COLOURS[0], "write": COLOURS[1], "results": COLOURS[2]}
"""Colours of the time line."""


def write_report(
    directory: Path, request: Request, result: Result, mismatches: int, *, seed: int | None = None
) -> list[Path]:
    """Write ``report.json``, ``gradient.png`` and, if events were recorded, ``timeline.png``.

    The directory must exist. ``mismatches`` counts the elements that differ from the golden model;
    ``seed`` is that of the inputs, if they are random. Each file appears whole or not at all.
    Returns the files.
    """
    sample = _spread(request.logits.size, MEASURED)
    logits, labels = request.logits[sample], request.labels[sample]
    gradient = result.gradient.reshape(-1)[sample].astype(request.fmt.dtype, copy=False)
    errors = reference.ulp_error(gradient, logits, labels)
    due = reference.gradient(logits, labels).view(request.fmt.bits_dtype)
    values = numbers(
        request,
        result,
        mismatches,
        errors,
        int(np.count_nonzero(due != gradient.view(request.fmt.bits_dtype))),
        seed,
    )
    written = [directory / "report.json", directory / "gradient.png"]
    with Output(written[0]) as output:
        output.temporary.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
        output.commit()
    save(
        gradient_picture(request.fmt, logits, labels, gradient, errors, heading(request, result)),
        written[1],
    )
    if result.timeline is not None and result.timeline.events.size:
        written.append(directory / "timeline.png")
        title = heading(request, result)
        if result.timeline.lost:
            first, more = result.timeline.events.size, result.timeline.lost
            title += f"\nits first {first:,} beats; {more:,} more are not shown"
        save(timeline_picture(activity(request, result), title), written[-1])
    return written


def numbers(
    request: Request,
    result: Result,
    mismatches: int,
    errors: np.ndarray,
    misrounded: int,
    seed: int | None = None,
) -> dict[str, Any]:
    """The content of ``report.json``; errors are in ulp of the exact value."""
    finite = errors[np.isfinite(errors)]
    cycles = result.cycles
    return {
        "version": VERSION,
        "platform": request.platform.name,
        "format": request.fmt.name,
        "memory": request.memory,
        "core_mask": f"{sum(1 << core for core in request.job.cores):#x}",
        "backend": request.backend,
        "seed": seed,
        "shape": list(request.shape),
        "elements": request.logits.size,
        "cycles": cycles,
        "elements_per_cycle": request.logits.size / cycles if cycles else None,
        "counters": result.counters,
        "beats_missing_in_timeline": result.timeline.lost if result.timeline else None,
        "mismatches_against_golden_model": mismatches,
        "errors_measured": errors.size,
        "not_as_demanded": int(errors.size - finite.size),
        "not_correctly_rounded": misrounded,
        "worst_error_ulp": float(finite.max()) if finite.size else None,
        "mean_error_ulp": float(finite.mean()) if finite.size else None,
    }


def heading(request: Request, result: Result) -> str:
    """One line: the job, and its speed."""
    cores = len(request.job.cores)
    memory = (
        f"private memory of core {request.job.unit}" if request.job.private else "shared memory"
    )
    count = request.logits.size
    where = f"{request.platform.name}, {request.fmt.name}, {memory}"
    head = f"{where}, {cores} core{'s' * (cores > 1)}: {count:,} elements"
    return (
        f"{head} in {result.cycles:,} cycles, {count / result.cycles:.2f} per cycle"
        if result.cycles
        else head
    )


def _spread(count: int, most: int) -> np.ndarray:
    """Indices of at most ``most`` of ``count`` elements, evenly spread."""
    return np.arange(count) if count <= most else np.linspace(0, count - 1, most).astype(np.int64)


@drawn
def gradient_picture(
    fmt: Format,
    logits: np.ndarray,
    labels: np.ndarray,
    gradient: np.ndarray,
    errors: np.ndarray,
    title: str = "",
) -> Figure:
    """Above, the gradient over the logit, with a colour per label; below, the error over the
    logit.
    """
    finite = np.flatnonzero(np.isfinite(logits) & np.isfinite(gradient) & np.isfinite(errors))
    shown = finite[_spread(finite.size, DRAWN)]
    x, y, g, e = (array[shown].astype(np.float64) for array in (logits, labels, gradient, errors))
    figure = figure_of(6.6)
    above, below = figure.subplots(2, 1, sharex=True)
    figure.suptitle(title)
    _scatter_by_label(figure, above, below, np.stack([x, y, g, e]))
    sampled = shown.size < finite.size
    drawn_of = f": {shown.size:,} of {finite.size:,} results, evenly spread" if sampled else ""
    above.set(ylabel="gradient", title=f"sigmoid(logit) - label, in {fmt.name}{drawn_of}")
    worst = float(errors[finite].max(initial=0))
    nearest = "0.5 ulp: at most this if the result is the nearest number"
    below.axhline(0.5, color="black", linewidth=0.9, linestyle="--", label=nearest)
    below.set(
        xlabel="logit", ylabel="error in ulp of the exact value", ylim=(0, max(0.6, 1.1 * worst))
    )
    below.set_title(
        f"distance from the exact value: at worst {worst:.6f} ulp in {finite.size:,} results"
    )
    below.legend(loc="upper right", framealpha=0.9)
    for axes in (above, below):
        if np.abs(x).max(initial=0) > WIDE:
            axes.set_xscale("symlog", linthresh=1)
    return figure


def _scatter_by_label(figure: Figure, above: Axes, below: Axes, points: np.ndarray) -> None:
    """Draw rows logit, label, gradient and error: a colour per label if few, else a scale."""
    x, y, g, e = points
    kinds = np.unique(y)
    if kinds.size <= FEW:
        for kind, colour in zip(kinds, COLOURS, strict=False):
            at = y == kind
            above.scatter(
                x[at],
                g[at],
                s=5,
                color=colour,
                linewidths=0,
                label=f"label {kind:g} ({at.sum():,})",
            )
            below.scatter(x[at], e[at], s=3, color=colour, linewidths=0, alpha=0.6)
        if kinds.size:
            above.legend(loc="upper left", markerscale=3, framealpha=0.9)
        return
    low, high = y.min(), y.max()
    inner = np.quantile(y, (0.01, 0.99))
    if high - low > 2 * (inner[1] - inner[0]):
        low, high = inner
    style: dict[str, Any] = {"c": y, "cmap": "viridis", "vmin": low, "vmax": high, "linewidths": 0}
    image = above.scatter(x, g, s=5, **style)
    below.scatter(x, e, s=3, **style)
    figure.colorbar(
        image,
        ax=(above, below),
        label="label",
        extend="both" if y.min() < low or y.max() > high else "neither",
        pad=0.02,
    )


@drawn
def timeline_picture(recorded: Activity, title: str = "") -> Figure:
    """The activity of the port's channels and of the cores, one lane each, over the cycles of the
    job.
    """
    groups = list(dict.fromkeys(lane.group for lane in recorded.lanes))
    sizes = [sum(lane.group == group for lane in recorded.lanes) for group in groups]
    figure = figure_of(1.6 + 0.36 * sum(sizes))
    figure.suptitle(title)
    parts = figure.subplots(len(groups), 1, sharex=True, height_ratios=sizes, squeeze=False)[:, 0]
    for axes, group in zip(parts, groups, strict=True):
        lanes = [lane for lane in recorded.lanes if lane.group == group]
        for row, lane in enumerate(reversed(lanes)):
            _draw_lane(axes, row, lane, recorded.width)
        names = [lane.name for lane in reversed(lanes)]
        axes.set_yticks(np.arange(len(lanes)) + 0.4, names)
        axes.set_ylim(-0.1, len(lanes))
        axes.set_title(f"{group}: {_measured(lanes[0])}")
        axes.grid(visible=False)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
    last = parts[-1]
    last.set_xlabel(
        "clock cycles since the start of the job"
        + (f", averaged over {recorded.width}" if recorded.width > 1 else "")
    )
    last.set_xlim(0, recorded.cycles)
    last.xaxis.set_major_locator(MaxNLocator(integer=True))
    handles = [Patch(color=colour, label=name) for name, colour in LANES.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return figure


def _measured(lane: Track) -> str:
    """The text about the height of a full lane, which is the same for every job on a platform."""
    full = f"a full lane is {lane.most:g} {lane.measure}{'s' * (lane.most > 1)} per cycle"
    if lane.measure == "result":
        return f"{full}; computed no later than shown"
    return f"{full}; AR, AW and B count the beats of their bursts"


def _draw_lane(axes: Axes, row: int, lane: Track, width: int) -> None:
    """Fill a lane to its rate, with its total at the right."""
    kind = (
        "results"
        if lane.unit == "results"
        else "read"
        if lane.name.startswith(("AR", "R"))
        else "write"
    )
    edges = np.arange(lane.rate.size + 1) * width
    height = np.minimum(lane.rate / lane.most, 1) * 0.8
    axes.stairs(row + height, edges, baseline=row, fill=True, color=LANES[kind])
    axes.axhline(row, color="0.8", linewidth=0.6, zorder=0)
    axes.text(
        1.005,
        row + 0.4,
        f"{lane.total:,} {lane.unit}",
        transform=axes.get_yaxis_transform(),
        va="center",
        color="0.3",
    )
