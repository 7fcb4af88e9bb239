"""Bridge: accesses and answers equal those of the reference, for any bytes."""

import random

import pytest
from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.sim import Simulator, SimulatorContext

from scegrad.board.bridge import Bridge
from scegrad.board.memory import HostSignature
from scegrad.board.protocol import Answer, HostRequest, Op, reply_of
from scegrad.board.serial import Frame, Unframe

from .reference import BASE, WORD, ReferenceBoard, damaged, requests


class Line(wiring.Component):
    """Bytes in, bytes out, and the host's port."""

    def __init__(self) -> None:
        self.bridge = Bridge()
        super().__init__(
            {
                "i": In(stream.Signature(8, always_ready=True)),
                "o": Out(stream.Signature(8)),
                "host": Out(HostSignature()),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.bridge = bridge = self.bridge
        m.submodules.unframe, m.submodules.frame = unframe, frame = Unframe(), Frame()
        connect(m, flipped(self.i), unframe.i)
        connect(m, unframe.o, bridge.i)
        connect(m, bridge.o, frame.i)
        connect(m, frame.o, flipped(self.o))
        connect(m, bridge.host, flipped(self.host))
        m.d.comb += self.busy.eq(bridge.busy)
        return m


def run(content: bytes, seed: int) -> tuple[bytes, list[tuple[bool, int, int]]]:
    """The bridge's answer to these bytes, and its accesses."""
    dut, memory, rng = Line(), ReferenceBoard(), random.Random(seed)
    out, accesses = bytearray(), []

    async def send(ctx: SimulatorContext) -> None:
        for byte in content:
            while ctx.get(dut.busy):
                await ctx.tick()
            ctx.set(dut.i.payload, byte)
            ctx.set(dut.i.valid, 1)
            await ctx.tick()
            ctx.set(dut.i.valid, 0)
            await ctx.tick().repeat(2)
        while ctx.get(dut.busy):
            await ctx.tick()

    async def take(ctx: SimulatorContext) -> None:
        while True:
            ctx.set(dut.o.ready, rng.random() < 0.7)
            if ctx.get(dut.o.valid) and ctx.get(dut.o.ready):
                out.append(ctx.get(dut.o.payload))
            await ctx.tick()

    async def serve(ctx: SimulatorContext) -> None:
        while True:
            while not ctx.get(dut.host.valid):
                await ctx.tick()
            await ctx.tick().repeat(rng.randrange(3) + 1)
            write, address, word = (
                ctx.get(value) for value in (dut.host.write, dut.host.address, dut.host.data)
            )
            accesses.append((bool(write), address, word if write else 0))
            if write:
                answer, data = memory._write(address, [word]), 0
            else:
                (data, *_), answer = memory._read(address, 1)
            ctx.set(dut.host.error, answer != Answer.OK)
            ctx.set(dut.host.read, data if answer == Answer.OK else answer)
            ctx.set(dut.host.ready, 1)
            await ctx.tick()
            ctx.set(dut.host.ready, 0)

    simulator = Simulator(dut)
    simulator.add_clock(1e-9)
    simulator.add_testbench(send)
    simulator.add_testbench(take, background=True)
    simulator.add_testbench(serve, background=True)
    simulator.run()
    return bytes(out), accesses


def check(content: bytes, seed: int) -> ReferenceBoard:
    """Compare the bridge with the reference; returns the reference."""
    reference = ReferenceBoard()
    expected = reference.feed(content)
    out, accesses = run(content, seed)
    assert accesses == reference.accesses
    assert out == expected
    return reference


def test_a_session(seed: int) -> None:
    words = bytes(range(0xC0, 0xE0))
    frames = [
        HostRequest(Op.OPEN, 0xFFFF, count=1),
        HostRequest(Op.WRITE, 0, BASE, 8, words),
        HostRequest(Op.WRITE, 0, BASE, 8, bytes(32)),  # as a repetition: answered, not carried out
        HostRequest(Op.READ, 1, BASE, 8),
        HostRequest(Op.READ, 1, BASE, 8),
        HostRequest(Op.READ, 3, BASE, 8),
        HostRequest(Op.WRITE, 2, 0, 1, bytes(WORD)),
    ]
    content = b"".join(frame.frame() for frame in frames)
    reference = check(content, seed)
    assert [access[0] for access in reference.accesses] == [True] * 8 + [False] * 16 + [True]
    replies = [reply_of(piece) for piece in ReferenceBoard().feed(content).split(b"\xc0") if piece]
    assert [reply.answer for reply in replies if reply] == [
        0,
        0,
        0,
        0,
        0,
        Answer.SEQUENCE,
        Answer.ADDRESS,
    ]
    assert replies[3] is not None and replies[3].data == words


@pytest.mark.parametrize("often", [0, 0.2, 0.7])
def test_any_bytes(seed: int, often: float) -> None:
    rng = random.Random(seed)
    damage = damaged(rng, often)
    check(b"".join(damage(frame) for frame in requests(rng, 30)), rng.getrandbits(32))
