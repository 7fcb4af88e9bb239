"""The Verilog of the board's logic."""

import re

from scegrad.board.board import Board
from scegrad.platforms import ECP5_DEMO, Platform
from scegrad.rtl.verilog import to_verilog

NAME = "scegrad_board"
"""The module that ``ulx3s.v`` contains."""

_ZEROS = re.compile(r"^(  reg \[\d+:0\] (\w+) \[(\d+):0\];\n)  initial begin\n(?:    \2\[\d+\] = \d+'[hd]0+;\n)+  end\n", re.MULTILINE)


def board_verilog(platform: Platform = ECP5_DEMO) -> str:
    """The module ``NAME``; what its memories power up with is written as a loop, not word by word."""
    return _ZEROS.sub(_loop, to_verilog(Board(platform), NAME))


def _loop(match: re.Match[str]) -> str:
    declaration, name, last = match.groups()
    step = f"{name}_row = {name}_row + 1"
    return f"{declaration}  integer {name}_row;\n  initial for ({name}_row = 0; {name}_row <= {last}; {step}) {name}[{name}_row] = 0;\n"
