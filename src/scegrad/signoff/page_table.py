"""Tables of the page: cells, and the names in them that may break between their parts alone."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Cell(NamedTuple):
    """The HTML of a cell, its class, and the value by which it is sorted, if that is not its
    text.
    """

    html: str
    kind: str = ""
    value: str = ""


def table(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table, or the word that there is nothing in it."""
    rows = list(rows)
    if not rows:
        return f'<p id="{name}">None.</p>'
    head = "".join(
        f'<th class="{cell.kind if cell.kind == "number" else ""}">'
        f'<button type="button">{html.escape(title)}</button></th>'
        for title, cell in zip(heads, rows[0], strict=True)
    )
    cells = (
        "".join(_cell(cell, title) for cell, title in zip(row, heads, strict=True)) for row in rows
    )
    body = "\n".join(f"<tr>{row}</tr>" for row in cells)
    return (
        f'<div class="table"><table id="{name}"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def heading(title: str, at: str) -> str:
    """The heading of a part, to which contents and links lead."""
    return f'<h2 id="{at}">{html.escape(title)}</h2>'


def folded(count: int, what: str, inside: str) -> str:
    """A long list behind its count; nothing is folded if there is none."""
    if not count:
        return inside
    return f"<details><summary>{count:,} {html.escape(what)}</summary>\n{inside}\n</details>"


def _cell(cell: Cell, head: str) -> str:
    value = f' data-value="{html.escape(cell.value)}"' if cell.value else ""
    return f'<td class="{cell.kind}" data-head="{html.escape(head)}"{value}>{cell.html}</td>'


def text(value: Any) -> Cell:
    """A sentence or some words."""
    return Cell(html.escape(str(value)), "text" if len(str(value)) > 40 else "")


def name(value: str) -> Cell:
    """A name in the type of code."""
    return Cell(f"<code>{breaking(value)}</code>" if value else "")


def digest(value: str) -> Cell:
    """A hash, which may break anywhere."""
    return Cell(f"<code>{html.escape(value)}</code>" if value else "", "hash")


def number(value: float) -> Cell:
    """A number with a comma for each thousand."""
    shown = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    return Cell(shown, "number", str(value))


def state(value: str, detail: str = "") -> Cell:
    """A verdict or the state of an item, in its colour."""
    shown = html.escape(f"{value}: {detail}" if detail else value)
    return Cell(shown, f"state {html.escape(value.split()[0])}")


def link(path: str, shown: str = "") -> Cell:
    """A link with a name."""
    return Cell(f'<a href="{html.escape(path)}"><code>{breaking(shown or path)}</code></a>')


def breaking(value: str) -> str:
    """A name that may break behind the signs between its parts, and nowhere else."""
    return re.sub(r"(\S[/@,:-])(?=\w)", r"\1<wbr>", html.escape(value))
