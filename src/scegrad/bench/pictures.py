"""The pictures of the measurements: roofline, scaling, share of the bound, kinds of cycles."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scegrad.bench.cases import FPGA_MHZ, LONG, BenchCase
from scegrad.bench.measure import Measurement
from scegrad.formats import FORMATS
from scegrad.platforms import PLATFORMS
from scegrad.show.style import COLOURS, MARKS, drawn, figure_of, legend_in, save
from scegrad.sim.dram import PRESETS, preset

COLUMNS = 3
"""Parts of a picture that stand side by side."""

CYCLE_KINDS = (
    ("operands taken", COLOURS[2]),
    ("datapath busy", COLOURS[0]),
    ("waiting for read data", COLOURS[1]),
    ("after the last operands", "0.75"),
)
"""The kinds of cycles of a job: the operands' side of the datapath counts each cycle once."""

WAITS = (("stall_port", "AR waits", COLOURS[3]), ("stall_write", "AW or W waits", COLOURS[4]))
"""Counters of cycles in which an address or data waited for the memory."""

Point = tuple[float, float]

Unit = tuple[str, str]
"""Platform and format."""


def write_pictures(
    directory: Path, lines: Sequence[Measurement], sweeps: Sequence[Measurement]
) -> list[Path]:
    """Write every picture into a directory that is there; returns the files."""
    measurements = [*lines, *sweeps]
    pictures = {
        "roofline.png": roofline(measurements),
        "scaling.png": scaling(measurements),
        "lengths.png": lengths(measurements),
        "cycles.png": cycles(lines),
    }
    for name, figure in pictures.items():
        save(figure, directory / name)
    return [directory / name for name in pictures]


def units_of(measurements: Iterable[Measurement]) -> list[Unit]:
    """Platforms with their formats, in the order of their appearance."""
    return list(dict.fromkeys((item.case.platform, item.case.fmt) for item in measurements))


def _parts(figure: Figure, units: Sequence[Unit]) -> list[Axes]:
    """A part for each unit, titled, ``COLUMNS`` side by side, and one more for the legend."""
    rows = -(-(len(units) + 1) // COLUMNS)
    parts = list(figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).flat)
    for (platform, fmt), axes in zip(units, parts, strict=False):
        axes.set_title(f"{platform} {fmt}")
    for unused in parts[len(units) + 1 :]:
        unused.set_axis_off()
    return parts[: len(units) + 1]


def _label(parts: Sequence[Axes], xlabel: str, ylabel: str) -> None:
    """Name the axes at the left and the lower edge; the last part is the legend's."""
    for k, axes in enumerate(parts[:-1]):
        if k % COLUMNS == 0:
            axes.set_ylabel(ylabel)
        if k + COLUMNS >= len(parts) - 1:
            axes.set_xlabel(xlabel)
            axes.tick_params(labelbottom=True)
    legend_in(parts[-1], parts[:-1])


def _whole(measurements: Iterable[Measurement], unit: Unit) -> list[Measurement]:
    """The unit's jobs on shared memory that use all its cores."""
    cores = PLATFORMS[unit[0]].cores
    mine = (m for m in measurements if (m.case.platform, m.case.fmt) == unit)
    return [m for m in mine if m.case.memory == "shared" and m.case.cores == cores]


@drawn
def roofline(measurements: Sequence[Measurement]) -> Figure:
    """Results per cycle of long jobs over the memory's bytes per cycle, and their bound."""
    units = units_of(measurements)
    figure = figure_of(5.2)
    figure.suptitle(f"jobs of {LONG:,} elements, all cores, aligned arrays")
    parts = _parts(figure, units)
    memories: dict[str, str] = {}
    for unit, axes in zip(units, parts, strict=False):
        chosen = [m for m in _whole(measurements, unit) if m.case.elements == LONG]
        chosen = [m for m in chosen if not m.case.offsets]
        bandwidths = np.geomspace(4, 256, 200)
        bound = np.minimum(bandwidths / (3 * FORMATS[unit[1]].bytes), chosen[0].case.bound)
        axes.plot(bandwidths, bound, color="0.3", lw=1.2, label="bound of cores and memory")
        for m in chosen:
            mark = memories.setdefault(m.case.where, MARKS[len(memories) % len(MARKS)])
            colour = COLOURS[list(memories).index(m.case.where) % len(COLOURS)]
            axes.plot(
                *([_bandwidth(m.case)], [m.rate]), mark, color=colour, mfc="none", ms=7, mew=1.5,
                label=m.case.where,
            )  # fmt: skip
        axes.set(xscale="log", yscale="log")
        axes.set_xticks([4, 16, 64, 256], ["4", "16", "64", "256"])
        axes.set_yticks([0.25, 0.5, 1, 2, 4, 8], ["1/4", "1/2", "1", "2", "4", "8"])
        axes.minorticks_off()
    _label(parts, "memory's bytes per cycle", "results per cycle")
    return figure


def _bandwidth(case: BenchCase) -> float:
    """Bytes per cycle: the peak of a DRAM; else a word read and half a word written."""
    if case.dram:
        return preset(case.dram, core_mhz=case.core_mhz).peak
    return 1.5 * case.port_bytes


def _curve(axes: Axes, k: int, points: Sequence[Point], name: str, size: float) -> None:
    """Curve number ``k``, with hollow marks of a ``size`` in points."""
    style: dict[str, Any] = {"color": COLOURS[k], "marker": MARKS[k], "ms": size, "mfc": "none"}
    axes.plot(*zip(*points, strict=True), lw=1, label=name, **style)


