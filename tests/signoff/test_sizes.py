"""The sizes at which units are proved are those that they have on the platform."""

import inspect
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from unittest import mock

import pytest

from scegrad.platforms import PLATFORMS
from scegrad.rtl.deal import Deal, Gather, Grant
from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.reader import Reader, ReadRequests
from scegrad.rtl.dma.realign import Realign
from scegrad.rtl.dma.rotate import Rotate
from scegrad.rtl.dma.write_buffer import WriteBuffer
from scegrad.rtl.dma.writer import Writer, WriteRequests
from scegrad.rtl.fifo import Fifo
from scegrad.rtl.verilog import top_verilog
from scegrad.signoff.proofs import BY_NAME, DEALT
from scegrad.signoff.result import Verdict
from scegrad.signoff.sizes import AT_SIZES, dealt_proofs_of, proofs_of
from scegrad.signoff.unit import prove

from .broken import Breakage, broken
from .test_units import BREAKAGES

KINDS = {
    "fifo": Fifo,
    "planner": Planner,
    "read_requests": ReadRequests,
    "read_beats": Reader,
    "realign": Realign,
    "rotate": Rotate,
    "write_buffer": WriteBuffer,
    "write_requests": WriteRequests,
    "write_beats": Writer,
    "deal": Deal,
    "gather": Gather,
}

Made = set[tuple[str, frozenset[tuple[str, int]]]]


def _made(name: str, sizes: Mapping[str, int]) -> tuple[str, frozenset[tuple[str, int]]]:
    """A unit with its sizes; a bit of a buffer's words stands for all."""
    given = {"turn_blocks": 1} | sizes if name == "planner" else dict(sizes)
    return name, frozenset((given | {"width": 1} if name == "fifo" else given).items())


@contextmanager
def _recorded(found: Made) -> Iterator[None]:
    """Take down each unit that is made."""
    with ExitStack() as stack:
        for name, kind in KINDS.items():

            def init(self, *places, name=name, original=kind.__init__, **sizes: int) -> None:
                given = inspect.signature(original).bind(self, *places, **sizes).arguments
                found.add(_made(name, {of: size for of, size in given.items() if of != "self"}))
                original(self, *places, **sizes)

            stack.enter_context(mock.patch.object(kind, "__init__", init))
        yield


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_the_units_of_a_platform_have_the_sizes_of_the_proofs(platform):
    found: Made = set()
    with _recorded(found):
        top_verilog(platform)
    due = {
        _made(proof.name, getattr(proof.build, "keywords", {}) | dict(proof.sizes))
        for proof in (*proofs_of(platform), *dealt_proofs_of(platform))
        if proof.name in KINDS
    }
    found -= {unit for unit in found if unit[0] == "rotate" and ("tag_bits", 1) not in unit[1]}
    assert found == due  # a rotation without a tag is inside ``write_buffer``


HERE = [proof for proof in AT_SIZES if proof.at != "ft78ne-shared"]
"""The sizes of FT78NE are those of MT7004 with twice the cores, and take longer: `make
signoff-quick` proves them.
"""


@pytest.mark.parametrize("proof", [p for p in HERE if p.quick], ids=lambda proof: proof.case)
def test_is_proved(proof):
    result = prove(proof)
    assert result.verdict == Verdict.PROVED, result.detail


CHOSEN = {"rotate": -1, "read_requests": 1, "write_requests": -1}
"""Which breakage is tried, if not the first one. Here each stage of a rotation has one level, whose
order the first breakage leaves as it is; with full buffers the first of the requests fails further
than the search for a failure gets.
"""


@pytest.mark.whole
@pytest.mark.parametrize("proof", HERE, ids=lambda proof: proof.case)
def test_a_broken_unit_is_not_proved(proof):
    with broken(BREAKAGES[proof.name][CHOSEN.get(proof.name, 0)]):
        verilog = proof.verilog()
    result = prove(proof, verilog)
    assert result.verdict in (Verdict.REFUTED, Verdict.OPEN), result.detail
    assert "Assert failed" in result.detail


@pytest.mark.whole
@pytest.mark.parametrize(
    "proof",
    [each for each in HERE if each.name in DEALT and each.sizes["cores"] > 1],
    ids=lambda proof: proof.case,
)
def test_a_count_without_a_state_for_all_cores_is_refuted(proof):
    """The count is right for three cores, and 0 for as many as it has states."""
    with broken(
        Breakage(Grant, "elaborate", "range(self._cores + 1)", "range(max(self._cores, 2))")
    ):
        verilog = proof.verilog()
    result = prove(proof, verilog)
    assert result.verdict == Verdict.REFUTED, result.detail
    assert "Assert failed" in result.detail


def test_a_unit_of_another_size_is_told():
    fifo = BY_NAME["fifo"]
    result = prove(fifo, replace(fifo, sizes=fifo.sizes | {"depth": 8}).verilog())
    assert result.verdict == Verdict.VACUOUS
    assert result.detail == "h_level has 4 bits in the unit, but 3 in the top"
