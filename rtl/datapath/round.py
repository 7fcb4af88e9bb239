"""Round: the difference to the nearest value of the format; the twin of ``model.round``."""

from amaranth.hdl import Cat, Module, Mux
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import Format
from scegrad.model.design import magnitude_bits
from scegrad.rtl.datapath.arithmetic import count_leading_zeros, shift_left
from scegrad.rtl.datapath.layouts import difference_layout, rounded_layout, running
from scegrad.rtl.datapath.pipeline import Pipeline


class Round(wiring.Component):
    """Normalises the difference as far as emin lets it and rounds to nearest, ties to even.

    Latency 8, one element per cycle. ``i``: ``difference_layout``; ``o``: ``rounded_layout``.
    """

    latency = 8

    def __init__(self, fmt: Format):
        self.fmt = fmt
        super().__init__(
            {"i": In(running(difference_layout(fmt))), "o": Out(running(rounded_layout(fmt)))}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        names = ("magnitude", "anchor", "sign", "sticky", "special")
        pipe = Pipeline(m, self.i.valid, **{name: self.i.payload[name] for name in names})
        self._normalise(pipe)
        self._cut(pipe)
        up = pipe.guard & (pipe.sticky | pipe.significand[0])
        pipe.bits = Cat(
            (Cat(pipe.significand[: self.fmt.fraction_bits], pipe.biased) + up)[
                : self.fmt.width - 1
            ],
            pipe.sign,
        )
        pipe.step()
        m.d.comb += [
            self.o.valid.eq(pipe.valid),
            self.o.payload.bits.eq(pipe.bits),
            self.o.payload.special.eq(pipe.special),
        ]
        assert pipe.latency == self.latency
        return m

    def _normalise(self, pipe: Pipeline) -> None:
        """Six stages: shift the first one to the top, or as far as a subnormal result allows."""
        pipe.limit = (pipe.anchor + 1 - self.fmt.emin).as_unsigned()
        count_leading_zeros(pipe, "magnitude")
        shift = Mux(pipe.magnitude_zeros < pipe.limit, pipe.magnitude_zeros, pipe.limit)[:6]
        pipe.magnitude_shift = shift
        pipe.biased = (pipe.anchor + 1 + self.fmt.bias - shift).as_unsigned()[
            : self.fmt.exponent_bits
        ]
        pipe.step()
        shift_left(pipe, "magnitude")

    def _cut(self, pipe: Pipeline) -> None:
        """One stage: significand, guard and sticky; the biased exponent of a subnormal is 0."""
        dropped = magnitude_bits(self.fmt.name) - self.fmt.precision
        pipe.significand = pipe.magnitude[dropped:]
        pipe.guard = pipe.magnitude[dropped - 1]
        pipe.sticky = pipe.sticky | pipe.magnitude[: dropped - 1].any()
        pipe.biased = Mux(pipe.magnitude[-1], pipe.biased, 0)
        pipe.step()
