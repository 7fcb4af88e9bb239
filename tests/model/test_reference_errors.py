"""How far a result lies from the exact gradient, and whether the contract allows it, against
rational arithmetic.
"""

from fractions import Fraction

import numpy as np
import pytest

from scegrad.formats import FP16, FP32
from scegrad.model import exact_mpfr
from scegrad.model.bounds import ALLOWANCE_BITS, HALF_LABEL_ULP
from scegrad.model.reference import gradient, ulp_error, within_bound

from . import exact
from .exact import FP16_LOGITS, bits, of
from .hard_cases import all_cases, labels_next_to_sigmoid
from .test_reference import asked_of_mpfr

INF, NAN = float("inf"), float("nan")


def neighbours(rng: np.random.Generator, result: np.ndarray) -> np.ndarray:
    """Results that are off by -2 to 2 encodings, where that stays finite and does not change the
    sign.
    """
    moved = bits(result).astype(np.int64) + rng.integers(-2, 3, result.size)
    moved = moved.astype(bits(result).dtype).view(result.dtype)
    return np.where(np.isfinite(moved) & (np.signbit(moved) == np.signbit(result)), moved, result)


def test_ulp_error_agrees_with_fractions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for x, y in (
        all_cases(seed, count=1_000),
        (rng.choice(FP16_LOGITS, 9_000), rng.random(9_000).astype(np.float16)),
    ):
        fmt = FP32 if x.dtype == np.float32 else FP16
        x, y = x[np.abs(x) > 2.0**-100], y[np.abs(x) > 2.0**-100]
        result = neighbours(rng, gradient(x, y))
        got = ulp_error(result, x, y)
        for k in range(x.size):
            value = exact.difference(float(x[k]), float(y[k]))
            want = float(abs(Fraction(float(result[k])) - value) / exact.ulp(value, fmt))
            assert got[k] == pytest.approx(want, abs=2e-7, rel=1e-9)


def test_mpfr_agrees_with_fractions(seed: int) -> None:
    """The slow ``error`` and ``within``, which the fast ones ask almost never."""
    x, y = all_cases(seed=seed, count=200)
    x, y = x[np.abs(x) > 2.0**-100], y[np.abs(x) > 2.0**-100]
    for result, logit, label in zip(
        neighbours(np.random.default_rng(seed), gradient(x, y)).tolist(),
        x.tolist(),
        y.tolist(),
        strict=True,
    ):
        value = exact.difference(logit, label)
        distance = abs(Fraction(result) - value)
        allowed = exact.ulp(Fraction(result)) / 2 + exact.small_sigmoid(logit) / 2**ALLOWANCE_BITS
        assert exact_mpfr.error(result, logit, label) == pytest.approx(
            float(distance / exact.ulp(value)), abs=1e-12, rel=1e-12
        )
        assert exact_mpfr.within(result, logit, label) == (distance <= allowed)


