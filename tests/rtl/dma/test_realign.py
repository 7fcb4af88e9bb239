"""Realign: array == rtl(rotated words of the array)."""

from random import Random

import pytest
from amaranth.sim import Simulator, SimulatorContext

from scegrad.rtl.dma.realign import Realign

BITS = 64
BYTES = BITS // 8


def words_of(array: bytes, offset: int) -> list[int]:
    """The bus words of an array that starts ``offset`` bytes into the first, each rotated right by
    so many bytes.
    """
    padded = bytes(offset) + array + bytes(-(offset + len(array)) % BYTES)
    words = [padded[i : i + BYTES] for i in range(0, len(padded), BYTES)]
    return [int.from_bytes(word[offset:] + word[:offset], "little") for word in words]


async def blocks(
    ctx: SimulatorContext,
    dut: Realign,
    words: list[int],
    offset: int,
    size: int,
    pause: float,
    random: Random,
) -> list[int]:
    """The blocks that the gateware makes of an array's words."""
    out = []
    ctx.set(dut.offset, offset)
    ctx.set(dut.last_byte, size - 1)
    ctx.set(dut.start, 1)
    await ctx.tick()
    ctx.set(dut.start, 0)
    await ctx.tick()
    left = list(words)
    while ctx.get(dut.pending):
        give, take = bool(left) and random.random() >= pause, random.random() >= pause
        ctx.set(dut.words.valid, give)
        if give:
            ctx.set(dut.words.payload, left.pop(0))
        ctx.set(dut.blocks.ready, take)
        if take and ctx.get(dut.blocks.valid):
            out.append(ctx.get(dut.blocks.payload))
        await ctx.tick()
    ctx.set(dut.words.valid, 0)
    return out


@pytest.mark.parametrize("granule_bytes", [2, 4])
def test_realign(granule_bytes: int, seed: int) -> None:
    random = Random(seed)
    dut = Realign(data_bits=BITS, granule_bytes=granule_bytes, depth=16)

    async def test(ctx: SimulatorContext) -> None:
        for offset in range(0, BYTES, granule_bytes):
            for size in range(granule_bytes, 4 * BYTES, granule_bytes):
                array = random.randbytes(size)
                made = await blocks(
                    ctx,
                    dut,
                    words_of(array, offset),
                    offset // granule_bytes,
                    size,
                    pause=random.choice((0, 0.5)),
                    random=random,
                )
                assert len(made) == -(-size // BYTES)
                assert b"".join(block.to_bytes(BYTES, "little") for block in made)[:size] == array

    simulator = Simulator(dut)
    simulator.add_clock(1e-9)
    simulator.add_testbench(test)
    simulator.run()
