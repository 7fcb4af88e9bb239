"""Messages of Yosys and the solvers in the words of ``formal/``: they name a place in the compiled
top or in a file that it includes, and a user wants the file in the checkout and the statement.

The compiled top has the lines of its source, and so have the places in it.
"""

import re
from pathlib import Path

TOP = "top.sv"
"""The name of the compiled top."""

_PLACE = re.compile(
    rf"(?:\$\w+\$|\b)({re.escape(TOP)}|\w+\.svh):(\d+)(?:\.\d+-\d+\.\d+|\$\d+)?"
    r"(?: \(\$\w+\$\w+\.svh?:\d+\$\d+\))?"
)


def told(message: str, source: Path, *, words: bool = True) -> str:
    """The message with file and line in place of each place in the top, or in a file beside its
    source; with ``words`` the statement there, too.
    """

    def place(found: re.Match[str]) -> str:
        path = source if found[1] == TOP else source.with_name(found[1])
        line = f"formal/{path.name}:{found[2]}"
        return f"{line}: {_statement(path, int(found[2]))}" if words else line

    return _PLACE.sub(place, message)


def _statement(path: Path, number: int) -> str:
    """The statement that begins in a line, without comments, in one line."""
    lines = path.read_text(encoding="ascii").splitlines()[number - 1 :]
    text = " ".join(line.split("//")[0] for line in lines)
    return " ".join(text.split(";")[0].split())
