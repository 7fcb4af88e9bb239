"""What a proof that does not hold, or cannot be tried, says of the reason."""

import gc
import re
import shutil
import warnings
from dataclasses import replace

import pytest

from scegrad.errors import BuildError
from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.writer import WriteRequests
from scegrad.rtl.fifo import Fifo
from scegrad.signoff import catalogue, tools
from scegrad.signoff.proofs import BY_NAME
from scegrad.signoff.result import Verdict
from scegrad.signoff.unit import prove

from .broken import Breakage, broken

LOST = Breakage(
    WriteRequests, "elaborate", "outstanding + issue - self.b.valid", "outstanding + issue"
)
LATE = Breakage(
    WriteRequests,
    "elaborate",
    "outstanding + issue - self.b.valid",
    "outstanding + issue - (self.b.valid & (outstanding != 5))",
)


@pytest.fixture
def formal(tmp_path, monkeypatch):
    """A copy of ``formal/`` that a test may spoil."""
    copy = tmp_path / "formal"
    shutil.copytree(tools.FORMAL, copy)
    monkeypatch.setattr(tools, "FORMAL", copy)
    return copy


def test_every_assertion_that_fails_is_told_with_its_cycle_and_has_waves():
    with broken(Breakage(Planner, "elaborate", "offset.eq(0)", "offset.eq(offset)")):
        result = prove(BY_NAME["planner"])
    assert result.verdict == Verdict.REFUTED
    assert re.fullmatch(
        r"Assert failed in planner: formal/planner.sv:\d+: assert \(.*\);"
        r" formal/planner.sv:\d+: assert \(.*\), in cycle \d+",
        result.detail,
    )
    assert "$enddefinitions" in result.trace and " h_offset " in result.trace


def test_a_failure_that_abc_or_our_induction_finds_has_waves_too():
    """smtbmc is asked for it afterwards."""
    proof = replace(BY_NAME["write_requests"], apart=True)
    with broken(LOST):
        result = prove(proof)
    assert result.verdict == Verdict.REFUTED and "$enddefinitions" in result.trace


def test_a_failure_after_the_first_cycles_is_looked_for():
    """The step of the induction fails, which alone would be open."""
    early = replace(BY_NAME["write_requests"], covers=10)
    with broken(LATE):
        result = prove(early)
    assert result.verdict == Verdict.REFUTED, result.detail
    cycle = re.search(r"in cycle (\d+)$", result.detail)
    assert cycle and int(cycle[1]) >= early.covers


def test_what_is_not_reached_is_told_with_its_meaning():
    proof = replace(BY_NAME["write_requests"], covers=5)
    result = prove(proof)
    assert result.verdict == Verdict.VACUOUS
    assert re.match(
        r"not reached in 5 cycles: formal/write_requests.sv:\d+: cover \(.*\): the unit hangs",
        result.detail,
    ), result.detail
    assert not result.trace


@pytest.mark.parametrize("output", ["", "Traceback ...\nBrokenPipeError: the solver is gone"])
def test_a_crashed_solver_says_nothing_of_the_claim(monkeypatch, output):
    monkeypatch.setattr(tools, "smtbmc", lambda *_: output)
    with pytest.raises(BuildError, match=r"smtbmc failed: (no output|Broken)"):
        prove(BY_NAME["planner"])


def test_a_crashed_abc_says_nothing_of_the_claim(monkeypatch):
    monkeypatch.setattr(tools, "abc", lambda *_: "")
    with pytest.raises(BuildError, match="abc failed: no output"):
        prove(BY_NAME["reset_fifo"])


def test_a_yices_that_ends_before_its_time_says_nothing_of_the_claim():
    with (
        pytest.raises(BuildError, match="yices failed"),
        tools.Yices("(set-logic QF_UFBV)\n(exit)", 60) as solver,
    ):
        solver.possible("true")


@pytest.mark.parametrize("name", ["planner.sv", "reset.svh"])
def test_an_error_in_a_top_is_told_with_file_line_and_case(formal, name):
    path = formal / name
    lines = path.read_text().splitlines()
    lines.insert(3, "wire some thing;")
    path.write_text("\n".join(lines))
    case = next(case for case in catalogue.cases() if case.name == "unit/planner")
    result = case.decide()
    assert result.verdict == Verdict.FAILED
    assert f"formal/{name}:4: ERROR: syntax error" in result.detail


def test_hardware_that_cannot_be_elaborated_is_told_with_its_line():
    proof = replace(BY_NAME["fifo"], build=lambda **_: Fifo(width="two", depth=4))
    case = replace(catalogue.cases()[0], run=lambda: prove(proof))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Amaranth: made and not used
        result = case.decide()
        gc.collect()
    assert result.verdict == Verdict.FAILED
    place = r"the hardware cannot be elaborated: rtl/fifo.py:\d+: \w+Error: "
    assert re.match(place, result.detail), result.detail
