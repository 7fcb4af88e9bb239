"""The bench's pictures: every curve and mark can be told from the others and is named."""

from typing import Any

import pytest
from matplotlib.figure import Figure

from scegrad.bench import pictures
from scegrad.bench.measure import Measurement
from scegrad.bench.pictures import cycle_shares, units_of
from scegrad.generate.bench import MEASURED
from scegrad.generate.maker import recorded
from scegrad.platforms import PLATFORMS
from tests.show.test_style import smallest_letters

RECORDS = recorded(MEASURED)
LINES, SWEEPS = (
    [Measurement.of(record) for record in RECORDS[part]] for part in ("lines", "sweeps")
)
UNITS = units_of(LINES)


def titled(figure: Figure) -> dict[str, Any]:
    """The parts of a picture by their titles."""
    return {axes.get_title(): axes for axes in figure.axes if axes.get_title()}


def legend_names(figure: Figure) -> set[str]:
    legends = [axes.get_legend() for axes in figure.axes] + figure.legends
    return {text.get_text() for legend in legends if legend for text in legend.get_texts()}


@pytest.mark.parametrize("draw", [pictures.roofline, pictures.lengths, pictures.scaling])
def test_curves_and_marks_differ_and_are_named(draw: Any) -> None:
    figure = draw([*LINES, *SWEEPS])
    parts = titled(figure)
    several = [unit for unit in UNITS if PLATFORMS[unit[0]].cores > 1]
    assert set(parts) == {" ".join(unit) for unit in UNITS} or (
        draw is pictures.scaling and set(parts) == {" ".join(unit) for unit in several}
    )
    for axes in parts.values():
        looks = {line.get_label(): (line.get_color(), line.get_marker()) for line in axes.lines}
        assert len(set(looks.values())) == len(looks)
        assert set(looks) <= legend_names(figure)
    assert figure.axes[0].get_ylabel() and smallest_letters(figure) >= 9


def test_a_colour_means_the_same_memory_in_every_part() -> None:
    parts = titled(pictures.roofline([*LINES, *SWEEPS]))
    looks = {
        (line.get_label(), line.get_color(), line.get_marker())
        for axes in parts.values()
        for line in axes.lines
    }
    assert len({label for label, *_ in looks}) == len(looks)


def test_the_rows_of_cycles_name_their_numbers() -> None:
    figure = pictures.cycles(LINES)
    names = [
        text.get_text() for axes in figure.axes[::2] for text in axes.get_yticklabels() if text
    ]
    assert len(names) > 30 and all(name.endswith(" elements") for name in names)
    assert smallest_letters(figure) >= 9
    waits = [text for text in legend_names(figure) if text.endswith("waits")]
    assert sorted(waits) == ["AR waits", "AW or W waits"]


def test_shares_of_a_job_add_up() -> None:
    for item in LINES + SWEEPS:
        assert sum(cycle_shares(item)) == pytest.approx(1)
        assert min(cycle_shares(item)) >= 0
