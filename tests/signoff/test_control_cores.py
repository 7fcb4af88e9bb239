"""The registers of many cores: the proof goes through, and each unit's own bit is looked at."""

import pytest

from scegrad.rtl.control.control import Control
from scegrad.signoff.control_cores import CONTROL_CORES
from scegrad.signoff.result import Verdict
from scegrad.signoff.unit import prove

from .broken import Breakage, broken

FT78NE, MT7004 = CONTROL_CORES

BREAKAGES = {
    "_interrupts": {
        "(in_unit_bits(pending) & enable).any()": (
            "((pending[:-1].any() & enable[0]) | (pending[-1] & enable[SHARED]))"
        ),
        "pending & ~cleared": "pending & ~cleared.rotate_left(1)",
        "done = Cat(unit.done for unit in self.units)": (
            "done = Cat(unit.done for unit in self.units) & ~2"
        ),
    },
    "elaborate": {
        'self._by_unit(self._written(port, "ABORT"))': (
            'self._by_unit(self._written(port, "ABORT")).rotate_left(1)'
        ),
        "checker.cores_busy.eq(busy[:-1])": "checker.cores_busy.eq(busy[1:])",
        "checker.shared_cores.eq(self.core_shared)": "checker.shared_cores.eq(self.core_shared[0])",
        '"BUSY": in_unit_bits(busy)': '"BUSY": in_unit_bits(busy & ~2)',
        "readout.half.eq(half)": "readout.half.eq(half.rotate_left(1))",
    },
    "_held_for_cores": {
        "joined & self.job.core_mask": "joined & self.job.core_mask[:1].replicate(cores)",
        "~self.start[:-1] & shared_held": "~self.start[0].replicate(cores) & shared_held",
        "(self.start & self.job.format": "(self.start[0].replicate(cores + 1) & self.job.format",
        "shared & fmt[-1].replicate(cores)": "shared & fmt[:-1]",
    },
    "_written_registers": {"enabled &= units": "enabled &= -1"},
    "_start": {
        "self.start.eq(checker.start)": "self.start.eq(checker.start.rotate_left(1))",
        'job.core_mask.eq(written["CORE_MASK"])': 'job.core_mask.eq(written["CORE_MASK"][:2])',
        'request.core_mask.eq(written["CORE_MASK"])': "request.core_mask.eq(1)",
        "starting & ~checking": "starting",
        "~starting | checker.valid": "1",
    },
}
"""By method: what is written there, and what makes it wrong."""


def test_is_proved():
    result = prove(MT7004)
    assert result.verdict == Verdict.PROVED, result.detail


@pytest.mark.whole
@pytest.mark.parametrize(
    "breakage",
    [
        Breakage(Control, method, old, new)
        for method, found in BREAKAGES.items()
        for old, new in found.items()
    ],
    ids=lambda breakage: f"{breakage.old}->{breakage.new}",
)
def test_a_broken_unit_is_not_proved(breakage):
    with broken(breakage):
        verilog = MT7004.verilog()
    result = prove(MT7004, verilog)
    # where a vector falls apart, a signal of the proof is gone
    assert result.verdict in (Verdict.REFUTED, Verdict.VACUOUS, Verdict.OPEN), result.detail


@pytest.mark.whole
def test_a_bit_for_each_of_many_units():
    with broken(Breakage(Control, "_interrupts", "Signal(len(self.units))", "Signal(8)")):
        verilog = FT78NE.verilog()
    assert prove(FT78NE, verilog).verdict != Verdict.PROVED
