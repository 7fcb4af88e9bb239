"""Drawings as SVG text: the same facts give the same text, whatever packages are installed."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from scegrad.show.style import COLOURS

BLUE, ORANGE, GREEN, PINK, YELLOW, SKY = COLOURS
GREY = "#666666"

LETTER = 6.6
"""The approximate width of a letter of 11 pixels."""


@dataclass
class Drawing:
    """A drawing of ``width`` by ``height`` pixels; x goes to the right, y down.

    ``title`` describes the drawing for readers who hear the page.
    """

    width: float
    height: float
    title: str
    _parts: list[str] = field(default_factory=list)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str = "",
        fill: str = "white",
        *,
        colour: str = "black",
        stroke: float = 1,
    ) -> None:
        """A rectangle with lines of text in its middle, and an edge of ``stroke`` pixels."""
        edge = f'stroke="{colour}"' + (f' stroke-width="{stroke:g}"' if stroke != 1 else "")
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}"'
            f" {edge}/>"
        )
        lines = text.split("\n") if text else []
        for number, line in enumerate(lines):
            middle = y + height / 2 + 4 + 14 * (number - (len(lines) - 1) / 2)
            self.text(x + width / 2, middle, line, anchor="middle")

    def text(
        self, x: float, y: float, text: str, *, anchor: str = "start", colour: str = "black"
    ) -> None:
        """One line of text; ``anchor`` is start, middle or end."""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">'
            f"{escape(text)}</text>"
        )

    def line(
        self,
        *points: tuple[float, float],
        colour: str = "black",
        width: float = 1.0,
        dash: str = "",
    ) -> None:
        """A line through points."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"'
            f"{dashed}/>"
        )

    def svg(self) -> str:
        """The text of the file, on a white ground."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:g}"'
            f' height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
            ' font-family="sans-serif" font-size="11">'
        )
        ground = '<rect width="100%" height="100%" fill="white"/>'
        return "\n".join(
            [head, f"<title>{escape(self.title)}</title>", ground, *self._parts, "</svg>", ""]
        )
