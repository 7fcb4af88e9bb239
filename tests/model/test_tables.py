"""The tables are those that the fits give, keep the error budget, and serve every logit."""

import numpy as np
import pytest

from scegrad.model import tables
from scegrad.model.budget import report
from scegrad.model.design import SIGMOID16
from scegrad.model.fit16 import target
from scegrad.model.sigmoid16 import sigmoid16


@pytest.mark.whole
def test_kept_tables_are_the_computed_ones():
    assert not tables.stale()


def test_error_budget_is_kept():
    assert "allowed: 2^-34.00" in report(tables.coefficients("fp32"))


def test_a_wrong_coefficient_breaks_the_budget():
    table = tables.coefficients("fp32").copy()
    table[77, 0] ^= 1 << 8
    with pytest.raises(ValueError, match="exceeds what the contract allows"):
        report(table)


def test_every_logit_of_the_fp16_table_lies_in_its_interval():
    exponents = np.arange(SIGMOID16.first_exponent, SIGMOID16.first_exponent + SIGMOID16.binades)
    exponent, significand = (
        grid.ravel() for grid in np.meshgrid(exponents, np.arange(1 << 10, 1 << 11), indexing="ij")
    )
    s = sigmoid16(exponent, significand, np.zeros_like(exponent, dtype=bool))
    expected = [target(int(e), int(m)) for e, m in zip(exponent, significand, strict=True)]
    np.testing.assert_array_equal(s.significand, expected)
