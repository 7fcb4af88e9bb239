"""Induction one assertion at a time: what holds, what fails, and what does not follow."""

import pytest

from scegrad.signoff import tools
from scegrad.signoff.induction import Model, decide
from scegrad.signoff.result import Verdict

TOP = """module counter(input clk, input up);
    reg [3:0] count = 0, other = 0;
    always @(posedge clk) if (up) begin
        count <= count == 9 ? 0 : count + 1;
        other <= other == 9 ? 0 : other + 1;
    end
    always @* begin
        {assertions}
    end
endmodule
"""
SCRIPT = """read_verilog -formal -sv top.sv
prep -top counter
async2sync
chformal -lower
dffunmap
write_smt2 -wires model.smt2
"""


def found(tmp_path, *assertions, seconds=60.0, search=20):
    lines = "\n".join(f"assert ({assertion});" for assertion in assertions)
    (tmp_path / "top.sv").write_text(TOP.format(assertions=lines))
    tools.yosys(SCRIPT, tmp_path)
    model = Model(tmp_path / "model.smt2", "counter")
    assert len(model.assertions) == len(assertions)
    return decide(model, 1, search, seconds)


def test_an_invariant_is_proved(tmp_path):
    assert found(tmp_path, "count == other", "count < 10")[0] == Verdict.PROVED


@pytest.mark.parametrize(("bound", "cycle"), [(1, 1), (9, 9)])
def test_the_first_failure_is_found(tmp_path, bound, cycle):
    verdict, detail = found(tmp_path, "count == other", f"count != {bound}")
    assert verdict == Verdict.REFUTED
    assert detail == f"Assert failed in counter: top.sv:9, in cycle {cycle}"


def test_a_failure_of_the_first_cycle_is_found_although_the_step_holds(tmp_path):
    assert found(tmp_path, "count != other")[0] == Verdict.REFUTED


def test_what_does_not_follow_and_does_not_fail_is_open(tmp_path):
    verdict, detail = found(tmp_path, "count != 13")
    assert verdict == Verdict.OPEN
    assert detail == "Assert failed in counter: top.sv:8, in the step of the induction"


def test_a_failure_beyond_the_search_is_open(tmp_path):
    assert found(tmp_path, "count != 9", search=9)[0] == Verdict.OPEN


def test_it_ends_when_its_time_is_over(tmp_path):
    assert found(tmp_path, "count < 10", seconds=0) == (Verdict.OPEN, "out of time")
