"""Mutants: what is listed, that stimuli and solver tell those that differ from those that are
equal, and the side conditions of the solver.
"""

import random

import numpy as np
import pytest

from scegrad.formats import FP16, FP32
from scegrad.model.sigmoid32 import sigmoid32
from scegrad.model.subtract import half_label
from scegrad.model.unpack import unpack
from scegrad.signoff import mutant_judge, mutant_lane, mutant_near, mutants, stage_facts
from scegrad.signoff.aig import Aig
from scegrad.signoff.logic import HALF, Logic, exact_conditions, side_conditions
from scegrad.signoff.mutant_equal import Pair
from scegrad.signoff.mutation import Judgement, Population
from scegrad.signoff.result import Verdict
from scegrad.sweep.stage import TAIL

pytestmark = pytest.mark.whole

TOGGLE = """
module toggle(input clk, input [3:0] a, output reg [3:0] q);
  always @(posedge clk) q <= a ^ 4'd5;
endmodule
"""


def test_every_bit_is_mutated_and_no_clock():
    found = Population("toggle", TOGGLE, "toggle").mutants
    modes = {str(mutant).split()[0] for mutant in found}
    assert modes == {"inv", "const0", "const1", "cnot0", "cnot1"}
    assert not [mutant for mutant in found if " CLK[" in str(mutant)]
    inverted = [mutant for mutant in found if str(mutant).startswith("inv")]
    assert {str(mutant).split(" at ")[1].split("[")[0] for mutant in inverted} >= {"D", "Q"}


def test_mutants_of_a_lane_are_killed_or_equal():
    entries = mutants.group("lane16", 0)[:: mutants.SAMPLE]
    result = mutants.judge_lane("lane16", entries).result(0.0)
    assert result.verdict is Verdict.PROVED, result.data["alive"]
    assert result.data["mutants"] == sum(len(members) for _, members in entries)
    assert set(result.data["ends"]) >= {mutant_judge.BY_RESULT, "equal"}


def test_a_mutant_that_lives_is_told():
    mutant = Population("toggle", TOGGLE, "toggle").mutants[0]
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


def bits_of(value, width):
    return [int(value) >> i & 1 for i in range(width)]


def condition(which, logit, label, s, k):
    """What a condition of fp32 says of these numbers."""
    values = {"logit": (logit, 32), "label": (label, 32), "s": (s, 47), "k": (k, 8)}
    inputs = {name: bits_of(*value) for name, value in values.items()}
    return which(Logic(Aig(), {}), inputs)


def test_real_pairs_fulfil_the_conditions_on_s_and_k(seed):
    """Those of every kind, and with |x|/4 in place of s; and an s that no logit has does not."""
    rng = np.random.default_rng(seed)
    logits, labels = mutant_lane.close(FP32, 1500, rng)
    logits[:500] = rng.integers(0, 1 << 32, 500)
    logits[500:600] = rng.integers(stage_facts.FOUR, TAIL, 100)
    logits[600:900] = rng.choice(stage_facts.exact().near, 300)
    labels[:200] = 0x3F00_0000
    x, y = unpack(logits, FP32), unpack(labels, FP32)
    half = half_label(x, y, FP32)
    assert 50 < half.sum() < 500
    s, k, _ = sigmoid32(x.exponent, x.significand, x.infinite, half)

    def holds(i, s, k, which=side_conditions):
        return condition(which, logits[i], labels[i], s, k)

    for which in (side_conditions, exact_conditions):
        assert [i for i in range(logits.size) if holds(i, s[i], k[i], which) != 1] == []
    usual = ~(half | x.infinite | x.nan) & (x.significand != 0) & (k < 150)
    wrong = [holds(i, 1 << 43, k[i]) for i in np.flatnonzero(usual)]
    assert len(wrong) > 300 and not any(wrong)
    wrong = [holds(i, s[i] ^ 1, k[i]) for i in np.flatnonzero(half)]
    assert not any(wrong)