@drawn
def scaling(measurements: Sequence[Measurement]) -> Figure:
    """Results per cycle over the number of cores, on memory that answers at once and on DRAM."""
    units = [unit for unit in units_of(measurements) if PLATFORMS[unit[0]].cores > 1]
    figure = figure_of(3.4)
    parts = figure.subplots(1, len(units), squeeze=False)[0]
    for axes, unit in zip(parts, units, strict=True):
        mine = [m for m in measurements if (m.case.platform, m.case.fmt) == unit]
        mine = [m for m in mine if m.case.memory == "shared" and m.case.elements == LONG]
        mine = [m for m in mine if not m.case.offsets and not m.case.latency]
        for k, dram in enumerate((None, *PRESETS)):
            clocks = (FPGA_MHZ,) if dram else (None,)
            chosen = [m for m in mine if m.case.dram == dram and m.case.core_mhz in clocks]
            points = sorted({(m.case.cores, m.rate) for m in chosen})
            name = f"{dram}, unit at {FPGA_MHZ} MHz" if dram else "answers at once"
            # Points that coincide stay visible: each mark is larger than the next one.
            _curve(axes, k, points, name, 10 - 6 * k / len(PRESETS))
        counts = sorted({m.case.cores for m in mine})
        per_core = PLATFORMS[unit[0]].results_per_cycle(FORMATS[unit[1]])
        axes.plot(counts, [per_core * n for n in counts], ":", color="0.3", lw=1, label="linear")
        axes.set(title=" ".join(unit), xlabel="cores", xticks=counts, ylim=(0, None))
    parts[0].set_ylabel("results per cycle")
    handles = parts[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=4)
    return figure


@drawn
def lengths(measurements: Sequence[Measurement]) -> Figure:
    """Share of the bound over the length of the job, for each kind of memory."""
    units = units_of(measurements)
    figure = figure_of(5.2)
    parts = _parts(figure, units)
    for unit, axes in zip(units, parts, strict=False):
        mine = [m for m in _whole(measurements, unit) if m.case.core_mhz in (None, FPGA_MHZ)]
        curves: dict[str, set[tuple[int, float]]] = {}
        for m in mine:
            name = m.case.where + (", misaligned" if m.case.offsets else "")
            curves.setdefault(name, set()).add((m.case.elements, m.rate / m.case.bound))
        swept = {name: sorted(points) for name, points in curves.items() if len(points) > 3}
        for k, (name, points) in enumerate(swept.items()):
            _curve(axes, k, points, name, 8 - 1.2 * k)
        axes.set(xscale="log", ylim=(0, 1.05))
    _label(parts, "elements", "share of the bound")
    return figure


@drawn
def cycles(measurements: Sequence[Measurement]) -> Figure:
    """Kinds of cycles of each job, by the counters: aligned arrays, one core or all of them."""
    chosen = [m for m in measurements if not m.case.offsets]
    chosen = [m for m in chosen if m.case.cores in (1, PLATFORMS[m.case.platform].cores)]
    units = units_of(chosen)
    groups = [[m for m in chosen if (m.case.platform, m.case.fmt) == unit] for unit in units]
    figure = figure_of(0.24 * len(chosen) + 0.45 * len(groups) + 0.8)
    rows = figure.subplots(
        len(groups), 2, sharex="col", sharey="row", width_ratios=(3, 1), squeeze=False,
        height_ratios=[len(group) for group in groups],
    )  # fmt: skip
    for unit, group, (spent_in, waiting) in zip(units, groups, rows, strict=True):
        _stack(spent_in, group)
        _waits(waiting, group)
        spent_in.set_title(" ".join(unit), loc="left")
        spent_in.invert_yaxis()
    rows[-1][0].set_xlabel("share of the job's cycles")
    rows[-1][1].set_xlabel("of these, share\nwaiting at the port")
    handles, labels = rows[0][0].get_legend_handles_labels()
    more, names = rows[0][1].get_legend_handles_labels()
    figure.legend([*handles, *more], [*labels, *names], loc="outside upper center", ncols=3)
    return figure


def _stack(axes: Axes, group: Sequence[Measurement]) -> None:
    """A bar for each job, of the kinds of its cycles."""
    left = np.zeros(len(group))
    for k, (kind, colour) in enumerate(CYCLE_KINDS):
        widths = np.array([cycle_shares(m)[k] for m in group])
        axes.barh(range(len(group)), widths, left=left, color=colour, label=kind, height=0.7)
        left += widths
    axes.set_yticks(range(len(group)), [_name(m.case) for m in group])
    axes.set_xlim(0, 1)
    axes.margins(y=0.02)
    axes.grid(visible=False, axis="y")


def _waits(axes: Axes, group: Sequence[Measurement]) -> None:
    """Thin bars for the cycles in which an address or data waited."""
    for k, (counter, label, colour) in enumerate(WAITS):
        shares = [m.counters[counter] / m.cycles for m in group]
        places = np.arange(len(group)) + 0.35 * k - 0.175
        axes.barh(places, shares, color=colour, label=label, height=0.35)
    axes.set_xlim(0, 1)
    axes.grid(visible=False, axis="y")


def _name(case: BenchCase) -> str:
    cores = f"{case.cores} cores" if case.cores > 1 else "1 core"
    return f"{cores}, {case.where}: {case.elements:,} elements"


def cycle_shares(measurement: Measurement) -> tuple[float, float, float, float]:
    """Shares of ``CYCLE_KINDS``: they add up to 1."""
    case, counters = measurement.case, measurement.counters
    taken = -(-case.elements * FORMATS[case.fmt].bytes // case.port_bytes)
    rest = measurement.cycles - taken - counters["stall_datapath"] - counters["stall_read_data"]
    parts = (taken, counters["stall_datapath"], counters["stall_read_data"], rest)
    shares = [part / measurement.cycles for part in parts]
    return shares[0], shares[1], shares[2], shares[3]
