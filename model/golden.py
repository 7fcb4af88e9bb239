"""The golden model: the operator in NumPy, in the hardware's stages and equal to it bit for bit."""

import numpy as np

from scegrad.formats import FP16, FP32, Format, format_of
from scegrad.model.design import SIGMOID16, SIGMOID32
from scegrad.model.pack import pack
from scegrad.model.round import round_nearest_even
from scegrad.model.sigmoid16 import sigmoid16
from scegrad.model.sigmoid32 import sigmoid32
from scegrad.model.subtract import half_label, subtract, take_part
from scegrad.model.unpack import unpack

SIGMOIDS = {
    FP32.name: (sigmoid32, SIGMOID32.fraction_bits),
    FP16.name: (sigmoid16, SIGMOID16.fraction_bits),
}

BATCH = 1 << 13
"""Elements that go through the stages together, so that their arrays stay in the cache."""


def gradient_bits(logits: np.ndarray, labels: np.ndarray, fmt: Format) -> np.ndarray:
    """Encodings of sigmoid(x) - y from flat arrays of encodings."""
    sigmoid, fraction_bits = SIGMOIDS[fmt.name]
    logit, label = unpack(logits, fmt), unpack(labels, fmt)
    half = half_label(logit, label, fmt)
    s = sigmoid(logit.exponent, logit.significand, logit.infinite, half)
    difference = subtract(take_part(logit, label, half, fmt), s, fmt, fraction_bits)
    return pack(round_nearest_even(difference, fmt), logit, label, fmt)


def gradient(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """sigmoid(logits) - labels as the hardware gives it, for two float32 or two float16 arrays of
    one shape.

    Raises ``ValueError`` for any other type and for shapes or types that differ.
    """
    fmt = format_of(logits.dtype)
    if labels.dtype != logits.dtype or labels.shape != logits.shape:
        raise ValueError(
            f"labels are {labels.dtype}{labels.shape}, but must be like the logits,"
            f" {logits.dtype}{logits.shape}"
        )
    x = np.ascontiguousarray(logits).reshape(-1).view(fmt.bits_dtype)
    y = np.ascontiguousarray(labels).reshape(-1).view(fmt.bits_dtype)
    result = np.empty(x.size, fmt.bits_dtype)
    for first in range(0, x.size, BATCH):
        batch = slice(first, first + BATCH)
        result[batch] = gradient_bits(x[batch], y[batch], fmt)
    return result.view(fmt.dtype).reshape(logits.shape)
