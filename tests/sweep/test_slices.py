"""A slice of each space, another one each time: the seed of the run chooses the shards, and the
run's last lines name them.
"""

import random
from collections.abc import Callable

import pytest

from scegrad.sweep.native import Lane
from scegrad.sweep.shard import run_shard
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import design

pytestmark = pytest.mark.whole

SPACES = {
    "fp16-pairs": Space("fp16-pairs"),
    "fp32-logits-0": Space("fp32-logits", label=0),
    "fp32-logits-1": Space("fp32-logits", label=1),
    "fp32-random": Space("fp32-random", count=1 << 50, seed=1),
}
BENDS = {"fp16-pairs": (0x1000, 0x5000), "fp32-logits": (0x33000000, 0x42D00000)}
"""Magnitudes of logits, as encodings, for which the sigmoid is neither 1/2 nor 0 after rounding:
half of the slices lie there.
"""


def shards_of(space: Space, seed: int) -> list[int]:
    """Two shards of the space, one of them where the sigmoid bends."""
    rng = random.Random(seed)
    anywhere = rng.randrange(space.shards)
    if space.name not in BENDS:
        return [anywhere, rng.randrange(space.shards)]
    bend = rng.randrange(*BENDS[space.name]) ^ rng.choice([0, space.fmt.sign_bit])
    return [anywhere, (bend << 16 if space.name == "fp16-pairs" else bend) >> space.shard_bits]


@pytest.mark.parametrize("name", list(SPACES))
def test_slice(name: str, seed: int, record_property: Callable[[str, object], None]) -> None:
    space = SPACES[name]
    lane = Lane(design(space.fmt))
    for shard in shards_of(space, seed):
        record_property("slice", f"{name} shard {shard} of {space.shards}")
        record = run_shard(space, shard, lane)
        found = {key: record.get(key, 0) for key in ("mismatches", "breaches", "falls")}
        assert not any(found.values()), f"shard {shard}: {found}, {record.get('cases')}"
        assert record["count"] == 1 << 20
