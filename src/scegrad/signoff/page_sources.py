"""The sources to which the page links, with a number and an anchor for each line: a browser that
opens a source itself does not go to a line.
"""

import html
from collections.abc import Iterable

from scegrad.signoff.places import ROOT


def anchor(place: str) -> str:
    """The link to a place ``file#Lnumber`` on the page."""
    return f"#{place.replace('#', '-')}"


def listings(places: Iterable[str]) -> list[str]:
    """The files of these places, each line with its anchor."""
    paths = sorted({place.partition("#")[0] for place in places})
    return [part for path in paths for part in (f"<h3><code>{path}</code></h3>", _listing(path))]


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
