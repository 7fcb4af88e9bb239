"""Pack: rtl(encoding, specials) == model.pack."""

import numpy as np
import pytest

from scegrad.formats import FORMATS
from scegrad.model.pack import pack
from scegrad.rtl.datapath.layouts import rounded_layout
from scegrad.rtl.datapath.pack import Pack

from .golden import operands, rounded, special
from .samples import pairs, specials
from .stages import outputs, packed


@pytest.mark.parametrize("name", FORMATS)
def test_pack(name: str, seed: int) -> None:
    fmt = FORMATS[name]
    dut, ends = Pack(fmt), specials(fmt).view(fmt.dtype)
    every = (grid.ravel() for grid in np.meshgrid(ends, ends))
    logits, labels = (
        np.concatenate(both) for both in zip(every, pairs(fmt, 200, seed), strict=True)
    )
    logit, label = operands(logits, labels, fmt)
    bits = rounded(logit, label, fmt)
    payloads = packed(rounded_layout(fmt), {"bits": bits} | special(logit, label))
    np.testing.assert_array_equal(
        outputs(dut, payloads, seed), pack(bits, logit, label, fmt), err_msg=f"seed {seed}"
    )
