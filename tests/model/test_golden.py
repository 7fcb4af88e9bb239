"""The golden model against the exact reference: correct rounding in fp16 and with hard labels, the
contract's bound in fp32.
"""

import itertools

import numpy as np
import pytest

from scegrad.formats import FP16, FP32
from scegrad.model import reference
from scegrad.model.bounds import HALF_LABEL_ULP
from scegrad.model.golden import gradient
from scegrad.model.hard_cases import hard_logits
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
        edges = ~np.isfinite(logits) | ~np.isfinite(labels) | (expected == 0)
        assert_same_bits(result[edges], expected[edges])


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_fp32_logits_are_correctly_rounded(label, seed):
    rng = np.random.default_rng(seed)
    ordinary = (rng.standard_normal(1 << 17) * np.exp2(rng.uniform(-14, 7, 1 << 17))).astype(
        np.float32
    )
    logits = np.concatenate(
        [rng.integers(0, 1 << 32, 1 << 17, dtype=np.uint32).view(np.float32), ordinary]
    )
    labels = np.full_like(logits, label)
    assert_same_bits(gradient(logits, labels), reference.gradient(logits, labels), f"seed {seed}")


def test_hard_cases_are_correctly_rounded():
    logits = hard_logits().view(np.float32)
    for sign, label in ((1, 0), (-1, 1)):
        labels = np.full_like(logits, label)
        assert_same_bits(gradient(sign * logits, labels), reference.gradient(sign * logits, labels))


def test_half_labels_within_0_51_ulp(seed):
    rng = np.random.default_rng(seed)
    logits = np.concatenate(
        [
            rng.integers(0, 1 << 32, 1 << 16, dtype=np.uint32).view(np.float32),
            rng.integers(0, 1 << 26, 1 << 16, dtype=np.uint32).view(np.float32),
            np.ldexp(rng.uniform(-1, 1, 1 << 16), rng.integers(-15, -8, 1 << 16)).astype("f4"),
        ]
    )
    logits = logits[~np.isnan(logits)]
    labels = np.full_like(logits, 0.5)
    result = gradient(logits, labels)
    assert reference.ulp_error(result, logits, labels).max() <= HALF_LABEL_ULP, f"seed {seed}"
    small = np.abs(logits) < 2.0**-11
    due = reference.gradient(logits[small], labels[small])
    assert_same_bits(result[small], due, f"seed {seed}")


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
    meeting = np.arange(1, 104 * 16) / 16
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
