"""Rotate: rotated(word, amount) == rtl(word, amount), after the latency promised."""

from random import Random

import pytest
from amaranth.sim import Simulator, SimulatorContext

from scegrad.rtl.dma.rotate import Rotate


@pytest.mark.parametrize(
    ("data_bits", "granule_bytes", "first_levels", "latency"),
    [(64, 4, 2, 1), (64, 2, 2, 1), (64, 2, 1, 2), (512, 4, 1, 3), (512, 2, 2, 3)],
)
def test_rotate(
    data_bits: int, granule_bytes: int, first_levels: int, latency: int, seed: int
) -> None:
    random = Random(seed)
    dut = Rotate(
        data_bits=data_bits, granule_bytes=granule_bytes, tag_bits=4, first_levels=first_levels
    )
    granules = data_bits // (8 * granule_bytes)
    assert dut.latency == latency
    words = [
        (random.getrandbits(data_bits), amount, random.getrandbits(4)) for amount in range(granules)
    ] * 2
    valids = [True] * granules + [random.random() < 0.5 for _ in range(granules)]

    async def test(ctx: SimulatorContext) -> None:
        for cycle in range(len(words) + latency):
            before = cycle - latency
            if before >= 0:
                assert ctx.get(dut.o.valid) == valids[before]
            if before >= 0 and valids[before]:
                word, amount, tag = words[before]
                shift = 8 * granule_bytes * amount
                assert (
                    ctx.get(dut.o.payload.data)
                    == (word >> shift | word << data_bits - shift) & (1 << data_bits) - 1
                )
                assert ctx.get(dut.o.payload.tag) == tag
            if cycle < len(words):
                word, amount, tag = words[cycle]
                ctx.set(dut.i.payload, {"data": word, "amount": amount, "tag": tag})
            ctx.set(dut.i.valid, cycle < len(words) and valids[cycle])
            await ctx.tick()

    simulator = Simulator(dut)
    simulator.add_clock(1e-9)
    simulator.add_testbench(test)
    simulator.run()
