"""The steps of the fp32 rounding hold, and fail with broken lanes."""

import re
from contextlib import ExitStack
from functools import cache

import pytest

from scegrad.formats import FP32
from scegrad.model.sigmoid32 import sigmoid32
from scegrad.rtl.datapath import anchor, arithmetic
from scegrad.rtl.datapath.round import Round
from scegrad.rtl.datapath.subtract import Subtract
from scegrad.signoff import rounding32
from scegrad.signoff.result import Verdict
from scegrad.sweep.unit import design

from .broken import Breakage, broken

pytestmark = pytest.mark.whole

kept_design = cache(design)

BREAKAGES = {
    "align": Breakage(anchor, "take_part", "(positive ^ label.sign)", "(positive & label.sign)"),
    "shift": Breakage(
        arithmetic, "right_shifter", "amount[level] & value[: 1 << level].any()", "amount[level]"
    ),
    "sum": Breakage(Subtract, "elaborate", "(pipe.positive ^ negative)", "negative"),
    "round": Breakage(
        Round, "_cut", "pipe.sticky | pipe.magnitude[: dropped - 1].any()", "pipe.sticky"
    ),
}


@pytest.mark.parametrize("name", ["align", "shift", "round"])
def test_is_proved(name):
    result = rounding32.decide(name, {}, kept_design(FP32))
    assert result.verdict == Verdict.PROVED, result.detail


@cache
def damaged():
    """A lane that is broken in each step; the cuts keep each from the others."""
    with ExitStack() as stack:
        for breakage in BREAKAGES.values():
            stack.enter_context(broken(breakage))
        return design(FP32)


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_step_is_refuted(name):
    for part in rounding32.STEPS[name].parts:  # so none assumes what cannot be
        found = rounding32.decide(name, part, damaged())
        assert found.verdict == Verdict.REFUTED, part
        for field, value in part.items():  # the example is one of this case
            assert re.search(rf" {field}={value}\b", found.detail), found.detail


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
