"""The Verilog of the board's logic."""

import re
from pathlib import Path

from scegrad.board.board import Board
from scegrad.litedram import sdram
from scegrad.platforms import ECP5_DEMO, Platform
from scegrad.rtl.verilog import to_verilog

TOP = "ulx3s"
"""The top module of the board, with PLL and pins; ``scegrad_board`` and ``sdram`` are inside."""

NAME = "scegrad_board"
"""The module that ``ulx3s.v`` contains."""

_ZEROS = re.compile(
    r"^(  reg \[\d+:0\] (\w+) \[\d{4,}:0\];\n)  initial begin\n(?:    \2\[\d+\] = \d+'[hd]0+;\n)+ "
    r" end\n",
    re.MULTILINE,
)


def board_verilog(platform: Platform = ECP5_DEMO) -> str:
    """The module ``NAME``; its large memories have no initial content, since the host writes all
    data.
    """
    return _ZEROS.sub(r"\1", to_verilog(Board(platform), NAME))


def write_verilog(directory: Path) -> list[Path]:
    """Write what ``ulx3s.v`` contains into a directory; returns the files.

    Raises ``RequestError`` if LiteDRAM is not installed.
    """
    texts = {NAME: board_verilog(), sdram.NAME: sdram.verilog()}
    files = [directory / f"{name}.v" for name in texts]
    for file, text in zip(files, texts.values(), strict=True):
        file.write_text(text, encoding="ascii")
    return files


def sources() -> Path:
    """The folder of the board's files: its Verilog, its pins, and the models of its cells."""
    return Path(__file__).resolve().parent
