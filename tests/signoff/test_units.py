"""Each unit's proof holds, and fails with each of the breakages listed here."""

import pytest

from scegrad.rtl.control.axi_lite import AxiLite
from scegrad.rtl.control.checker import Checker, Locate, Overlap
from scegrad.rtl.control.control import Control
from scegrad.rtl.control.readout import Readout
from scegrad.rtl.datapath.datapath import Datapath
from scegrad.rtl.deal import Deal, Gather, Grant
from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.counters import CounterBank
from scegrad.rtl.dma.dma import Dma
from scegrad.rtl.dma.reader import Reader, ReadRequests
from scegrad.rtl.dma.realign import Realign
from scegrad.rtl.dma.rotate import Rotate
from scegrad.rtl.dma.write_buffer import WriteBuffer
from scegrad.rtl.dma.writer import Writer, WriteRequests
from scegrad.rtl.fifo import Fifo
from scegrad.signoff import unit_decision
from scegrad.signoff.proofs import BY_NAME, PROOFS
from scegrad.signoff.result import Verdict
from scegrad.signoff.unit import prove
from scegrad.signoff.unit_decision import folded

from .broken import Breakage, broken


def _breakages(kind: type, method: str, changes: dict[str, str]) -> list[Breakage]:
    """What each text of a method becomes, one at a time."""
    return [Breakage(kind, method, old, new) for old, new in changes.items()]


_MASK_WAITS = """mask = Signal(len(self.cores))
    with m.If(self.start):
        m.d.sync += mask.eq(self.core_mask)
    {0} = Cat(core.{0} for core in self.cores)
    {0} &= ({0} | ~mask).all().replicate(len(self.cores))
"""
"""In deal or gather: a step waits for all cores of the mask."""

FAR = "& (outstanding != MAX_OUTSTANDING)"
"""Without it the unit fails after 32 bursts, further than the search for a failure gets: so it is a
short one.
"""

