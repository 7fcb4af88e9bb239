"""A lane with a small defect: the sweep says so, and where."""

import numpy as np
import pytest

from scegrad.formats import FP16, FP32
from scegrad.model.design import SIGMOID16
from scegrad.sweep.native import Lane
from scegrad.sweep.shard import Record, run_shard
from scegrad.sweep.spaces import Space
from tests.sweep.damaged import before_subtract, flipped_table_bit

pytestmark = pytest.mark.whole

HALF = 1 << 24
"""1/2 in units of the fp16 sigmoid's last bit."""


def logits_of(record: Record, fmt) -> np.ndarray:
    """The logits of the pairs that a record names as failing."""
    return np.array([int(case[0], 16) for case in record["cases"]], fmt.bits_dtype).view(fmt.dtype)


def test_a_table_bit_flipped(monkeypatch: pytest.MonkeyPatch) -> None:
    logit = int(np.array(1.25, np.float16).view(np.uint16))
    entry = (0 - SIGMOID16.first_exponent << SIGMOID16.segment_bits) | (
        logit & 0x3FF
    ) >> SIGMOID16.offset_bits
    lane = Lane(flipped_table_bit(FP16, entry, SIGMOID16.guard_bits, monkeypatch))
    space = Space("fp16-pairs", shard_bits=19)  # eight logits, the reach of an entry
    shard = logit >> 3
    beside, damaged = run_shard(space, shard - 1, lane), run_shard(space, shard, lane)
    assert (beside["mismatches"], beside["breaches"]) == (0, 0)
    assert damaged["mismatches"] == damaged["breaches"] > 0
    assert (np.abs(logits_of(damaged, FP16) - 1.25) < 2**-7).all()


def test_the_sticky_bit_of_small_logits_removed() -> None:
    lane = Lane(before_subtract(FP16, "sticky", lambda i: i.sticky & (i.s < HALF - (1 << 11))))
    space = Space("fp16-pairs", shard_bits=16)
    for value, fails in (
        (2.0**-20, True),
        (-(2.0**-14), True),
        (0.0, False),
        (0.5, False),
        (-3.0, False),
    ):
        shard = int(np.array(value, np.float16).view(np.uint16))
        record = run_shard(space, shard, lane)
        assert (record["breaches"] > 0, record["mismatches"] > 0) == (fails, fails), value
        assert "cases" not in record or (logits_of(record, FP16) == np.float16(value)).all()


@pytest.mark.parametrize("label", [0, 1])
def test_a_guard_bit_cut(label: int, cut_lane: Lane) -> None:
    """Bit 21 is the guard bit where the result is s; where it is 1 - s and s is small, it is out of
    reach.
    """
    space = Space("fp32-logits", label=label, shard_bits=18)
    sign = 0x8000_0000 * (1 - label)
    near_two, far = (
        run_shard(space, bits >> 18, cut_lane)
        for bits in (0x40000000 ^ sign, 0x41800000 ^ sign ^ 0x8000_0000)
    )
    assert near_two["mismatches"] >= near_two["breaches"] > space.shard_size // 4
    assert (np.abs(np.abs(logits_of(near_two, FP32)) - 2) < 2**-4).all()
    assert far["mismatches"] == far["breaches"] == 0


@pytest.fixture(scope="module")
def cut_lane() -> Lane:
    """An fp32 lane in which one bit of the sigmoid is always 0."""
    return Lane(before_subtract(FP32, "s", lambda i: i.s & ~(1 << 21)))
