"""A kept summary of a sweep proves its case if it is whole, right, and of today's lane."""

import pytest

from scegrad.signoff import sweeps
from scegrad.signoff.case import SignoffCase
from scegrad.signoff.result import Verdict

GOOD = {
    "space": {"name": "fp32-stage", "shard_bits": 20},
    "rtl": "ab",
    "shards": 2048,
    "of": 2048,
    "complete": True,
    "count": 1 << 31,
    "mismatches": 0,
    "breaches": 0,
    "ok": True,
}


@pytest.mark.parametrize("case", sweeps.cases(), ids=lambda case: case.name)
def test_the_kept_summaries_prove_their_cases(case: SignoffCase) -> None:
    result = case.decide()
    assert result.verdict == Verdict.PROVED, result.detail


@pytest.mark.parametrize(
    ("change", "verdict", "told"),
    [
        ({}, Verdict.PROVED, "2,147,483,648 points"),
        ({"rtl": "cd"}, Verdict.OPEN, "run scegrad sweep fp32-stage again"),
        ({"breaches": 1}, Verdict.REFUTED, "1 breaches"),
        ({"ok": False}, Verdict.REFUTED, "a check of the whole space failed"),
        ({"complete": False, "shards": 2047}, Verdict.OPEN, "2,047 of 2,048 shards"),
        ({"count": 5}, Verdict.OPEN, "shards"),
    ],
)
def test_a_summary_is_judged(change: dict, verdict: Verdict, told: str) -> None:
    found = sweeps.judged(GOOD | change, "ab")
    assert found[0] == verdict
    assert told in found[1]
