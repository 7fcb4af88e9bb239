"""The page of messages: every message that it explains is one that the project prints, and those
that do not name their own cure are in it.
"""

import ast
import re
from collections.abc import Iterator

from scegrad.generate.maker import ROOT
from scegrad.generate.registers import DRIVER_STATUS
from scegrad.registers import REFUSALS, Status

PAGE = ROOT / "docs" / "troubleshooting.md"

VARIES = re.compile(
    r"DDR and L2 of core 0|\.\.\.|\b[A-Z]{2,}\b|ft78ne|ecp5_demo|fp16|float64|\b\d\b"
)
"""Placeholders for values in the page; the sources have a field of a format there."""


def messages() -> Iterator[str]:
    """The code in the column of the messages."""
    for line in PAGE.read_text("utf-8").splitlines():
        cells = line.strip("|").split(" | ")
        yield from re.findall(r"`([^`]+)`", " ".join(cells[:-1]))


def sources() -> str:
    """All sources that print, with the pieces of each text joined."""
    folders = ("src", "rtl", "tb", "board", "tools", "sw")
    files = (path for folder in folders for path in (ROOT / folder).rglob("*.*"))
    kinds = {".py", ".sh", ".c", ".h"}
    text = "\n".join(path.read_text("utf-8") for path in files if path.suffix in kinds)
    return re.sub(r'"\s*f?"', "", text)


def test_every_message_is_one_of_ours() -> None:
    text, found = sources(), list(messages())
    assert len(found) > 30
    pieces = {piece.strip(" :,;`'[]") for message in found for piece in VARIES.split(message)}
    known = {"REQUEST", "STATUS", "core_mask"}
    assert not [piece for piece in pieces - known if len(piece) > 3 and piece not in text]


def test_every_status_code_is_there() -> None:
    """The codes with which a call in C may fail, each in a row of its own or in a range."""
    rows = re.findall(r"^\| (\d+)(?: to (\d+))? \| `", PAGE.read_text("utf-8"), re.MULTILINE)
    told = [code for low, high in rows for code in range(int(low), int(high or low) + 1)]
    hardware = [int(status) for status in Status if status >= REFUSALS.start]
    assert told == [*hardware, *(code for _, code, _ in DRIVER_STATUS if code)], str(PAGE)


TOLD = ("BuildError", "SimulationError", "LinkError")
"""Errors of the machine: a ``RequestError`` says itself what is wrong with the request."""

FOR_PROGRAMMERS = {
    "the simulation has been closed",
    "only an array that is",
    "are outside the memory",
}
"""Wrong calls of Python functions; the message says which."""


def raised() -> Iterator[tuple[str, ...]]:
    """The first words of each fixed piece of such a message; one of them must be in the page."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Raise(ast.Call(ast.Name(name), [ast.Constant(str(text)), *_])):
                    pieces = [text]
                case ast.Raise(ast.Call(ast.Name(name), [ast.JoinedStr(parts), *_])):
                    pieces = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
                case _:
                    continue
            if name in TOLD:
                words = [piece.strip(" :,;'\n").split()[:3] for piece in pieces]
                if known := tuple(" ".join(each) for each in words if len(each) > 1):
                    yield known


def test_messages_of_the_machine_are_in_the_page() -> None:
    page, found = PAGE.read_text("utf-8"), set(raised())
    assert len(found) > 40
    known = " ".join(FOR_PROGRAMMERS)
    assert not [each for each in found if not any(words in page + known for words in each)]
