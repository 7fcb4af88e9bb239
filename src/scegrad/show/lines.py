"""Lines of results for a terminal or a file."""

import os
import textwrap
from typing import TextIO

INDENT = 4
"""Columns by which the rest of a folded line stands further in than its start."""


def folded(line: str, stream: TextIO | None) -> str:
    """A line as ``stream`` shows it best: on a terminal folded between words at its width, so that
    it breaks no number; elsewhere as it is. A standard output that is closed is None.
    """
    try:
        width = os.get_terminal_size(stream.fileno()).columns if stream and stream.isatty() else 0
    except (OSError, ValueError):  # not a file of the system, or closed
        width = 0
    if not 0 < width < len(line):
        return line
    start = len(line) - len(line.lstrip())
    return textwrap.fill(
        line,
        max(width, start + INDENT + 1),
        subsequent_indent=" " * (start + INDENT),
        break_long_words=False,
        break_on_hyphens=False,
    )
