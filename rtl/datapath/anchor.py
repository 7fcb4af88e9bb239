"""The anchor: the greatest exponent among s, y and 1, and the shifts that bring each to it; three stages beside the polynomial."""

from amaranth.hdl import Cat, Const, Mux, Value, signed
from amaranth.lib import data

from scegrad.formats import FP32, Format
from scegrad.model.design import SIGMOID32
from scegrad.rtl.datapath.layouts import SHIFT_BITS, operands_layout
from scegrad.rtl.datapath.pipeline import Pipeline


def take_part(pipe: Pipeline, fmt: Format) -> None:
    """First stage, from ``operands``: whether 1 takes part, and what is left of the label; with y = 1 and a positive logit, neither.

    In fp32 neither where ``half``, and ``positive`` is turned: x/4 has the sign of x where s has that of s - y. Writes ``positive``, ``one``, ``y``, ``y_exponent``, ``negate_y``, ``special``.
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
    gone = cancels
    if fmt is FP32:
        pipe.half = half_label(logit, label)
        gone = cancels | pipe.half
    pipe.positive = positive ^ pipe.half if fmt is FP32 else positive
    pipe.one = positive & ~gone
    pipe.y = Mux(gone, 0, label.significand)
    pipe.y_exponent = Mux(gone, fmt.emin, label.exponent)
    pipe.negate_y = ~(positive ^ label.sign)
    pipe.special = Cat(logit.nan | label.nan, label.infinite, ~label.sign)


def half_label(logit: data.View, label: data.View) -> Value:
    """Whether the label is 1/2 and |x| so small that x/4 stands for sigmoid(x) - 1/2; ``model.subtract`` has the reason."""
    return (
        ~label.sign
        & (label.exponent == -1)
        & (label.significand == 1 << FP32.fraction_bits)
        & (logit.exponent < SIGMOID32.half_below)
        & logit.significand.any()
    )


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
