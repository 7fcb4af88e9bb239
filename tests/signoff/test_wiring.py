"""Every pin of a platform is connected as expected; one that is not is found."""

from dataclasses import replace

import pytest

from scegrad.platforms import Platform
from scegrad.rtl.cluster import Cluster
from scegrad.rtl.control.control import Control
from scegrad.rtl.core import Core
from scegrad.rtl.dma.reader import ReadRequests
from scegrad.rtl.dma.writer import WriteRequests
from scegrad.rtl.top import Top
from scegrad.rtl.verilog import to_verilog
from scegrad.signoff import wiring
from scegrad.signoff.result import Verdict

from .broken import Breakage, broken

pytestmark = pytest.mark.whole

PAIR = Platform(
    "pair",
    cores=2,
    formats=("fp16",),
    shared_data_bits=64,
    burst_beats=4,
    read_buffer_beats=8,
    write_buffer_beats=8,
)


ALONE = replace(PAIR, name="alone", private=())
"""Cores without private memory."""


def found(platform=PAIR):
    return wiring.decide(to_verilog(Top(platform), platform.top_name), platform)


@pytest.mark.parametrize(("platform", "least"), [(PAIR, 2000), (ALONE, 1500)])
def test_all_is_connected(platform, least):
    result = found(platform)
    assert result.verdict == Verdict.PROVED, result.detail
    assert result.data["bits"] > least


CHANGES = [
    (Cluster, "_job", "job[name].eq(self.job[name])", "job[name].eq(self.job[name][:17])", "job"),
    (Cluster, "elaborate", "core.start.eq(self.start[k])", "core.start.eq(self.start[0])", "start"),
    (
        Cluster,
        "elaborate",
        "core.abort.eq(self.abort[k])",
        "core.abort.eq(self.abort[-1])",
        "abort",
    ),
    (
        Cluster,
        "elaborate",
        "dma.start.eq(self.start[cores])",
        "dma.start.eq(self.start[0])",
        "start",
    ),
    (Cluster, "elaborate", "shared_flush.eq(dma.flush)", "shared_flush.eq(dma.busy)", "flush"),
    (
        Cluster,
        "elaborate",
        "shared.eq(self.core_shared[k])",
        "shared.eq(self.core_shared[0])",
        "core_1",
    ),
    (
        Cluster,
        "elaborate",
        "mask.eq(self.job.core_mask)",
        "mask.eq(self.job.core_mask[::-1])",
        "mask",
    ),
    (Cluster, "elaborate", "flipped(self.l2[k])", "flipped(self.l2[1 - k])", "m_axi_l2_0"),
    (Cluster, "elaborate", "flipped(self.units[k])", "flipped(self.units[1 - k])", "units"),
    (
        Cluster,
        "elaborate",
        "core.results, gather.cores[k]",
        "core.results, gather.cores[1 - k]",
        "",
    ),
    (Core, "_share", "gradients.valid & self.shared", "gradients.valid", "gather"),
    (Core, "_share", "payload.eq(dealt.payload)", "payload.eq(~dealt.payload)", "operands"),
    (Core, "_share", "ready.eq(dma.gradients.ready)", "ready.eq(~dma.gradients.ready)", "o__ready"),
    (
        Core,
        "_share",
        "logits, dma.operands.payload.labels",
        "labels, dma.operands.payload.logits",
        "",
    ),
    (Core, "_dealt", "room - push + fifo.freed", "room + push - fifo.freed", "room"),
    (Core, "_dealt", "self.dealt.ready.eq(room.any())", "self.dealt.ready.eq(room[1:].any())", ""),
    (
        Control,
        "_parts",
        "zip(readout.units, self.units,",
        "zip(readout.units[::-1], self.units,",
        "",
    ),
    (Top, "elaborate", '"start", "abort", "job"', '"start", "job"', "abort"),
    (ReadRequests, "elaborate", "size.eq(self._size)", "size.eq(self._size & 2)", "arsize"),
    (
        WriteRequests,
        "elaborate",
        "burst.eq(BURST_INCR)",
        "burst.eq(BURST_INCR & self.aw.payload.len.any().replicate(2))",
        "awburst is not always 1",
    ),
]


@pytest.mark.parametrize(
    ("owner", "method", "old", "new", "where"), CHANGES, ids=lambda value: str(value)[:40]
)
def test_a_wrong_connection_is_found(owner, method, old, new, where):
    with broken(Breakage(owner, method, old, new)):
        result = found()
    assert result.verdict in (Verdict.REFUTED, Verdict.VACUOUS)
    assert where in result.detail


ALONE_CHANGES = [
    ("datapath.half.eq(self.half)", "datapath.half.eq(0)", "half"),
    ("payload.eq(dealt.payload)", "payload.eq(dealt.payload.rotate_left(64))", "operands__payload"),
    ("valid.eq(dealt.valid)", "valid.eq(dealt.valid & ~self.half)", "operands__valid"),
    ("dealt.ready.eq(datapath.operands.ready)", "dealt.ready.eq(1)", "o__ready"),
    ("self._dealt(m, self.shared_flush)", "self._dealt(m, ~self.shared_flush)", "flush"),
    ("m = Module()", "m = Module(); m.d.comb += self.unit.done.eq(self.half)", "units__0__done"),
]


@pytest.mark.parametrize(("old", "new", "where"), ALONE_CHANGES, ids=lambda value: str(value)[:40])
def test_a_wrong_connection_without_private_memory_is_found(old, new, where):
    with broken(Breakage(Core, "_shared_alone", old, new)):
        result = found(ALONE)
    assert result.verdict in (Verdict.REFUTED, Verdict.VACUOUS)
    assert where in result.detail
