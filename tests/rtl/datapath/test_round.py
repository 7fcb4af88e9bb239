"""Round: rtl(difference) == model.round_nearest_even(difference), at every anchor."""

import numpy as np
import pytest

from scegrad.formats import FORMATS, Format
from scegrad.model.design import COARSE, magnitude_bits
from scegrad.model.round import round_nearest_even
from scegrad.model.subtract import Difference
from scegrad.rtl.datapath.layouts import difference_layout, rounded_layout
from scegrad.rtl.datapath.round import Round

from .stages import Columns, assert_same, outputs, packed, unpacked


def magnitudes(fmt: Format, rng: np.random.Generator, count: int) -> np.ndarray:
    """Magnitudes of any length: random bits, ties, neighbours of ties and of powers of two."""
    width = magnitude_bits(fmt.name)
    zeros = rng.integers(0, width + 1, count)
    size = width - zeros
    anything = rng.integers(0, 1 << width, count) >> zeros
    cut = np.maximum(size - fmt.precision, 1)
    tie = (anything >> cut << cut) | (1 << cut - 1)
    power = np.int64(1) << np.maximum(size - 1, 0)
    step = rng.integers(-1, 2, count)
    chosen = np.choose(rng.integers(0, 3, count), [anything, tie + step, power + step])
    return np.clip(chosen, 0, (1 << width) - 1)


def differences(fmt: Format, seed: int, count: int) -> Difference:
    """Differences with any anchor; subnormal results are among them."""
    rng, emax = np.random.default_rng(seed), 1 - fmt.emin
    # A difference that was moved up has the anchor of 1, less COARSE; no other lies below emin.
    anchor = rng.integers(fmt.emin, emax + 1, count)
    low = rng.integers(fmt.emin, min(fmt.emin + magnitude_bits(fmt.name), emax + 1), count)
    near = np.full(count, -COARSE[fmt.name])
    anchor = np.choose(rng.integers(0, 3, count), [anchor, low, near])
    sign, sticky = rng.integers(0, 2, (2, count)) != 0
    magnitude = magnitudes(fmt, rng, count)
    # A finite label is below 2**(emax + 1), and so is what is left of it.
    below = (1 << magnitude_bits(fmt.name) - 1) - 1
    return Difference(sign, np.where(anchor == emax, magnitude & below, magnitude), anchor, sticky)


@pytest.mark.parametrize("name", FORMATS)
def test_round(name: str, seed: int) -> None:
    fmt = FORMATS[name]
    dut, given = Round(fmt), differences(fmt, seed, 600)
    flags = np.random.default_rng(seed).integers(0, 2, (3, 600))
    special: Columns = dict(
        zip(("special.nan", "special.infinite", "special.sign"), flags, strict=True)
    )
    payloads = packed(difference_layout(fmt), given._asdict() | special)
    found = unpacked(rounded_layout(fmt), outputs(dut, payloads, seed))
    assert_same(found, {"bits": round_nearest_even(given, fmt)} | special, f"seed {seed}")