def test_what_no_logit_from_4_to_104_has_is_excluded(seed):
    """Below a margin, and ties that are not listed; not for NaN, nor for |x|/4 in place of s."""
    known, rng = stage_facts.exact(), random.Random(seed)
    for k, margin in known.margins.items():
        multiple = rng.randrange(1, 1 << 24 - k + 1) << 21 + k
        for s in (multiple + margin - 1, multiple - margin + 1):
            assert condition(exact_conditions, 0x4100_0000, 1, s, k) == 0
            assert condition(exact_conditions, 0x7FC0_0000, 1, s, k) == 1
            assert condition(exact_conditions, 0x3900_0000, HALF, s, k) == 1
        for s in (multiple + margin, multiple - margin):
            tie = s & (1 << 19) - 1 == 0
            assert tie or condition(exact_conditions, 0x4100_0000, 1, s, k) == 1
    for length in (44, 45, 46):
        s = rng.getrandbits(22) << length - 23 | 1 << length - 1
        k = rng.randrange(60, 80)
        assert (k, s) not in known.ties
        assert condition(exact_conditions, 0x4240_0000, 1, s, k) == 0
        assert condition(exact_conditions, 0x4240_0000, 1, s | 1 << rng.randrange(19), k) == 1
    for k, s in known.ties:
        assert condition(exact_conditions, 0x4240_0000, 1, s, k) == 1


def test_the_facts_about_logits_from_4_to_104_are_theirs(seed):
    known = stage_facts.exact()
    assert set(known.margins) == set(range(stage_facts.LEAST, stage_facts.NEAREST + 1))
    rng = np.random.default_rng(seed)
    some = rng.integers(stage_facts.FOUR, TAIL, 1 << 18).astype(np.uint32)
    x = np.concatenate([some, np.array(known.near, np.uint32)])
    s, ks = stage_facts.stage(x)
    for k, margin in known.margins.items():
        away = stage_facts.distance(s[ks == k], k)
        assert away.min() == margin
    again = {(int(k), int(each)) for each, k in zip(s, ks, strict=True)}
    dropped = stage_facts.dropped(s)
    ties = (s & (1 << dropped - 1) - 1 == 0) & (ks >= stage_facts.LEAST)
    assert {(int(ks[i]), int(s[i])) for i in np.flatnonzero(ties)} <= set(known.ties) & again
    below = np.arange(stage_facts.FOUR - (1 << 16), stage_facts.FOUR, dtype=np.uint32)
    assert stage_facts.stage(below)[1].max() < stage_facts.LEAST
    assert stage_facts.stage(np.array([TAIL - 1], np.uint32))[1] <= stage_facts.MOST


@pytest.mark.parametrize("fmt", [FP16, FP32])
def test_pairs_near_a_solution_have_its_s(fmt, seed):
    rng = np.random.default_rng(seed)
    s, k = (0x155_5555 >> 1, 0) if fmt is FP16 else (0x3123_4567_89AB, 30)
    pair = Pair(fmt.sign_bit, 0x3C01, s, k)
    logits, labels = mutant_near.near(fmt, [pair, pair], rng)
    assert logits.size == labels.size == 2 * mutant_near.COUNT
    assert (logits[0], labels[0]) == (pair.logit, pair.label)
    x = np.abs(logits.view(fmt.dtype).astype(np.float64))
    value = s * 2.0 ** (-(25 if fmt is FP16 else 46) - k)
    close = np.abs(1 / (1 + np.exp(x)) / value - 1) < 0.01
    assert 0.45 < close.mean() < 0.95


def test_gaps_of_the_stage_hold_no_logit():
    assert len(stage_facts.gaps()) > 10
    for k, target, bits in stage_facts.gaps():
        s = target * 2.0 ** (-46 - k)
        x = np.float32(np.log1p((1 - 2 * s) / s)).view(np.uint32)
        near = (x + np.arange(-400, 400)).astype(np.uint32)
        found, ks = stage_facts.stage(near)
        inside = (ks == k) & (found >= target - (1 << bits)) & (found < target + (1 << bits))
        assert not inside.any()
        wider = (ks == k) & (np.abs(found - target) < 1 << bits + 4)
        assert wider.any()
