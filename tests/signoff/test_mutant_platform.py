"""Mutants of a platform: pins that count, a trace and its replay on the copier, equality in one
step, and that the parts share out every cell.
"""

from pathlib import Path

import pytest

from scegrad.errors import SimulationError
from scegrad.signoff import mutant_units, tools
from scegrad.signoff.mutant_platform import (
    Kind,
    MutantPlatform,
    Trace,
    condition,
    pins_header,
    record,
)
from scegrad.signoff.mutant_steps import Steps
from scegrad.signoff.mutation import Population
from scegrad.signoff.places import place
from tests.sim import copier

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


def test_a_copy_tells_mutants_from_the_copier(tmp_path):
    source, top = _flat_copier(tmp_path), copier.COPIER.top_name
    found = record(copier.COPIER, source, _copies)
    assert found.jobs == 2
    population = Population("copier", source.read_text(encoding="ascii"), top, 1)
    mutants = population.mutants[:: len(population.mutants) // 24]
    netlist = population.run(mutants, "write_verilog -noattr out.v", "out.v", tmp_path)
    model = MutantPlatform(copier.COPIER, source, netlist, tmp_path)
    kinds = [kind for _, _, kind in model.first_differences(found, list(range(1, len(mutants))))]
    assert set(kinds) == set(Kind)
    with pytest.raises(SimulationError, match="without a mutation differs in cycle"):
        next(model.first_differences(Trace(found.rows ^ 1, 2), [1]))


def _flat_copier(directory: Path) -> Path:
    """The copier in the form of Yosys, with a line for each port."""
    copier.verilog(directory)
    script = f"read_verilog -sv copier.v\nhierarchy -top {copier.COPIER.top_name}\nproc\nflatten\n"
    tools.yosys(f"{script}write_verilog -noattr flat.v", directory)
    return directory / "flat.v"


def _copies(simulation: object) -> int:
    for private in (False, True):
        source = 0x1080_0000 if private else copier.SOURCE
        copier.start(simulation, 90, private=private, source=source, target=source + 0x1000)
        copier.finish(simulation, private=private)
    return 2


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
    for signal in ("control.readout.x", "cluster.dma.reader.y", "cluster.core_0.unit.dma.z", "irq"):
        parts = [part for part in mutant_units.PARTS if _matches(part.places, signal)]
        assert len(parts) == 1, signal


def _matches(places: str, signal: str) -> bool:
    population = Population("x", "", "x", 1, places=places)
    return population._counts(
        f"mutate -mode inv -cell $and$1 -port A -portbit 0 -wire {signal} -wirebit 0"
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
