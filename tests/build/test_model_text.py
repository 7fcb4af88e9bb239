"""The text for Verilator: tables as constants, clock gates as gates, and unchanged parts."""

from scegrad.build.model_text import clock_gates, constant_tables
from scegrad.build.simulator import verilog
from tests.tb.platforms import TINY

UNTOUCHED = """\
  reg [35:0] half [1:0];
  initial begin
    half[0] = 36'h000000001;
  end
  reg other;
  initial other = 1'h1;
"""

BEFORE = """\
  reg [35:0] memory [1:0];
  initial begin
    memory[0] = 36'h00000000a;
    memory[1] = 36'h000000000;
  end
  reg [35:0] buffer [1:0];
  initial begin
    buffer[0] = 36'h000000000;
    buffer[1] = 36'h000000000;
  end
"""

AFTER = """\
  localparam logic [35:0] memory [0:1] = '{36'h00000000a, 36'h000000000};
  reg [35:0] buffer [1:0];
"""


def test_tables_and_zeros() -> None:
    assert constant_tables(BEFORE + UNTOUCHED) == AFTER + UNTOUCHED


def test_zeros_stay_where_the_rest_is_random() -> None:
    table, zeros = AFTER.splitlines(keepends=True)[0], BEFORE[BEFORE.index("  reg [35:0] buffer") :]
    assert constant_tables(BEFORE + UNTOUCHED, zeros=True) == table + zeros + UNTOUCHED


def test_a_platform_has_no_word_left() -> None:
    text = verilog(TINY).read_text(encoding="ascii")
    assert text.count("    memory[0] = ") > 2
    changed = constant_tables(text)
    assert "memory[0] = " not in changed
    assert changed.count("  localparam logic ") == 2, "the table of each format"


def test_clock_gates_gate() -> None:
    text = verilog(TINY).read_text(encoding="ascii")
    changed = clock_gates(text)
    assert text.count("assign gated = clk;") == 1
    assert changed.count("assign gated = clk & open;") == 1
    assert clock_gates(BEFORE) == BEFORE
