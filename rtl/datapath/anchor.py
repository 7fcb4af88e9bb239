"""The anchor: the greatest exponent among s, y and 1, and the shifts that bring each to it; three stages beside the polynomial."""

from amaranth.hdl import Cat, Const, Mux, signed

from scegrad.formats import Format
from scegrad.rtl.datapath.layouts import SHIFT_BITS, operands_layout
from scegrad.rtl.datapath.pipeline import Pipeline


def take_part(pipe: Pipeline, fmt: Format) -> None:
    """First stage, from ``operands``: whether 1 takes part, and what is left of the label; with y = 1 and a positive logit, neither."""
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
