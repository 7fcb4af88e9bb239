"""The proofs of the lanes hold, and fail with broken lanes."""

from functools import cache

import pytest

from scegrad.formats import FORMATS, FP16
from scegrad.rtl.datapath import sigmoid16
from scegrad.rtl.datapath.pack import Pack
from scegrad.rtl.datapath.round import Round
from scegrad.rtl.datapath.sigmoid16 import Sigmoid16
from scegrad.signoff import lane_proofs
from scegrad.signoff.lane_proofs import LANE_PROOFS
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.sweep.unit import design

from .broken import Breakage, broken

pytestmark = pytest.mark.whole

LATE = Breakage(
    Sigmoid16,
    "elaborate",
    "m.d.comb += self.address.eq(pipe.address)",
    "m.d.sync += self.address.eq(pipe.address)",
)
FED_BACK = Breakage(
    Pack, "elaborate", "self.i.payload.bits)", "self.i.payload.bits ^ self.o.payload)"
)
NAN = Breakage(Pack, "elaborate", "special.nan, self.fmt.nan", "special.nan, self.fmt.infinity")
UNROUNDED = Breakage(sigmoid16, "evaluate", "(pipe.whole + 1)", "pipe.whole")
STICKY_DROPPED = Breakage(
    Round, "_cut", "pipe.sticky | pipe.magnitude[: dropped - 1].any()", "pipe.sticky"
)
TIES_AWAY = Breakage(Round, "elaborate", "(pipe.sticky | pipe.significand[0])", "1")

kept_design = cache(design)


def refuted(proof, breakage: Breakage) -> str:
    """What the proof says of the broken fp16 lane."""
    with broken(breakage):
        damaged = design(FP16)
    result: CaseResult = proof(damaged)
    assert result.verdict == Verdict.REFUTED
    return result.detail


@pytest.mark.parametrize(
    "proof",
    [
        pytest.param(proof, id=proof.name, marks=pytest.mark.whole if proof.long else ())
        for proof in LANE_PROOFS
    ],
)
def test_is_proved(proof):
    result = proof.run(kept_design(FORMATS[proof.fmt_name]))
    assert result.verdict == Verdict.PROVED, result.detail


def test_paths_of_unequal_length_are_refuted():
    assert "registers meet" in refuted(lane_proofs.function_of_its_inputs, LATE)


def test_feedback_is_refuted():
    assert "feeds back" in refuted(lane_proofs.function_of_its_inputs, FED_BACK)


def test_a_wrong_nan_is_refuted():
    assert "x = nan (0x" in refuted(lane_proofs.special_values, NAN)


def test_a_wrong_sigmoid_is_refuted():
    assert "must be" in refuted(lane_proofs.sigmoid_of_all_logits, UNROUNDED)


@pytest.mark.parametrize("breakage", [STICKY_DROPPED, TIES_AWAY], ids=["sticky", "ties"])
def test_wrong_rounding_is_refuted(breakage):
    assert "does not hold for x = " in refuted(lane_proofs.correct_rounding, breakage)