BREAKAGES = {
    "fifo": [
        *_breakages(
            Fifo,
            "elaborate",
            {
                "self.i.valid & ~fetch": "self.i.valid",
                "~self.i.valid & fetch": "fetch",
                "level[1:].any()": "level.any()",  # a word that nobody wrote
                "self.i.valid | Mux(": "Mux(",
                "fetch.eq(filled": "fetch.eq((filled | self.i.valid)",
                "(~self.o.valid |": "(~self.o.valid | self.i.valid |",  # over what is offered
                "write.addr + 1": "(write.addr + 1) ^ fetch",
                "(~self.o.valid | self.o.ready)": "~self.o.valid",  # a gap after each word
                "freed.eq(self.o.valid & self.o.ready)": "freed.eq(fetch)",
            },
        ),
    ],
    "reset_fifo": [
        *_breakages(
            Fifo,
            "elaborate",
            {
                "level = Signal(range(self._depth + 1))": (
                    "level = Signal(range(self._depth + 1), reset_less=True)"
                ),
                "filled & (~self.o.valid": "(~self.o.valid",  # words that nobody wrote
            },
        ),
    ],
    "planner": [
        *_breakages(
            Planner,
            "elaborate",
            {
                "group_end - beat[:GROUP_BITS]": "group_end",
                "~beat)": "~beat + 1)",
                "blocks_left == TAPER_BLOCKS": "blocks_left == 3",
                "offset.eq(0)": "offset.eq(offset)",
                "burst.turn.eq(tapered |": "burst.turn.eq(",
            },
        ),
    ],
    "planner_same": [
        *_breakages(
            Planner,
            "elaborate",
            {
                "offset.eq(0)": "offset.eq(self.address[:2])",
                "self.bursts.valid & self.bursts.ready": "self.bursts.valid",
            },
        ),
    ],
    "counters": [
        *_breakages(
            CounterBank,
            "elaborate",
            {
                "self.counts.cycles + self.running": "self.counts.cycles + 1",
                "written.eq(self.bytes)": "written.eq(8)",
                "with m.If(self.clear)": "with m.If(0)",
            },
        ),
    ],
    "write_requests": [
        *_breakages(
            WriteRequests,
            "elaborate",
            {
                FAR: "",
                "& ~self.halt": "",
                "& ~self.aw.valid": "",
                "waiting + self.complete - issue": "waiting + issue",
                "permit_late | (issue & (burst.len != 1))": "permit_late | issue",
                "Cat(C(0, self._size), burst.address[self._size :])": "burst.address",
                "outstanding + issue - self.b.valid": "outstanding + issue",
                "bursts.ready.eq(self.b.valid)": "bursts.ready.eq(self.b.valid & ~issue)",
                # A complete burst that is never announced.
                "eq(some & ~self.aw.valid": "eq(some & (waiting != 6) & ~self.aw.valid",
                "issue.eq(some &": "issue.eq(some & ~requests.bursts.payload.address[30] &",
                "all_issued = Signal()": "all_issued = Signal(reset_less=True)",
                # An array in the first MiB is finished with each of its bursts.
                "eq(burst.last)": "eq(burst.last | ~burst.address[20:].any())",
                "self.idle & all_issued": "(self.idle | self.aw.valid) & all_issued",
                # The address of a later burst.
                "*self._watch(responses.bursts.payload),": (
                    "*self._watch(responses.bursts.payload),"
                    "self.faults.payload.address[12:].eq(burst.address[12:])"
                ),
            },
        ),
        *_breakages(
            WriteRequests,
            "_watch",
            {
                "self.b.valid & self.b.payload.resp[1]": "self.b.payload.resp[1]",
                "decerr.eq(self.b.payload.resp[0])": "decerr.eq(self.b.payload.resp[1])",
            },
        ),
    ],
    "read_requests": [
        *_breakages(
            ReadRequests,
            "elaborate",
            {
                "room > needed": "room >= needed",
                "& ~self.ar.valid": "",
                "& ~self.halt": "",
                "outstanding + load - self.burst_end": "outstanding + load",
                "~self.start & ~planner.bursts.valid": "self.start & ~planner.bursts.valid",
                "Mux(turn, fits[LABELS], ~fits[LOGITS])": "~fits[LOGITS]",  # logits always first
                "~gone[LABELS], gone[LOGITS]": "~gone[LABELS], ~fits[LOGITS]",  # a broken turn
                "long & fresh": "fresh",  # short jobs wait for room for a long turn
                "self._turn_beats - 1": "self._turn_beats",
                "self._long_bits :": "self._long_bits + 1 :",
                "fits[i].eq(self.start | ": "fits[i].eq(",  # a job begins a cycle later
                "fresh.eq(1)": "fresh.eq(0)",
            },
        ),
        *_breakages(
            ReadRequests,
            "_offer",
            {
                "self.ar.payload.id.eq(choice)": "self.ar.payload.id.eq(0)",
                "turn.eq(choice ^ (ends | ~long))": "turn.eq(turn ^ (ends | ~long))",
                "(ends | ~long)": "ends",  # short jobs have long turns
                "fresh.eq(ends)": "fresh.eq(1)",
            },
        ),
    ],
    "dma_control": [
        *_breakages(
            Dma,
            "_control",
            {
                "& self.writer.idle": "",
                "(self.writer.finished & ~self.flush)": "self.writer.finished",
                "launch & ~empty": "launch & (~empty | last_byte[0])",
                "self.busy.eq(0), self.flush.eq(0),": "self.busy.eq(0),",
                # Between jobs: the outcome is lost after a cycle, an abort clears the address.
                "outcome = Signal(Status)": (
                    "outcome = Signal(Status);"
                    "m.d.sync += self.status.eq(Mux(self.busy | self.done, self.status, 0))"
                ),
                "launch = Signal()": (
                    "launch = Signal(); idle = ~self.busy & ~self.done;"
                    "m.d.sync += self.fault_address.eq(Mux(idle & self.abort, 0,"
                    "self.fault_address))"
                ),
            },
        ),
        *_breakages(
            Dma,
            "_cut_short",
            {
                "self.busy & ~self.flush": "self.busy",
                "with m.Elif(self.abort)": "with m.If(self.abort)",
                "reads.payload, writes.payload": "writes.payload, reads.payload",
            },
        ),
        *_breakages(
            Dma,
            "_count",
            {
                "axi.ar.valid & ~axi.ar.ready": "axi.ar.valid",
                "axi.w.valid & axi.w.ready": "axi.w.valid",
                "counters.running.eq(self.busy)": "counters.running.eq(working)",
            },
        ),
        Breakage(Dma, "_control", "job.eq(self.job),", "job.eq(self.job), job.labels.eq(0),"),
        Breakage(Dma, "_control", "eq(self.job.size - 1)", "eq(self.job.size[:31] - 1)"),
    ],
    "abort": [
        *_breakages(
            Dma,
            "_control",
            {
                "& self.writer.idle": "",  # it forgets a write
                "& self.reader.idle": "",  # it forgets a read
                "~self.busy | closing": "closing",  # what is left of a job meets the next
                "part.halt.eq(self.flush)": "part.halt.eq(self.abort)",
            },
        ),
        Breakage(Dma, "elaborate", "ResetInserter(clear)(self.writer)", "self.writer"),
        *_breakages(
            Reader,
            "elaborate",
            {
                "requests.halt.eq(self.halt)": "requests.halt.eq(0)",
                "self.r.valid & self.r.payload.last": "self.r.valid",
                "rotate.o.payload.tag == i": "1",
                "eq(self.operands.valid & self.operands.ready)": "eq(self.operands.ready)",
            },
        ),
        Breakage(Reader, "_watch", "self.r.payload.resp[1]", "0"),  # an error that nobody sees
        Breakage(ReadRequests, "elaborate", "& ~self.halt", ""),
        *_breakages(
            Writer,
            "_join",
            {
                "requests.halt.eq(self.halt)": "requests.halt.eq(0)",
                "eq(buffer.complete)": "eq(buffer.complete & ~self.halt)",
            },
        ),
        *_breakages(
            Writer,
            "elaborate",
            {
                "loaded & go)": "loaded & go & ~self.halt)",  # beats that were announced
                "buffer.beats.ready.eq(free)": "buffer.beats.ready.eq(free | self.halt)",
            },
        ),
        *_breakages(
            WriteRequests,
            "elaborate",
            {
                "& ~self.halt": "",
                "- self.b.valid": "- (self.b.valid & ~self.halt)",  # a response is lost
                "self.idle.eq(outstanding == 0)": "self.idle.eq(~self.aw.valid)",
            },
        ),
    ],
    "realign": [
        *_breakages(
            Realign,
            "elaborate",
            {
                "last & hold_suffices": "self.pending & hold_suffices",  # a block of old bytes
                "(~word_valid | word_taken)": "(~word_valid | taken)",
                "(taken | ~primed)": "taken",  # it never begins
                "hold.eq(word)": "hold.eq(fifo.o.payload)",
                "last.eq(blocks_left == 1)": "last.eq(blocks_left == 2)",
            },
        ),
        *_breakages(
            Realign,
            "_constants",
            {
                "granule < first_unused": "granule <= first_unused",
                "last_granule < granules": "last_granule <= granules",  # a word too few
            },
        ),
    ],
    "write_buffer": [
        *_breakages(
            WriteBuffer,
            "_merge",
            {
                "granule < offset for": "granule <= offset for",
                "granule <= last_granule[:-1]": "granule < last_granule[:-1]",  # a strobe too few
                "rest | (last_block & ~carry)": "last_block & ~carry",  # strobes too many
                "word & self._widened(beat.select)": "word",
                "rest.eq(last_block & carry)": "rest.eq(last_block)",  # a beat too many
                "amount.eq(-offset)": "amount.eq(offset)",
            },
        ),
        *_breakages(
            WriteBuffer,
            "elaborate",
            {
                "room != 0": "room != 1",
                "last.eq(beats_left == 1)": "last.eq(beats_left == 2)",
                "~filling | self.complete": "~filling",
                "+ fifo.freed": "+ (fifo.freed & self.start)",  # it takes nothing any more
            },
        ),
    ],
    "write_beats": [
        *_breakages(
            Writer,
            "elaborate",
            {
                "loaded & go": "loaded & (go | buffer.beats.valid)",
                "~loaded | (go & self.w.ready)": "~loaded | self.w.ready",  # a beat is lost
                "(taken & self.w.payload.last)": "taken",
                "requests.permit | more.any()": "requests.permit | more[1:].any()",
                "requests.permit & ~next_burst)": "requests.permit)",
                "bit.replicate(self._granule_bytes) for bit in select": "~0 for bit in select",
                "with m.If(free):": "with m.If(free & go):",  # it waits for what waits for it
            },
        ),
    ],
    "read_beats": [
        *_breakages(
            Reader,
            "elaborate",
            {
                "Mux(self.r.payload.id[0], offsets[LABELS], offsets[LOGITS])": "offsets[LOGITS]",
                "rotate.o.payload.tag == i": "1",
                "rotate.i.payload.tag.eq(self.r.payload.id[0])": "rotate.i.payload.tag.eq(0)",
                "self.r.valid & self.r.payload.last": "self.r.valid",
                "requests.freed[i].eq(realign.freed)": (
                    "requests.freed[i].eq(self._realigns[1 - i].freed)"
                ),
                "requests.addresses[i].eq(self.addresses[i])": (
                    "requests.addresses[i].eq(self.addresses[LOGITS])"
                ),
                "requests.start.eq(self.start)": "requests.start.eq(self.start & ~self.halt)",
                "realign.start.eq(self.start)": "realign.start.eq(self.start & ~self.halt)",
                "realign.offset.eq(offsets[i])": "realign.offset.eq(offsets[LABELS])",
                "realign.offset.eq(offsets[i]),": "realign.offset.eq(offsets[LOGITS]),",
                "(rotate.o.payload.tag == i)": "(rotate.o.payload.tag >= i)",
                "connect(m, flipped(self.ar), requests.ar)": (
                    "m.d.comb += [self.ar.valid.eq(requests.ar.valid & ~self.halt),"
                    " self.ar.payload.eq(requests.ar.payload),"
                    " requests.ar.ready.eq(self.ar.ready)]"
                ),
                "connect(m, flipped(self.ar), requests.ar": (
                    "m.d.comb += (self.ar.valid.eq(requests.ar.valid),"
                    " self.ar.payload.as_value().eq(requests.ar.payload.as_value() ^ self.halt),"
                    " requests.ar.ready.eq(self.ar.ready)"
                ),
                "logits.blocks.valid & labels.blocks.valid": "logits.blocks.valid",
                "eq(self.operands.valid & self.operands.ready)": "eq(self.operands.ready)",
                "payload.labels.eq(labels.blocks.payload)": (
                    "payload.labels.eq(labels.blocks.payload ^ logits.blocks.payload)"
                ),
                "logits.pending | labels.pending": "logits.pending",
                "self.idle.eq(requests.idle)": "self.idle.eq(requests.idle & ~self.ar.valid)",
                "self.r.ready.eq(1)": "self.r.ready.eq(~self.halt)",
            },
        ),
        *_breakages(
            Reader,
            "_watch",
            {
                "self.r.valid & (self.r.payload.id[0] == i)": "self.r.valid",
                "C(0, self._size), address[self._size :]": (
                    "address[: self._size], address[self._size :]"
                ),
                "address.eq(self.addresses[i])": "address.eq(self.addresses[LOGITS])",
                "following[LABELS], following[LOGITS]": "following[LOGITS], following[LABELS]",
                "payload.resp[1]": "payload.resp.any()",
                "self.r.payload.resp[0]": "self.r.payload.resp[1]",
            },
        ),
        Breakage(ReadRequests, "elaborate", "size.eq(self._size)", "size.eq(self._size - 1)"),
        Breakage(ReadRequests, "elaborate", "burst.eq(BURST_INCR)", "burst.eq(0)"),
    ],
    "rotate": [
        *_breakages(
            Rotate,
            "elaborate",
            {
                "amount[: high - low]": "amount[: high - low][::-1]",
                "Cat(tag, amount)": "Cat(0, amount)",
            },
        ),
    ],
    "datapath": [
        *_breakages(
            Datapath,
            "elaborate",
            {
                "(second | room.any())": "(second | room[1:].any())",
                "room + results.freed - self.operands.ready": "room + results.freed",
            },
        ),
        Breakage(Datapath, "_feed", "Mux(second,", "Mux(~second,"),
        Breakage(Datapath, "_feed", "feed & ~self.half", "feed"),  # both lanes get a chunk
        Breakage(Datapath, "_feed", "feed & ~self.half", "feed & self.half"),
        Breakage(Datapath, "_collect", "waiting.eq(~waiting)", "waiting.eq(1)"),
    ],
    "deal": [
        *_breakages(
            Deal,
            "elaborate",
            {
                "grant.step & grant.last": "grant.last",
                "(ready | ~grant.served).all()": "(ready | ~grant.served).any()",
                "grant.position + grant.distance[k]": "grant.distance[k]",
            },
        ),
        *_breakages(
            Grant,
            "elaborate",
            {
                "distance + count - size": "distance + count",
                "sum(mask[:k]) if k else 0": "k",  # the rank in the mask
                "(count >= value) & ~bigger": "(count >= value)",
                "self.position + size == self._chunks": "self.position + 1 == self._chunks",
            },
        ),
        # it waits for cores outside of the mask, and for those of the mask outside of the step
        Breakage(Deal, "elaborate", "(ready | ~grant.served).all()", "ready.all()"),
        Breakage(
            Deal,
            "elaborate",
            "ready = Cat(core.ready for core in self.cores)",
            _MASK_WAITS.format("ready"),
        ),
    ],
    "gather": [
        *_breakages(
            Gather,
            "elaborate",
            {
                "~self.gradients.valid | self.gradients.ready": "1",
                "(valid | ~grant.served).all()": "(valid | ~grant.served).any()",
                "grant.step & grant.served[k]": "grant.step",
                "self.gradients.valid.eq(grant.step & grant.last)": (
                    "self.gradients.valid.eq(grant.step)"
                ),
            },
        ),
        Breakage(Gather, "_take", "distance[k] == place % size", "distance[k] == 0"),
        Breakage(Gather, "elaborate", "(valid | ~grant.served).all()", "valid.all()"),
        Breakage(
            Gather,
            "elaborate",
            "valid = Cat(core.valid for core in self.cores)",
            _MASK_WAITS.format("valid"),
        ),
    ],
    "axi_lite": [
        *_breakages(
            AxiLite,
            "_write",
            {
                "have_aw & have_w & ~b.valid": "have_aw & have_w",
                "aw.ready.eq(~have_aw)": "aw.ready.eq(~have_aw | b.valid)",
                "have_w.eq(0),": "",
                "b.valid & b.ready": "b.valid",
                "aw.payload.addr[2:]": "aw.payload.addr[1:]",
                "Mux(self.write_error, Resp.SLVERR, Resp.OKAY)": "Resp.OKAY",
            },
        ),
        *_breakages(
            AxiLite,
            "_read",
            {
                "ar.ready.eq(~waiting)": "ar.ready.eq(~self.reads.valid)",
                "r.valid & r.ready": "r.valid",
                "self.reads.valid & self.reads.ready": "r.valid",
                "r.payload.data.eq(answer.data)": "r.payload.data.eq(0)",
            },
        ),
    ],
    "control": [
        *_breakages(
            Control,
            "_start",
            {
                "~starting | checker.valid": "~starting | checker.check",
                "starting & ~checking": "starting",
                "checking.eq(starting & ~checker.valid)": "checking.eq(starting)",
            },
        ),
        *_breakages(
            Control,
            "_interrupts",
            {
                "(pending & ~cleared) | done": "(pending | done) & ~cleared",
                "in_unit_bits(pending) & enable": "in_unit_bits(pending)",
            },
        ),
        Breakage(Control, "_held_for_cores", "& ~self.start[:-1] & shared_held", "& shared_held"),
        Breakage(Control, "_written_registers", "(value & ~enabled) |", "value |"),
        Breakage(Control, "_start", "job.size.eq(checker.size)", "job.size.eq(checker.size[:24])"),
        Breakage(
            Control,
            "_written_registers",
            "~mapped(port.writes.payload.index)",
            "~mapped(port.writes.payload.index[:8])",
        ),
        Breakage(Control, "_start", "job.core_mask.eq(written", "job.core_mask.eq(~written"),
        *_breakages(
            Control,
            "elaborate",
            {
                'self._by_unit(self._written(port, "ABORT"))': "0",
                "readout.half.eq(half)": "readout.half.eq(half[::-1])",
                "with m.If(checker.valid)": "with m.If(checker.check)",  # the last request's status
                '"BUSY": in_unit_bits(busy)': '"BUSY": in_unit_bits(busy[::-1])',
                "values[register.name]": 'values[register.name.replace("LABELS", "LOGITS")]',
                "checker.cores_busy.eq(busy[:-1])": "checker.cores_busy.eq(~busy[:-1])",
                "checker.shared_busy.eq(busy[-1])": "checker.shared_busy.eq(busy[-1] & ~busy[0])",
                "shared_cores.eq(self.core_shared)": "shared_cores.eq(~self.core_shared)",
            },
        ),
        Breakage(Readout, "elaborate", "steps.eq(Cat(", "steps.eq(steps | Cat("),
    ],
    "readout": [
        *_breakages(
            Readout,
            "elaborate",
            {
                "~self.read_data.valid)": "1)",
                "error.eq(~mapped(index))": "error.eq(0)",
                "[*range(_CORE, _CORE + self._count - 1), _SHARED]": (
                    "[_SHARED, *range(_CORE, _CORE + self._count - 1)]"
                ),
                "choice.replicate(32) & value": "choice.replicate(32) & value[:31]",
            },
        ),
        Breakage(
            Readout,
            "_common",
            "self.common[register.name]",
            'self.common[register.name.replace("LABELS", "LOGITS")]',
        ),
        *_breakages(
            Readout,
            "_unit",
            {
                "written // FP16.bytes": "written[:20] // FP16.bytes",
                "self.half[number], written": "~self.half[number], written",
                "unit.counters[register.name.lower()]": (
                    'unit.counters[register.name.lower().replace("l_write", "l_datapath")]'
                ),
            },
        ),
    ],
    "job_checker": [
        *_breakages(
            Checker,
            "_refusals",
            {
                "(core & taken).any()": "0",
            },
        ),
        Breakage(Checker, "elaborate", "outcome == Status.ACCEPTED", "1"),
        Breakage(Locate, "_fits", "<= memory.size", "<= memory.size + 2"),
        Breakage(Locate, "elaborate", "past <= region.end", "past <= region.end + 2"),
        Breakage(Overlap, "elaborate", "distance < self.size", "distance <= self.size"),
    ],
}


