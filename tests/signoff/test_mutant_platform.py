"""Mutants of a platform: pins that count, the trace of its ports, jobs of any length, and that
parts and pieces share out every cell.
"""

import random
import re

import numpy as np
import pytest

from scegrad.build.simulator import verilog
from scegrad.errors import BuildError
from scegrad.job import sequence
from scegrad.platforms import ECP5_DEMO
from scegrad.signoff import far_requests, mutant_pieces, mutant_platform, mutant_units
from scegrad.signoff.mutant_machines import NONE
from scegrad.signoff.mutant_platform import condition, conditions
from scegrad.signoff.places import place
from scegrad.soak.registers import SoakRegisters

WIDE = """
module wide(clk, a, b, c, d);
  input clk;
  wire clk;
  input a;
  wire a;
  input [32:0] b;
  wire [32:0] b;
  output [64:0] c;
  reg [64:0] c;
  output [3:0] d;
endmodule
"""


def test_when_an_output_counts():
    assert condition("irq") == condition("m_axi_shared_awvalid") == ()
    assert condition("m_axi_l2_0_bready") == ("m_axi_l2_0_bvalid",)
    assert condition("s_axil_rdata") == ("s_axil_rvalid",)
    assert condition("m_axi_shared_wdata") == ("m_axi_shared_wstrb", "m_axi_shared_wvalid")
    assert conditions("m_axi_x_wdata[17]") == ("m_axi_x_wstrb[2]", "m_axi_x_wvalid[0]")


def test_pins_of_a_row():
    pins = mutant_platform._pins("wide", WIDE)
    assert pins == {"a": 1, "b": 33, "c": 65, "d": 4}
    places, size = mutant_platform._places(pins)
    assert (places, size) == ({"a": 0, "b": 64, "c": 128, "d": 224}, 32)
    rows = np.zeros((2, size), np.uint8)
    rows[1, 12] = rows[1, 16] = 1  # b[32] and c[0]
    trace = mutant_platform.Trace(rows, places, 0)
    np.testing.assert_array_equal(trace.bits(["b[32]", "c[64]", "c[0]"]), [[0, 0, 0], [1, 0, 1]])


def test_checks_of_places_that_far_jobs_go_without():
    text = verilog(ECP5_DEMO).read_text(encoding="ascii")
    changed = far_requests.unchecked(text)
    differ = [a for a, b in zip(text.splitlines(), changed.splitlines(), strict=True) if a != b]
    assert len(differ) == 4 and all(re.match(" +else \\w+ <= \\w+;", line) for line in differ)
    with pytest.raises(BuildError, match="0 checks of places"):
        far_requests.unchecked(changed)
    assert far_requests.forced("control.job_checker.labels.private[0]") == 2
    assert far_requests.forced("control.job_checker.overlap_labels.overlap[0]") == 1
    assert far_requests.forced("control.job_checker.labels.past[0]") is None


def test_far_jobs_are_of_every_length_and_inside_the_address_space(seed):
    rng = random.Random(seed)
    jobs = [far_requests.draw(rng, ECP5_DEMO) for _ in range(2000)]
    assert {job.size.bit_length() for job in jobs} >= set(range(3, 33))
    for job in jobs:
        for array in (job.logits, job.labels, job.gradient):
            assert 0 <= array <= array + job.size <= 1 << 32 and array % job.fmt.bytes == 0
    assert {job.private for job in jobs} == {True, False}


@pytest.mark.whole
def test_the_netlist_of_a_platform_does_what_was_recorded(tmp_path, seed):
    """Jobs on the recording simulator, their trace through the gates, without and with a mutant."""

    def run(simulation):
        simulation.reset()
        sequence.execute(sequence.identify_and_enable(ECP5_DEMO), SoakRegisters(simulation))
        return far_requests.run(random.Random(seed), ECP5_DEMO, simulation, 12)

    text = far_requests.unchecked(verilog(ECP5_DEMO).read_text(encoding="ascii"))
    (tmp_path / "unchecked.v").write_text(text, encoding="ascii")
    ports = mutant_platform.ports_anywhere(ECP5_DEMO)
    trace = mutant_platform.record(ECP5_DEMO, tmp_path / "unchecked.v", run, ports)
    assert trace.jobs == 12
    pins = mutant_units.netlist()
    machines = mutant_units.machines(tmp_path)
    forced = mutant_units.unchecked(pins)
    assert len(forced) == 8
    rows = mutant_units.checked_rows(machines, trace, forced)
    dead = next(m for m in mutant_units.population().mutants if "const0 irq[0] at Y" in str(m))
    faults = np.array([pins.fault(dead)], mutant_units.Fault)
    (cycle,) = machines.first_cycles(rows, faults, forced)
    assert trace.bits(["irq[0]"])[cycle - 1, 0] and not trace.bits(["irq[0]"])[: cycle - 1].any()
    with pytest.raises(mutant_units.SimulationError, match="the netlist has another"):
        mutant_units.checked_rows(machines, trace, NONE)


@pytest.mark.whole
def test_every_mutant_is_in_one_part_or_piece():
    shared = mutant_units.classes()
    judged = sum(len(members) for part in shared.values() for members in part.values())
    every = mutant_units.population().mutants
    tables = [each for each in every if mutant_units.left_out(each)]
    places = mutant_units.netlist().places
    pieces = [f"control.{piece.name}." for piece in mutant_pieces.PIECES]
    apart = [
        each
        for each in every
        if not mutant_units.left_out(each) and places[each.cell].startswith(tuple(pieces))
    ]
    assert judged + len(tables) + len(apart) == len(every) > 150_000
    assert judged > 0.6 * len(every) and len(tables) < 0.02 * len(every)
    assert all(len(part) > 1000 for part in shared.values())


def test_every_place_is_in_one_part():
    places = ("control.axi_lite.x", "cluster.dma.reader.y", "cluster.core_0.unit.dma.z", "irq")
    for name, count in (*((p, 1) for p in places), ("control.readout.x", 0)):
        parts = [part for part in mutant_units.PARTS if re.match(part.places, name)]
        assert len(parts) == count, name


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


def test_a_part_names_its_units():
    """Only their proofs make the record of a part stale, so none may be missing."""
    part = mutant_units.PARTS[0]
    mutant_units._expect_units(part, {"control.pending", "control.axi_lite.valid"})
    with pytest.raises(ValueError, match="control has cells of fifo, but"):
        mutant_units._expect_units(part, {"cluster.dma.reader.logits.fifo.level"})
