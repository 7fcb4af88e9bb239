"""Fifo: a buffer in a block memory with no back-pressure: the producer tracks free space (credits).

Why not ``amaranth.lib.fifo.SyncFIFOBuffered``, which has the same latency: it compares a level in
front of each write enable, which the producers here need not (a burst is asked for when all of it
fits); of 2^n words it keeps one outside of the memory, so that both pointers wrap by comparison; it
does not tell (``freed``) when a word has left; and its memory cannot carry ``no_rw_check``.
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out


class Fifo(wiring.Component):
    """Keeps up to ``depth`` words; there is no back-pressure: a word beyond that is lost.

    ``o.payload`` is the memory's output itself: it comes late in the cycle and should go straight
    to a register, and before the first word it is undefined.

    Latency: 2 cycles. Throughput: one word per cycle.

    Parameters
    ----------
    width : bits of a word
    depth : a power of two

    Members
    -------
    i : In(stream of width, always ready)
    o : Out(stream of width)
    freed : Out(1), in the cycle before, a word left the buffer
    """

    latency = 2

    def __init__(self, *, width: int, depth: int):
        if depth < 2 or depth & (depth - 1):
            raise ValueError(f"depth is {depth}, but must be a power of two")
        self._width = width
        self._depth = depth
        super().__init__(
            {
                "i": In(stream.Signature(width, always_ready=True)),
                "o": Out(stream.Signature(width)),
                "freed": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        # A word is never read while it is written: synthesis need not provide for that.
        m.submodules.memory = memory = Memory(
            shape=self._width, depth=self._depth, init=[], attrs={"no_rw_check": 1}
        )
        write, read = memory.write_port(), memory.read_port()
        level = Signal(range(self._depth + 1))
        filled = Signal()  # level is not 0
        fetch = Signal()
        m.d.comb += [
            fetch.eq(filled & (~self.o.valid | self.o.ready)),
            write.en.eq(self.i.valid),
            write.data.eq(self.i.payload),
            read.en.eq(fetch),
            self.o.payload.eq(read.data),
        ]
        m.d.sync += [
            filled.eq(self.i.valid | Mux(fetch, level[1:].any(), filled)),
            self.o.valid.eq(Mux(fetch, 1, self.o.valid & ~self.o.ready)),
            self.freed.eq(self.o.valid & self.o.ready),
        ]
        # Both handshakes come late in the cycle: they select a sum, and are in front of none.
        with m.If(self.i.valid):
            m.d.sync += write.addr.eq(write.addr + 1)
        with m.If(fetch):
            m.d.sync += read.addr.eq(read.addr + 1)
        with m.If(self.i.valid & ~fetch):
            m.d.sync += level.eq(level + 1)
        with m.If(~self.i.valid & fetch):
            m.d.sync += level.eq(level - 1)
        return m
