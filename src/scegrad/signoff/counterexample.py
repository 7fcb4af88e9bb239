"""The inputs for which the claim on a lane does not hold: each number in hexadecimal and as a
value, the fields of packed words (``formal/steps32.v``) one by one.
"""

from collections.abc import Iterator, Mapping

from scegrad.formats import FP32, Format
from scegrad.model.design import SIGMOID16, SIGMOID32

TERMS = {
    "s": 47,
    "s_shift": 6,
    "sticky": 1,
    "y": 24,
    "y_shift": 6,
    "negate_y": 1,
    "one": 1,
    "positive": 1,
    "anchor": 9,
    "special": 2,
}
"""Fields of the word ``terms`` and their widths, the lowest first."""

DIFFERENCE = {"magnitude": 62, "anchor": 9, "sign": 1, "sticky": 1}
"""Those of ``difference``."""

_MOST_SHIFT = 63
"""This shift stands for all greater ones."""


def told(values: Mapping[str, int], fmt: Format) -> str:
    """The inputs of a format's lane by their names, in one line."""
    return ", ".join(_told(values, fmt))


def _told(values: Mapping[str, int], fmt: Format) -> Iterator[str]:
    for name, value in values.items():
        if name in ("x", "y"):
            yield f"{name} = {fmt.text(value)}"
        elif name == "s":
            yield _s(value, values.get("k", 0), fmt)
        elif name == "terms":
            yield from _terms(fields(value, TERMS))
        elif name == "difference":
            yield _difference(fields(value, DIFFERENCE))
        else:
            yield f"{name} = {value:#x}" if name != "k" else f"k = {value}"


def fields(word: int, widths: Mapping[str, int]) -> dict[str, int]:
    """The fields of a word; an anchor is signed."""
    found = {}
    for name, width in widths.items():
        found[name] = word & ((1 << width) - 1)
        word >>= width
    if found["anchor"] >> widths["anchor"] - 1:
        found["anchor"] -= 1 << widths["anchor"]
    return found


def _s(significand: int, k: int, fmt: Format) -> str:
    bits = SIGMOID32.fraction_bits if fmt is FP32 else SIGMOID16.fraction_bits
    return f"s = {significand * 2.0 ** (-bits - k)} ({significand:#x})"


def _terms(found: Mapping[str, int]) -> Iterator[str]:
    anchor = found["anchor"]
    k, exponent = found["s_shift"] - anchor, anchor - found["y_shift"]
    yield "x > 0" if found["positive"] else "x <= 0"
    yield f"k {_bound(found['s_shift'])} {k}"
    yield _s(found["s"], k, FP32)
    y = (-1) ** (found["negate_y"] ^ 1 ^ found["positive"]) * found["y"] * 2.0 ** (exponent - 23)
    small = " or nearer to 0" if found["y_shift"] == _MOST_SHIFT else ""
    yield f"y = {y} ({found['y']:#x}){small}"
    rest = ("anchor", "s_shift", "y_shift", "one", "negate_y", "sticky", "special")
    yield "with " + " ".join(f"{name}={found[name]}" for name in rest)


def _bound(shift: int) -> str:
    return ">=" if shift == _MOST_SHIFT else "="


def _difference(found: Mapping[str, int]) -> str:
    value = (-1) ** found["sign"] * found["magnitude"] * 2.0 ** (found["anchor"] - 60)
    sticky = " and a little more" if found["sticky"] else ""
    packed = f"magnitude {found['magnitude']:#x}, anchor {found['anchor']}"
    return f"difference = {value}{sticky} ({packed})"
