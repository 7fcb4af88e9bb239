"""Pictures are as wide as a page at twice its pixels, with letters that can be read there."""

import struct
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.text import Text

from scegrad.show.style import COLOURS, WIDTH, drawn, figure_of, legend_in, save


def smallest_letters(figure: Figure) -> float:
    """The size in points of the smallest text in a picture."""
    figure.canvas.draw()
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    return min(text.get_fontsize() for text in texts if text.get_text() and text.get_visible())


@drawn
def picture() -> Figure:
    figure = figure_of(2)
    left, right = figure.subplots(1, 2)
    for colour in COLOURS[:2]:
        left.plot([0, 1], color=colour, label="the same name")
    legend_in(right, [left])
    return figure


def test_size_on_a_page(tmp_path: Path) -> None:
    save(picture(), tmp_path / "x.png")
    header = (tmp_path / "x.png").read_bytes()[:24]
    assert struct.unpack(">II", header[16:]) == (WIDTH * 200, 400)
    assert smallest_letters(picture()) >= 9


def test_a_name_is_in_the_legend_once() -> None:
    legend = picture().axes[1].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["the same name"]


def test_the_style_of_others_is_left_alone() -> None:
    before = dict(mpl.rcParams)
    picture()
    assert dict(mpl.rcParams) == before
