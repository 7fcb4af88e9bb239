"""The logic of any board: the top module, block RAM behind its private port, and the bridge to a
serial line. Shared memory is outside, behind ports with the unit's names.
"""

from dataclasses import replace

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect
from amaranth.utils import exact_log2

from scegrad.board.bridge import Bridge
from scegrad.board.memory import BoardMemory, HostSignature
from scegrad.board.protocol import BAUD, CLOCK_HZ, PRIVATE_BYTES, SHARED_BYTES, Answer
from scegrad.board.serial import Frame, Receiver, Transmitter, Unframe
from scegrad.platforms import ECP5_DEMO, REGISTERS_BUS, SHARED_BUS, Platform
from scegrad.registers import ADDRESS_BITS
from scegrad.rtl.axi import FIXED, Axi4Signature, AxiLiteSignature, connect_flat, flat_members
from scegrad.rtl.top import Top


def on_board(platform: Platform) -> Platform:
    """The platform with two memories only: its largest shared region and its first private memory,
    both as large as the board's. So the hardware refuses jobs that reach further.
    """
    shared, private = max(platform.shared, key=lambda region: region.size), platform.private[0]
    return replace(
        platform,
        shared=(replace(shared, size=SHARED_BYTES),),
        private=(replace(private, size=PRIVATE_BYTES),),
    )


ULX3S = on_board(ECP5_DEMO)
"""The board ULX3S: registers, formats and widths are those of ``ecp5_demo``."""


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
    rx, tx : the line, idle high, 8N1, ``divisor`` cycles per bit
    led : bit 0, an interrupt is pending; bit 1, the bridge carries out a request m_axi_shared_* :
    the unit's AXI port to shared memory
    host : the bridge's accesses to shared memory, as addresses of the unit
    """

    def __init__(self, platform: Platform, *, divisor: int = CLOCK_HZ // BAUD):
        if platform.cores != 1:
            raise ValueError(
                f"{platform.name} has {platform.cores} cores, but the board has memory for 1"
            )
        if not platform.l2_ports:
            raise ValueError(f"{platform.name} has no private memory, but the board has its port")
        self._platform = on_board(platform)
        self._divisor = divisor
        self._top = Top(self._platform)
        self.black_boxes = self._top.black_boxes
        signature = Axi4Signature(
            address_bits=platform.address_bits,
            data_bits=platform.shared_data_bits,
            id_bits=platform.id_bits,
        )
        self._shared = {
            name: member
            for name, member in flat_members(SHARED_BUS, signature, manager=True).items()
            if not name.endswith(tuple(FIXED))
        }
        members = {"rx": In(1, init=1), "tx": Out(1, init=1), "led": Out(2)}
        super().__init__({**members, "host": Out(HostSignature()), **self._shared})

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
        connect_flat(m, top, REGISTERS_BUS, registers.axil, manager=False, outside=True)
        for name, member in self._shared.items():
            inner, outer = getattr(top, name), getattr(self, name)
            m.d.comb += outer.eq(inner) if member.flow is Out else inner.eq(outer)
        place, shared = bridge.host.address, self._platform.shared[0]
        targets = [
            (registers.host, place[ADDRESS_BITS:] == 0),
            (self.host, place[exact_log2(shared.size) :] == shared.base // shared.size),
            self._private_memory(m, bridge),
        ]
        self._route(m, bridge, targets)
        return m

    def _private_memory(self, m: Module, bridge: Bridge) -> tuple:
        """Block RAM behind the port of core 0; returns the host's side of it, and its condition."""
        platform = self._platform
        (region,), (prefix, width) = platform.private_of(0), list(platform.ports.items())[1]
        memory = BoardMemory(
            data_bits=width,
            region=region,
            address_bits=platform.address_bits,
            id_bits=platform.id_bits,
        )
        m.submodules[prefix] = memory
        connect_flat(m, self._top, prefix, memory.axi, manager=True, outside=True)
        place = bridge.host.address[exact_log2(region.size) :]
        return memory.host, place == region.base // region.size

    def _route(self, m: Module, bridge: Bridge, targets: list) -> None:
        """Passes each access to the target with that address; without such a target, answers with
        an error at once.
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
