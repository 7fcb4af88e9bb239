"""Subtract: s +- y - 1 in one window of bits; the twin of ``model.subtract``."""

from amaranth.hdl import Cat, Const, Module, Mux
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import Format
from scegrad.model.design import COARSE, WINDOW, magnitude_bits
from scegrad.rtl.datapath.arithmetic import add_in_halves, shift_right
from scegrad.rtl.datapath.layouts import difference_layout, running, sigmoid_layout
from scegrad.rtl.datapath.pipeline import Pipeline


class Subtract(wiring.Component):
    """Aligns s, y and 1 to the anchor and adds them, exact but for a sticky bit.

    Latency 8, and 1 more if a cancelled difference is moved up (``COARSE``); one element per cycle.
    ``i``: ``sigmoid_layout`` with s in units of 2**-``fraction_bits`` at its own exponent; ``o``:
    ``difference_layout``.
    """

    def __init__(self, fmt: Format, fraction_bits: int, significand_bits: int):
        self.fmt = fmt
        self.window = WINDOW[fmt.name]
        self.coarse = COARSE[fmt.name]
        self.latency = 9 if self.coarse else 8
        self.fraction_bits = fraction_bits
        super().__init__(
            {
                "i": In(running(sigmoid_layout(fmt, significand_bits))),
                "o": Out(running(difference_layout(fmt))),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        i, o = self.i.payload, self.o.payload
        names = ("sticky", "negate_y", "one", "positive", "anchor", "special", "s_shift", "y_shift")
        pipe = Pipeline(
            m,
            self.i.valid,
            s=i.s.shift_left(self.window - self.fraction_bits),
            **{name: i[name] for name in names},
        )
        pipe.y = i.y.shift_left(self.window - self.fmt.fraction_bits)
        shift_right(pipe, "s", "y")
        self._compress(pipe)
        add_in_halves(pipe, "total", "partial", pipe.carries, pipe.one)
        negative = pipe.total[-1]
        flip = Mux(negative, ~pipe.total, pipe.total)[: self.window + 2]
        pipe.flipped = flip
        pipe.sign = (pipe.positive ^ negative) & (pipe.total.any() | pipe.inexact)
        add_in_halves(
            pipe, "magnitude", "flipped", Const(0, self.window + 2), negative & ~pipe.inexact
        )
        if self.coarse:
            self._move_up(pipe)
        m.d.comb += [
            self.o.valid.eq(pipe.valid),
            o.magnitude.eq(pipe.magnitude),
            o.sticky.eq(pipe.inexact),
        ]
        m.d.comb += [o[name].eq(getattr(pipe, name)) for name in ("sign", "anchor", "special")]
        assert pipe.latency == self.latency
        return m

    def _move_up(self, pipe: Pipeline) -> None:
        """One stage: if a difference from 1 has cancelled, its low bits are kept, else they become
        sticky.

        There the anchor is 0, as no exponent exceeds that of 1. Reads and writes ``magnitude``,
        ``anchor``, ``inexact``.
        """
        bits = magnitude_bits(self.fmt.name)
        small = pipe.one & ~pipe.magnitude[bits:].any()
        pipe.inexact = pipe.inexact | (~small & pipe.magnitude[: self.coarse].any())
        pipe.magnitude = Mux(small, pipe.magnitude[:bits], pipe.magnitude[self.coarse :])
        pipe.anchor = Mux(small, Const(-self.coarse, pipe.anchor.shape()), pipe.anchor)
        pipe.step()

    def _compress(self, pipe: Pipeline) -> None:
        """One stage: the three terms to two. A negated y that loses bits becomes ~y, so every
        remainder is positive.
        """
        width = self.window + 4
        pipe.inexact = pipe.sticky | pipe.s_lost | pipe.y_lost
        y = Cat(pipe.y, Const(0, width - len(pipe.y)))
        a, b = Cat(pipe.s, Const(0, width - len(pipe.s))), Mux(pipe.negate_y, ~y, y)
        place = self.window - pipe.anchor
        shifted = Mux(
            place >= 0, (Const(1) << place.as_unsigned()[: self.window.bit_length()])[:width], 0
        )
        c = Mux(pipe.one, ~Cat(shifted, Const(0, width))[:width], Const(0, width))
        pipe.partial = a ^ b ^ c
        majority = a & b | a & c | b & c
        pipe.carries = Cat(pipe.negate_y & ~pipe.y_lost, majority)[:width]
        pipe.step()
