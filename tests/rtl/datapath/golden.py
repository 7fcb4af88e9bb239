"""The payloads between the stages, from the golden model."""

import numpy as np

from scegrad.formats import Format
from scegrad.model.golden import SIGMOIDS
from scegrad.model.round import round_nearest_even
from scegrad.model.sigmoid32 import Sigmoid
from scegrad.model.subtract import Terms, anchor_of, half_label, subtract, take_part
from scegrad.model.unpack import Operand, unpack
from scegrad.rtl.datapath.layouts import SHIFT_BITS

from .stages import Columns

LONGEST = (1 << SHIFT_BITS) - 1
"""Shifts from here on are given as this."""


def operands(logits: np.ndarray, labels: np.ndarray, fmt: Format) -> tuple[Operand, Operand]:
    """Logits and labels taken apart."""
    logit, label = (unpack(array.view(fmt.bits_dtype), fmt) for array in (logits, labels))
    return logit, label


def from_unpack(logit: Operand, label: Operand) -> Columns:
    """Unpack to sigmoid: ``operands_layout``."""
    named = (("logit", logit), ("label", label))
    return {
        f"{name}.{field}": column
        for name, operand in named
        for field, column in operand._asdict().items()
    }


def special(logit: Operand, label: Operand) -> Columns:
    """The fields that override the rounded difference."""
    return {
        "special.nan": logit.nan | label.nan,
        "special.infinite": label.infinite,
        "special.sign": ~label.sign,
    }


def sigmoid(logit: Operand, label: Operand, fmt: Format) -> tuple[Terms, Sigmoid]:
    """What is subtracted."""
    half = half_label(logit, label, fmt)
    function, _ = SIGMOIDS[fmt.name]
    s = function(logit.exponent, logit.significand, logit.infinite, half)
    return take_part(logit, label, half, fmt), s


def from_sigmoid(terms: Terms, s: Sigmoid, negate_y: np.ndarray, fmt: Format) -> Columns:
    """Sigmoid to subtract: ``sigmoid_layout`` but for ``special``."""
    anchor = anchor_of(terms.one, terms.exponent, s.k, fmt)
    return {
        "s": s.significand,
        "s_shift": np.minimum(anchor + s.k, LONGEST),
        "sticky": s.sticky,
        "y": terms.significand,
        "y_shift": np.minimum(anchor - terms.exponent, LONGEST),
        "negate_y": negate_y,
        "one": terms.one,
        "positive": terms.positive,
        "anchor": anchor,
    }


def to_subtract(logit: Operand, label: Operand, fmt: Format) -> Columns:
    """Sigmoid to subtract, whole."""
    terms, s = sigmoid(logit, label, fmt)
    # Of the logit itself: a half label turns ``positive``, and leaves no y that could be negated.
    positive = terms.positive ^ half_label(logit, label, fmt)
    columns = from_sigmoid(terms, s, ~(positive ^ label.sign), fmt)
    return columns | special(logit, label)


def to_round(terms: Terms, s: Sigmoid, fmt: Format) -> Columns:
    """Subtract to round: ``difference_layout`` but for ``special``."""
    return subtract(terms, s, fmt, SIGMOIDS[fmt.name][1])._asdict()


def rounded(logit: Operand, label: Operand, fmt: Format) -> np.ndarray:
    """Round to pack: the encodings."""
    terms, s = sigmoid(logit, label, fmt)
    return round_nearest_even(subtract(terms, s, fmt, SIGMOIDS[fmt.name][1]), fmt)
