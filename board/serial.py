"""A serial line (8 data bits, no parity, 1 stop bit): conversion between bytes and bits, and SLIP,
which makes frames of bytes (RFC 1055).
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from scegrad.board.protocol import Slip


class Receiver(wiring.Component):
    """Converts bits to bytes: ``line`` is asynchronous; a byte with a low stop bit is dropped.

    ``divisor``: clock cycles per bit, 4 or more. Latency: a byte comes in the middle of its stop
    bit.
    """

    def __init__(self, *, divisor: int):
        if divisor < 4:
            raise ValueError(f"divisor is {divisor}, but must be 4 or more")
        self._divisor = divisor
        super().__init__({"line": In(1, init=1), "o": Out(stream.Signature(8, always_ready=True))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        synchronised = Signal(2, init=3)
        line = synchronised[1]
        m.d.sync += [synchronised.eq(Cat(self.line, synchronised)), self.o.valid.eq(0)]
        timer = Signal(range(self._divisor))
        bits, left = Signal(9), Signal(range(11))
        m.d.sync += timer.eq(timer - 1)
        with m.If(left == 0):
            m.d.sync += timer.eq(self._divisor // 2 - 1)
            with m.If(~line):
                m.d.sync += left.eq(10)
        with m.Elif(timer == 0):
            m.d.sync += [
                timer.eq(self._divisor - 1),
                left.eq(left - 1),
                bits.eq(Cat(bits[1:], line)),
            ]
            with m.If((left == 10) & line):
                m.d.sync += left.eq(0)  # no start bit: noise
            with m.If(left == 1):
                m.d.sync += [self.o.valid.eq(line), self.o.payload.eq(bits[1:])]
        return m


class Transmitter(wiring.Component):
    """Converts bytes to bits. ``divisor``: clock cycles per bit. Throughput: a byte in 10 *
    ``divisor`` cycles.
    """

    def __init__(self, *, divisor: int):
        self._divisor = divisor
        super().__init__({"i": In(stream.Signature(8)), "line": Out(1, init=1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timer, left = Signal(range(self._divisor)), Signal(range(11))
        bits = Signal(9, init=0x1FF)
        m.d.comb += self.i.ready.eq(left == 0)
        with m.If(left == 0):
            m.d.sync += self.line.eq(1)
            with m.If(self.i.valid):
                m.d.sync += [
                    self.line.eq(0),
                    bits.eq(Cat(self.i.payload, Const(1, 1))),
                    left.eq(10),
                    timer.eq(self._divisor - 1),
                ]
        with m.Elif(timer == 0):
            m.d.sync += [
                timer.eq(self._divisor - 1),
                left.eq(left - 1),
                self.line.eq(bits[0]),
                bits.eq(Cat(bits[1:], Const(1, 1))),
            ]
        with m.Else():
            m.d.sync += timer.eq(timer - 1)
        return m


FRAMED = data.StructLayout({"data": 8, "end": 1})
"""A byte of a frame, or (``end``) its end."""


class Unframe(wiring.Component):
    """Converts SLIP to frames. An item with ``end`` follows every frame; its ``data`` is not 0 if
    an escape in the frame was wrong.

    Latency 1.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "i": In(stream.Signature(8, always_ready=True)),
                "o": Out(stream.Signature(FRAMED, always_ready=True)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        escaped, wrong = Signal(), Signal()
        byte, o = self.i.payload, self.o.payload
        m.d.sync += self.o.valid.eq(0)
        with m.If(self.i.valid):
            m.d.sync += escaped.eq(byte == Slip.ESC)
            with m.If(byte == Slip.END):
                m.d.sync += [
                    self.o.valid.eq(1),
                    o.end.eq(1),
                    o.data.eq(wrong | escaped),
                    wrong.eq(0),
                ]
            with m.Elif(escaped):
                m.d.sync += [
                    self.o.valid.eq(1),
                    o.end.eq(0),
                    o.data.eq(Mux(byte == Slip.ESC_END, Slip.END, Slip.ESC)),
                ]
                with m.If((byte != Slip.ESC_END) & (byte != Slip.ESC_ESC)):
                    m.d.sync += wrong.eq(1)
            with m.Elif(byte != Slip.ESC):
                m.d.sync += [self.o.valid.eq(1), o.end.eq(0), o.data.eq(byte)]
        return m


class Frame(wiring.Component):
    """Converts frames to SLIP: each frame gets an END before and after it. ``i``: ``FRAMED``.
    Latency 0.
    """

    def __init__(self) -> None:
        super().__init__({"i": In(stream.Signature(FRAMED)), "o": Out(stream.Signature(8))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        begun, escaped = Signal(), Signal()
        byte, special = self.i.payload.data, Signal()
        m.d.comb += [
            special.eq((byte == Slip.END) | (byte == Slip.ESC)),
            self.o.valid.eq(self.i.valid),
        ]
        taken = self.o.valid & self.o.ready
        with m.If(~begun | self.i.payload.end):
            m.d.comb += [self.o.payload.eq(Slip.END), self.i.ready.eq(self.o.ready & begun)]
            with m.If(taken):
                m.d.sync += begun.eq(~begun)
        with m.Elif(special & ~escaped):
            m.d.comb += self.o.payload.eq(Slip.ESC)
            with m.If(taken):
                m.d.sync += escaped.eq(1)
        with m.Else():
            m.d.comb += self.o.payload.eq(
                Mux(~special, byte, Mux(byte == Slip.END, Slip.ESC_END, Slip.ESC_ESC))
            )
            m.d.comb += self.i.ready.eq(self.o.ready)
            with m.If(taken):
                m.d.sync += escaped.eq(0)
        return m
