"""The style of pictures: made for the width of a page, with letters that can be read there.

A page shows a picture ``WIDTH`` inches wide at 100 pixels per inch: letters of 9 points are then
12 pixels high. The file has twice as many pixels, for screens of high resolution.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scegrad.files import Output

WIDTH = 8.4
"""Inches."""

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Colours that colour-blind readers tell apart (Okabe and Ito)."""

MARKS = ("o", "s", "^", "D", "v", "P", "X")

drawn = mpl.rc_context(
    {
        "axes.grid": True,
        "axes.labelsize": 9,
        "axes.titlesize": 10,
        "figure.constrained_layout.use": True,
        "figure.titlesize": 10,
        "font.size": 9,
        "grid.alpha": 0.3,
        "legend.fontsize": 9,
        "savefig.dpi": 200,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
    }
)
"""Decorator of the functions that draw; the caller's own style stays as it is."""


def figure_of(height: float) -> Figure:
    """An empty picture as wide as a page, ``height`` inches high."""
    return Figure(figsize=(WIDTH, height))


def legend_in(axes: Axes, sources: Sequence[Axes], **options: Any) -> None:
    """Use an empty part of the picture for the legend of other parts; each name appears once."""
    named: dict[str, Artist] = {}
    for source in sources:
        for line, label in zip(*source.get_legend_handles_labels(), strict=True):
            named.setdefault(label, line)
    axes.set_axis_off()
    axes.legend(named.values(), named.keys(), loc="center", frameon=False, **options)


@drawn
def save(figure: Figure, path: Path) -> None:
    """Write a picture as PNG, whole or not at all."""
    with Output(path) as output:
        figure.savefig(output.temporary, format="png", metadata={"Software": None})
        output.commit()
