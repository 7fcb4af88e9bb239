"""The sweep of the sigmoid before it is rounded: right words pass, and each condition is seen to
fail.
"""

import numpy as np
import pytest

from scegrad.formats import FP32
from scegrad.model import tables
from scegrad.model.bounds import HALF_LABEL_ULP
from scegrad.sweep import stage
from scegrad.sweep.native import Lane
from scegrad.sweep.shard import run_shard
from scegrad.sweep.spaces import HALVES, STAGE, Space
from scegrad.sweep.stage import STICKY_BIT, distances, golden, holds, packed
from scegrad.sweep.summary import summarise
from scegrad.sweep.unit import design

from .damaged import flipped_table_bit

SPACE = Space(STAGE, shard_bits=12)
ONE, TAIL = 0x3F80_0000, stage.TAIL
K_UNIT, STICKY = 1 << stage.K_BIT, 1 << STICKY_BIT


def verdict(logits: list[int], change: int = 0) -> list[bool]:
    """Whether the golden model's words, with ``change`` added, satisfy the conditions."""
    encodings = np.array(logits, np.uint32)
    words = (golden(encodings).astype(np.int64) + change).astype(np.uint64)
    return holds(encodings, words, *distances(encodings, words)).tolist()


def test_right_words_pass() -> None:
    assert all(
        verdict([0, 1, 0x3900_0000, ONE, 0x4200_0000, TAIL - 1, TAIL, 0x7F7F_FFFF, FP32.infinity])
    )


@pytest.mark.parametrize(
    ("logit", "change"),
    [
        (ONE, 1 << 7),  # 2**-39 too much
        (ONE, -(1 << 7)),
        (ONE, K_UNIT),
        (ONE, -STICKY),
        (0, 1),
        (0, STICKY),
        (TAIL, -110 * K_UNIT),  # k of 145
        (FP32.infinity, 1),
        (FP32.infinity, STICKY),
    ],
)
def test_wrong_words_fail(logit: int, change: int) -> None:
    assert verdict([logit], change) == [False]


def test_nan_has_no_conditions() -> None:
    assert verdict([FP32.infinity + 1, 0x7FFF_FFFF], 1) == [True, True]


def test_distances_bracket_the_sigmoid() -> None:
    """X = 0, S u = 1/2 exactly: nothing below, and one unit of 2**-47 above, 2**-6 of 2**-40 /
    2.
    """
    below, above = distances(
        np.zeros(1, np.uint32), packed(*(np.array([v]) for v in (1 << 46, 1, 0)))
    )
    assert (below[0], above[0]) == (0, 2.0**-6)


@pytest.fixture(scope="module")
def lane() -> Lane:
    return Lane(design(FP32))


@pytest.mark.parametrize("first", [0, 0x3980_0000, ONE, 0x4200_0000, TAIL, 0x7F80_0000])
def test_a_shard_of_the_stage(lane: Lane, first: int) -> None:
    record = run_shard(SPACE, first >> 12, lane)
    assert (record["mismatches"], record["breaches"], record["count"]) == (0, 0, 1 << 12)


def test_a_shard_of_half_labels_and_its_mirror(lane: Lane) -> None:
    space = Space(HALVES, shard_bits=10)
    shards = [0x3A00_0000 >> 10, 0xBA00_0000 >> 10, 0, 0x8000_0000 >> 10]
    records = {shard: run_shard(space, shard, lane) for shard in shards}
    summary = summarise(space, "", records)
    assert summary["ok"] and not summary["asymmetries"]
    assert 0.49 < summary["worst"]["ulp"]["value"] <= HALF_LABEL_ULP
    records[shards[1]]["digest"] = "0" * 64
    assert not summarise(space, "", records)["ok"]


def test_a_table_entry_off_by_one_unit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Address 512 + 13 * 32: the first piece from 1 on. The rounded result would hide it."""
    entry = 512 + 13 * 32
    assert tables.coefficients("fp32")[entry, 0]
    damaged = Lane(flipped_table_bit(FP32, entry, 0, monkeypatch))
    record = run_shard(SPACE, ONE >> 12, damaged)
    assert record["mismatches"] == 1 << 12
    assert record["cases"][0][0] == "0x3f800000"
