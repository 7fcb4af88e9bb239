"""The page of the results: it is made from the summaries, and these are of today's RTL."""

import numpy as np
import pytest

from scegrad.formats import FORMATS
from scegrad.generate import accuracy as page
from scegrad.sweep.exact import BINS_PER_ULP
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import design

SUMMARIES = page.summaries()


@pytest.fixture(scope="module")
def hashes() -> dict[str, str]:
    """The hash of today's RTL, by format."""
    return {name: design(fmt).rtl for name, fmt in FORMATS.items()}


@pytest.mark.parametrize("name", list(page.TITLES))
def test_summary_is_whole_good_and_of_todays_rtl(name: str, hashes: dict[str, str]) -> None:
    summary = SUMMARIES[name]
    space = Space(**summary["space"])
    assert summary["complete"] and summary["ok"] and summary["count"] == space.total
    assert (summary["mismatches"], summary["breaches"]) == (0, 0)
    assert summary["rtl"] == hashes[space.fmt.name], (
        f"the RTL has changed: run {page.command(space)} again"
    )


def test_ties_of_fp16_lie_at_half_an_ulp_and_not_above() -> None:
    binades = SUMMARIES["fp16-pairs"]["binades"].values()
    histograms = np.array([binade["histogram"] for binade in binades if "histogram" in binade])
    assert histograms[:, BINS_PER_ULP // 2 - 1].any()
    assert not histograms[:, BINS_PER_ULP // 2 :].any()


def test_fp32_is_antisymmetric() -> None:
    zero, one = (SUMMARIES[f"fp32-logits-{label}"] for label in (0, 1))
    assert (one["digest"], zero["digest"]) == (zero["mirror"], one["mirror"])


def test_page_is_made_from_the_summaries(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.GENERATOR.run(check=True) == 0
    monkeypatch.setattr(page, "table", lambda found: "another table\n")
    monkeypatch.setattr(page, "summaries", lambda: {"fp16-pairs": {}})
    assert page.GENERATOR.run(check=True) == 1
    assert (
        capsys.readouterr().err
        == "docs/accuracy.md does not agree with docs/accuracy/: run `scegrad generate accuracy`\n"
    )
