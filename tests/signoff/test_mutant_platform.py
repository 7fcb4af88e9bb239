"""Mutants of a platform: pins that count, equality in one step, and that the parts share out every
cell.
"""

import pytest

from scegrad.signoff import mutant_units
from scegrad.signoff.mutant_platform import condition, pins_header
from scegrad.signoff.mutant_steps import Steps
from scegrad.signoff.mutation import Population
from scegrad.signoff.places import place

STEP = """
module step(input clk, input a, input b, input [3:0] d, output reg q,
    output m_axi_x_awvalid, output [3:0] m_axi_x_awaddr);
  reg [3:0] kept [0:1];
  always @(posedge clk) begin
    q <= a & (a | b);
    if (a) kept[b] <= d;
  end
  assign m_axi_x_awvalid = q;
  assign m_axi_x_awaddr = {4{q}} & kept[a];
endmodule
"""


def test_when_an_output_counts():
    assert condition("irq") == condition("m_axi_shared_awvalid") == ()
    assert condition("m_axi_l2_0_bready") == ("m_axi_l2_0_bvalid",)
    assert condition("s_axil_rdata") == ("s_axil_rvalid",)
    assert condition("m_axi_shared_wdata") == ("m_axi_shared_wstrb", "m_axi_shared_wvalid")


def test_pins_of_a_top_module():
    ports = "  input clk;\n  input rst;\n  output irq;\n  wire irq;\n"
    text = f"module t(clk, rst, irq);\n{ports}endmodule\n"
    header = pins_header("t", text)
    assert "#define SCE_INPUTS(PIN) PIN(rst)\n" in header
    assert "DATA) ALWAYS(irq)\n" in header


def test_equal_in_one_step_and_different():
    population = Population("step", STEP, "step", 1)
    mutants = population.mutants
    steps = Steps(population, mutants)
    found = {str(mutant): steps.difference(i) for i, mutant in enumerate(mutants, start=1)}
    assert steps.difference(0) is None
    equal = {name for name, why in found.items() if why is None}
    # a & (a | b) is a, and an address counts while it is valid.
    for mode, place_of in (("inv", "B[0] of $or"), ("const1", "A[0] of $and$design.v:10")):
        assert any(name.startswith(mode) and place_of in name for name in equal), place_of
    assert not any(name.startswith("inv q[0] at Q[0]") for name in equal)
    assert {"m_axi_x_awaddr", "kept"} <= {why.split()[-1] for why in found.values() if why}


def test_every_place_is_in_one_part():
    signals = ("control.axi_lite.x", "cluster.dma.reader.y", "cluster.core_0.unit.dma.z", "irq")
    for signal, count in (*((s, 1) for s in signals), ("control.readout.x", 0)):
        parts = [part for part in mutant_units.PARTS if _matches(part.places, signal)]
        assert len(parts) == count, signal


def _matches(places: str, signal: str) -> bool:
    population = Population("x", "", "x", 1, places=places)
    return population._counts(
        f"mutate -mode inv -cell {signal}.$and$1 -port A -portbit 0 -wire {signal} -wirebit 0"
    )


@pytest.mark.parametrize(
    ("signal", "file"),
    [
        ("control.job_checker.gradient_43._00_[11]", "rtl/control/checker.py"),
        ("cluster.dma.reader.requests.planner_0._32_[24]", "rtl/dma/bursts.py"),
        ("cluster.core_0.unit.dma.reader.labels.fifo._38_", "rtl/fifo.py"),
        ("lane.round.empty_0[3]", "rtl/datapath/round.py"),
    ],
)
def test_the_file_of_a_mutant(signal, file):
    assert place(signal).split("#")[0] == file
