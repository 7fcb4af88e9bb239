"""The page of messages: every message that it explains is one that the project prints."""

import re
from collections.abc import Iterator

from scegrad.generate.maker import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"

VARIES = re.compile(
    r"DDR and L2 of core 0|\.\.\.|\b[A-Z]{2,}\b|ft78ne|ecp5_demo|fp16|float64|\b\d\b"
)
"""What stands for a value in the page; the sources have a field of a format there."""


def messages() -> Iterator[str]:
    """The code in the column of the messages."""
    for line in PAGE.read_text("utf-8").splitlines():
        cells = line.strip("|").split(" | ")
        yield from re.findall(r"`([^`]+)`", " ".join(cells[:-1]))


def sources() -> str:
    """Everything that prints, with the pieces of each text joined."""
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
