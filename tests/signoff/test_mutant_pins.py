"""Mutants at pins: against the netlists that Yosys makes of them, and the lane against the golden
model.
"""

import random
import shutil
from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from scegrad.formats import FP16
from scegrad.model import golden
from scegrad.signoff import lane, mutant_gates, mutant_pins, mutants, tools
from scegrad.signoff.aig import Aig, constant
from scegrad.signoff.designs import lane_design
from scegrad.signoff.mutant_equal import EQUAL, OPEN, Equality, Pair
from scegrad.signoff.mutant_gates import GateLibrary
from scegrad.signoff.mutant_lane import RESULT, class_of, close, operands, patterns, restless
from scegrad.signoff.mutant_machines import Conditions, Machines
from scegrad.signoff.mutant_nodes import REGISTER, Fault
from scegrad.signoff.mutant_sites import Sites
from scegrad.signoff.mutation import SELECT_BITS, Population

pytestmark = pytest.mark.whole

SMALL = """
module small(input clk, input [8:0] x, output reg [6:0] gradient);
  reg [3:0] table_of_squares [0:3];
  initial begin
    table_of_squares[0] = 0; table_of_squares[1] = 1;
    table_of_squares[2] = 4; table_of_squares[3] = 9;
  end
  reg [4:0] sum;
  reg [1:0] index;
  reg smaller;
  always @(posedge clk) begin
    sum <= x[3:0] + x[8:4];
    index <= x[8] ? x[1:0] : x[3:2];
    smaller <= x[4:0] < x[8:5];
    gradient <= {sum, smaller & sum[0]} ^ {3'd5, table_of_squares[index]};
  end
endmodule
"""

POPULATION = Population("small", SMALL, "small")

INPUTS = [f"x[{i}]" for i in range(9)]


@cache
def pins():
    return mutant_pins.read(POPULATION, wires=True)


def library(pins, kept, work):
    """The gates with all nodes in ``kept``, for every output."""
    return GateLibrary(mutant_gates.reduce(pins, kept, pins.outputs), class_of, work)


def judged(tmp_path):
    """Every mutant of the small pipeline with its fault, and whether it differs for any input, in
    the netlist with all of its nodes.
    """
    built = library(pins(), range(pins().count), tmp_path)
    assert built.gates.count == pins().count
    all_mutants = [m for m in POPULATION.mutants if " RD_EN[" not in str(m)]
    faults = np.array([pins().fault(mutant) for mutant in all_mutants], Fault)
    found = np.zeros(len(faults), np.uint8)
    built.differ_for_all(INPUTS, faults, RESULT, found)
    return all_mutants, faults, found


def test_every_mutant_is_what_yosys_makes_of_it(tmp_path):
    all_mutants, _, found = judged(tmp_path)
    assert len(all_mutants) > 300 and 0.5 < (found != 0).mean() < 1
    words = np.array([[0] * 8] * 9, np.uint64)
    for i in range(9):
        bits = np.arange(512) >> i & 1
        words[i] = np.packbits(bits.astype(np.uint8), bitorder="little").view("<u8")
    step = (1 << SELECT_BITS) - 1
    for first in range(0, len(all_mutants), step):
        part = all_mutants[first : first + step]
        shutil.copyfile(tools.FORMAL / "wires.v", tmp_path / "wires.v")
        script = lane.WIRES + lane.GATES
        graph = Aig.read(POPULATION.run(part, script, "result.aig", tmp_path))
        given = {f"x[{i}]": words[i] for i in range(9)}
        due = graph.evaluate(given)
        for number, mutant in enumerate(part, start=1):
            select = {
                name: np.full(8, ~np.uint64(0) if bit else 0, np.uint64)
                for name, bit in constant("mutsel", SELECT_BITS, number).items()
            }
            got = graph.evaluate(given | select)
            differs = any((got[name] != due[name]).any() for name in due)
            assert differs == bool(found[first + number - 1]), str(mutant)


def test_cycles_of_a_pipeline_show_the_same_mutants(tmp_path):
    """Its registers may be wires: what differs for some input differs in some cycle, after those
    that fill the pipeline.
    """
    _, faults, found = judged(tmp_path)
    rows = np.arange(514)[:, None] >> np.arange(9) & 1
    filled = replace(pins(), kinds=[*pins().kinds], a=[*pins().a], b=[*pins().b])
    literal = filled.add(REGISTER, filled.add(REGISTER, 1))
    conditions = Conditions(dict.fromkeys(pins().outputs, (literal,)))
    machines = Machines(filled, conditions, {}, tmp_path)
    order = [pins().inputs.index(name) for name in INPUTS]
    given = np.empty_like(rows, np.uint8)
    given[:, order] = rows
    cycles = machines.first_cycles(given, faults)
    np.testing.assert_array_equal(cycles != 0, found != 0)
    assert len(set(cycles)) > 10 and 3 in cycles


def test_fewer_nodes_show_the_same_mutants(tmp_path):
    _, faults, found = judged(tmp_path)
    for part in (faults, faults[found == 0], faults[::7]):
        fewer = library(pins(), mutant_gates.needed(part), tmp_path)
        assert fewer.gates.count < pins().count
        seen = np.zeros(len(part), np.uint8)
        fewer.differ_for_all(INPUTS, part, RESULT, seen)
        np.testing.assert_array_equal(seen, found[np.isin(faults, part)])


