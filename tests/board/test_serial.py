"""The serial line: bits to bytes and back, and SLIP."""

import random

import pytest
from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.sim import Simulator, SimulatorContext

from scegrad.board.protocol import slip
from scegrad.board.serial import FRAMED, Frame, Receiver, Transmitter, Unframe
from tests.elaboration import never_elaborated


class Loop(wiring.Component):
    """A transmitter, and a receiver that may be faster or slower."""

    def __init__(self, sends: int, receives: int):
        self.transmitter, self.receiver = Transmitter(divisor=sends), Receiver(divisor=receives)
        super().__init__(
            {
                "i": In(stream.Signature(8)),
                "o": Out(stream.Signature(8, always_ready=True)),
                "noise": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.transmitter, m.submodules.receiver = self.transmitter, self.receiver
        connect(m, flipped(self.i), self.transmitter.i)
        connect(m, self.receiver.o, flipped(self.o))
        m.d.comb += self.receiver.line.eq(self.transmitter.line & ~self.noise)
        return m


def looped(content: bytes, sends: int, receives: int, noise: range = range(0)) -> bytes:
    dut, out = Loop(sends, receives), bytearray()

    async def send(ctx: SimulatorContext) -> None:
        for byte in content:
            ctx.set(dut.i.payload, byte)
            ctx.set(dut.i.valid, 1)
            await ctx.tick().until(dut.i.ready)
            ctx.set(dut.i.valid, 0)
        await ctx.tick().repeat(12 * max(sends, receives))

    async def take(ctx: SimulatorContext) -> None:
        cycle = 0
        while True:
            ctx.set(dut.noise, cycle in noise)
            _, _, valid, byte = await ctx.tick().sample(dut.o.valid, dut.o.payload)
            cycle += 1
            if valid:
                out.append(byte)

    simulator = Simulator(dut)
    simulator.add_clock(1e-9)
    simulator.add_testbench(send)
    simulator.add_testbench(take, background=True)
    simulator.run()
    return bytes(out)


@pytest.mark.parametrize(("sends", "receives"), [(25, 25), (4, 4), (50, 51), (51, 50)])
def test_bytes(seed: int, sends: int, receives: int) -> None:
    content = random.Random(seed).randbytes(20) + b"\x00\xff\x55\xaa"
    assert looped(content, sends, receives) == content


def test_a_short_dip_is_no_start_bit() -> None:
    assert looped(b"", 25, 25, range(20, 28)) == b""
    assert looped(b"", 25, 25, range(20, 290)) == b"", "no stop bit"


@never_elaborated()
def test_divisor_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^divisor is 3, but must be 4 or more$"):
        Receiver(divisor=3)


class Through(wiring.Component):
    """Frames to SLIP and back."""

    def __init__(self) -> None:
        self.frame, self.unframe = Frame(), Unframe()
        super().__init__(
            {
                "i": In(stream.Signature(FRAMED)),
                "line": Out(8),
                "valid": Out(1),
                "o": Out(stream.Signature(FRAMED, always_ready=True)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.frame, m.submodules.unframe = self.frame, self.unframe
        connect(m, flipped(self.i), self.frame.i)
        connect(m, self.unframe.o, flipped(self.o))
        line = self.frame.o
        m.d.comb += [line.ready.eq(1), self.line.eq(line.payload), self.valid.eq(line.valid)]
        m.d.comb += [self.unframe.i.valid.eq(line.valid), self.unframe.i.payload.eq(line.payload)]
        return m


def test_frames(seed: int) -> None:
    rng, dut = random.Random(seed), Through()
    frames = [
        bytes(
            rng.choice((0xC0, 0xDB, 0xDC, 0xDD, rng.getrandbits(8)))
            for _ in range(rng.randrange(1, 20))
        )
        for _ in range(20)
    ]
    line, out, last = bytearray(), [], bytearray()

    async def send(ctx: SimulatorContext) -> None:
        for data, end in [
            item for frame in frames for item in (*((byte, 0) for byte in frame), (0, 1))
        ]:
            ctx.set(dut.i.payload, {"data": data, "end": end})
            ctx.set(dut.i.valid, 1)
            await ctx.tick().until(dut.i.ready)
            ctx.set(dut.i.valid, 0)
        await ctx.tick().repeat(3)

    async def take(ctx: SimulatorContext) -> None:
        while True:
            _, _, valid, item, line_valid, byte = await ctx.tick().sample(
                dut.o.valid, dut.o.payload, dut.valid, dut.line
            )
            if line_valid:
                line.append(byte)
            if valid and item.end:
                assert not item.data, "no escape was wrong"
                if last:
                    out.append(bytes(last))
                last.clear()
            elif valid:
                last.append(item.data)

    simulator = Simulator(dut)
    simulator.add_clock(1e-9)
    simulator.add_testbench(send)
    simulator.add_testbench(take, background=True)
    simulator.run()
    assert bytes(line) == b"".join(slip(frame) for frame in frames)
    assert out == frames
