"""Each unit's proof holds, and fails with each of the breakages listed here."""

import pytest

from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.counters import Counters
from scegrad.rtl.dma.dma import Dma
from scegrad.rtl.dma.reader import ReadRequests
from scegrad.rtl.dma.writer import WriteRequests
from scegrad.rtl.fifo import Fifo
from scegrad.signoff.proofs import BY_NAME, PROOFS
from scegrad.signoff.result import Verdict
from scegrad.signoff.unit import folded, prove

from .broken import Breakage, broken

BREAKAGES = {
    "fifo": [
        Breakage(Fifo, "elaborate", "level + self.i.valid - fetch", "level + self.i.valid"),
        Breakage(Fifo, "elaborate", "(~self.o.valid | self.o.ready)", "1"),
        Breakage(
            Fifo, "elaborate", "write.addr + self.i.valid", "(write.addr + self.i.valid) ^ fetch"
        ),
    ],
    "planner": [
        Breakage(Planner, "elaborate", "group_end - beat[:GROUP_BITS]", "group_end"),
        Breakage(Planner, "elaborate", "~beat)", "~beat + 1)"),
        Breakage(Planner, "elaborate", "blocks_left == TAPER_BLOCKS", "blocks_left == 3"),
        Breakage(Planner, "elaborate", "offset.eq(0)", "offset.eq(offset)"),
        Breakage(Planner, "elaborate", "burst.turn.eq(tapered |", "burst.turn.eq("),
    ],
    "planner_same": [
        Breakage(Planner, "elaborate", "offset.eq(0)", "offset.eq(self.address[:2])"),
        Breakage(
            Planner, "elaborate", "self.bursts.valid & self.bursts.ready", "self.bursts.valid"
        ),
    ],
    "counters": [
        Breakage(
            Counters, "elaborate", "self.counts.cycles + self.running", "self.counts.cycles + 1"
        ),
        Breakage(Counters, "elaborate", "written.eq(self.bytes)", "written.eq(8)"),
        Breakage(Counters, "elaborate", "with m.If(self.clear)", "with m.If(0)"),
    ],
    "write_requests": [
        Breakage(WriteRequests, "elaborate", "& (outstanding != MAX_OUTSTANDING)", ""),
        Breakage(WriteRequests, "elaborate", "& ~self.halt", ""),
        Breakage(WriteRequests, "elaborate", "& ~self.aw.valid", ""),
        Breakage(WriteRequests, "elaborate", "waiting + self.complete - issue", "waiting + issue"),
        Breakage(
            WriteRequests,
            "elaborate",
            "permit_late | (issue & (burst.len != 1))",
            "permit_late | issue",
        ),
        Breakage(
            WriteRequests,
            "elaborate",
            "Cat(C(0, self._size), burst.address[self._size :])",
            "burst.address",
        ),
        Breakage(
            WriteRequests, "elaborate", "outstanding + issue - self.b.valid", "outstanding + issue"
        ),
    ],
    "read_requests": [
        Breakage(ReadRequests, "elaborate", "room > needed", "room >= needed"),
        Breakage(ReadRequests, "elaborate", "& ~self.ar.valid", ""),
        Breakage(ReadRequests, "elaborate", "& ~self.halt", ""),
        Breakage(
            ReadRequests, "elaborate", "outstanding + load - self.burst_end", "outstanding + load"
        ),
        Breakage(ReadRequests, "elaborate", "~self.start & ~planner.bursts.valid", "0"),
        Breakage(
            ReadRequests, "elaborate", "self.ar.payload.id.eq(choice)", "self.ar.payload.id.eq(0)"
        ),
    ],
    "dma_control": [
        Breakage(Dma, "_control", "& self.writer.idle", ""),
        Breakage(Dma, "_control", "(self.writer.finished & ~self.flush)", "self.writer.finished"),
        Breakage(Dma, "_control", "launch & ~empty", "launch"),
        Breakage(Dma, "_control", "self.busy.eq(0), self.flush.eq(0),", "self.busy.eq(0),"),
        Breakage(Dma, "_cut_short", "self.busy & ~self.flush", "self.busy"),
        Breakage(Dma, "_cut_short", "with m.Elif(self.abort)", "with m.If(self.abort)"),
        Breakage(
            Dma, "_cut_short", "reads.payload, writes.payload", "writes.payload, reads.payload"
        ),
    ],
}


@pytest.mark.parametrize("name", [proof.name for proof in PROOFS if proof.quick])
def test_is_proved(name):
    result = prove(BY_NAME[name])
    assert result.verdict == Verdict.PROVED, result.detail


@pytest.mark.parametrize(
    ("name", "breakage"),
    [(name, breakage) for name, found in BREAKAGES.items() for breakage in found],
    ids=lambda value: value if isinstance(value, str) else f"{value.old}->{value.new}",
)
def test_a_broken_unit_is_not_proved(name, breakage):
    with broken(breakage):
        verilog = BY_NAME[name].verilog()
    result = prove(BY_NAME[name], verilog)
    assert result.verdict in (Verdict.REFUTED, Verdict.OPEN), result.detail
    assert "Assert failed" in result.detail or "was asserted" in result.detail


def test_every_proof_has_breakages():
    assert set(BREAKAGES) == set(BY_NAME)


def test_an_assertion_that_folds_away_is_noticed(tmp_path):
    source = tmp_path / "top.sv"
    source.write_text("always @* begin\n assert (a);\n assert (b | c); // assert\nend\n")
    line = "(define-fun |top_a {} 0| ((state |top_s|)) Bool {}) ; $assert$top.sv:{}$1\n"
    line = line.replace("{} 0", "{}")
    smt = tmp_path / "model.smt2"
    smt.write_text(line.format(0, "(or a b)", 2) + line.format(1, "(or true (not e))", 3))
    assert "top.sv:3" in folded(smt, source)
    smt.write_text(line.format(0, "(or a b)", 2))
    assert folded(smt, source) == "1 of 2 assertions are in the model"
