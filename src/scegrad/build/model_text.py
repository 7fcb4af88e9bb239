"""The project's Verilog, rewritten so that Verilator makes a fast model of it: clock gates and
tables.

Clock gates (``rtl.clock_gate``) are wires in the generated Verilog. In the model they are gates, so
that Verilator does not evaluate idle parts; every cycle stays the same.

In Verilog-2005 a table is a memory that ``initial`` fills word by word. Verilator translates each
word into a C++ assignment, for each core again: half of the C++ of a model. A constant array of
SystemVerilog becomes data, and all cores share one copy. Memories that ``initial`` fills with zeros
are zero in Verilator anyway (``--x-initial fast``).
"""

import re

_FILLED = re.compile(
    r"^  reg (\[\d+:0\]) (\w+) \[(\d+):0\];\n"
    r"  initial begin\n((?:    \2\[\d+\] = [^;]*;\n)+)  end\n",
    re.MULTILINE,
)
_WIRE = "  assign gated = clk;\n"
_GATE = """\
  reg open;
  initial open = 1'h1;
  always @(clk or enable)
    if (!clk) open = enable;
  assign gated = clk & open;
"""
"""A latch, transparent while the clock is low, keeps ``gated`` free of spikes."""

_WORD = re.compile(r" = (\d+'h([0-9a-f]+));")


def constant_tables(text: str, *, zeros: bool = False) -> str:
    """The Verilog ``text`` with its tables as constants, and nothing for memories of zeros unless
    ``zeros``, for a model in which what has no value is random.

    A memory that does not start with zeros is a table: the design never writes a word of it.
    """
    return _FILLED.sub(lambda match: _memory(match, zeros), text)


def _memory(match: re.Match[str], zeros: bool) -> str:
    width, name, last, body = match.groups()
    words = _WORD.findall(body)
    if len(words) != int(last) + 1:
        return match.group()
    if not any(digits.strip("0") for _, digits in words):
        return match.group() if zeros else f"  reg {width} {name} [{last}:0];\n"
    values = ", ".join(word for word, _ in words)
    return f"  localparam logic {width} {name} [0:{last}] = '{{{values}}};\n"


def clock_gates(text: str) -> str:
    """The Verilog ``text`` with its clock gates as gates; unchanged if it has none."""
    return text.replace(_WIRE, _GATE)
