"""BoardMemory: its bytes equal those of a reference, over AXI and from the host at the same time;
an access outside is answered DECERR and changes nothing.
"""

import random

import pytest
from amaranth.sim import Simulator, SimulatorContext

from scegrad.axi import BURST_INCR, Resp
from scegrad.board.memory import BoardMemory
from scegrad.platforms import Region

REGION = Region("memory", 0x8000_0000, 4096)
HOST_PART = 1024
"""Bytes at the end that only the host uses, since a word that is read and written in the same cycle
is undefined."""

CYCLES = 50_000
"""A limit of many times the cycles of the bursts and the host's words."""


class Manager:
    """One burst after the other, with pauses on every channel; expects the bytes of ``content`` and
    updates it.
    """

    def __init__(
        self, ctx: SimulatorContext, dut: BoardMemory, rng: random.Random, content: bytearray
    ):
        self.ctx, self.axi, self.rng, self.content = ctx, dut.axi, rng, content
        self.lanes = dut.axi.signature.data_bits // 8

    async def _pause(self) -> None:
        for _ in range(self.rng.choice((0, 0, 0, 1, 2, 5))):
            await self.ctx.tick()

    async def _send(self, channel: str, **payload: int) -> None:
        await self._pause()
        stream = getattr(self.axi, channel)
        self.ctx.set(stream.payload, payload)
        self.ctx.set(stream.valid, 1)
        await self.ctx.tick().until(stream.ready)
        self.ctx.set(stream.valid, 0)

    async def _receive(self, channel: str) -> dict[str, int]:
        await self._pause()
        stream = getattr(self.axi, channel)
        self.ctx.set(stream.ready, 1)
        payload = await self.ctx.tick().sample(stream.payload).until(stream.valid)
        self.ctx.set(stream.ready, 0)
        return {name: payload[0][name] for name in stream.payload.shape().members}

    def _address(self, address: int, beats: int) -> dict[str, int]:
        size = self.lanes.bit_length() - 1
        return {
            "id": self.rng.randrange(4),
            "addr": address,
            "len": beats - 1,
            "size": size,
            "burst": BURST_INCR,
        }

    async def write(self, address: int, beats: int, outside: bool) -> None:
        request = self._address(address, beats)
        await self._send("aw", **request)
        for k in range(beats):
            word, strobe = self.rng.getrandbits(8 * self.lanes), self.rng.getrandbits(self.lanes)
            await self._send("w", data=word, strb=strobe, last=k == beats - 1)
            for lane in range(self.lanes):
                if strobe >> lane & 1 and not outside:
                    self.content[address - REGION.base + k * self.lanes + lane] = (
                        word >> 8 * lane & 0xFF
                    )
        assert await self._receive("b") == {
            "id": request["id"],
            "resp": Resp.DECERR if outside else Resp.OKAY,
        }

    async def read(self, address: int, beats: int, outside: bool) -> None:
        request = self._address(address, beats)
        await self._send("ar", **request)
        for k in range(beats):
            beat = await self._receive("r")
            first = address - REGION.base + k * self.lanes
            assert (beat["id"], beat["last"]) == (request["id"], k == beats - 1)
            assert beat["resp"] == (Resp.DECERR if outside else Resp.OKAY)
            if not outside:
                assert beat["data"] == int.from_bytes(
                    self.content[first : first + self.lanes], "little"
                )

    async def bursts(self, count: int) -> None:
        words = (REGION.size - HOST_PART) // self.lanes
        for _ in range(count):
            beats = self.rng.choice((1, 2, 3, 16))
            outside = self.rng.random() < 0.2
            first = REGION.base + self.lanes * self.rng.randrange(words - beats + 1)
            distance = (
                self.rng.choice((-REGION.size, REGION.size, -REGION.base, 1 << 30))
                if outside
                else 0
            )
            await self.rng.choice((self.write, self.read))(first + distance, beats, outside)


async def host(
    ctx: SimulatorContext,
    dut: BoardMemory,
    rng: random.Random,
    content: bytearray,
    count: int,
    part: range,
) -> None:
    """Words written and read by the host in its part."""
    for _ in range(count):
        offset, write, word = rng.choice(part), rng.random() < 0.5, rng.getrandbits(32)
        for name, value in {
            "address": REGION.base + offset,
            "write": write,
            "data": word,
            "valid": 1,
        }.items():
            ctx.set(getattr(dut.host, name), value)
        read, error = await ctx.tick().sample(dut.host.read, dut.host.error).until(dut.host.ready)
        ctx.set(dut.host.valid, 0)
        if write:
            content[offset : offset + 4] = word.to_bytes(4, "little")
        else:
            assert read == int.from_bytes(content[offset : offset + 4], "little")
        assert not error
        for _ in range(rng.choice((0, 0, 1, 4))):
            await ctx.tick()


@pytest.mark.parametrize("data_bits", [64, 128])
def test_bytes_are_those_of_a_reference(data_bits: int, seed: int) -> None:
    dut, content = (
        BoardMemory(data_bits=data_bits, region=REGION, address_bits=32, id_bits=2),
        bytearray(REGION.size),
    )
    own = range(REGION.size - HOST_PART, REGION.size, 4)
    simulator = Simulator(dut)
    simulator.add_clock(1e-9)
    done = {"axi": 0, "host": 0}

    async def over_axi(ctx: SimulatorContext) -> None:
        await Manager(ctx, dut, random.Random(seed), content).bursts(300)
        done["axi"] = 1

    async def from_the_host(ctx: SimulatorContext) -> None:
        await host(ctx, dut, random.Random(seed + 1), content, 1000, own)
        done["host"] = 1

    async def at_last(ctx: SimulatorContext) -> None:
        for _ in range(CYCLES):
            await ctx.tick()
            if all(done.values()):
                break
        assert all(done.values()), f"what stopped answering: {done}"
        manager = Manager(ctx, dut, random.Random(seed + 2), content)
        for address in range(REGION.base, REGION.end, 16 * manager.lanes):
            await manager.read(address, 16, False)
        await host(ctx, dut, random.Random(seed + 3), content, 300, range(0, REGION.size, 4))

    for process in (over_axi, from_the_host, at_last):
        simulator.add_testbench(process)
    simulator.run()
    assert any(content)
