"""The hard cases of fp32, labels 0 and 1: reference, golden model and RTL in both simulators."""

import numpy as np
import pytest

from scegrad.api import run_job
from scegrad.formats import FP32
from scegrad.model import reference
from scegrad.model.golden import gradient
from scegrad.model.hard_cases import hard_logits, measure
from tests.tb.platforms import SINGLE

pytestmark = pytest.mark.whole

LEAST_NORMAL = np.float32(-87.336544)
"""From here down sigmoid(x) is subnormal."""


def ties(count: int | None, seed: int) -> np.ndarray:
    """Logits below 2**-11 for which 1/2 - |x|/4 is a tie that x^3/48 breaks.

    They are odd multiples of 2**-24 (x < 0) and of 2**-23: all, or the nearest (down to 2**-76 of
    s) and ``count`` of the others.
    """
    below, above = -np.arange(1, 1 << 13, 2) * 2.0**-24, np.arange(1, 1 << 12, 2) * 2.0**-23
    logits = np.concatenate([below[:8], above[:8], below[8:], above[8:]]).astype(np.float32)
    if count is None:
        return logits
    return np.concatenate([logits[:16], np.random.default_rng(seed).choice(logits[16:], count)])


def hardest(logits: np.ndarray) -> np.ndarray:
    """Those nearer than 2**-44, and those with a subnormal result."""
    near = [measure(int(bits)).distance < 2.0**-44 for bits in logits]
    return logits[np.array(near) | (logits.view(np.float32) < LEAST_NORMAL)]


def assert_right(logits: np.ndarray, backend: str, note: str) -> None:
    """A logit x with the label 0, and -x with the label 1, in one job."""
    x = np.concatenate([logits, -logits])
    y = np.repeat(np.array([0, 1], np.float32), logits.size)
    due = reference.gradient(x, y).view(FP32.bits_dtype)
    found = {
        "model": gradient(x, y),
        backend: run_job(x, y, platform=SINGLE, backend=backend).gradient,
    }
    for name, result in found.items():
        np.testing.assert_array_equal(result.view(FP32.bits_dtype), due, err_msg=f"{name}, {note}")


def test_hardest_under_icarus(seed: int) -> None:
    """The 297 nearer than 2**-44, a third one with a subnormal result, and 116 of the ties."""
    chosen = hardest(hard_logits()).view(np.float32)
    assert (chosen.size, np.count_nonzero(chosen < LEAST_NORMAL)) == (298, 3)
    assert_right(np.concatenate([chosen, ties(100, seed)]), "icarus", f"seed {seed}")


def test_all_under_verilator(seed: int) -> None:
    logits = np.concatenate([hard_logits().view(np.float32), ties(None, seed)])
    assert_right(logits, "verilator", f"seed {seed}")
