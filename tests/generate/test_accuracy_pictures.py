"""The pictures of the accuracy: the right curves at the right places, from the kept summaries and
from other ones.
"""

import json
from typing import Any

import numpy as np
import pytest
from matplotlib.image import AxesImage

from scegrad.formats import FP16, FP32
from scegrad.generate import accuracy, accuracy_pictures
from scegrad.generate.accuracy import LIBRARIES, SUMMARIES, TITLES, summaries
from scegrad.generate.accuracy_pictures import axis, density_picture, worst_picture
from scegrad.generate.maker import ROOT
from tests.show.test_style import smallest_letters


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    return json.loads((ROOT / SUMMARIES / f"{LIBRARIES}.json").read_text())


def image_of(axes: Any) -> AxesImage:
    (image,) = (child for child in axes.get_children() if isinstance(child, AxesImage))
    return image


@pytest.mark.parametrize(
    ("name", "highest"),
    [("fp16-pairs", 0.5), ("fp32-logits-0", 0.5), ("fp32-logits-1", 0.5), ("fp32-halves", 0.52)],
)
def test_nearest_results_are_drawn_below_the_line(name: str, highest: float) -> None:
    """Ties of fp16 too, and fp32 results whose errors were estimated a little above half an ulp."""
    picture = density_picture({name: summaries()[name]})
    image = image_of(picture.axes[0])
    drawn = ~np.ma.getmaskarray(image.get_array())
    _, _, bottom, top = image.get_extent()
    upper_edges = np.linspace(bottom, top, drawn.shape[0] + 1)[1:]
    assert upper_edges[drawn.any(axis=1)].max() == pytest.approx(highest)


def test_every_sweep_with_a_histogram_has_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    found = summaries()
    titles = {**TITLES, "fp32-halves": "every fp32 logit, y = 1/2", "stage": "every sigmoid"}
    monkeypatch.setattr(accuracy_pictures, "TITLES", titles)
    half = {**found["fp32-logits-0"], "space": {"name": "fp32-halves"}}
    stage = {"space": {"name": "fp32-stage"}, "complete": True}
    picture = density_picture({**found, "fp32-halves": half, "stage": stage})
    shown = [axes.get_title() for axes in picture.axes if axes.get_title()]
    assert shown == [titles[name] for name in (*list(found)[:3], "fp32-halves")]


def test_unit_and_libraries_are_drawn_for_both_labels(measured: dict[str, Any]) -> None:
    picture = worst_picture(summaries(), measured)
    names = [*accuracy_pictures.SIGMOIDS, accuracy_pictures.UNIT, "half an ulp"]
    for axes in picture.axes:
        assert [line.get_label() for line in axes.get_lines()] == names
        colours = [line.get_color() for line in axes.get_lines()]
        assert len(set(colours)) == len(colours)
    assert worst_picture({}, measured).axes, "without a sweep the libraries stand alone"


def test_letters_can_be_read(measured: dict[str, Any]) -> None:
    for picture in (worst_picture(summaries(), measured), density_picture(summaries())):
        assert smallest_letters(picture) >= 9


@pytest.mark.parametrize("fmt", [FP16, FP32])
def test_binades_from_the_most_negative_to_the_most_positive(fmt: Any) -> None:
    keys, names = zip(*axis(fmt), strict=True)
    last = [(int(key) + 1 << fmt.fraction_bits) - 1 for key in keys]
    values = np.array(last).astype(fmt.bits_dtype).view(fmt.dtype).astype(float)
    assert (np.diff(values) > 0).all()
    exponents = [int(name.split("^")[1]) for name in names]
    assert [np.floor(np.log2(abs(value))) for value in values] == exponents


def test_the_page_shows_both_pictures() -> None:
    text = (ROOT / accuracy.PAGE).read_text()
    assert "accuracy/worst.png" in text and "accuracy/density.png" in text
