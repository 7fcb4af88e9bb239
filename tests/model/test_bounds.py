"""The bounds are those of the contract, in Python and in the exact side in C++."""

import re

from scegrad.generate.maker import ROOT
from scegrad.model import bounds


def test_the_bounds_of_the_contract() -> None:
    assert bounds.HALF_LABEL_ULP == 0.51
    assert bounds.ALLOWANCE == 2.0**-40


def test_the_exact_side_has_the_same() -> None:
    text = (ROOT / "sw/exact/fp32.cpp").read_text(encoding="utf-8")
    found = dict(re.findall(r"^constexpr double (\w+) = ([^;]+);", text, re.MULTILINE))
    assert float.fromhex(found["kAllowance"]) == bounds.ALLOWANCE
    assert float(found["kHalfUlpLimit"]) == bounds.HALF_LABEL_ULP
