"""Rare logits: each has the ending that it should have, and single bits decide its results."""

from functools import cache

import numpy as np
import pytest

from scegrad.formats import FP32
from scegrad.model import golden
from scegrad.signoff import mutant_endings
from scegrad.signoff.mutant_endings import EIGHT, STRUCTURED, dropped, endings
from scegrad.signoff.stage_facts import stage
from scegrad.sweep.stage import TAIL

pytestmark = pytest.mark.whole


@cache
def pairs():
    return mutant_endings.pairs()


def test_endings_are_all_bits_at_which_rounding_turns():
    assert endings(4).tolist() == [0, 1, 2, 4, 6, 7, 8, 9, 10, 12, 14, 15]
    found = set(endings(22).tolist())
    assert len(found) == 84
    assert {0, 1, 1 << 21, (1 << 21) + 1, (1 << 21) - 1, (1 << 22) - 1} < found


def test_as_many_bits_are_dropped_as_rounding_to_24_drops():
    s = np.array([(1 << 43) + 1, (1 << 44) - 1, 1 << 44, 1 << 45, (1 << 46) - 1, 1 << 46])
    np.testing.assert_array_equal(dropped(s), [20, 20, 21, 22, 22, 22])


def test_each_logit_has_a_rare_ending():
    x, s, k = mutant_endings.logits()
    again, k_again = stage(x)
    np.testing.assert_array_equal(s, again)
    np.testing.assert_array_equal(k, k_again)
    count = dropped(s)
    for bits in mutant_endings.DROPPED:
        mine = s[count == bits] & (1 << bits) - 1
        assert set(mine.tolist()) <= set(endings(bits).tolist())
    mine = s[(count == 22) & (x >= STRUCTURED)] & (1 << 22) - 1
    assert set(mine.tolist()) == set(endings(22).tolist()), "an ending without a logit"
    assert len(x) < 3000
    assert x.max() < TAIL and (x >= EIGHT).sum() > 500


def test_each_bit_of_a_subnormal_label_decides_a_result():
    """It turns a tie, and a label of 0 leaves it: so a lane that loses this bit is found."""
    logits, labels = (each.view(np.float32) for each in pairs())
    results = golden.gradient(logits, labels).view(np.uint32)
    without = golden.gradient(logits, np.zeros_like(labels)).view(np.uint32)
    magnitude = pairs()[1] & FP32.sign_bit - 1
    negative = pairs()[0] >= FP32.sign_bit
    turned = magnitude[negative & (results != without)]
    assert {1 << bit for bit in range(23)} < set(turned.tolist())


def test_each_dropped_bit_of_s_decides_a_result():
    """Above a tie the bit rounds up, where without it the tie would go down to even."""
    x, s, _ = mutant_endings.logits()
    mine = (dropped(s) == 22) & (x >= STRUCTURED)
    x, s = x[mine] | np.uint32(FP32.sign_bit), s[mine]
    results = golden.gradient(x.view(np.float32), np.zeros(x.size, np.float32)).view(np.uint32)
    kept = (s >> 22) & 1
    odd = results & 1 != kept
    beyond = (s & (1 << 22) - 1) - (1 << 21)
    assert {1 << bit for bit in range(21)} < set(beyond[odd & (beyond > 0)].tolist())
