"""The sources to which the page links, with a number and an anchor for each line: a browser that
opens a source itself does not go to a line.
"""

import html
import re
from collections.abc import Iterable, Iterator

from scegrad.signoff.page_table import Cell
from scegrad.signoff.places import ROOT

_CLAIM = re.compile(r"(formal/\w+\.svh?):(\d+)")
_WAVES = re.compile(r"(?<=waves: )\S*?(waves/[\w.@-]+\.vcd)")


def anchor(place: str) -> str:
    """The link to a place ``file#Lnumber`` on the page."""
    return f"#{place.replace('#', '-')}"


def named(detail: str) -> Iterator[str]:
    """The places ``file#Lnumber`` that the detail of a case names."""
    return (f"{path}#L{line}" for path, line in _CLAIM.findall(detail))


def linked(detail: str) -> Cell:
    """The detail of a case: its assertions lead to their lines on the page, its waves to the file
    beside the page.
    """
    found = _CLAIM.sub(
        lambda claim: f'<a href="{anchor(f"{claim[1]}#L{claim[2]}")}">{claim[0]}</a>',
        html.escape(detail, quote=False),
    )
    return Cell(_WAVES.sub(r'<a href="\1">\1</a>', found), "text")


def listings(places: Iterable[str]) -> list[str]:
    """The files of these places, each line with its anchor."""
    paths = sorted({place.partition("#")[0] for place in places})
    return [
        f'<details><summary><h3 id="{path}"><code>{path}</code></h3></summary>\n{_listing(path)}\n'
        "</details>"
        for path in paths
    ]


def _listing(path: str) -> str:
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    width = len(str(len(lines)))
    return (
        "<pre>"
        + "\n".join(
            f'<span id="{path}-L{number}"><a href="#{path}-L{number}">{number:{width}}</a>'
            f" {html.escape(line)}</span>"
            for number, line in enumerate(lines, start=1)
        )
        + "</pre>"
    )
