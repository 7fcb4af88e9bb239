"""The fp16 sigmoid: a quadratic for every eight logits; the twin of ``model.sigmoid16``."""

import operator
from functools import reduce

from amaranth.hdl import Cat, Const, Module, Mux, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FP16
from scegrad.model.design import SIGMOID16
from scegrad.rtl.datapath import anchor
from scegrad.rtl.datapath.layouts import operands_layout, running, sigmoid_layout
from scegrad.rtl.datapath.pipeline import Pipeline


class Sigmoid16(wiring.Component):
    """floor(2**25 * sigmoid(-|x|)), exact for every logit, and the shifts that align s and y for
    the subtraction.

    Latency 8, one element per cycle. The table, shared with the other fp16 lane of a core, is
    outside: ``address`` in the second cycle, ``entry`` (``SIGMOID16.widths``) in the fourth. ``i``:
    ``operands_layout``; ``o``: ``sigmoid_layout`` with s in units of 2**-25.
    """

    latency = 8
    significand_bits = SIGMOID16.fraction_bits

    def __init__(self) -> None:
        spec = SIGMOID16
        super().__init__(
            {
                "i": In(running(operands_layout(FP16))),
                "o": Out(running(sigmoid_layout(FP16, self.significand_bits))),
                "address": Out(range(spec.depth)),
                "entry": In(sum(spec.widths)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pipe = Pipeline(m, self.i.valid, operands=self.i.payload)
        anchor.take_part(pipe, FP16)
        locate(pipe)
        pipe.step()
        pipe.k = Const(0, 1)
        anchor.anchor(pipe)
        m.d.comb += self.address.eq(pipe.address)
        pipe.step()
        anchor.shifts(pipe)
        pipe.step()
        evaluate(pipe, self.entry)
        m.d.comb += anchor.result(pipe, self.o)
        assert pipe.latency == self.latency
        return m


def locate(pipe: Pipeline) -> None:
    """One stage: the table's address, the offset in the segment, and 2**25 * s where the table does
    not reach.
    """
    spec = SIGMOID16
    logit = pipe.view(operands_layout(FP16), "operands").logit
    binade = logit.exponent - spec.first_exponent
    pipe.address = Cat(
        logit.significand[spec.offset_bits : FP16.fraction_bits], binade[: spec.binade_bits]
    )
    pipe.offset = logit.significand[: spec.offset_bits]
    pipe.linear = binade < 0
    pipe.zero = logit.infinite | (binade >= spec.binades)
    pipe.sticky = ~logit.infinite & logit.significand.any()
    shift = spec.linear_shift(logit.exponent)[: spec.linear_bits]
    pipe.whole = (logit.significand << shift)[: FP16.precision + (1 << spec.linear_bits) - 1]


def evaluate(pipe: Pipeline, entry: Value) -> None:
    """Five stages: the quadratic at the offset by additions alone, or the value in its place."""
    spec = SIGMOID16
    first, second, _ = spec.widths
    pipe.c0, pipe.c1 = entry[:first], entry[first : first + second].as_signed()
    c2 = entry[first + second :].as_signed()
    times_offset(pipe, "q", c2)
    pipe.a = pipe.c1 + pipe.q
    pipe.step()
    times_offset(pipe, "p", pipe.a.as_signed())
    pipe.value = (pipe.c0 + pipe.p)[spec.guard_bits : spec.guard_bits + spec.fraction_bits]
    pipe.tiny = (1 << spec.fraction_bits - 1) - (pipe.whole + 1).shift_right(1)
    pipe.step()
    pipe.s = Mux(pipe.zero, 0, Mux(pipe.linear, pipe.tiny, pipe.value))[: spec.fraction_bits]
    pipe.step()


def times_offset(pipe: Pipeline, name: str, value: Value) -> None:
    """One stage: ``value`` times the offset, as one sum of a row for each bit of the offset."""
    rows = [Mux(pipe.offset[i], value.shift_left(i), 0) for i in range(SIGMOID16.offset_bits)]
    setattr(pipe, name, reduce(operator.add, rows))
    pipe.step()
