"""What the shards of a space hold."""

import hashlib

import numpy as np
import pytest

from scegrad.errors import RequestError
from scegrad.formats import FP16, FP32
from scegrad.model import golden
from scegrad.sweep.random_pairs import KINDS
from scegrad.sweep.shard import golden_results, ordered
from scegrad.sweep.spaces import Space

FP16_PAIRS = Space("fp16-pairs")
FP32_LOGITS = Space("fp32-logits", label=1)
RANDOM = Space("fp32-random", count=1 << 22, seed=7, shard_bits=12)


@pytest.mark.parametrize("space", [FP16_PAIRS, FP32_LOGITS])
def test_default_shards(space: Space) -> None:
    assert (space.shards, space.shard_size) == (4096, 1 << 20)


def test_fp16_pairs_count_through_the_encodings() -> None:
    logits, labels = FP16_PAIRS.inputs(4095).pairs()
    index = np.arange(4095 << 20, 4096 << 20, dtype=np.uint64)
    np.testing.assert_array_equal(logits, index >> np.uint64(16))
    np.testing.assert_array_equal(labels, index & np.uint64(0xFFFF))


def test_fp32_logits_count_through_the_encodings() -> None:
    logits, labels = FP32_LOGITS.inputs(3000).pairs()
    np.testing.assert_array_equal(logits, np.arange(3000 << 20, 3001 << 20, dtype=np.uint64))
    assert (labels == 0x3F800000).all()


def test_random_pairs_repeat_and_differ() -> None:
    shards = [
        b"".join(array.tobytes() for array in RANDOM.inputs(shard).pairs()) for shard in (0, 1, 0)
    ]
    assert shards[0] == shards[2] != shards[1]
    assert hashlib.sha256(shards[0]).hexdigest()[:16] == "f74ed7401d9a1c2b"


def test_random_pairs_cover_every_binade_and_label() -> None:
    logits, labels = Space("fp32-random", count=1 << 20, seed=1).inputs(0).pairs()
    assert len(np.unique(logits >> 23)) == len(np.unique(labels >> 23)) == 512
    with np.errstate(all="ignore"):  # any encodings: NaN and infinities too
        x, y = (array.view(np.float32).astype(np.float64) for array in (logits, labels))
        cancel = np.abs(1 / (1 + np.exp(-x)) - y) < 2.0**-20 * np.abs(y)
    assert cancel.mean() > 1 / len(KINDS)


@pytest.mark.parametrize("space", [FP16_PAIRS, FP32_LOGITS, RANDOM])
def test_shared_work_changes_no_bit_of_the_golden_model(space: Space) -> None:
    inputs = space.inputs(700)
    logits, labels = (array.view(space.fmt.dtype) for array in inputs.pairs())
    pick = slice(None, None, 37)
    due = golden.gradient(logits[pick], labels[pick]).view(space.fmt.bits_dtype)
    np.testing.assert_array_equal(golden_results(inputs, space.fmt)[pick], due)


@pytest.mark.parametrize("fmt", [FP16, FP32])
def test_order_of_encodings(fmt) -> None:
    values = np.array(
        [-np.inf, -2, -1, -fmt.dtype.type(6e-8), -0.0, 0, fmt.dtype.type(6e-8), 1, 2, np.inf],
        fmt.dtype,
    )
    keys = ordered(values.view(fmt.bits_dtype), fmt)
    np.testing.assert_array_equal(np.sign(np.diff(keys)), [1, 1, 1, 1, 0, 1, 1, 1, 1])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"name": "fp64"},
            "^no space fp64: there are fp16-pairs, fp32-logits, fp32-halves, fp32-random,"
            " fp32-stage$",
        ),
        ({"name": "fp32-logits", "label": 2}, "^the label of fp32-logits must be 0 or 1$"),
        (
            {"name": "fp16-pairs", "shard_bits": 15},
            r"^shards of fp16-pairs have 2\^16 to 2\^24 pairs, not 2\^15$",
        ),
        (
            {"name": "fp32-random", "count": 1000, "seed": 1},
            "^the count of fp32-random must be a multiple of 1,048,576, the size of a shard$",
        ),
        (
            {"name": "fp32-random", "count": 1 << 20, "seed": -1},
            r"^the seed of fp32-random must be a whole number below 2\^64$",
        ),
    ],
)
def test_bad_spaces(fields: dict, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        Space(**fields)
