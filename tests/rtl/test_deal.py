"""Dealing to any cores and gathering from them keeps every chunk in its place, and keeps every core
busy.
"""

import random

import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib.fifo import SyncFIFOBuffered

from scegrad.platforms import CHUNK_BITS
from scegrad.rtl.core import Core
from scegrad.rtl.deal import Deal, Gather

from .datapath.harness import receive, send, simulate


def ring(cores: int, data_bits: int) -> tuple[Module, Deal, Gather]:
    """Deal and gather about cores that add logits and labels, each taking a chunk in two cycles as
    a datapath does.
    """
    m = Module()
    m.submodules.deal = deal = Deal(cores, data_bits)
    m.submodules.gather = gather = Gather(cores, data_bits)
    for k in range(cores):
        m.submodules[f"dealt_{k}"] = dealt = SyncFIFOBuffered(
            width=2 * CHUNK_BITS, depth=Core.waiting
        )
        m.submodules[f"results_{k}"] = results = SyncFIFOBuffered(width=CHUNK_BITS, depth=4 + 3 * k)
        source, sink, second = deal.cores[k], gather.cores[k], Signal(name=f"second_{k}")
        m.d.comb += [
            dealt.w_data.eq(source.payload),
            dealt.w_en.eq(source.valid),
            source.ready.eq(dealt.w_rdy),
        ]
        m.d.sync += second.eq(~second & dealt.r_rdy & results.w_rdy)
        m.d.comb += [dealt.r_en.eq(second), results.w_en.eq(second)]
        m.d.comb += results.w_data.eq(dealt.r_data[:CHUNK_BITS] + dealt.r_data[CHUNK_BITS:])
        m.d.comb += [
            sink.payload.eq(results.r_data),
            sink.valid.eq(results.r_rdy),
            results.r_en.eq(sink.ready),
        ]
    return m, deal, gather


def run(
    cores: int, data_bits: int, masks: list[int], blocks: int, pace: tuple[float, float], seed: int
) -> list[list[int]]:
    """One job after another; returns the cycles in which the blocks of each came out."""
    m, deal, gather = ring(cores, data_bits)
    rng, pauses, cycles = random.Random(seed), random.Random(~seed), []
    jobs = [
        [(rng.getrandbits(data_bits), rng.getrandbits(data_bits)) for _ in range(blocks)]
        for _ in masks
    ]

    async def feed(ctx):
        for number, (mask, job) in enumerate(zip(masks, jobs, strict=True)):
            for part in (deal, gather):
                ctx.set(part.core_mask, mask)
                ctx.set(part.start, 1)
            await ctx.tick()
            for part in (deal, gather):
                ctx.set(part.start, 0)
            await ctx.tick()
            await send(
                ctx, deal.operands, [{"logits": x, "labels": y} for x, y in job], pace[0], rng
            )
            while len(cycles) == number:  # the next job starts when all results are out
                await ctx.tick()

    async def drain(ctx):
        for job in jobs:
            received = await receive(ctx, gather.gradients, blocks, pace[1], pauses)
            assert [payload for _, payload in received] == [
                expected(x, y, data_bits) for x, y in job
            ], f"seed {seed}"
            cycles.append([cycle for cycle, _ in received])

    simulate(m, feed, drain)
    return cycles


def expected(x: int, y: int, data_bits: int) -> int:
    """Chunk by chunk, the sum."""
    mask = (1 << CHUNK_BITS) - 1
    return sum(
        ((x >> i & mask) + (y >> i & mask) & mask) << i for i in range(0, data_bits, CHUNK_BITS)
    )


@pytest.mark.parametrize(
    "pace", [(1.0, 1.0), (0.4, 1.0), (1.0, 0.2)], ids=["full", "starved", "held back"]
)
@pytest.mark.parametrize(
    ("cores", "data_bits"), [(1, 64), (1, 256), (3, 128), (8, 64), (8, 512), (4, 512), (5, 256)]
)
def test_every_chunk_comes_back_in_its_place(cores, data_bits, pace, seed):
    rng = random.Random(seed)
    masks = [(1 << cores) - 1, 1 << (cores - 1), *(rng.randrange(1, 1 << cores) for _ in range(2))]
    run(cores, data_bits, masks, 3, pace, seed)


@pytest.mark.parametrize(
    "mask", [0b1, 0b10000000, 0b11, 0b10101, 0b1111, 0b110111, 0b11111110, 0xFF]
)
def test_cores_are_kept_busy(mask, seed):
    (cycles,) = run(8, 512, [mask], 24, (1.0, 1.0), seed)
    chunks_each_two_cycles = mask.bit_count()
    assert cycles[-1] - cycles[3] <= 20 * 8 * 2 / chunks_each_two_cycles + 4
