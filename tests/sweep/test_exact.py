"""The exact side of a sweep against the exact reference, on results that are right, next to right,
and anything.
"""

import numpy as np
import pytest

from scegrad.formats import FP16, FP32
from scegrad.model import reference
from scegrad.sweep import exact
from scegrad.sweep.exact import Kind, judge
from scegrad.sweep.random_pairs import KINDS, random_pairs
from tests.model.hard_cases import all_cases

COUNT = 1500
STEPS = (0, 1, -1, 2, 1 << 31)
"""What is added to the encoding of the right result; the last turns its sign."""

EDGES = np.array(
    [
        0,
        -0.0,
        1,
        -1,
        0.5,
        1.5,
        2**-24,
        2**-25,
        1 - 2**-24,
        1e-40,
        -3e38,
        3e38,
        np.inf,
        -np.inf,
        np.nan,
    ],
    np.float32,
)


def pairs(name: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels of fp32, as encodings."""
    rng = np.random.default_rng(seed)
    if name == "hard":
        logits, labels = all_cases(seed, COUNT // 8)
    elif name == "edges":
        logits, labels = (
            np.ascontiguousarray(axis).reshape(-1) for axis in np.meshgrid(EDGES, EDGES)
        )
    elif name == "random":
        return random_pairs(seed, 0, COUNT // 8 * len(KINDS))
    else:
        logits = rng.integers(0, 1 << 32, COUNT, dtype=np.uint32).view(np.float32)
        labels = np.full(COUNT, float(name), np.float32)
    return logits.view(np.uint32), labels.view(np.uint32)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", ["hard", "edges", "random", "0", "1", "0.5"])
def test_fp32_equals_reference(name: str, step: int, seed: int) -> None:
    logits, labels = pairs(name, seed)
    x, y = logits.view(np.float32), labels.view(np.float32)
    due = reference.gradient(x, y).view(np.uint32)
    results = due + np.uint32(step % (1 << 32))
    tally, kinds, _ = judge(FP32, results, logits, labels)
    hard = ((y == 0) | (y == 1)) & ~np.isinf(x)
    allowed = reference.within_bound(results.view(np.float32), x, y)
    measured = (hard | (y == 0.5)) & ~np.isinf(x)
    errors = reference.ulp_error(results[measured].view(np.float32), x[measured], y[measured])
    np.testing.assert_array_equal(kinds != Kind.WRONG, allowed, err_msg=f"seed {seed}")
    np.testing.assert_array_equal(
        (kinds != Kind.NEAREST)[hard], (results != due)[hard], err_msg=f"seed {seed}"
    )
    assert not ((kinds == Kind.FARTHER) & (results == due)).any()
    finite = np.isfinite(errors) & ~np.isnan(x[measured])
    if finite.any():
        assert tally["error"].max() == pytest.approx(errors[finite].max(), rel=2**-25, abs=2**-25)


@pytest.mark.parametrize("step", [0, 1, -1, 1 << 15])
def test_fp16_equals_reference(step: int, seed: int) -> None:
    logits, labels = np.random.default_rng(seed).integers(0, 1 << 16, (2, 1 << 16), dtype=np.uint16)
    x, y = logits.view(np.float16), labels.view(np.float16)
    due = reference.gradient(x, y).view(np.uint16)
    results = due + np.uint16(step % (1 << 16))
    tally, kinds, opened = judge(FP16, results, logits, labels)
    assert not opened
    np.testing.assert_array_equal(kinds == Kind.NEAREST, results == due, err_msg=f"seed {seed}")
    measured = np.isfinite(results.view(np.float16)) & np.isfinite(y) & ~np.isnan(x)
    errors = reference.ulp_error(results.view(np.float16), x, y)[measured]
    np.testing.assert_array_equal(
        tally["count"], np.bincount(logits >> 10, minlength=exact.BINADES)
    )
    assert tally["histogram"].sum() == measured.sum()
    due_error = np.abs(errors[np.isfinite(errors)]).max()
    assert tally["error"].max() == pytest.approx(due_error, abs=2**-28) or step == 1 << 15


def test_a_tie_is_in_the_last_bin_of_right_rounding() -> None:
    """Ties and exact results, the ends of the closed bins, at x = 0: dst = 1/2 - y."""
    ties, whole = np.uint16([0x0800, 0x8C00]), np.uint16([0x3800, 0x3C00, 0x0000])
    for labels, bin_ in ((ties, exact.BINS_PER_ULP // 2 - 1), (whole, 0)):
        logits = np.zeros_like(labels)
        due = reference.gradient(logits.view(np.float16), labels.view(np.float16))
        tally, _, _ = judge(FP16, due.view(np.uint16), logits, labels)
        assert tally["error"][0] == (0.5 if bin_ else 0)
        assert tally["histogram"][0].nonzero()[0].tolist() == [bin_]


def test_worst_is_where_the_tally_says(seed: int) -> None:
    logits = np.random.default_rng(seed).integers(0, 0x42000000, COUNT, dtype=np.uint32)
    labels = np.zeros_like(logits)
    results = reference.gradient(logits.view(np.float32), labels.view(np.float32)).view(np.uint32)
    tally, _, _ = judge(FP32, results, logits, labels)
    binade = int(np.argmax(tally["error"]))
    at = tally["error_at"][binade]
    assert exact.error_in_ulp(FP32, results[at], logits[at], labels[at]) == pytest.approx(
        tally["error"][binade], abs=2**-25
    )


def test_sigmoid_is_close_and_repeats(seed: int) -> None:
    logits = np.random.default_rng(seed).normal(0, 20, COUNT).astype(np.float32)
    values = exact.sigmoid(logits.view(np.uint32))
    z = logits.astype(np.float64)
    np.testing.assert_allclose(values, np.exp(-np.logaddexp(0, -z)), rtol=1e-13)
    np.testing.assert_array_equal(
        values,
        np.concatenate([exact.sigmoid(part) for part in np.split(logits.view(np.uint32), 3)]),
    )
