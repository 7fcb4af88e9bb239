"""Unpack: rtl(encodings) == model.unpack(encodings), for the logit and its label."""

import numpy as np
import pytest

from scegrad.formats import FORMATS
from scegrad.model.unpack import unpack
from scegrad.rtl.datapath.layouts import operands_layout
from scegrad.rtl.datapath.unpack import Unpack

from .golden import from_unpack
from .samples import pairs, specials
from .stages import assert_same, outputs, packed, unpacked


@pytest.mark.parametrize("name", FORMATS)
def test_unpack(name: str, seed: int) -> None:
    fmt = FORMATS[name]
    dut = Unpack(fmt)
    ends = specials(fmt)
    logits, labels = (
        np.concatenate([end, array.view(fmt.bits_dtype)])
        for end, array in zip((ends, ends[::-1]), pairs(fmt, 400, seed), strict=True)
    )
    payloads = packed(dut.i.payload.shape(), {"logit": logits, "label": labels})
    expected = from_unpack(unpack(logits, fmt), unpack(labels, fmt))
    found = unpacked(operands_layout(fmt), outputs(dut, payloads, seed))
    assert_same(found, expected, f"seed {seed}")
