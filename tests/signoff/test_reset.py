"""One cycle of reset makes two copies of a platform equal; a register without it is found."""

import re

import pytest

from scegrad.platforms import Platform
from scegrad.rtl.dma.writer import WriteRequests
from scegrad.rtl.fifo import Fifo
from scegrad.rtl.top import Top
from scegrad.rtl.verilog import to_verilog
from scegrad.signoff import reset
from scegrad.signoff.result import Verdict

from .broken import Breakage, broken

pytestmark = pytest.mark.whole

BARE = Platform(
    "bare",
    cores=1,
    formats=("fp16",),
    shared_data_bits=64,
    burst_beats=4,
    read_buffer_beats=8,
    write_buffer_beats=8,
    private=(),
)
"""A core and a port, as little as there may be."""


def text() -> str:
    return to_verilog(Top(BARE), BARE.top_name)


def test_a_platform_forgets_its_power_up_state():
    result = reset.decide(text(), BARE.top_name)
    assert result.verdict == Verdict.PROVED, result.detail
    assert result.data["reset"] > 1000
    assert result.data["solved"] > 20


@pytest.mark.parametrize(
    "breakage",
    [
        Breakage(
            WriteRequests,
            "elaborate",
            "Signal(range(MAX_OUTSTANDING + 1))",
            "Signal(range(MAX_OUTSTANDING + 1), reset_less=True)",
        ),
        Breakage(
            Fifo,
            "elaborate",
            "level = Signal(range(self._depth + 1))",
            "level = Signal(range(self._depth + 1), reset_less=True)",
        ),
    ],
    ids=lambda each: each.owner.__name__,
)
def test_a_register_without_reset_is_found(breakage):
    with broken(breakage):
        found = text()
    result = reset.decide(found, BARE.top_name)
    assert result.verdict == Verdict.REFUTED
    assert re.search("differs?$", result.detail)