def test_fewer_nodes_of_a_lane_show_the_same_mutants(tmp_path, seed):
    pins = mutants.netlist("lane16")[0]
    rng = np.random.default_rng(seed)
    members = [m[0][1] for kind, m in mutants.classes("lane16").items() if kind]
    faults = np.array(members, Fault)[rng.choice(len(members), 400, replace=False)]
    built = library(pins, range(pins.count), tmp_path)
    fewer = library(pins, mutant_gates.needed(faults), tmp_path)
    assert fewer.gates.count < built.gates.count / 2
    words = patterns(pins.inputs, FP16, *close(FP16, 1 << 12, rng))
    np.testing.assert_array_equal(fewer.results(words), built.results(words))
    found, want = (np.zeros(len(faults), np.uint8) for _ in range(2))
    fewer.differ(words, faults, RESULT, found)
    built.differ(words, faults, RESULT, want)
    np.testing.assert_array_equal(found & RESULT, want & RESULT)
    assert 0.3 < (want & RESULT != 0).mean() < 1
    some = faults[:40]
    both = zip(some, fewer.reached(words, some), built.reached(words, some), strict=True)
    for fault, reached, every in both:
        assert reached <= every and (not every or int(fault["node"]) in reached)


def test_mutants_of_a_class_are_one(tmp_path):
    all_mutants, faults, found = judged(tmp_path)
    sites = Sites(pins())
    ends = {}
    for fault, differs in zip(faults, found, strict=True):
        ends.setdefault(sites.class_of(tuple(map(int, fault))), set()).add(int(differs))
    assert len(ends) < 0.7 * len(all_mutants)
    assert not [kind for kind, values in ends.items() if len(values) != 1]
    assert ends.get(None, {0}) == {0}, "what changes nothing differs nowhere"


def test_the_gates_of_a_lane_give_the_golden_results(tmp_path, seed):
    pins = mutants.netlist("lane16")[0]
    built = library(pins, (), tmp_path)
    logits, labels = operands(FP16, 1 << 14, np.random.default_rng(seed))
    due = built.results(patterns(pins.inputs, FP16, logits, labels))
    got = np.zeros(logits.size, np.uint16)
    for i in range(16):
        words = np.ascontiguousarray(due[:, built.names.index(f"gradient[{i}]")])
        bits = np.unpackbits(words.view(np.uint8).ravel(), bitorder="little")
        got |= bits.astype(np.uint16) << i
    want = golden.gradient(logits.view(np.float16), labels.view(np.float16)).view(np.uint16)
    np.testing.assert_array_equal(got, want)


def test_mutants_that_only_gaps_and_resets_show(tmp_path, seed):
    """The valid of a pair stuck at 1: every pair has its result, gaps have one too."""
    pins = mutants.netlist("lane16")[0]
    all_mutants = mutants.lane_population("lane16").mutants
    stuck = next(m for m in all_mutants if str(m).startswith("const1 valid[0]"))
    faults = np.array([pins.fault(stuck)], Fault)
    assert restless(lane_design("fp16"), pins, faults, tmp_path)[0] > 0
    found = np.zeros(1, np.uint8)
    pairs = operands(FP16, 1 << 12, np.random.default_rng(seed))
    built = library(pins, mutant_gates.needed(faults), tmp_path)
    built.differ(patterns(pins.inputs, FP16, *pairs), faults, RESULT, found)
    assert not found[0]


def behind_the_cut(pins, sites, count, seed):
    """Some mutants, with their places, that reach results by no way through s; s alone may kill
    the others, and the solver has any s.
    """
    cut = {sites.source(node) >> 1 for name, node in pins.outputs.items() if name.startswith("s[")}
    results = [node >> 1 for name, node in pins.outputs.items() if name.startswith("gradient")]
    behind = sites.reaching(results, cut) - sites.reaching(cut)
    members = [m for found in mutants.classes("lane16").values() for m in found[:1]]
    return random.Random(seed).sample([m for m in members if m[1][0] in behind], count)


def test_a_mutant_that_differs_is_not_found_equal(tmp_path, seed):
    """Mutants that pairs kill behind the cut, and some that 0 and infinity alone kill."""
    pins, sites = mutants.netlist("lane16")
    rare = (
        "const0 lane.round.magnitude_5[25] at D[24]",
        "const0 lane.round.magnitude_4[21] at D[17]",
    )
    chosen = behind_the_cut(pins, sites, 60, seed)
    known = [m for found in mutants.classes("lane16").values() for m in found]
    chosen += [m for m in known if str(m[0]).startswith(rare)]
    faults = np.array([site for _, site in chosen], Fault)
    built = library(pins, mutant_gates.needed(faults), tmp_path)
    rng = np.random.default_rng(seed)
    found = np.zeros(len(chosen), np.uint8)
    words = patterns(pins.inputs, FP16, *operands(FP16, 1 << 15, rng))
    built.differ(words, faults, RESULT, found)
    equality = Equality(pins, FP16)
    count = 0
    every = zip(chosen, built.reached(words, faults), strict=True)
    for i, ((mutant, site), reached) in enumerate(every):
        if found[i] or i >= 60:
            assert equality.decide(site, reached, 1) == OPEN
            assert isinstance(equality.decide(site, reached, 10_000_000)[0], Pair), str(mutant)
            count += 1
    assert count > 20 and len(chosen) == 62


def test_kissat_agrees_with_the_solver(seed):
    pins, sites = mutants.netlist("lane16")
    equality = Equality(pins, FP16)
    ends = Counter()
    for mutant, site in behind_the_cut(pins, sites, 30, seed):
        verdict = equality.decide(site, set(), 10_000_000)
        whole = equality.decide_whole(site, 10_000_000)
        assert OPEN not in (verdict, whole)
        assert (verdict == EQUAL) == (whole == EQUAL), str(mutant)
        assert whole == EQUAL or isinstance(whole[0], Pair)
        ends[whole == EQUAL, equality.decide_whole(site, 1) == OPEN] += 1
    assert ends[False, True] > 5, "one conflict is never enough"
