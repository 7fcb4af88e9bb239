"""The steps of the fp32 rounding hold, and fail with broken lanes."""

from functools import cache

import pytest

from scegrad.formats import FP32
from scegrad.model.sigmoid32 import sigmoid32
from scegrad.rtl.datapath import anchor
from scegrad.rtl.datapath.round import Round
from scegrad.rtl.datapath.subtract import Subtract
from scegrad.signoff import rounding32
from scegrad.signoff.result import Verdict
from scegrad.sweep.unit import design

from .broken import Breakage, broken

kept_design = cache(design)

BREAKAGES = {
    "align": Breakage(anchor, "take_part", "(positive ^ label.sign)", "(positive & label.sign)"),
    "shift": Breakage(
        Subtract,
        "elaborate",
        "i.s.shift_left(self.window - self.fraction_bits)",
        "i.s.shift_left(self.window - self.fraction_bits - 1)",
    ),
    "sum": Breakage(
        Subtract, "_compress", "Cat(pipe.negate_y & ~pipe.y_lost,", "Cat(pipe.negate_y & pipe.one,"
    ),
    "round": Breakage(
        Round, "_cut", "pipe.sticky | pipe.magnitude[: dropped - 1].any()", "pipe.sticky"
    ),
}


@pytest.mark.parametrize("name", ["align", "shift", "round"])
def test_is_proved(name):
    result = rounding32.decide(name, {}, kept_design(FP32))
    assert result.verdict == Verdict.PROVED, result.detail


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_lane_is_refuted(name):
    with broken(BREAKAGES[name]):
        damaged = design(FP32)
    result = rounding32.decide(name, rounding32.STEPS[name].parts[0], damaged)
    assert result.verdict == Verdict.REFUTED, result.detail


def test_every_part_of_the_sum_refuses_a_wrong_sign():
    """So no part assumes what cannot be."""
    wrong = Breakage(Subtract, "elaborate", "(pipe.positive ^ negative)", "negative")
    with broken(wrong):
        damaged = design(FP32)
    for part in rounding32.STEPS["sum"].parts:
        assert rounding32.decide("sum", part, damaged).verdict == Verdict.REFUTED, part


def test_a_boundary_within_reach_is_refuted():
    """s moved onto a midpoint: 2**-25 is S = 2**(21 + k)."""

    def moved(*operands):
        found = sigmoid32(*operands)
        s, k = found.significand.copy(), found.k
        s[k >= 23] = 1 << 21 + k[k >= 23]
        return s, k, found.sticky

    first, last = 0x41900000, 0x41910000
    assert rounding32.tiny_labels(first=first, last=last).verdict == Verdict.PROVED
    assert rounding32.tiny_labels(moved, first, last).verdict == Verdict.REFUTED


def test_other_logits_have_another_k():
    assert rounding32.outside_is_empty()
