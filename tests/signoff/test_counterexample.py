"""Inputs of a lane in words: those of a packed word are the numbers from which it was made."""

import pytest

from scegrad.formats import FP16, FP32
from scegrad.signoff import counterexample
from scegrad.signoff.counterexample import DIFFERENCE, TERMS


def packed(widths: dict[str, int], **found: int) -> int:
    word = place = 0
    for name, width in widths.items():
        word |= (found.get(name, 0) & ((1 << width) - 1)) << place
        place += width
    return word


def test_numbers_of_a_lane():
    values = {"x": 0x3F800000, "y": 0xBE800000, "s": 3 << 44, "k": 2}
    assert counterexample.told(values, FP32) == (
        "x = 1.0 (0x3f800000), y = -0.25 (0xbe800000), s = 0.1875 (0x300000000000), k = 2"
    )
    assert counterexample.told({"x": 0x3C00, "s": 1 << 23}, FP16) == (
        "x = 1.0 (0x3c00), s = 0.25 (0x800000)"
    )


@pytest.mark.parametrize("positive", [0, 1])
@pytest.mark.parametrize("negative", [0, 1])
def test_terms(positive, negative):
    """s = 3/16 with k = 2 and a label of 1/4 or -1/4."""
    word = packed(
        TERMS,
        s=3 << 44,
        s_shift=0,
        y=1 << 23,
        y_shift=0,
        negate_y=1 ^ positive ^ negative,
        positive=positive,
        anchor=-2,
    )
    told = counterexample.told({"terms": word}, FP32)
    assert told.startswith(f"x {'>' if positive else '<='} 0, k = 2, s = 0.1875 (0x300000000000), ")
    assert f"y = {'-' * negative}0.25 (0x800000), with anchor=-2" in told


def test_a_shift_of_63_stands_for_all_greater_ones():
    word = packed(TERMS, s=1 << 46, s_shift=63, y=1 << 23, y_shift=63)
    told = counterexample.told({"terms": word}, FP32)
    assert "k >= 63" in told and "(0x800000) or nearer to 0" in told


def test_the_fields_are_those_of_the_netlist():
    """The cases of the sum fix fields by their bits."""
    assert sum(TERMS.values()) == 98 and sum(DIFFERENCE.values()) == 73
    word = 0x123456789ABCDEF0123456789
    assert packed(TERMS, **counterexample.fields(word, TERMS)) == word


def test_a_difference():
    word = packed(DIFFERENCE, magnitude=3 << 59, anchor=-1, sign=1, sticky=1)
    assert counterexample.told({"difference": word}, FP32) == (
        "difference = -0.75 and a little more (magnitude 0x1800000000000000, anchor -1)"
    )
