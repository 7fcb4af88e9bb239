"""Unpack: encodings to sign, exponent and significand."""

from amaranth.hdl import Cat, Module, Mux, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import Format
from scegrad.rtl.datapath.layouts import operand_layout, operands_layout, running


def unpack_operand(bits: Value, fmt: Format) -> dict[str, Value]:
    """The fields of ``operand_layout`` from an encoding: one level of logic after the detection of
    all zeros and all ones.
    """
    fraction, biased = bits[: fmt.fraction_bits], bits[fmt.fraction_bits : fmt.width - 1]
    special, normal = biased.all(), biased.any()
    return {
        "sign": bits[-1],
        "exponent": Mux(normal, biased, 1) - fmt.bias,
        "significand": Cat(fraction, normal),
        "infinite": special & ~fraction.any(),
        "nan": special & fraction.any(),
    }


class Unpack(wiring.Component):
    """Takes a logit and its label apart.

    Latency 1, one pair per cycle. ``i``: encodings; ``o``: ``operands_layout``, subnormals
    unnormalised with exponent emin.
    """

    latency = 1

    def __init__(self, fmt: Format):
        self.fmt = fmt
        encodings = data.StructLayout({"logit": fmt.width, "label": fmt.width})
        super().__init__({"i": In(running(encodings)), "o": Out(running(operands_layout(fmt)))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.sync += self.o.valid.eq(self.i.valid)
        for name in ("logit", "label"):
            fields = unpack_operand(self.i.payload[name], self.fmt)
            operand = data.View(operand_layout(self.fmt), self.o.payload[name])
            m.d.sync += [operand[field].eq(value) for field, value in fields.items()]
        return m
