"""The pictures of the measurements: roofline, scaling over cores, share of the peak over length, and where the cycles went."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scegrad.bench.cases import FPGA_MHZ, LONG, Case
from scegrad.bench.measure import Measurement
from scegrad.formats import FORMATS
from scegrad.platforms import PLATFORMS
from scegrad.run.report import COLOURS, save
from scegrad.sim.dram import preset

MARKS = ("o", "s", "^", "D", "v", "P")

CYCLE_KINDS = (
    ("operands taken", COLOURS[2]),
    ("datapath busy", COLOURS[0]),
    ("waiting for read data", COLOURS[1]),
    ("after the last operands", "0.75"),
)
"""What a cycle of a job is: the operands' side of the datapath counts each of them once."""


def write_pictures(
    directory: Path, lines: Sequence[Measurement], sweeps: Sequence[Measurement]
) -> list[Path]:
    """Write every picture into a directory that is there; returns the files."""
    measurements = [*lines, *sweeps]
    drawn = {
        "roofline.png": roofline(measurements),
        "scaling.png": scaling(measurements),
        "lengths.png": lengths(measurements),
        "cycles.png": cycles(lines),
    }
    for name, figure in drawn.items():
        save(figure, directory / name)
    return [directory / name for name in drawn]


def _units(measurements: Sequence[Measurement]) -> list[tuple[str, str]]:
    """Platform and format, in the order of their appearance."""
    return list(dict.fromkeys((item.case.platform, item.case.fmt) for item in measurements))


def roofline(measurements: Sequence[Measurement]) -> Figure:
    """Results a cycle of long jobs over the bytes a cycle that the memory can move, under what the cores and the memory allow."""
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for (platform, fmt), colour in zip(_units(measurements), (*COLOURS, "0.3"), strict=True):
        size = FORMATS[fmt].bytes
        chosen = [
            m
            for m in measurements
            if (m.case.platform, m.case.fmt) == (platform, fmt) and m.case.elements == LONG
        ]
        chosen = [
            m
            for m in chosen
            if m.case.memory == "shared" and m.case.cores == PLATFORMS[platform].cores
        ]
        bound = max(m.case.bound for m in chosen)
        bytes_a_cycle = np.geomspace(4, 256, 200)
        axes.plot(
            bytes_a_cycle,
            np.minimum(bytes_a_cycle / (3 * size), bound),
            color=colour,
            lw=1,
            label=f"{platform} {fmt}: bound",
        )
        points = [(_bandwidth(m.case), m.rate) for m in chosen]
        axes.plot(*zip(*points, strict=True), "o", color=colour, ms=4)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="bytes a cycle that the memory can move",
        ylabel="results a cycle",
    )
    for ticks, set_ticks in (
        ([4, 8, 16, 32, 64, 128, 256], axes.set_xticks),
        ([0.25, 0.5, 1, 2, 4, 8], axes.set_yticks),
    ):
        set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_title(f"long jobs ({LONG:,} elements), all cores; dots are measured", fontsize=10)
    axes.grid(alpha=0.3, which="both")
    axes.legend(fontsize=8)
    return figure


def _bandwidth(case: Case) -> float:
    """Bytes a cycle: the peak of the DRAM; else a word read in every cycle, and half a word written beside it."""
    if case.dram:
        return preset(case.dram, core_mhz=case.core_mhz).peak
    return 1.5 * case.port_bytes


def scaling(measurements: Sequence[Measurement]) -> Figure:
    """Results a cycle over the number of cores, on memory that answers at once and on DRAM."""
    figure = Figure(figsize=(10, 3.8), layout="constrained")
    units = [
        (platform, fmt) for platform, fmt in _units(measurements) if PLATFORMS[platform].cores > 1
    ]
    for axes, (platform, fmt) in zip(
        np.atleast_1d(figure.subplots(1, len(units))), units, strict=True
    ):
        mine = [
            m
            for m in measurements
            if (m.case.platform, m.case.fmt) == (platform, fmt) and m.case.elements == LONG
        ]
        mine = [
            m
            for m in mine
            if m.case.memory == "shared" and not any(m.case.misalignment) and not m.case.latency
        ]
        for mark, colour, dram in zip(
            MARKS, COLOURS, (None, "ddr3-1600", "ddr4-2400"), strict=False
        ):
            points = sorted(
                {
                    (m.case.cores, m.rate)
                    for m in mine
                    if m.case.dram == dram and m.case.core_mhz in (None, FPGA_MHZ)
                }
            )
            if points:
                name = f"{dram}, {FPGA_MHZ} MHz" if dram else "answers at once"
                axes.plot(
                    *zip(*points, strict=True), marker=mark, color=colour, ms=4, lw=1, label=name
                )
        counts = sorted({m.case.cores for m in mine})
        per_core = PLATFORMS[platform].results_per_cycle(FORMATS[fmt])
        axes.plot(
            counts, [per_core * count for count in counts], ":", color="0.4", lw=1, label="linear"
        )
        axes.set(
            title=f"{platform} {fmt}",
            xlabel="cores",
            ylabel="results a cycle",
            xticks=counts,
            ylim=(0, None),
        )
        axes.grid(alpha=0.3)
    _one_legend(figure)
    return figure


