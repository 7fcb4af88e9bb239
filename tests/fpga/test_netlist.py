"""The netlist of the lane gives the golden model's bits, and the check finds errors."""

import re

import numpy as np
import pytest

from scegrad.fpga import netlist
from scegrad.fpga.netlist import cell_models, check_lane, lane_operands


@pytest.mark.whole
def test_lane(seed: int) -> None:
    assert check_lane(100_000, seed) == 0


def test_operands_are_of_three_kinds() -> None:
    logits, labels = lane_operands(3000, 1)
    assert logits.dtype == labels.dtype == np.float32 and logits.size == labels.size == 3000
    assert set(labels[2000:]) == {0, 1} and not np.isfinite(logits[:1000]).all()


def test_models_are_whole() -> None:
    text = cell_models()
    names = re.findall(r"^module (\w+)", text, re.MULTILINE)
    assert names == [*netlist._CELLS, "MULT18X18D", "DP16KD"]
    assert "specify" not in text and text.count("endmodule") == len(names)
