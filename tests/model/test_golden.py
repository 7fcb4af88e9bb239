"""The golden model against the exact reference: correct rounding in fp16, the contract's bound in fp32."""

import itertools

import numpy as np
import pytest

from scegrad.formats import FP16, FP32
from scegrad.model import reference
from scegrad.model.golden import gradient
from tests.rtl.datapath.samples import pairs, specials

HALVES = np.arange(1 << 16, dtype=np.uint16).view(np.float16)


def assert_same_bits(result: np.ndarray, expected: np.ndarray, note: str = "") -> None:
    np.testing.assert_array_equal(
        result.view(f"u{result.itemsize}"), expected.view(f"u{expected.itemsize}"), err_msg=note
    )


@pytest.mark.parametrize("label", [0.0, 1.0, 0.5, -0.0, 0.9, 1e-7, -3.0, 65504.0, np.inf, np.nan])
def test_every_fp16_logit_is_correctly_rounded(label):
    labels = np.full_like(HALVES, label)
    assert_same_bits(gradient(HALVES, labels), reference.gradient(HALVES, labels))


def test_random_fp16_pairs_are_correctly_rounded(seed):
    rng = np.random.default_rng(seed)
    logits, labels = rng.integers(0, 1 << 16, (2, 1 << 20), dtype=np.uint16).view(np.float16)
    assert_same_bits(gradient(logits, labels), reference.gradient(logits, labels), f"seed {seed}")


@pytest.mark.parametrize("fmt", [FP16, FP32], ids=lambda fmt: fmt.name)
def test_specials(fmt):
    logits, labels = (
        np.array(values, dtype=fmt.bits_dtype).view(fmt.dtype)
        for values in zip(*itertools.product(specials(fmt), repeat=2), strict=True)
    )
    result, expected = gradient(logits, labels), reference.gradient(logits, labels)
    if fmt is FP16:
        assert_same_bits(result, expected)
    else:
        assert reference.within_bound(result, logits, labels).all()
        # With y = 1/2 and a logit next to 0, the bound leaves 2**-35 where the exact result would vanish.
        edges = (
            ~np.isfinite(logits)
            | ~np.isfinite(labels)
            | ((expected == 0) & ((labels != 0.5) | (logits == 0)))
        )
        assert_same_bits(result[edges], expected[edges])


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_fp32_logits_within_0_501_ulp(label, seed):
    rng = np.random.default_rng(seed)
    ordinary = (rng.standard_normal(1 << 17) * np.exp2(rng.uniform(-14, 7, 1 << 17))).astype(
        np.float32
    )
    logits = np.concatenate(
        [rng.integers(0, 1 << 32, 1 << 17, dtype=np.uint32).view(np.float32), ordinary]
    )
    labels = np.full_like(logits, label)
    assert reference.ulp_error(gradient(logits, labels), logits, labels).max() <= 0.501, (
        f"seed {seed}"
    )


def test_fp32_pairs_within_the_bound(seed):
    logits, labels = pairs(FP32, 1 << 18, seed)
    assert reference.within_bound(gradient(logits, labels), logits, labels).all(), f"seed {seed}"


@pytest.mark.parametrize("fmt", [FP16, FP32], ids=lambda fmt: fmt.name)
def test_antisymmetry(fmt, seed):
    logits = pairs(fmt, 1 << 18, seed)[0]
    logits = logits[np.isfinite(logits) & (logits > 0)]
    assert_same_bits(
        gradient(logits, np.ones_like(logits)), -gradient(-logits, np.zeros_like(logits))
    )


def test_never_decreases_in_fp16():
    ordered = np.sort(HALVES[np.isfinite(HALVES)])
    for label in (0, 1, 0.3):
        assert (np.diff(gradient(ordered, np.full_like(ordered, label)).astype(float)) >= 0).all()


def test_never_decreases_in_fp32_where_segments_and_rows_meet():
    meeting = np.arange(1, 151 * 16) / 16 * np.log(2)
    first = (
        np.concatenate([meeting, np.exp2(np.arange(-14.0, 7))])
        .astype(np.float32)
        .view(np.uint32)
        .astype(np.int64)
    )
    logits = (first[:, None] + np.arange(-40, 41)).astype(np.uint32).view(np.float32)
    for sign, label in itertools.product((1, -1), (0, 1)):
        values = gradient(sign * logits, np.full_like(logits, label)).astype(float) * sign
        assert (np.diff(values, axis=1) >= 0).all()


def test_shape_is_kept_and_bad_types_are_refused():
    logits = np.zeros((3, 0, 2), np.float32)
    assert gradient(logits, logits).shape == logits.shape
    with pytest.raises(
        ValueError, match=r"elements are float64, but must be float32 \(fp32\) or float16 \(fp16\)"
    ):
        gradient(np.zeros(1), np.zeros(1))
    with pytest.raises(
        ValueError, match=r"labels are float32\(2,\), but must be like the logits, float32\(1,\)"
    ):
        gradient(np.zeros(1, np.float32), np.zeros(2, np.float32))