@pytest.mark.parametrize("name", [proof.name for proof in PROOFS if proof.quick])
def test_is_proved(name):
    result = prove(BY_NAME[name])
    assert result.verdict == Verdict.PROVED, result.detail


@pytest.mark.whole
@pytest.mark.parametrize(
    ("name", "breakage"),
    [(name, breakage) for name, found in BREAKAGES.items() for breakage in found],
    ids=lambda value: value if isinstance(value, str) else f"{value.old}->{value.new}",
)
def test_a_broken_unit_is_not_proved(name, breakage, monkeypatch):
    with broken(breakage):
        verilog = BY_NAME[name].verilog()
    if breakage.old == FAR:
        monkeypatch.setattr(unit_decision, "FURTHER_SECONDS", 1)
    result = prove(BY_NAME[name], verilog)
    assert result.verdict in (Verdict.REFUTED, Verdict.OPEN), result.detail
    assert "Assert failed" in result.detail or "was asserted" in result.detail


def test_a_signal_that_is_gone_is_told():
    proof = BY_NAME["planner"]
    result = prove(proof, proof.verilog().replace("tapered", "tapering"))
    assert result.verdict == Verdict.VACUOUS
    assert result.detail == "the unit has no signal inner.tapered"


def test_every_proof_has_breakages():
    assert set(BREAKAGES) == set(BY_NAME)


def test_an_assertion_that_folds_away_is_noticed(tmp_path):
    top = "always @* begin\n assert (a);\n assert (b | c); // assert\nend\n"
    line = "(define-fun |top_a {} 0| ((state |top_s|)) Bool {}) ; $assert$top.sv:{}$1\n"
    line = line.replace("{} 0", "{}")
    smt = tmp_path / "model.smt2"
    smt.write_text(line.format(0, "(or a b)", 2) + line.format(1, "(or true (not e))", 3))
    assert "top.sv:3" in folded(smt, top)
    smt.write_text(line.format(0, "(or a b)", 2))
    assert folded(smt, top) == "1 of 2 assertions are in the model"
