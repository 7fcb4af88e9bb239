"""The anchor: the greatest exponent among s, y and 1, and the shifts that bring each to it; three
stages beside the polynomial.
"""

from typing import Any

from amaranth.hdl import Cat, Const, Mux, signed

from scegrad.formats import FP32, Format
from scegrad.model.design import SIGMOID32
from scegrad.rtl.datapath.layouts import SHIFT_BITS, operands_layout
from scegrad.rtl.datapath.pipeline import Pipeline


def take_part(pipe: Pipeline, fmt: Format) -> None:
    """First stage, from ``operands``: whether 1 and the label take part.

    With y = 1 and a positive logit, neither. Writes ``positive``, ``one``, ``y``, ``y_exponent``,
    ``negate_y``, ``special``.
    """
    operands = pipe.view(operands_layout(fmt), "operands")
    logit, label = operands.logit, operands.label
    positive = ~logit.sign & logit.significand.any()
    cancels = (
        positive
        & ~label.sign
        & (label.exponent == 0)
        & (label.significand == 1 << fmt.fraction_bits)
    )
    pipe.positive = positive
    pipe.one = positive & ~cancels
    pipe.y = Mux(cancels, 0, label.significand)
    pipe.y_exponent = Mux(cancels, fmt.emin, label.exponent)
    pipe.negate_y = ~(positive ^ label.sign)
    pipe.special = Cat(logit.nan | label.nan, label.infinite, ~label.sign)


def find_half(pipe: Pipeline) -> None:
    """First stage, from ``operands``: ``half``, whether the label is 1/2 and |x| so small that x/4
    stands for sigmoid(x) - 1/2.
    """
    operands = pipe.view(operands_layout(FP32), "operands")
    logit, label = operands.logit, operands.label
    pipe.half = (
        ~label.sign
        & (label.exponent == -1)
        & (label.significand == 1 << FP32.fraction_bits)
        & (logit.exponent < SIGMOID32.half_below)
        & logit.significand.any()
    )


def leave_half(pipe: Pipeline) -> None:
    """Part of the second stage: if ``half``, neither 1 nor the label takes part.

    ``positive`` is inverted: x/4 has the sign of x, but s has the sign of s - y. Reads and writes
    what ``take_part`` writes.
    """
    pipe.positive = pipe.positive ^ pipe.half
    pipe.one = pipe.one & ~pipe.half
    pipe.y = Mux(pipe.half, 0, pipe.y)
    pipe.y_exponent = Mux(pipe.half, Const(FP32.emin, pipe.y_exponent.shape()), pipe.y_exponent)


def anchor(pipe: Pipeline) -> None:
    """Second stage, from ``k``: the greater of the label's exponent and that of 1 or s."""
    other = Mux(pipe.one, Const(0, signed(2)), -pipe.k)
    pipe.anchor = Mux(pipe.y_exponent > other, pipe.y_exponent, other)


def shifts(pipe: Pipeline) -> None:
    """Third stage: by how much s and y are shifted right, saturating."""
    for name, amount in (
        ("s_shift", pipe.anchor + pipe.k),
        ("y_shift", pipe.anchor - pipe.y_exponent),
    ):
        setattr(
            pipe, name, Mux(amount >= 1 << SHIFT_BITS, (1 << SHIFT_BITS) - 1, amount)[:SHIFT_BITS]
        )


def result(pipe: Pipeline, output: Any) -> list[Any]:
    """Assignments of the last stage's values to ``output``, a stream of ``sigmoid_layout``."""
    payload = output.payload
    return [
        output.valid.eq(pipe.valid),
        *(payload[name].eq(getattr(pipe, name)) for name in payload.shape().members),
    ]