def test_ulp_error_asks_mpfr_where_the_label_is_as_close_as_can_be(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The closest of ten million pairs: sigmoid(x) - y is 2^-46.9 of sigmoid(x)."""
    x, y = of(FP32, float.fromhex("-0x1.0a572ap+5")), of(FP32, float.fromhex("0x1.f51c8ep-49"))
    asked = []
    monkeypatch.setattr(
        exact_mpfr,
        "error",
        lambda *args, error=exact_mpfr.error: asked.append(args) or error(*args),
    )
    value = exact.difference(float(x[0]), float(y[0]))
    for result in neighbours(np.random.default_rng(seed), np.repeat(gradient(x, y), 10)):
        want = abs(Fraction(float(result)) - value) / exact.ulp(value)
        assert ulp_error(of(FP32, result), x, y)[0] == pytest.approx(float(want), abs=1e-9)
    assert len(asked) == 10


def test_ulp_error_of_a_sigmoid_that_was_rounded_first() -> None:
    """What libraries give for x = 16.64, y = 1: 0 in place of -5.9e-8, 1.7e7 ulp off or nearly
    so.
    """
    assert ulp_error(of(FP32, 0), of(FP32, 16.7), of(FP32, 1))[0] == pytest.approx(
        float.fromhex("0x1.0p23") * 1.9, rel=0.1
    )
    assert ulp_error(of(FP32, 3), of(FP32, 0), of(FP32, 0))[0] == 2.5 * 2**24


def test_within_bound_agrees_with_fractions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = all_cases(seed, count=1_500)
    x, y = x[np.abs(x) > 2.0**-100], y[np.abs(x) > 2.0**-100]
    result = neighbours(rng, gradient(x, y))
    got = within_bound(result, x, y)
    for k in range(x.size):
        small, value = exact.small_sigmoid(float(x[k])), exact.difference(float(x[k]), float(y[k]))
        distance = abs(Fraction(float(result[k])) - value)
        if y[k] in (0, 1):
            due = result[k] == gradient(x[k : k + 1], y[k : k + 1])[0]
        elif y[k] == 0.5:
            due = distance <= Fraction(HALF_LABEL_ULP) * exact.ulp(value)
        else:
            due = distance <= exact.ulp(Fraction(float(result[k]))) / 2 + small / 2**ALLOWANCE_BITS
        assert got[k] == due, (x[k], y[k])
    assert 0.2 < got.mean() < 0.8


def test_what_the_bound_leaves_open_goes_to_mpfr(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """With a bound as wide as a float32's spacing nearly everything is left open, and the answers
    are the same.
    """
    x, y = all_cases(seed=seed, count=200)
    result = neighbours(np.random.default_rng(seed), gradient(x, y))
    want = within_bound(result, x, y)
    asked = asked_of_mpfr(monkeypatch, "within", radius=2.0**-22)
    np.testing.assert_array_equal(within_bound(result, x, y), want)
    assert len(asked) > len(x) // 8


def test_within_bound_at_a_tie_that_only_the_sigmoid_breaks() -> None:
    """1 - y is midway between 1 - 2^-23 and 1 - 2^-24: the lower one is due, and the upper one off
    by more than half an ulp.
    """
    logits, labels = np.full(2, 1e30, np.float32), np.full(2, 1.5 * 2.0**-24, np.float32)
    result = of(FP32, 1 - 2.0**-23, 1 - 2.0**-24)
    assert within_bound(result, logits, labels).tolist() == [True, False]
    assert [exact_mpfr.within(float(r), 1e30, 1.5 * 2.0**-24) for r in result] == [True, False]


def test_within_bound_wants_the_exact_bits_for_infinite_logits() -> None:
    """1 - 2^-25 is a tie: to even, though its neighbour is no further away."""
    assert within_bound(
        of(FP32, 1, 1 - 2.0**-24), of(FP32, INF, INF), of(FP32, 2.0**-25, 2.0**-25)
    ).tolist() == [True, False]


def test_within_bound_allows_another_sigmoid_but_no_more(seed: int) -> None:
    """With a label that cancels the sigmoid, results 2^-41 of it away are allowed and those 2^-39
    away are not.
    """
    x = np.random.default_rng(seed).uniform(-30, 0, 2_000).astype(np.float32)
    y = labels_next_to_sigmoid(x)
    s = np.array([float(exact.small_sigmoid(float(value))) for value in x])
    due = gradient(x, y)
    assert within_bound((due + s * 2.0**-41).astype(np.float32), x, y).all()
    assert not within_bound((due + s * 2.0**-39).astype(np.float32), x, y).any()


def test_fp16_bound_is_the_correctly_rounded_result(seed: int) -> None:
    x, y = FP16_LOGITS, np.full_like(FP16_LOGITS, 0.25)
    result = neighbours(np.random.default_rng(seed), gradient(x, y))
    np.testing.assert_array_equal(within_bound(result, x, y), bits(result) == bits(gradient(x, y)))


def test_nan_that_is_not_canonical_is_an_error() -> None:
    quiet = np.array([0x7FC00001, 0xFFC00000], np.uint32).view(np.float32)
    assert np.isinf(ulp_error(quiet, of(FP32, NAN, NAN), of(FP32, 0, 0))).all()
    assert not within_bound(quiet, of(FP32, NAN, NAN), of(FP32, 0, 0)).any()
    assert np.isinf(ulp_error(of(FP32, NAN, INF), of(FP32, 1, 1), of(FP32, 0, 0))).all()
    assert not within_bound(of(FP32, NAN, INF), of(FP32, 1, 1), of(FP32, 0, 0)).any()
