"""Tables on standard output: as wide as the terminal; elsewhere each row is one line.

A number is never shortened or broken. On a narrow terminal headings and texts break between words,
and the leading columns that repeat from row to row become a line above their rows.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

UNBOUNDED = 1000
"""The width of an output without a width of its own, in columns."""

GAPS = (2, 1)
"""Spaces between columns, and their smaller number before a cell has to break."""


@dataclass(frozen=True)
class Column:
    """A column: its heading, and whether it holds text, which may break between words."""

    heading: str
    text: bool = False


def texts(*headings: str) -> list[Column]:
    """Columns of text."""
    return [Column(heading, text=True) for heading in headings]


def numbers(*headings: str) -> list[Column]:
    """Columns of numbers."""
    return [Column(heading) for heading in headings]


@dataclass(frozen=True)
class Sheet:
    """The content of a table: ``rows`` of cells; those at the places ``alarming`` are highlighted.

    The first ``groups`` columns repeat from row to row; if there are any, the column after them
    must hold text.
    Raises ``ValueError`` if a row has another number of cells than there are columns.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    groups: int = 0
    alarming: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"each row of {self.title!r} must have {len(self.columns)} cells")


def output_console() -> Console:
    """Standard output: a terminal at its width, anything else without a limit. The names of files
    may have square brackets and colons, so these have no special meaning.
    """
    width = None if sys.stdout.isatty() else UNBOUNDED
    return Console(highlight=False, markup=False, emoji=False, width=width)


def show(sheet: Sheet, console: Console) -> None:
    """Print a table in the widest layout that fits the console."""
    if sheet.groups and _total(_wide(sheet), GAPS[0]) > console.width:
        sheet = _folded(sheet)
    unbroken = _least(sheet, breaking=False)
    gap = next((gap for gap in GAPS if _total(unbroken, gap) <= console.width), GAPS[-1])
    console.print(Text(sheet.title, style="italic"))
    console.print(_table(sheet, _widths(sheet, gap, console.width), gap), crop=False)


def _total(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _folded(sheet: Sheet) -> Sheet:
    """The groups as lines of their own."""
    rows: list[Sequence[str]] = []
    alarming = set()
    blank = [""] * (len(sheet.columns) - sheet.groups - 1)
    numbered = groupby(enumerate(sheet.rows), key=lambda item: tuple(item[1][: sheet.groups]))
    for names, members in numbered:
        rows.append([" ".join(names), *blank])
        for place, row in members:
            if place in sheet.alarming:
                alarming.add(len(rows))
            rows.append(row[sheet.groups :])
    columns = sheet.columns[sheet.groups :]
    return replace(sheet, columns=columns, rows=rows, groups=0, alarming=frozenset(alarming))


def _wide(sheet: Sheet) -> list[int]:
    """The width at which nothing in a column breaks, for each column."""
    headings = [column.heading for column in sheet.columns]
    return [max(map(len, cells)) for cells in zip(headings, *sheet.rows, strict=True)]


def _least(sheet: Sheet, *, breaking: bool) -> list[int]:
    """The least width of each column if headings break at spaces, and with ``breaking`` texts
    too.
    """
    least = []
    for k, column in enumerate(sheet.columns):
        cells = [row[k] for row in sheet.rows]
        words = [word for cell in cells for word in cell.split()]
        parts = words if breaking and column.text else cells
        least.append(max(map(len, [*column.heading.split(), *parts]), default=0))
    return least


def _widths(sheet: Sheet, gap: int, room: int) -> list[int]:
    """The widths of the columns; headings of numbers are narrowed first, the widest of them
    first.
    """
    widths, least = _wide(sheet), _least(sheet, breaking=True)
    for _ in range(_total(widths, gap) - room):
        giving = [k for k in range(len(widths)) if widths[k] > least[k]]
        if giving:
            widths[max(giving, key=lambda k: (not sheet.columns[k].text, widths[k]))] -= 1
    return widths


def _table(sheet: Sheet, widths: list[int], gap: int) -> Table:
    padding = (0, gap - 1, 0, 0)  # the box puts one space between columns itself
    table = Table(
        box=SIMPLE_HEAD, padding=padding, pad_edge=False, show_edge=False, width=_total(widths, gap)
    )
    for column, width in zip(sheet.columns, widths, strict=True):
        justify: Literal["left", "right"] = "left" if column.text else "right"
        table.add_column(Text(column.heading), justify=justify, width=width)
    for place, row in enumerate(sheet.rows):
        table.add_row(*map(Text, row), style="bold red" if place in sheet.alarming else None)
    return table
