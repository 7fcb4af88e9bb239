"""The payloads between the stages of the datapath."""

from amaranth.hdl import Shape, signed
from amaranth.lib import data, stream

from scegrad.formats import Format
from scegrad.model.design import magnitude_bits

SHIFT_BITS = 6
"""Bits of the amounts by which s and y are aligned; larger ones saturate."""


def exponent_shape(fmt: Format) -> Shape:
    """Holds every exponent of the format, infinity's included."""
    return signed(fmt.exponent_bits + 1)


def operand_layout(fmt: Format) -> data.StructLayout:
    """A logit or a label taken apart; as in ``model.unpack.Operand``."""
    return data.StructLayout(
        {
            "significand": fmt.precision,
            "exponent": exponent_shape(fmt),
            "sign": 1,
            "infinite": 1,
            "nan": 1,
        },
    )


def operands_layout(fmt: Format) -> data.StructLayout:
    """Unpack to sigmoid: one logit and its label."""
    return data.StructLayout({"logit": operand_layout(fmt), "label": operand_layout(fmt)})


SPECIAL = data.StructLayout({"nan": 1, "infinite": 1, "sign": 1})
"""The special results that override the rounded difference: a NaN, or an infinity of a sign."""


def sigmoid_layout(fmt: Format, significand_bits: int) -> data.StructLayout:
    """Sigmoid to subtract: s and the label, each with the shift that brings it to the anchor's
    weight, and whether 1 takes part.
    """
    return data.StructLayout(
        {
            "s": significand_bits,
            "s_shift": SHIFT_BITS,
            "sticky": 1,
            "y": fmt.precision,
            "y_shift": SHIFT_BITS,
            "negate_y": 1,
            "one": 1,
            "positive": 1,
            "anchor": exponent_shape(fmt),
            "special": SPECIAL,
        }
    )


def difference_layout(fmt: Format) -> data.StructLayout:
    """Subtract to round: as in ``model.subtract.Difference``."""
    return data.StructLayout(
        {
            "magnitude": magnitude_bits(fmt.name),
            "anchor": exponent_shape(fmt),
            "sign": 1,
            "sticky": 1,
            "special": SPECIAL,
        }
    )


def rounded_layout(fmt: Format) -> data.StructLayout:
    """Round to pack: the encoding, and what overrides it."""
    return data.StructLayout({"bits": fmt.width, "special": SPECIAL})


def running(layout: data.Layout | int) -> stream.Signature:
    """A stream that never waits."""
    return stream.Signature(layout, always_ready=True)
