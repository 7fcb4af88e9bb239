"""The tables are those that the fits give, keep the error budget, and serve every hard case and
every fp16 logit.
"""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from scegrad.generate.maker import ROOT
from scegrad.model import fit, fit32, hard_cases, tables, tune32
from scegrad.model.budget import budget, moved, report
from scegrad.model.design import SIGMOID16, SIGMOID32
from scegrad.model.fit16 import target
from scegrad.model.sigmoid16 import sigmoid16


@pytest.fixture(scope="module")
def computed() -> tuple[str, list[tune32.Move]]:
    """What the fits give now."""
    return fit.computed()


@pytest.mark.whole
def test_the_page_has_what_was_moved(computed: tuple[str, list[tune32.Move]]) -> None:
    page = (ROOT / "docs/numerics.md").read_text(encoding="utf-8")
    rows = [
        f"| {entry} | {first:g} | {c0:+d} | {c1:+d} | {c2:+d} | {cases} |"
        for entry, first, (c0, c1, c2), cases in moved(computed[1])
    ]
    assert "\n".join(["| --- " * 6 + "|", *rows]) + "\n\n" in page
    assert len(report(tables.coefficients("fp32"), computed[1]).splitlines()) == 6 + len(rows)


@pytest.mark.whole
@pytest.mark.parametrize("name", ["fp32", "fp16"])
def test_one_unit_of_any_entry_is_found(
    name: str,
    computed: tuple[str, list[tune32.Move]],
    seed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """``scegrad tables --check`` names the file, whichever number is off by one."""
    kept, rng = json.loads(fit.TABLES.read_text()), random.Random(seed)
    monkeypatch.setattr(fit, "computed", lambda: computed)
    assert fit.stale() is None
    entry = rng.randrange(len(kept[name]))
    kept[name][entry][rng.randrange(len(kept[name][entry]))] += rng.choice([-1, 1])
    damaged = (
        f'"{each}": [\n' + ",\n".join(map(json.dumps, table)) + "\n]"
        for each, table in kept.items()
    )
    monkeypatch.setattr(fit, "TABLES", tmp_path / "damaged.json")
    fit.TABLES.write_text("{\n" + ",\n".join(damaged) + "\n}\n")
    assert fit.stale() == "model/sigmoid_tables.json is not what the fits give: run scegrad tables"


@pytest.mark.whole
def test_kept_tables_and_hard_cases_are_the_computed_ones():
    assert fit.stale(search=True) is None


def test_error_budget_is_kept():
    lines = report(tables.coefficients("fp32"), []).splitlines()
    assert lines[-1] == "worst 2^-41.00, allowed 2^-40; hard cases wrong: 0"


def test_the_budget_holds_for_evaluated_pieces():
    table = tables.coefficients("fp32")
    bound = {region.name: region.total for region in budget(table, [])}["2^-5 <= |x| < 32"]
    for piece in [piece for piece in fit32.pieces() if piece.kind == "direct"][::40]:
        errors = fit32.piece_errors(table[piece.entry, :-1], piece)
        assert np.abs(errors).max() + 0.5 <= bound * 2.0**SIGMOID32.fraction_bits


@pytest.mark.parametrize(
    ("entry", "unit"), [(77, 1 << 8), (600, 1 << 9), (3, 1 << 8), (970, 1 << 8)]
)
def test_a_wrong_coefficient_breaks_the_budget(entry, unit):
    table = tables.coefficients("fp32").copy()
    table[entry, 0] ^= unit
    with pytest.raises(ValueError, match="exceeds what the contract allows"):
        report(table, [])


def test_every_hard_case_is_decided_by_its_significand():
    table = tables.coefficients("fp32")
    asked = tune32.demands(table)
    values = tune32.significands(table, asked)
    assert not tune32.wrong(table, asked).any()
    # A unit more or less would be wrong for some.
    assert (values == asked.least).any() and (values == asked.most).any()


def test_hard_cases_are_found_again_in_a_part_of_the_logits(monkeypatch):
    first, last = 0x3A90_0000, 0x3A94_0000
    monkeypatch.setattr(hard_cases, "FIRST", first)
    monkeypatch.setattr(hard_cases, "LAST", last)
    kept = hard_cases.hard_logits()
    inside = (kept & 0x7FFF_FFFF >= first) & (kept & 0x7FFF_FFFF < last)
    assert 0xBA92_8601 in kept[inside]  # the hardest of all, 2**-54.98
    np.testing.assert_array_equal(hard_cases.found(), kept[inside])


def test_counts_of_hard_cases():
    kept = hard_cases.hard_logits()
    tabulated = kept[(kept & 0x7FFF_FFFF) >= 0x3A00_0000]  # from 2**-11 on
    distances = np.array([hard_cases.measure(int(bits)).distance for bits in tabulated])
    counts = [int((distances < 2.0**-bits).sum()) for bits in range(40, 57, 2)]
    assert counts == [5063, 1244, 297, 72, 17, 6, 3, 1, 0]


def test_every_logit_of_the_fp16_table_lies_in_its_interval():
    exponents = np.arange(SIGMOID16.first_exponent, SIGMOID16.first_exponent + SIGMOID16.binades)
    exponent, significand = (
        grid.ravel() for grid in np.meshgrid(exponents, np.arange(1 << 10, 1 << 11), indexing="ij")
    )
    none = np.zeros_like(exponent, dtype=bool)
    s = sigmoid16(exponent, significand, none, none)
    expected = [target(int(e), int(m)) for e, m in zip(exponent, significand, strict=True)]
    np.testing.assert_array_equal(s.significand, expected)
