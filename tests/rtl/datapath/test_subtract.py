"""Subtract: rtl(s, y, shifts) == model.subtract, for what the sigmoid gives and for any s."""

import numpy as np
import pytest

from scegrad.formats import FORMATS, FP32, Format
from scegrad.model.design import COARSE, SIGMOID32, WINDOW
from scegrad.model.golden import SIGMOIDS
from scegrad.model.sigmoid32 import Sigmoid
from scegrad.model.subtract import Terms
from scegrad.rtl.datapath.layouts import difference_layout
from scegrad.rtl.datapath.sigmoid16 import Sigmoid16
from scegrad.rtl.datapath.sigmoid32 import Sigmoid32
from scegrad.rtl.datapath.subtract import Subtract

from .golden import from_sigmoid, operands, sigmoid, special, to_round, to_subtract
from .samples import pairs, specials
from .stages import Columns, assert_same, outputs, packed, unpacked

COUNT = 500


def stage(fmt: Format) -> Subtract:
    bits = (Sigmoid32 if fmt is FP32 else Sigmoid16).significand_bits
    return Subtract(fmt, SIGMOIDS[fmt.name][1], bits)


def assert_subtracts(given: Columns, expected: Columns, fmt: Format, seed: int) -> None:
    """The stage gives ``expected``, and hands on the fields that override the result."""
    dut = stage(fmt)
    handed = {name: column for name, column in given.items() if name.startswith("special.")}
    layout = dut.i.payload.shape()
    found = unpacked(difference_layout(fmt), outputs(dut, packed(layout, given), seed))
    assert_same(found, expected | handed, f"seed {seed}")


@pytest.mark.parametrize("name", FORMATS)
def test_what_the_sigmoid_gives(name: str, seed: int) -> None:
    """Hard, soft, half and nearly cancelling labels, zeros, subnormals and infinities."""
    fmt = FORMATS[name]
    rng = np.random.default_rng(seed)
    ends = (rng.choice(specials(fmt), COUNT // 4).view(fmt.dtype) for _ in range(2))
    logits, labels = (
        np.concatenate(both) for both in zip(ends, pairs(fmt, COUNT, seed), strict=True)
    )
    logit, label = operands(logits, labels, fmt)
    terms, s = sigmoid(logit, label, fmt)
    assert_subtracts(to_subtract(logit, label, fmt), to_round(terms, s, fmt), fmt, seed)


def any_sigmoid(fmt: Format, rng: np.random.Generator) -> Sigmoid:
    """Any significand at any k of the format, small k as often as all others."""
    if fmt is not FP32:
        return Sigmoid(
            rng.integers(0, (1 << 24) + 1, COUNT) >> rng.integers(0, 24, COUNT),
            np.zeros(COUNT, np.int64),
            rng.integers(0, 2, COUNT) != 0,
        )
    bits = SIGMOID32.fraction_bits
    k = np.where(rng.random(COUNT) < 0.5, rng.integers(1, 40, COUNT), rng.integers(1, 151, COUNT))
    s = rng.integers((1 << bits - 3) + 1, (1 << bits) + 1, COUNT)
    # Fields of ones and of zeros, which carries run through.
    cut = rng.integers(0, bits - 3, COUNT)
    s = np.choose(rng.integers(0, 3, COUNT), [s, s >> cut << cut, s | (np.int64(1) << cut) - 1])
    return Sigmoid(np.minimum(s, 1 << bits), k, rng.random(COUNT) < 0.9)


def labels_beside(s: Sigmoid, fmt: Format, rng: np.random.Generator) -> np.ndarray:
    """Labels of any size, of that of s, near s, about 1, and so great that 1 leaves the window."""
    value = np.ldexp(s.significand.astype(float), -SIGMOIDS[fmt.name][1] - s.k)
    spread = np.ldexp(rng.uniform(1, 2, COUNT), rng.integers(fmt.emin - 8, -fmt.emin, COUNT))
    near = value * rng.uniform(0.5, 2, COUNT)
    close = value * (1 + rng.integers(-2, 3, COUNT) * 2.0**-fmt.fraction_bits)
    one = 1 + rng.integers(-3, 4, COUNT) * 2.0 ** -(fmt.fraction_bits + 1)
    window = WINDOW[fmt.name]
    exponents = rng.integers(window - COARSE[fmt.name] - 3, window + 4, COUNT)
    great = np.ldexp(rng.uniform(1, 2, COUNT), np.minimum(exponents, -fmt.emin))
    chosen = np.choose(rng.integers(0, 6, COUNT), [spread, near, close, one, 1 - near, great])
    return (chosen * rng.choice([1, 1, -1], COUNT)).astype(fmt.dtype)


@pytest.mark.parametrize("name", FORMATS)
def test_any_s_beside_any_label(name: str, seed: int) -> None:
    """Beyond what logits give: s of every weight, at every distance from y and from 1."""
    fmt, rng = FORMATS[name], np.random.default_rng(seed)
    s = any_sigmoid(fmt, rng)
    labels = labels_beside(s, fmt, rng)
    logit, label = operands(np.zeros_like(labels), labels, fmt)
    positive = rng.integers(0, 2, COUNT) != 0
    gone = (rng.random(COUNT) < 0.2) | (positive & (labels == 1))
    terms = Terms(
        positive,
        positive & ~gone,
        label.sign,
        np.where(gone, fmt.emin, label.exponent),
        np.where(gone, 0, label.significand),
    )
    given = from_sigmoid(terms, s, ~(positive ^ label.sign), fmt) | special(logit, label)
    assert_subtracts(given, to_round(terms, s, fmt), fmt, seed)
