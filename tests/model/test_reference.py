"""The exact gradient against published values, rational arithmetic, MPFR for every pair, and the
properties of the operator.
"""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scegrad.formats import FORMATS, FP16, FP32, Format
from scegrad.model import exact_fp16, exact_fp32, exact_mpfr
from scegrad.model.reference import gradient, ulp_error, within_bound

from . import exact
from .exact import FP16_LOGITS, bits, of
from .hard_cases import all_cases, labels_next_to_sigmoid, logits_of_every_size

INF, NAN = float("inf"), float("nan")

finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
anything = st.floats(width=32)


def slow_gradient(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The fp32 gradient with MPFR for every pair."""
    return np.array(
        [exact_mpfr.rounded(float(x), float(y)) for x, y in zip(logits, labels, strict=True)],
        np.float32,
    )


# 1/(1 + e), tanh(1/2) / 2 and 1/(1 + e^n) as tabulated, to more digits than either format needs.
PUBLISHED = [
    (1.0, 0.0, "0.731058578630004879251159944"),
    (1.0, 1.0, "-0.268941421369995120748840056"),
    (1.0, 0.5, "0.231058578630004879251159944"),
    (-2.0, 0.0, "0.119202922022117555820936"),
    (5.0, 1.0, "-0.00669285092428485555936180"),
    (20.0, 1.0, "-2.06115361819020358e-9"),
    (-20.0, 0.0, "2.06115361819020358e-9"),
    (88.0, 1.0, "-6.05460189540118616e-39"),
    (-100.0, 0.0, "3.72007597602083596e-44"),
    (0.0, 0.0, "0.5"),
    (0.0, 0.5, "0"),
]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
@pytest.mark.parametrize(("x", "y", "value"), PUBLISHED)
def test_published_values(fmt: Format, x: float, y: float, value: str) -> None:
    assert bits(gradient(of(fmt, x), of(fmt, y))) == exact.encode(Fraction(value), fmt)


def test_encodings_written_out() -> None:
    x, y = of(FP32, 1, 20, -20, 0, 104, -1e30), of(FP32, 0, 1, 0, 2, 1, 0)
    assert [f"{b:08x}" for b in bits(gradient(x, y))] == [
        "3f3b26a8",
        "b10da433",
        "310da433",
        "bfc00000",
        "80000000",
        "00000000",
    ]


SPECIALS = [
    # x, y, result
    (NAN, 0.0, NAN),
    (0.0, NAN, NAN),
    (NAN, INF, NAN),
    (INF, NAN, NAN),
    (1.0, INF, -INF),
    (1.0, -INF, INF),
    (INF, INF, -INF),
    (-INF, -INF, INF),
    (INF, 0.0, 1.0),
    (INF, 1.0, 0.0),
    (INF, 0.25, 0.75),
    (-INF, 0.0, 0.0),
    (-INF, -0.0, 0.0),
    (-INF, 1.0, -1.0),
    (0.0, 0.5, 0.0),
    (-0.0, 0.5, 0.0),
    (-2000.0, 0.0, 0.0),  # underflow keeps the sign
    (-2000.0, -0.0, 0.0),
    (2000.0, 1.0, -0.0),
    (2000.0, 0.0, 1.0),
]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
@pytest.mark.parametrize(("x", "y", "value"), SPECIALS)
def test_special_values(fmt: Format, x: float, y: float, value: float) -> None:
    want = of(fmt, value)
    if np.isnan(value):
        want = np.array([fmt.nan], fmt.bits_dtype).view(fmt.dtype)
    x_array, y_array = of(fmt, x), of(fmt, y)
    result = gradient(x_array, y_array)
    assert bits(result) == bits(want)
    assert within_bound(result, x_array, y_array).all()
    if not np.isfinite(value) or value == 0:
        other = -result
        assert ulp_error(result, x_array, y_array) == pytest.approx(0, abs=1e-6)
        assert ulp_error(other, x_array, y_array) == INF
        assert not within_bound(other, x_array, y_array).any()


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
@pytest.mark.parametrize(("x", "base"), [(0.0, 0.5), (-0.0, 0.5), (INF, 1.0), (-INF, 0.0)])
def test_exact_differences_round_to_even(fmt: Format, x: float, base: float) -> None:
    """The only ties there are: labels with bits below the result's, for a logit of 0 or
    infinity.
    """
    labels = np.unique((np.arange(-1500, 1500) * 2.0 ** (-2 - fmt.precision)).astype(fmt.dtype))
    want = [exact.encode(Fraction(base) - Fraction(float(y)), fmt) for y in labels]
    assert bits(gradient(np.full_like(labels, x), labels)).tolist() == want


@pytest.mark.parametrize("y", [0.0, 1.0, 0.5])
def test_every_fp16_logit(y: float) -> None:
    labels = np.full_like(FP16_LOGITS, y)
    np.testing.assert_array_equal(
        bits(gradient(FP16_LOGITS, labels)), bits(exact.gradient(FP16_LOGITS, labels))
    )


def test_fp16_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.choice(FP16_LOGITS, 30_000)
    y = np.where(
        rng.random(x.size) < 0.3, rng.choice(FP16_LOGITS, x.size), rng.random(x.size)
    ).astype(np.float16)
    y = np.where(rng.random(x.size) < 0.3, labels_next_to_sigmoid(x).astype(np.float16), y)
    np.testing.assert_array_equal(bits(gradient(x, y)), bits(exact.gradient(x, y)))


def test_the_fp16_pairs_that_40_bits_can_flip() -> None:
    """The logits whose sigmoid lies next to a multiple of 2^-25, with every label for which that is
    a tie.
    """
    x = np.repeat(
        of(FP16, 0.3388671875, 1.1953125, 3.029296875, 0.0162506103515625, 2**-10, -(2**-23)),
        2 << 14,
    )
    y = np.tile(np.arange(2 << 14, dtype=np.uint16).view(np.float16), 6)
    keep = np.abs(y) < 1
    x, y = x[keep][::5], y[keep][::5]
    np.testing.assert_array_equal(bits(gradient(x, y)), bits(exact.gradient(x, y)))


def test_fast_path_agrees_with_mpfr(seed: int) -> None:
    x, y = all_cases(seed, count=10_000)
    np.testing.assert_array_equal(bits(gradient(x, y)), bits(slow_gradient(x, y)))


def test_fast_path_agrees_with_fractions(seed: int) -> None:
    x, y = all_cases(seed, count=2_000)
    visible = (np.abs(x) > 2.0**-100) | (x == 0)
    np.testing.assert_array_equal(
        bits(gradient(x[visible], y[visible])), bits(exact.gradient(x[visible], y[visible]))
    )


def asked_of_mpfr(monkeypatch: pytest.MonkeyPatch, name: str, radius: float) -> list:
    """With another radius of the fast path: the arguments of the calls to a function of MPFR, as
    they come.
    """
    asked, function = [], getattr(exact_mpfr, name)
    monkeypatch.setattr(exact_fp32, "RADIUS", radius)
    monkeypatch.setattr(exact_mpfr, name, lambda *args: asked.append(args) or function(*args))
    return asked


def test_what_the_bound_leaves_open_goes_to_mpfr(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """With a bound as wide as a float32's spacing nearly everything is left open, and the result is
    the same.
    """
    x, y = all_cases(seed=seed, count=500)
    want = gradient(x, y)
    asked = asked_of_mpfr(monkeypatch, "rounded", radius=2.0**-24)
    np.testing.assert_array_equal(bits(gradient(x, y)), bits(want))
    assert len(asked) > len(x) // 10


def test_next_to_nothing_goes_to_mpfr(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    x, y = all_cases(seed=seed, count=50_000)
    asked = []
    monkeypatch.setattr(
        exact_mpfr,
        "rounded",
        lambda *pair, rounded=exact_mpfr.rounded: asked.append(pair) or rounded(*pair),
    )
    gradient(x, y)
    assert len(asked) <= len(x) // 10_000


def test_term_is_as_accurate_as_the_docstring_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.abs(
        np.concatenate([logits_of_every_size(rng, 6000), np.arange(0, 40_000, 7) / 256])
    ).astype(np.float32)
    z = x[(x <= exact_fp32.LARGEST) & (x > 2.0**-60)].astype(np.float64)
    high, low, central = exact_fp32._term(z)
    for k, value in enumerate(z):
        small = exact.small_sigmoid(float(value))
        u = Fraction(1, 2) - small if central[k] else small
        assert abs(Fraction(high[k]) + Fraction(low[k]) - u) < u * Fraction(1, 2**96)


@given(finite, finite)
def test_any_finite_pair(x: float, y: float) -> None:
    logits, labels = of(FP32, x), of(FP32, y)
    result = gradient(logits, labels)
    assert bits(result) == bits(slow_gradient(logits, labels))
    assert ulp_error(result, logits, labels) <= 0.5
    assert within_bound(result, logits, labels).all()


@given(anything, anything)
def test_a_result_is_within_its_own_bounds(x: float, y: float) -> None:
    logits, labels = of(FP32, x), of(FP32, y)
    result = gradient(logits, labels)
    assert ulp_error(result, logits, labels) <= 0.5
    assert within_bound(result, logits, labels).all()


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
def test_antisymmetry(fmt: Format, seed: int) -> None:
    x = FP16_LOGITS if fmt is FP16 else logits_of_every_size(np.random.default_rng(seed), 200_000)
    zeros, ones = np.zeros_like(x), np.ones_like(x)
    np.testing.assert_array_equal(bits(gradient(x, ones)), bits(-gradient(-x, zeros)))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
@pytest.mark.parametrize("y", [0.0, 1.0, 0.5, 0.1, -3.0, 2.0**-14])
def test_monotone_and_bounded(fmt: Format, y: float, seed: int) -> None:
    x = np.sort(
        FP16_LOGITS if fmt is FP16 else logits_of_every_size(np.random.default_rng(seed), 200_000)
    )
    result = gradient(x, np.full_like(x, y))
    assert (np.diff(result.astype(np.float64)) >= 0).all()
    if 0 <= y <= 1:
        assert (np.abs(result) <= 1).all()


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 5), (exact_fp16.UNIT, 1000)])
@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
def test_shapes_are_kept(fmt: Format, shape: tuple[int, ...], seed: int) -> None:
    x = np.asarray(np.random.default_rng(seed).normal(0, 4, shape)).astype(fmt.dtype)
    y = np.full(shape, 0.5, fmt.dtype)
    result = gradient(x, y)
    assert result.shape == shape
    assert result.dtype == fmt.dtype
    assert ulp_error(result, x, y).shape == shape
    assert within_bound(result, x, y).all()
    np.testing.assert_array_equal(gradient(x.T, y.T), result.T)


def test_arrays_must_be_alike() -> None:
    with pytest.raises(
        ValueError, match=r"arrays are float32 \(2,\) and float32 \(3,\), but must be alike"
    ):
        gradient(np.zeros(2, np.float32), np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="elements are float64, but must be"):
        gradient(np.zeros(2), np.zeros(2))
