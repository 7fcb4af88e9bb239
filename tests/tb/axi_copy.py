"""A small AXI4 manager that copies an array, and on request breaks one rule of the bus: what the
memory model is tried with.
"""

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

DEFECTS = (
    "ar_changes",
    "ar_falls",
    "ar_in_reset",
    "ar_size",
    "ar_burst",
    "ar_page",
    "ar_unaligned",
    "ar_long",
    "ar_outside",
    "aw_outside",
    "aw_waits",
    "w_last",
    "w_changes",
    "w_twice",
)


class AxiCopy(wiring.Component):
    """Copies ``bursts`` bursts of ``beats`` bus words from ``source`` to ``target`` after a pulse
    of ``start``; ``done`` ends it.

    ``defect`` is 0 or one more than an index in ``DEFECTS``. Address and data of a write are
    offered together.
    """

    def __init__(self, *, data_bits: int = 64, beats: int = 4):
        self._beats = beats
        self._size = (data_bits // 8).bit_length() - 1
        address = {
            "id": 1,
            "addr": 32,
            "len": 8,
            "size": 3,
            "burst": 2,
            "lock": 1,
            "cache": 4,
            "prot": 3,
        }
        outputs = {
            f"{channel}{name}": width for channel in ("ar", "aw") for name, width in address.items()
        }
        outputs |= {
            "arvalid": 1,
            "awvalid": 1,
            "wdata": data_bits,
            "wstrb": data_bits // 8,
            "wlast": 1,
            "wvalid": 1,
        }
        inputs = {
            "arready": 1,
            "awready": 1,
            "wready": 1,
            "rid": 1,
            "rdata": data_bits,
            "rresp": 2,
            "rlast": 1,
            "rvalid": 1,
        }
        outputs |= {"rready": 1, "bready": 1}
        inputs |= {"bid": 1, "bresp": 2, "bvalid": 1}
        super().__init__(
            {
                "start": In(1),
                "defect": In(range(len(DEFECTS) + 1)),
                "source": In(32),
                "target": In(32),
                "bursts": In(16),
                "done": Out(1),
                **{f"m_axi_{name}": Out(width) for name, width in outputs.items()},
                **{f"m_axi_{name}": In(width) for name, width in inputs.items()},
            }
        )

    def _has(self, defect: str) -> Value:
        return self.defect == DEFECTS.index(defect) + 1

    def elaborate(self, platform: object) -> Module:
        m = Module()
        beats, bus_bytes = self._beats, 1 << self._size
        source, target, left = Signal(32), Signal(32), Signal(16)
        awake = self.m_axi_awready | ~self._has("aw_waits")
        toggle = Signal()
        m.d.sync += toggle.eq(~toggle)
        beat, sent_address = Signal(range(beats + 1)), Signal()
        m.submodules.buffer = buffer = Memory(shape=len(self.m_axi_wdata), depth=beats, init=[])
        write, read = buffer.write_port(), buffer.read_port(domain="comb")
        m.d.comb += [write.addr.eq(beat), write.data.eq(self.m_axi_rdata), read.addr.eq(beat)]
        m.d.comb += [
            self.m_axi_rready.eq(1),
            self.m_axi_bready.eq(1),
            self.m_axi_wdata.eq(read.data),
        ]
        for channel in ("ar", "aw"):
            m.d.comb += getattr(self, f"m_axi_{channel}len").eq(beats - 1)
            m.d.comb += getattr(self, f"m_axi_{channel}size").eq(self._size)
            m.d.comb += getattr(self, f"m_axi_{channel}burst").eq(1)
        m.d.comb += [self.m_axi_araddr.eq(source), self.m_axi_awaddr.eq(target)]
        m.d.comb += [
            self.m_axi_wstrb.eq(~Const(0, bus_bytes)),
            self.m_axi_wlast.eq(beat == beats - 1),
        ]
        with m.FSM():
            with m.State("IDLE"), m.If(self.start):
                m.d.sync += [source.eq(self.source), target.eq(self.target), left.eq(self.bursts)]
                m.next = "CHECK"
            with m.State("CHECK"):
                m.d.sync += beat.eq(0)
                m.next = "READ"
                with m.If(left == 0):
                    m.d.comb += self.done.eq(1)
                    m.next = "IDLE"
            with m.State("READ"):
                m.d.comb += self.m_axi_arvalid.eq(toggle | ~self._has("ar_falls"))
                with m.If(self.m_axi_arready):
                    m.next = "FILL"
            with m.State("FILL"):
                m.d.comb += write.en.eq(self.m_axi_rvalid)
                m.d.sync += beat.eq(beat + self.m_axi_rvalid)
                with m.If(self.m_axi_rvalid & self.m_axi_rlast):
                    m.d.sync += [beat.eq(0), sent_address.eq(0)]
                    m.next = "WRITE"
            with m.State("WRITE"):
                m.d.comb += [
                    self.m_axi_awvalid.eq(~sent_address & awake),
                    self.m_axi_wvalid.eq(beat != beats),
                ]
                m.d.sync += [
                    sent_address.eq(sent_address | self.m_axi_awready),
                    beat.eq(beat + (self.m_axi_wvalid & self.m_axi_wready)),
                ]
                with m.If(self.m_axi_bvalid):
                    m.d.sync += [
                        source.eq(source + beats * bus_bytes),
                        target.eq(target + beats * bus_bytes),
                        left.eq(left - 1),
                    ]
                    m.next = "CHECK"
        self._break(m, source, target, beat, toggle)
        return m

    def _break(
        self, m: Module, source: Signal, target: Signal, beat: Signal, toggle: Signal
    ) -> None:
        """Override what the defect spoils; ``toggle`` alternates every cycle."""
        port = {
            name: getattr(self, f"m_axi_{name}")
            for name in ("arid", "arsize", "arburst", "araddr", "arlen", "awaddr", "wlast")
        }
        page_end = Cat(source[:12] | Const(0xFF8, 12), source[12:])
        overrides = {
            "ar_changes": port["arid"].eq(toggle),
            "ar_in_reset": self.m_axi_arvalid.eq(1),
            "ar_size": port["arsize"].eq(self._size - 1),
            "ar_burst": port["arburst"].eq(0),
            "ar_page": port["araddr"].eq(page_end),
            "ar_unaligned": port["araddr"].eq(source | 1),
            "ar_long": port["arlen"].eq(self._beats),
            "ar_outside": port["araddr"].eq(source - 4096),
            "aw_outside": port["awaddr"].eq(target + 4096),
            "w_last": port["wlast"].eq(beat == 0),
            "w_changes": self.m_axi_wdata[0].eq(toggle),
            "w_twice": port["awaddr"].eq(self.target),
        }
        for defect, override in overrides.items():
            with m.If(self._has(defect)):
                m.d.comb += override
