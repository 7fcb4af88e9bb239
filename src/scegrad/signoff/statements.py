"""Messages of the solvers in the words of ``formal/``: they name a place in the compiled top, and a
user wants the file in the checkout and the assertion itself.
"""

import re
from pathlib import Path

TOP = "top.sv"
"""The name of the compiled top."""

_PLACE = re.compile(
    rf"(?:\$\w+\$|\b){re.escape(TOP)}:(\d+)(?:\.\d+-\d+\.\d+|\$\d+)?"
    rf"(?: \(\$\w+\${re.escape(TOP)}:\d+\$\d+\))?"
)


def told(message: str, top: str, source: Path) -> str:
    """The message with file, line and statement in place of each place in ``top``.

    Lines of included files, and those that occur more than once, have no number: where they stand
    in the source is another line than in the top.
    """
    return _PLACE.sub(lambda place: _told(int(place[1]), top, source), message)


def _told(number: int, top: str, source: Path) -> str:
    lines = top.splitlines()
    own = source.read_text(encoding="ascii").splitlines()
    first = lines[number - 1]
    place = f"formal/{source.name}"
    if own.count(first) == 1:
        place += f":{own.index(first) + 1}"
    return f"{place}: {_statement(lines[number - 1 :])}"


def _statement(lines: list[str]) -> str:
    """The statement that begins in the first line, without comments, in one line."""
    text = " ".join(line.split("//")[0] for line in lines)
    return " ".join(text.split(";")[0].split())
