"""The AXI4-Lite subordinate: five channels on one side, streams of register writes and reads on the
other.
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from scegrad.axi import Resp
from scegrad.rtl.axi import AxiLiteSignature


def write_layout(address_bits: int) -> data.StructLayout:
    """One register write: word address, data, and which of its bytes count."""
    return data.StructLayout({"index": address_bits - 2, "data": 32, "strb": 4})


READ_LAYOUT = data.StructLayout({"data": 32, "error": 1})
"""The answer to one register read."""


class AxiLite(wiring.Component):
    """Turns AXI4-Lite transactions into register writes and reads, one of each at a time.

    AW and W may come in either order. A write is answered in the cycle after ``writes`` is taken,
    so whoever takes it late (a start that is being checked) delays the response. Error gives
    SLVERR, anything else OKAY. The low two address bits are ignored: the strobes select the bytes
    of the word.

    Latency: a write appears on ``writes`` one cycle after the later of AW and W, a read on
    ``reads`` one cycle after AR; the data are on R one cycle after they come on ``read_data``.

    Parameters
    ----------
    address_bits: width of AxADDR

    Members
    -------
    axil: the port
    writes: one item per write; ``write_error`` is read when the item is taken
    reads: word address of one read, to be answered on ``read_data`` at any later time
    """

    def __init__(self, *, address_bits: int):
        super().__init__(
            {
                "axil": In(AxiLiteSignature(address_bits=address_bits)),
                "writes": Out(stream.Signature(write_layout(address_bits))),
                "write_error": In(1),
                "reads": Out(stream.Signature(address_bits - 2)),
                "read_data": In(stream.Signature(READ_LAYOUT)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the two directions, which share nothing."""
        m = Module()
        self._write(m)
        self._read(m)
        return m

    def _write(self, m: Module) -> None:
        aw, w, b = self.axil.aw, self.axil.w, self.axil.b
        have_aw = Signal()
        have_w = Signal()
        m.d.comb += [
            aw.ready.eq(~have_aw),
            w.ready.eq(~have_w),
            self.writes.valid.eq(have_aw & have_w & ~b.valid),
        ]
        with m.If(b.valid & b.ready):
            m.d.sync += b.valid.eq(0)
        with m.If(self.writes.valid & self.writes.ready):
            m.d.sync += [
                have_aw.eq(0),
                have_w.eq(0),
                b.valid.eq(1),
                b.payload.resp.eq(Mux(self.write_error, Resp.SLVERR, Resp.OKAY)),
            ]
        with m.If(aw.valid & aw.ready):
            m.d.sync += [have_aw.eq(1), self.writes.payload.index.eq(aw.payload.addr[2:])]
        with m.If(w.valid & w.ready):
            m.d.sync += [
                have_w.eq(1),
                self.writes.payload.data.eq(w.payload.data),
                self.writes.payload.strb.eq(w.payload.strb),
            ]

    def _read(self, m: Module) -> None:
        ar, r = self.axil.ar, self.axil.r
        waiting = Signal()
        m.d.comb += [ar.ready.eq(~waiting), self.read_data.ready.eq(~r.valid)]
        with m.If(r.valid & r.ready):
            m.d.sync += [r.valid.eq(0), waiting.eq(0)]
        with m.If(self.reads.valid & self.reads.ready):
            m.d.sync += self.reads.valid.eq(0)
        with m.If(ar.valid & ar.ready):
            m.d.sync += [
                waiting.eq(1),
                self.reads.valid.eq(1),
                self.reads.payload.eq(ar.payload.addr[2:]),
            ]
        with m.If(self.read_data.valid & self.read_data.ready):
            answer = self.read_data.payload
            m.d.sync += [
                r.valid.eq(1),
                r.payload.data.eq(answer.data),
                r.payload.resp.eq(Mux(answer.error, Resp.SLVERR, Resp.OKAY)),
            ]
