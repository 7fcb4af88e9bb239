"""Mutants beside one another, with registers, memories and lanes: against the netlists that Yosys
makes of them.
"""

from functools import cache

import numpy as np
import pytest

from scegrad.signoff import mutant_pins
from scegrad.signoff.mutant_machines import Conditions, Machines
from scegrad.signoff.mutant_nodes import Fault
from scegrad.signoff.mutant_sites import Sites
from scegrad.signoff.mutant_steps import Steps
from scegrad.signoff.mutant_units import TRIM
from scegrad.signoff.mutation import SELECT_BITS, Population

pytestmark = pytest.mark.whole

SMALL = """
(* keep_hierarchy *)
module some_lane(input clk, input rst, input [7:0] i__payload, input i__valid,
    output reg [3:0] o__payload, output reg o__valid);
  always @(posedge clk) begin
    o__payload <= i__payload[7:4] + i__payload[3:0];
    o__valid <= i__valid & ~rst;
  end
endmodule

module small(input clk, input rst, input push, input pop, input [7:0] d,
    output reg [1:0] level, output valid, output [3:0] sum, output reg parity);
  reg [7:0] store [0:3];
  reg [1:0] head, tail;
  reg [7:0] front;
  reg taken;
  wire put = push & (level != 3), get = pop & (level != 0);
  always @(posedge clk) begin
    if (put) store[tail] <= d;
    if (get) front <= store[head];
    taken <= get;
    if (get & d[0]) parity <= parity ^ ^front;
    if (rst) begin
      head <= 0; tail <= 0; level <= 0; taken <= 0; parity <= 1;
    end else begin
      if (put) tail <= tail + 1;
      if (get) head <= head + 1;
      level <= level + put - get;
    end
  end
  some_lane lane(.clk(clk), .rst(rst), .i__payload(front), .i__valid(taken), .o__payload(sum),
      .o__valid(valid));
endmodule
"""

POPULATION = Population("small", SMALL, "small", TRIM)

LATENCIES = {"lane": 3}


@cache
def pins():
    return mutant_pins.read(POPULATION, wires=False)


def conditions(of):
    """The sum counts while it is valid."""
    valid = of.outputs["valid[0]"]
    return Conditions({f"sum[{i}]": (valid,) for i in range(4)})


def rows(names, seed, cycles=600):
    rng = np.random.default_rng(seed)
    found = rng.integers(0, 2, (cycles, len(names)), np.uint8)
    found[:, names.index("rst[0]")] = rng.random(cycles) < 0.02
    found[:2, names.index("rst[0]")] = 1
    return found


def mutants():
    left_out = (" RD_EN[", " clk[")
    return [each for each in POPULATION.mutants if not any(name in str(each) for name in left_out)]


def counted(of, outputs):
    """The outputs that count, others as 2."""
    at = {name: i for i, name in enumerate(of.outputs)}
    found = outputs.copy()
    for name, i in at.items():
        if name.startswith("sum"):
            found[:, i] = np.where(outputs[:, at["valid[0]"]] != 0, outputs[:, i], 2)
    return found


def first_cycles(tmp_path, seed):
    """Every mutant with its fault, the cycle in which it first differs, and what the netlist gives
    for the same rows.
    """
    machines = Machines(pins(), conditions(pins()), LATENCIES, tmp_path)
    every, given = mutants(), rows(pins().inputs, seed)
    faults = np.array([pins().fault(mutant) for mutant in every], Fault)
    found = machines.first_cycles(given, faults)
    return every, found, counted(pins(), machines.outputs(given))


def test_every_mutant_is_what_yosys_makes_of_it(tmp_path, seed):
    every, found, due = first_cycles(tmp_path, seed)
    assert len(every) > 250 and 0.6 < (found != 0).mean() < 1
    step = (1 << SELECT_BITS) - 1
    for first in range(0, len(every), step):
        part = every[first : first + step]
        mutated = mutant_pins.read(POPULATION, wires=False, mutants=part)
        machines = Machines(mutated, conditions(mutated), LATENCIES, tmp_path)
        names = list(mutated.inputs)
        given = np.zeros((len(due), len(names)), np.uint8)
        own = rows(pins().inputs, seed)
        for i, name in enumerate(pins().inputs):
            given[:, names.index(name)] = own[:, i]
        order = [list(mutated.outputs).index(name) for name in pins().outputs]
        for number, mutant in enumerate(part, start=1):
            for bit in range(SELECT_BITS):
                given[:, names.index(f"mutsel[{bit}]")] = number >> bit & 1
            outputs = machines.outputs(given)[:, order]
            # Which outputs count is up to the netlist itself.
            differ = ((outputs != due) & (due != 2)).any(1)
            cycle = differ.argmax() + 1 if differ.any() else 0
            assert cycle == found[first + number - 1], str(mutant)


def test_what_is_equal_in_one_step_never_differs(tmp_path, seed):
    every, found, _ = first_cycles(tmp_path, seed)
    steps, equal = Steps(pins(), conditions(pins())), 0
    for mutant, cycle in zip(every, found, strict=True):
        differs = steps.difference(pins().fault(mutant))
        assert differs or not cycle, str(mutant)
        equal += differs is None
    assert 0 < equal < len(every) / 4


def test_mutants_of_a_class_differ_in_the_same_cycle(tmp_path, seed):
    every, found, _ = first_cycles(tmp_path, seed)
    sites = Sites(pins())
    ends = {}
    for mutant, cycle in zip(every, found, strict=True):
        ends.setdefault(sites.class_of(pins().fault(mutant)), set()).add(int(cycle))
    assert len(ends) < 0.9 * len(every)
    assert not [kind for kind, cycles in ends.items() if len(cycles) != 1]
    assert ends.get(None, {0}) == {0}, "what changes nothing never differs"


def test_changes_of_the_netlist_itself(tmp_path, seed):
    """With the store never written, whatever comes out is 0."""
    machines = Machines(pins(), conditions(pins()), LATENCIES, tmp_path)
    (memory,) = (box for box in pins().boxes if box.entries)
    forced = np.array([(node, 1, 0, node) for node in memory.ports["WR_EN"]], Fault)
    given = rows(pins().inputs, seed)
    column = list(pins().outputs).index("parity[0]")
    assert set(machines.outputs(given)[2:, column]) == {0, 1}
    assert set(machines.outputs(given, forced)[2:, column]) == {1}
