"""Memory of block RAM behind an AXI4 port; the bridge reads and writes it too."""

from amaranth.hdl import Array, Cat, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from scegrad.axi import Resp
from scegrad.platforms import Region
from scegrad.rtl.axi import Axi4Signature

HOST_BITS = 32


class HostSignature(wiring.Signature):
    """Accesses of the bridge, one at a time: ``valid`` and its payload stay until ``ready``.

    With ``ready`` comes the word ``read``; with ``error`` it is a ``protocol.Answer`` that names
    the error.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "valid": Out(1),
                "write": Out(1),
                "address": Out(32),
                "data": Out(HOST_BITS),
                "ready": In(1),
                "read": In(HOST_BITS),
                "error": In(1),
            }
        )


class BoardMemory(wiring.Component):
    """The bytes of ``region`` behind an AXI4 port; other addresses are answered DECERR.

    It takes the bursts that the unit sends: INCR, as wide as the bus, inside 4 KiB. One read and
    one write burst run at a time, at one beat per cycle; the host gets the cycles that AXI leaves
    free. A word that is read and written in the same cycle reads as undefined.

    Latency: 2 cycles from AR to the first R beat, 1 from the last W beat to B.
    """

    def __init__(self, *, data_bits: int, region: Region, address_bits: int, id_bits: int):
        self._region = region
        self._lanes = data_bits // 8
        self._word_bits = exact_log2(self._lanes)
        self._index_bits = exact_log2(region.size // self._lanes)
        port = Axi4Signature(data_bits=data_bits, address_bits=address_bits, id_bits=id_bits)
        super().__init__({"axi": In(port), "host": In(HostSignature())})

    def _index(self, address: Value) -> Value:
        return address[self._word_bits : self._word_bits + self._index_bits]

    def _outside(self, address: Value) -> Value:
        bits = exact_log2(self._region.size)
        return address[bits:] != self._region.base >> bits

    def elaborate(self, platform: object) -> Module:
        m = Module()
        memories = [
            Memory(shape=8, depth=1 << self._index_bits, init=[], attrs={"no_rw_check": 1})
            for _ in range(self._lanes)
        ]
        for i, memory in enumerate(memories):
            m.submodules[f"lane_{i}"] = memory
        writes, reads = (
            [memory.write_port() for memory in memories],
            [memory.read_port() for memory in memories],
        )
        write_free = self._write(m, writes)
        read_free = self._read(m, reads)
        self._host(m, writes, reads, write_free, read_free)
        return m

    def _write(self, m: Module, ports: list) -> Value:
        """AW, W and B; returns whether the host may write in this cycle."""
        aw, w, b = self.axi.aw, self.axi.w, self.axi.b
        busy, index, bad = Signal(), Signal(self._index_bits), Signal()
        m.d.comb += [aw.ready.eq(~busy & ~b.valid), w.ready.eq(busy)]
        with m.If(b.ready):
            m.d.sync += b.valid.eq(0)
        with m.If(aw.valid & aw.ready):
            m.d.sync += [
                busy.eq(1),
                index.eq(self._index(aw.payload.addr)),
                bad.eq(self._outside(aw.payload.addr)),
                b.payload.id.eq(aw.payload.id),
            ]
        with m.If(w.valid & w.ready):
            m.d.sync += [index.eq(index + 1), busy.eq(~w.payload.last), b.valid.eq(w.payload.last)]
            m.d.sync += b.payload.resp.eq(Mux(bad, Resp.DECERR, Resp.OKAY))
        free = ~(w.valid & w.ready)
        for i, port in enumerate(ports):
            with m.If(~free):
                m.d.comb += [
                    port.addr.eq(index),
                    port.data.eq(w.payload.data.word_select(i, 8)),
                    port.en.eq(w.payload.strb[i] & ~bad),
                ]
        return free

    def _read(self, m: Module, ports: list) -> Value:
        """AR and R; returns whether the host may read in this cycle."""
        ar, r = self.axi.ar, self.axi.r
        busy, index, left = Signal(), Signal(self._index_bits), Signal(8)
        about = data.StructLayout({"id": len(ar.payload.id), "bad": 1})
        burst, beat = Signal(about), Signal(about)
        advance = busy & (~r.valid | r.ready)
        m.d.comb += ar.ready.eq(~busy)
        with m.If(r.ready):
            m.d.sync += r.valid.eq(0)
        with m.If(advance):
            m.d.sync += [index.eq(index + 1), left.eq(left - 1), busy.eq(left != 0)]
            m.d.sync += [r.valid.eq(1), r.payload.last.eq(left == 0), beat.eq(burst)]
        with m.If(ar.valid & ar.ready):
            m.d.sync += [
                busy.eq(1),
                index.eq(self._index(ar.payload.addr)),
                left.eq(ar.payload.len),
            ]
            m.d.sync += [burst.id.eq(ar.payload.id), burst.bad.eq(self._outside(ar.payload.addr))]
        m.d.comb += [
            r.payload.id.eq(beat.id),
            r.payload.resp.eq(Mux(beat.bad, Resp.DECERR, Resp.OKAY)),
        ]
        m.d.comb += r.payload.data.eq(Cat(port.data for port in ports))
        for port in ports:
            m.d.comb += [port.addr.eq(index), port.en.eq(advance)]
        return ~busy & ~r.valid

    def _host(
        self, m: Module, writes: list, reads: list, write_free: Value, read_free: Value
    ) -> None:
        host, half = self.host, Signal(range(max(2, self._lanes * 8 // HOST_BITS)))
        m.d.comb += half.eq(host.address[2 : self._word_bits])
        # In the slowest grade, block RAM gives a word half a period after the clock, and bridge and
        # memory are far apart. So the host's write word and its read word have a register each.
        word, held, fetched, read = Signal(HOST_BITS), Signal(), Signal(), Signal()
        write_now = host.valid & host.write & held & write_free
        m.d.comb += [host.ready.eq(write_now | (host.valid & ~host.write & read)), host.error.eq(0)]
        m.d.sync += [word.eq(host.data), held.eq(host.valid & ~host.ready)]
        m.d.sync += [
            fetched.eq(host.valid & ~host.write & read_free & ~fetched & ~read),
            read.eq(fetched),
        ]
        with m.If(write_now):
            for i, port in enumerate(writes):
                byte = word.word_select(i % 4, 8)
                m.d.comb += [
                    port.addr.eq(self._index(host.address)),
                    port.data.eq(byte),
                    port.en.eq(half == i // 4),
                ]
        with m.If(host.valid & ~host.write & read_free):
            for port in reads:
                m.d.comb += [port.addr.eq(self._index(host.address)), port.en.eq(1)]
        words = (
            Cat(port.data for port in reads[first : first + HOST_BITS // 8])
            for first in range(0, self._lanes, HOST_BITS // 8)
        )
        m.d.sync += host.read.eq(Array(words)[half])
