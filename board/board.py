"""The board's logic, on whatever board: the top module, memory of block RAM behind its ports, and
the bridge to a serial line.
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect

from scegrad.board.bridge import Bridge
from scegrad.board.memory import BoardMemory, HostSignature
from scegrad.board.protocol import BAUD, CLOCK_HZ, MEMORY_BYTES, Answer
from scegrad.board.serial import Frame, Receiver, Transmitter, Unframe
from scegrad.platforms import Platform, Region
from scegrad.registers import ADDRESS_BITS
from scegrad.rtl.axi import AxiLiteSignature, connect_flat
from scegrad.rtl.top import Top


def memory_regions(platform: Platform) -> tuple[Region, Region]:
    """What the memories behind the shared port and behind the L2 port of core 0 answer to."""
    shared, l2 = max(platform.shared, key=lambda region: region.size), platform.l2[0]
    return Region(shared.name, shared.base, MEMORY_BYTES), Region(l2.name, l2.base, MEMORY_BYTES)


class LiteManager(wiring.Component):
    """Accesses of the bridge as AXI4-Lite transactions; SLVERR and DECERR are ``Answer.BUS``."""

    def __init__(self) -> None:
        super().__init__(
            {"host": In(HostSignature()), "axil": Out(AxiLiteSignature(address_bits=ADDRESS_BITS))}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        host, axil = self.host, self.axil
        for name, channel in (("aw", axil.aw), ("w", axil.w), ("ar", axil.ar)):
            done = Signal(name=f"{name}_done")
            m.d.comb += channel.valid.eq(
                host.valid & ~done & (host.write if name != "ar" else ~host.write)
            )
            with m.If(channel.valid & channel.ready):
                m.d.sync += done.eq(1)
            with m.If(host.ready):
                m.d.sync += done.eq(0)
        m.d.comb += [axil.aw.payload.addr.eq(host.address), axil.ar.payload.addr.eq(host.address)]
        m.d.comb += [
            axil.w.payload.data.eq(host.data),
            axil.w.payload.strb.eq(-1),
            axil.b.ready.eq(1),
            axil.r.ready.eq(1),
        ]
        m.d.comb += [
            host.ready.eq(axil.b.valid | axil.r.valid),
            host.error.eq(Mux(host.write, axil.b.payload.resp[1], axil.r.payload.resp[1])),
        ]
        m.d.comb += host.read.eq(Mux(host.error, Answer.BUS, axil.r.payload.data))
        return m


class Board(wiring.Component):
    """The unit of ``platform`` (one core) on a serial line.

    Members
    -------
    rx, tx : the line, idle high, 8N1, ``divisor`` cycles a bit
    led : a job's end is pending; a request is being carried out
    """

    def __init__(self, platform: Platform, *, divisor: int = CLOCK_HZ // BAUD):
        if platform.cores != 1:
            raise ValueError(
                f"{platform.name} has {platform.cores} cores, but the board has memory for 1"
            )
        if not platform.l2_ports:
            raise ValueError(f"{platform.name} has no private memory, but the board has its port")
        self._platform = platform
        self._divisor = divisor
        self._top = Top(platform)
        self.black_boxes = self._top.black_boxes
        super().__init__({"rx": In(1, init=1), "tx": Out(1, init=1), "led": Out(2)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.top = top = self._top
        m.submodules.receiver = receiver = Receiver(divisor=self._divisor)
        m.submodules.unframe = unframe = Unframe()
        m.submodules.bridge = bridge = Bridge()
        m.submodules.frame = frame = Frame()
        m.submodules.transmitter = transmitter = Transmitter(divisor=self._divisor)
        m.d.comb += [
            receiver.line.eq(self.rx),
            self.tx.eq(transmitter.line),
            bridge.irq.eq(top.irq),
        ]
        connect(m, receiver.o, unframe.i)
        connect(m, unframe.o, bridge.i)
        connect(m, bridge.o, frame.i)
        connect(m, frame.o, transmitter.i)
        m.d.comb += self.led.eq(top.irq | bridge.busy << 1)
        m.submodules.registers = registers = LiteManager()
        connect_flat(m, top, "s_axil", registers.axil, manager=False, outside=True)
        targets = [(registers.host, bridge.host.address[ADDRESS_BITS:] == 0)]
        for region, (prefix, width) in zip(
            memory_regions(self._platform), self._platform.ports.items(), strict=True
        ):
            memory = BoardMemory(
                data_bits=width,
                region=region,
                address_bits=self._platform.address_bits,
                id_bits=self._platform.id_bits,
            )
            m.submodules[prefix] = memory
            connect_flat(m, top, prefix, memory.axi, manager=True, outside=True)
            place = bridge.host.address[MEMORY_BYTES.bit_length() - 1 :]
            targets.append((memory.host, place == region.base // MEMORY_BYTES))
        self._route(m, bridge, targets)
        return m

    def _route(self, m: Module, bridge: Bridge, targets: list) -> None:
        """Each access to the target whose addresses it is in; where there is none, an error at
        once.
        """
        host = bridge.host
        m.d.comb += [host.ready.eq(host.valid), host.error.eq(1), host.read.eq(Answer.ADDRESS)]
        for target, here in targets:
            m.d.comb += [
                getattr(target, name).eq(getattr(host, name))
                for name in ("write", "address", "data")
            ]
            with m.If(here & (host.address[:2] == 0)):
                m.d.comb += target.valid.eq(host.valid)
                m.d.comb += [
                    getattr(host, name).eq(getattr(target, name))
                    for name in ("ready", "error", "read")
                ]
