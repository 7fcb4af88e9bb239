"""The table of the sign-off: a record of older sources is stale, and is named."""

import pytest

from scegrad.generate import signoff
from scegrad.signoff.case import SignoffCase
from scegrad.signoff.result import CaseResult, Verdict


def case(name: str) -> SignoffCase:
    return SignoffCase(
        name, "claim", "formal", True, lambda: "now" * 8, lambda: CaseResult(Verdict.OPEN, "", 0.0)
    )


def test_stale_cases_are_named(monkeypatch, capsys):
    names = ["unit/fresh", "unit/none", *(f"unit/{letter}" for letter in "abcde")]
    monkeypatch.setattr(signoff, "cases", lambda: [case(name) for name in names])
    records = {name: ["then", "proved", 1.0, ""] for name in names[2:]}
    records["unit/fresh"] = [("now" * 8)[:16], "proved", 1.0, ""]
    assert "| 7 | 1 | 1 missing, 5 stale |" in signoff.table({"cases": records})
    assert capsys.readouterr().err == (
        "docs/signoff.json has verdicts of older sources: unit/a, unit/b, unit/c and 2 more:"
        " run `scegrad signoff --summary docs/signoff.json`\n"
    )
    signoff.table({"cases": {"unit/fresh": records["unit/fresh"]}})
    assert not capsys.readouterr().err


@pytest.mark.parametrize("count", [1, 3, 4])
def test_few_are_named_all(count):
    names = ["a", "b", "c", "d"][:count]
    assert ("more" in signoff.told(names)) == (count > signoff.SHOWN)
