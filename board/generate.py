"""The Verilog of the board's logic."""

import re
from pathlib import Path

from scegrad.board.board import Board
from scegrad.platforms import ECP5_DEMO, Platform
from scegrad.rtl.verilog import to_verilog

TOP = "ulx3s"
"""The top module of the board, PLL and pins included; ``scegrad_board`` is inside."""

NAME = "scegrad_board"
"""The module that ``ulx3s.v`` contains."""

_ZEROS = re.compile(
    r"^(  reg \[\d+:0\] (\w+) \[\d{4,}:0\];\n)  initial begin\n(?:    \2\[\d+\] = \d+'[hd]0+;\n)+ "
    r" end\n",
    re.MULTILINE,
)


def board_verilog(platform: Platform = ECP5_DEMO) -> str:
    """The module ``NAME``; what its large memories power up with is left open, since the host
    writes what it needs.
    """
    return _ZEROS.sub(r"\1", to_verilog(Board(platform), NAME))


def sources() -> Path:
    """Where the board's files lie: its Verilog, pins, and what simulates its cells."""
    return Path(__file__).resolve().parent
