"""Committed files that are made from other files: whole files, or blocks of a page between two
marker lines with the names of block and maker.

<!-- begin NAME, made by COMMAND -->
<!-- end NAME -->
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
"""The checkout."""


def recorded(path: Path) -> Any:
    """The record that the checkout keeps as a JSON file, ``path`` in it."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Generator:
    """A generator of files from ``source``, a path in the checkout.

    ``name`` is the one of ``scegrad generate NAME``. ``generated`` takes the directory of the
    checkout and returns the text of each file by its path in there.
    """

    name: str
    source: str
    generated: Callable[[Path], Mapping[Path, str]]

    @property
    def command(self) -> str:
        """The command line that makes the files."""
        return f"scegrad generate {self.name}"

    def run(self, root: Path = ROOT, *, check: bool) -> int:
        """Write the files, or name the stale ones on standard error; returns their number.

        Raises the errors of ``generated``.
        """
        stale = [
            (path, text)
            for path, text in self.generated(root).items()
            if _content(root / path) != text
        ]
        for path, text in stale:
            if check:
                print(
                    f"{path} does not agree with {self.source}: run `{self.command}`",
                    file=sys.stderr,
                )
            else:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
        return len(stale) if check else 0

    def page(self, path: Path, blocks: Mapping[str, str], root: Path = ROOT) -> str:
        """The text of a page with each block in its place; raises ``ValueError`` unless every block
        has exactly one.
        """
        places = re.compile(
            rf"(<!-- begin (\S+), made by {re.escape(self.command)} -->\n)(.*?)(<!-- end \2 -->\n)",
            re.DOTALL,
        )
        text = (root / path).read_text(encoding="utf-8")
        found = [match[2] for match in places.finditer(text)]
        if sorted(found) != sorted(blocks):
            there = f"places for {', '.join(found)}" if found else "no place"
            raise ValueError(
                f"{path} has {there} made by {self.command}, but must have one each for"
                f" {', '.join(blocks)}"
            )
        return places.sub(lambda match: match[1] + blocks[match[2]] + match[4], text)


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
