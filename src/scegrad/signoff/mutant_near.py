"""Pairs of a lane near a solution of the solver, whose s and k may belong to no logit.

s, k ──► inverse sigmoid ──► logits beside it ──► labels at the same distance from their s
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP16, Format
from scegrad.model.design import SIGMOID16, SIGMOID32
from scegrad.signoff.mutant_equal import Pair

COUNT = 1 << 13
"""Pairs for each solution."""

BESIDE = 9
"""Logits are up to 2**BESIDE units away, most of them less."""


def near(fmt: Format, pairs: Sequence[Pair], rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Encodings of ``COUNT`` pairs for each solution."""
    found = [_near(fmt, pair, rng) for pair in pairs]
    logits, labels = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return np.ascontiguousarray(logits), np.ascontiguousarray(labels)


def _near(fmt: Format, pair: Pair, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    bits = fmt.bits_dtype
    s = _value(fmt, pair)
    centre = np.full(COUNT, pair.logit, np.int64)
    chosen = rng.random(COUNT) < 0.8
    centre[chosen] = _inverse(fmt, s) | pair.logit & fmt.sign_bit
    away = (rng.random(COUNT) * (1 << rng.integers(0, BESIDE + 1, COUNT))).astype(np.int64)
    magnitudes = (centre & fmt.sign_bit - 1) + np.where(rng.random(COUNT) < 0.5, away, -away)
    magnitudes = np.clip(magnitudes, 0, fmt.nan)
    logits = (magnitudes | centre & fmt.sign_bit).astype(bits)
    labels = np.full(COUNT, pair.label, bits)
    moved = rng.random(COUNT) < 0.6
    labels[moved] = _moved(fmt, pair, s, logits)[moved]
    steps = rng.integers(-2, 3, COUNT) * (rng.random(COUNT) < 0.5)
    labels += steps.astype(bits)
    flipped = rng.random(COUNT) < 0.3
    labels[flipped] ^= (1 << rng.integers(0, fmt.width, COUNT)).astype(bits)[flipped]
    logits[0], labels[0] = pair.logit, pair.label
    return logits, labels


def _value(fmt: Format, pair: Pair) -> float:
    """The real that s and k stand for, at most 1/2."""
    if fmt is FP16:
        return min(float(np.ldexp(float(pair.s), -SIGMOID16.fraction_bits)), 0.5)
    return min(float(np.ldexp(float(pair.s), -SIGMOID32.fraction_bits - pair.k)), 0.5)


def _inverse(fmt: Format, s: float) -> int:
    """The encoding of the |x| for which sigmoid(-|x|) is nearest to a real."""
    if s == 0:
        return fmt.infinity
    x = np.log1p((1 - 2 * s) / s)
    with np.errstate(over="ignore"):
        return int(np.array(x).astype(fmt.dtype).view(fmt.bits_dtype))


def _moved(fmt: Format, pair: Pair, s: float, logits: NDArray) -> NDArray:
    """Labels at which the difference stays what it is for the solution."""
    with np.errstate(all="ignore"):
        x = np.abs(logits.view(fmt.dtype).astype(np.float64))
        change = 1 / (1 + np.exp(x)) - s
        label = np.array(pair.label, fmt.bits_dtype).view(fmt.dtype).astype(np.float64)
        positive = logits & fmt.sign_bit == 0
        moved = np.where(positive, label - change, label + change)
        return moved.astype(fmt.dtype).view(fmt.bits_dtype)