def lengths(measurements: Sequence[Measurement]) -> Figure:
    """Share of the bound over the length of the job, for each kind of memory."""
    figure = Figure(figsize=(10, 3.8), layout="constrained")
    units = _units(measurements)
    for axes, (platform, fmt) in zip(
        np.atleast_1d(figure.subplots(1, len(units))), units, strict=True
    ):
        mine = [
            m
            for m in measurements
            if (m.case.platform, m.case.fmt) == (platform, fmt) and m.case.memory == "shared"
        ]
        mine = [
            m
            for m in mine
            if m.case.cores == PLATFORMS[platform].cores and m.case.core_mhz in (None, FPGA_MHZ)
        ]
        kinds = dict.fromkeys((m.case.where, m.case.offsets) for m in mine)
        kept = 0
        for where, offsets in kinds:
            points = sorted(
                {
                    (m.case.elements, m.rate / m.case.bound)
                    for m in mine
                    if (m.case.where, m.case.offsets) == (where, offsets)
                }
            )
            if len(points) > 3:
                colour, mark = COLOURS[kept % len(COLOURS)], MARKS[kept % len(MARKS)]
                axes.plot(
                    *zip(*points, strict=True),
                    marker=mark,
                    ms=3,
                    lw=1,
                    color=colour,
                    label=where + (", misaligned" if offsets else ""),
                )
                kept += 1
        axes.set(xscale="log", xlabel="elements", ylim=(0, 1.05))
        axes.set_title(f"{platform} {fmt}", fontsize=10)
        axes.label_outer()
        axes.grid(alpha=0.3)
    _one_legend(figure)
    return figure


def _one_legend(figure: Figure) -> None:
    """Above the plots, each name once."""
    named = {
        label: line
        for axes in figure.axes
        for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(named.values(), named.keys(), fontsize=8, loc="outside upper center", ncols=3)


def cycles(measurements: Sequence[Measurement]) -> Figure:
    """Where the cycles of each line's job went, by the counters: aligned arrays, one core or all of them."""
    chosen = [
        m
        for m in measurements
        if m.case.cores in (1, PLATFORMS[m.case.platform].cores) and not m.case.offsets
    ]
    figure = Figure(figsize=(9, 0.22 * len(chosen) + 1.4), layout="constrained")
    axes = figure.subplots()
    names = [_name(m.case) for m in chosen]
    left = np.zeros(len(chosen))
    for k, (kind, colour) in enumerate(CYCLE_KINDS):
        widths = np.array([spent(m)[k] for m in chosen])
        axes.barh(names, widths, left=left, color=colour, label=kind, height=0.7)
        left += widths
    _stalls(axes, chosen)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.set(xlim=(0, 1.01), xlabel="share of the job's cycles")
    axes.tick_params(axis="y", labelsize=7)
    figure.legend(fontsize=8, loc="outside upper center", ncols=3)
    return figure


def _name(case: Case) -> str:
    words = [
        case.platform,
        case.fmt,
        f"{case.cores} cores" if case.cores > 1 else "1 core",
        case.where,
        f"{case.elements:,}",
    ]
    return ", ".join(words) + (", misaligned" if case.offsets else "")


def spent(measurement: Measurement) -> tuple[float, float, float, float]:
    """Shares of ``CYCLE_KINDS``: they add up to 1."""
    case, counters = measurement.case, measurement.counters
    taken = -(-case.elements * FORMATS[case.fmt].bytes // case.port_bytes)
    rest = measurement.cycles - taken - counters["stall_datapath"] - counters["stall_read_data"]
    parts = (taken, counters["stall_datapath"], counters["stall_read_data"], rest)
    return tuple(part / measurement.cycles for part in parts)  # type: ignore[return-value]  # four of them, as there are parts


def _stalls(axes: Axes, chosen: Sequence[Measurement]) -> None:
    """Mark, on top of the bars, the cycles in which an address or data waited for the memory."""
    for counter, mark, label in (
        ("stall_port", "|", "AR waiting"),
        ("stall_write", "x", "AW or W waiting"),
    ):
        shares = [m.counters[counter] / m.cycles for m in chosen]
        axes.plot(shares, range(len(chosen)), mark, color="black", ms=5, label=label)
