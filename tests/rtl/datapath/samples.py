"""Operands that reach every path of the datapath."""

import numpy as np

from scegrad.formats import Format


def specials(fmt: Format) -> np.ndarray:
    """Encodings of zeros, subnormals, the ends of the normal range, powers of two about the
    thresholds, infinities and NaNs.
    """
    powers = [(exponent + fmt.bias) << fmt.fraction_bits for exponent in (-12, -11, -1, 0, 1, 2, 4)]
    positive = [
        0,
        1,
        2,
        (1 << fmt.fraction_bits) - 1,
        1 << fmt.fraction_bits,
        fmt.infinity - 1,
        fmt.infinity,
        fmt.nan,
        fmt.nan + 1,
        *powers,
    ]
    positive += [power + step for power in powers for step in (-1, 1)]
    return np.array(positive + [value | fmt.sign_bit for value in positive], dtype=fmt.bits_dtype)


def pairs(fmt: Format, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``count`` logits and labels: random encodings, specials, ordinary logits with hard, soft and
    nearly cancelling labels.
    """
    rng = np.random.default_rng(seed)
    shape = (2, count)
    anything = rng.integers(0, 1 << fmt.width, shape, dtype=fmt.bits_dtype)
    special = rng.choice(specials(fmt), shape)
    ordinary = (rng.standard_normal(count) * np.exp2(rng.uniform(-13, 6, count))).astype(fmt.dtype)
    near = (1 / (1 + np.exp(-ordinary.astype(float)))).astype(fmt.dtype)
    labels = np.select(
        list(rng.integers(0, 4, (1, count)) == np.arange(3)[:, None]),
        [0, 1, rng.random(count)],
        near,
    ).astype(fmt.dtype)
    plain = np.stack([ordinary, labels]).view(fmt.bits_dtype)
    kind = rng.integers(0, 6, shape)
    bits = np.select([kind == 0, kind == 1], [anything, special], plain)
    return bits[0].view(fmt.dtype), bits[1].view(fmt.dtype)
