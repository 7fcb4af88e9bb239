"""Pairs (logit, label) of fp32 whose exact difference is hard to round, or hard to subtract."""

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]


def logits_of_every_size(rng: np.random.Generator, count: int) -> F32:
    """Logits whose exponent is anything, half of them where the sigmoid bends."""
    spread = rng.integers(0, 0x7F80_0000, count, dtype=np.uint32).view(np.float32) * rng.choice(
        [-1, 1], count
    )
    return np.where(rng.random(count) < 0.5, spread, rng.normal(0, 12, count)).astype(np.float32)


def labels_next_to_sigmoid(logits: F32) -> F32:
    """The label that cancels the sigmoid but for its rounding error."""
    z = logits.astype(np.float64)
    return np.exp(-np.logaddexp(0, -z)).astype(np.float32)


def near_midpoints(rng: np.random.Generator, count: int) -> tuple[F32, F32]:
    """Pairs whose difference is within about 2^-48 of a boundary between two rounded results, of
    either parity.
    """
    x = rng.normal(0, 6, count).astype(np.float32)
    midpoint = np.ldexp(
        rng.integers(1 << 23, 1 << 24, count) + 0.5, -24 - rng.integers(0, 3, count)
    )
    y = (1 / (1 + np.exp(-x.astype(np.float64))) - midpoint * rng.choice([-1, 1], count)).astype(
        np.float32
    )
    return x, y


def ties_that_the_cubic_term_breaks(rng: np.random.Generator, count: int) -> tuple[F32, F32]:
    """sigmoid(x) - y = 1/2 + 2^-25 - (x/4 - sigmoid(x) + 1/2): off a boundary by x^3/48 alone."""
    bits = rng.integers(0, 40, count)
    x = np.ldexp(rng.integers(1, 64, count) * rng.choice([-1.0, 1.0], count), -10 - bits)
    y = x / 4 - 2.0**-25 * rng.choice([1, 3, -0.5, -1.5], count)
    keep = y.astype(np.float32) == y
    return x[keep].astype(np.float32), y[keep].astype(np.float32)


def subnormal_logits(rng: np.random.Generator, count: int) -> tuple[F32, F32]:
    """Half labels with logits so small that x/4 is a tie between two subnormals, broken by x^3/48
    of 2^-447 and less.
    """
    x = np.ldexp(rng.integers(-64, 64, count).astype(np.float64), -149).astype(np.float32)
    return x, np.full(count, 0.5, np.float32)


def ties_that_a_sticky_sigmoid_breaks(rng: np.random.Generator, count: int) -> tuple[F32, F32]:
    """Labels y for which 1 - y is a boundary, and logits whose sigmoid is below any spacing next to
    1.
    """
    y = np.ldexp(
        rng.integers(1, 64, count) * rng.choice([-1.0, 1.0], count), -25 - rng.integers(0, 2, count)
    ).astype(np.float32)
    x = (rng.uniform(60, 88, count) * rng.choice([1, 1e3, 1e30], count)).astype(np.float32)
    return x, y


def tiny_differences(rng: np.random.Generator, count: int) -> tuple[F32, F32]:
    """Results among the subnormals: the sigmoid far down, the label 0 or as small."""
    x = -rng.uniform(80, 110, count).astype(np.float32)
    return x, np.where(rng.random(count) < 0.5, 0, labels_next_to_sigmoid(x)).astype(np.float32)


def all_cases(seed: int, count: int) -> tuple[F32, F32]:
    """About ``count`` pairs of each kind, with ordinary and arbitrary labels besides."""
    rng = np.random.default_rng(seed)
    hard = (
        near_midpoints,
        ties_that_the_cubic_term_breaks,
        subnormal_logits,
        ties_that_a_sticky_sigmoid_breaks,
        tiny_differences,
    )
    pairs = [kind(rng, count) for kind in hard]
    x = logits_of_every_size(rng, count)
    anything = rng.integers(0, 0x7F80_0000, count, dtype=np.uint32).view(np.float32) * rng.choice(
        [-1, 1], count
    )
    soft = rng.random(count)
    for y in (
        np.zeros(count),
        np.ones(count),
        np.full(count, 0.5),
        soft,
        anything,
        labels_next_to_sigmoid(x),
    ):
        pairs.append((x, y.astype(np.float32)))
    return np.concatenate([x for x, _ in pairs]), np.concatenate([y for _, y in pairs])
