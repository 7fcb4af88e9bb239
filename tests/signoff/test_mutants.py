"""Mutants: what is listed, that stimuli and solver tell those that differ from those that are
equal, and the side conditions of the solver.
"""

import itertools
import random

import pytest

from scegrad.signoff import mutant_judge, mutants
from scegrad.signoff.aig import Aig
from scegrad.signoff.logic import Logic
from scegrad.signoff.mutation import SELECT_BITS, Judgement, Mutant, Population
from scegrad.signoff.result import Verdict

pytestmark = pytest.mark.whole

TOGGLE = """
module toggle(input clk, input [3:0] a, output reg [3:0] q);
  always @(posedge clk) q <= a ^ 4'd5;
endmodule
"""


def test_every_bit_is_mutated_and_no_clock():
    found = Population("toggle", TOGGLE, "toggle", 1).mutants
    modes = {str(mutant).split()[0] for mutant in found}
    assert modes == {"inv", "const0", "const1", "cnot0", "cnot1"}
    assert not [mutant for mutant in found if " CLK[" in str(mutant)]
    inverted = [mutant for mutant in found if str(mutant).startswith("inv")]
    assert {str(mutant).split(" at ")[1].split("[")[0] for mutant in inverted} >= {"D", "Q"}


def test_groups_share_out_every_mutant():
    population = Population("toggle", TOGGLE, "toggle", 3)
    groups = [population.group(i) for i in range(3)]
    shared = list(itertools.chain(*groups))
    assert sorted(map(str, shared)) == sorted(map(str, population.mutants))


def test_a_group_that_mutsel_cannot_select_is_refused():
    population = Population("toggle", TOGGLE, "toggle", 1)
    population.__dict__["mutants"] = [Mutant("mutate -mode inv")] * (1 << SELECT_BITS)
    with pytest.raises(ValueError, match="make more groups"):
        population.group(0)


def test_mutants_of_a_lane_are_killed_or_equal():
    entries = mutants.group("lane16", 0)[:: mutants.SAMPLE]
    result = mutants.judge_lane("lane16", entries).result(0.0)
    assert result.verdict is Verdict.PROVED, result.data["alive"]
    assert result.data["mutants"] == sum(len(members) for _, members in entries)
    assert set(result.data["ends"]) >= {mutant_judge.BY_RESULT, "equal"}


def test_a_mutant_that_lives_is_told():
    mutant = Population("toggle", TOGGLE, "toggle", 1).mutants[0]
    judgement = Judgement({"equal": 3}, [])
    judgement.keep(mutant, "no time")
    result = judgement.result(0.0)
    assert result.verdict is Verdict.ALIVE
    assert result.detail == "4 mutants: 3 equal, 1 alive"
    assert result.data["alive"] == [{"mutant": str(mutant), "why": "no time"}]
    assert mutant.line == 3


@pytest.mark.parametrize("number", [0, 1, 5, 14, 15])
def test_conditions_of_the_logic(number, seed):
    rng = random.Random(seed)
    for value in range(16):
        bits = [value >> i & 1 for i in range(4)]
        logic = Logic(Aig(), {})
        assert logic.above(bits, number) == (value > number)
        assert logic.equal(bits, number) == (value == number)
        other = rng.randrange(16)
        pairs = [(bit, other >> i & 1) for i, bit in enumerate(bits)]
        assert logic.differ(pairs) == (value != other)
        assert logic.chosen(bits[0], bits[1], bits[2]) == (bits[1] if bits[0] else bits[2])
