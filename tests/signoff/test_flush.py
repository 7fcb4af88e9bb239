"""A flush empties what lies between operands and results; a part that it leaves out is found."""

import pytest

from scegrad.platforms import Platform
from scegrad.rtl.cluster import Cluster
from scegrad.rtl.core import Core
from scegrad.rtl.top import Top
from scegrad.rtl.verilog import to_verilog
from scegrad.signoff import flush
from scegrad.signoff.result import Verdict

from .broken import Breakage, broken

pytestmark = pytest.mark.whole

SMALL = {"formats": ("fp16",), "shared_data_bits": 64, "burst_beats": 4}
BUFFERS = {"read_buffer_beats": 8, "write_buffer_beats": 8}
BARE = Platform("bare", cores=1, private=(), **SMALL, **BUFFERS)
PAIR = Platform("pair", cores=2, **SMALL, **BUFFERS)


def found(platform):
    return flush.decide(to_verilog(Top(platform), platform.top_name), platform)


@pytest.mark.parametrize("platform", [BARE, PAIR], ids=lambda each: each.name)
def test_a_flush_empties_all(platform):
    result = found(platform)
    assert result.verdict == Verdict.PROVED, result.detail
    assert result.data["registers"] > 50


CHANGES = [
    (BARE, Cluster, "elaborate", "ResetInserter(dma.flush)(part)", "part", "cluster.deal"),
    (BARE, Core, "_dealt", "ResetInserter(flush)(fifo)", "fifo", "operands"),
    (BARE, Core, "_dealt", "Mux(flush, self.waiting, ", "(", "room"),
    (
        BARE,
        Core,
        "_shared_alone",
        "ResetInserter(self.shared_flush)(datapath)",
        "datapath",
        "results",
    ),
    (
        BARE,
        Core,
        "_shared_alone",
        "_lane_domains(m, platform, self.shared_flush)",
        "_lane_domains(m, platform, 0)",
        "lane",
    ),
    (PAIR, Core, "elaborate", "ResetInserter(flush)(datapath)", "datapath", "datapath"),
    (
        PAIR,
        Core,
        "elaborate",
        "_lane_domains(m, platform, flush)",
        "_lane_domains(m, platform, 0)",
        "lane",
    ),
    (
        PAIR,
        Core,
        "elaborate",
        "Mux(self.shared, self.shared_flush, dma.flush)",
        "dma.flush",
        "core_",
    ),
]


@pytest.mark.parametrize(
    ("platform", "owner", "method", "old", "new", "where"),
    CHANGES,
    ids=lambda value: value.name if isinstance(value, Platform) else str(value)[:40],
)
def test_a_part_that_it_leaves_out_is_found(platform, owner, method, old, new, where):
    with broken(Breakage(owner, method, old, new)):
        result = found(platform)
    assert result.verdict == Verdict.REFUTED
    assert where in result.detail
