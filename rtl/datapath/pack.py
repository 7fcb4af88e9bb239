"""Pack: the encoding of the rounded difference, or of the result that an infinity or a NaN
requires.
"""

from amaranth.hdl import Cat, Const, Module, Mux
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import Format
from scegrad.rtl.datapath.layouts import rounded_layout, running


class Pack(wiring.Component):
    """The encoding of the result. Latency 1, one element per cycle. ``i``: ``rounded_layout``;
    ``o``: encodings.
    """

    latency = 1

    def __init__(self, fmt: Format):
        self.fmt = fmt
        super().__init__({"i": In(running(rounded_layout(fmt))), "o": Out(running(fmt.width))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        special = self.i.payload.special
        infinity = Cat(Const(self.fmt.infinity, self.fmt.width - 1), special.sign)
        m.d.sync += [
            self.o.valid.eq(self.i.valid),
            self.o.payload.eq(
                Mux(special.nan, self.fmt.nan, Mux(special.infinite, infinity, self.i.payload.bits))
            ),
        ]
        return m
