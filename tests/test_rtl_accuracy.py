"""The RTL under Verilator against the exact reference, on the least number of samples that the
project promises.
"""

import numpy as np
import pytest

from scegrad.api import run_job
from scegrad.model import reference

pytestmark = pytest.mark.whole

HALVES = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
COUNT = 1 << 20


def assert_correctly_rounded(logits: np.ndarray, labels: np.ndarray, note: str) -> None:
    result = run_job(logits, labels, platform="mt7004").gradient
    np.testing.assert_array_equal(
        result.view(np.uint16), reference.gradient(logits, labels).view(np.uint16), err_msg=note
    )


@pytest.mark.parametrize("label", [0.0, 1.0, 0.5])
def test_every_fp16_logit(label: float) -> None:
    assert_correctly_rounded(HALVES, np.full_like(HALVES, label), f"label {label}")


def test_random_fp16_pairs(seed: int) -> None:
    logits, labels = (
        np.random.default_rng(seed)
        .integers(0, 1 << 16, (2, COUNT), dtype=np.uint16)
        .view(np.float16)
    )
    assert_correctly_rounded(logits, labels, f"seed {seed}")


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_fp32_logits(label: float, seed: int) -> None:
    logits = (
        np.random.default_rng(seed).integers(0, 1 << 32, COUNT, dtype=np.uint32).view(np.float32)
    )
    labels = np.full_like(logits, label)
    result = run_job(logits, labels).gradient
    np.testing.assert_array_equal(
        result.view(np.uint32),
        reference.gradient(logits, labels).view(np.uint32),
        err_msg=f"seed {seed}",
    )


def test_random_fp32_pairs(seed: int) -> None:
    logits, labels = (
        np.random.default_rng(seed)
        .integers(0, 1 << 32, (2, COUNT), dtype=np.uint32)
        .view(np.float32)
    )
    result = run_job(logits, labels, platform="mt7004", misalignment=(4, 32, 60)).gradient
    assert reference.within_bound(result, logits, labels).all(), f"seed {seed}"
