"""Reader, seen from the bus and the datapath of a ``Dma``: latencies, rates and turns."""

from itertools import pairwise

import pytest
from amaranth.sim import SimulatorContext

from scegrad.rtl.dma.bursts import TAPER_BLOCKS

from .bench import Bench, Datapath

WIDTHS = [(64, 4), (64, 2), (128, 4), (512, 2)]
"""data_bits, granule_bytes"""


@pytest.mark.parametrize(("data_bits", "granule_bytes"), WIDTHS)
def test_latency(data_bits: int, granule_bytes: int, seed: int) -> None:
    bench = Bench(seed=seed, data_bits=data_bits, granule_bytes=granule_bytes)
    bench.behave(read_latency=9)
    word, reader = data_bits // 8, bench.dut.reader

    async def test(ctx: SimulatorContext) -> None:
        for logits, labels, size in (
            (0, 0, word),
            (word - granule_bytes, 0, 2 * granule_bytes),
            (0, granule_bytes, 2 * word),
        ):
            start = bench.memory.cycle + 1
            await bench.check(ctx, logits, 0x1000 + labels, 0x2000, size)
            assert bench.memory.cycles("ar")[0] == start + 1 + reader.request_latency
            assert bench.operand_cycles[-1] == bench.memory.cycles("r")[-1] + reader.latency

    bench.run(test)


@pytest.mark.parametrize("offsets", [(0, 0), (4, 0), (0, 4), (4, 4)])
def test_full_rate_at_100_cycles_of_latency(offsets: tuple[int, int], seed: int) -> None:
    bench = Bench(seed=seed)
    bench.behave(read_latency=100, write_latency=100)
    bench.datapath = Datapath(interval=2, delay=30)

    async def test(ctx: SimulatorContext) -> None:
        outcome = await bench.check(ctx, offsets[0], 0x1400 + offsets[1], 0x2800, 0x1200)
        beats = bench.memory.cycles("r")
        assert len(beats) / (beats[-1] - beats[0] + 1) >= 0.99
        assert outcome.counters["stall_port"] == outcome.counters["stall_write"] == 0

    bench.run(test)


def test_one_pair_per_cycle_from_full_buffers(seed: int) -> None:
    bench = Bench(seed=seed)

    async def test(ctx: SimulatorContext) -> None:
        bench.datapath.begin = bench.memory.cycle + 300
        outcome = await bench.check(ctx, 4, 0x1400, 0x2804, 0x500)
        assert bench.operand_cycles[0] >= 300
        assert bench.operand_cycles[120] - bench.operand_cycles[0] == 120
        assert outcome.counters["stall_datapath"] > 0

    bench.run(test)


def test_turns(seed: int) -> None:
    bench = Bench(seed=seed)

    async def test(ctx: SimulatorContext) -> None:
        await bench.check(ctx, 0, 0x1400, 0x2800, 0x800)
        ids = [request.burst.id for request in bench.memory.requests if request.channel == "ar"]
        assert ids == [0, 1] * (len(ids) // 2)
        lengths = [
            request.burst.beats for request in bench.memory.requests if request.channel == "ar"
        ]
        assert lengths == [16] * 24 + [4] * 32

    bench.run(test)


@pytest.mark.parametrize("offsets", [(0, 0), (36, 0), (4, 100)])
@pytest.mark.parametrize("stall", [0.0, 0.4])
def test_long_turns(offsets: tuple[int, int], stall: float, seed: int) -> None:
    """Jobs of more than 16 turns change arrays where an address reaches a multiple of the turn,
    shorter ones with every burst.
    """
    bench = Bench(seed=seed, burst_beats=4, read_buffer_beats=64, read_turn_beats=16, size=0x8000)
    turn = 16 * bench.bus_bytes

    async def test(ctx: SimulatorContext) -> None:
        for size in (16 * turn, 16 * turn + 4):
            bench.behave(pauses={"ar": stall, "r": stall})
            await bench.check(ctx, offsets[0], 0x2800 + offsets[1], 0x5000, size)
            bursts = [request.burst for request in bench.memory.requests if request.channel == "ar"]
            changes = [(one, two) for one, two in pairwise(bursts) if one.id != two.id]
            if size > 16 * turn:
                early = [
                    one
                    for one, two in changes
                    if (one.address + one.beats * bench.bus_bytes) % turn
                ]
                assert len(early) <= 2 * TAPER_BLOCKS
                assert len(changes) < len(bursts) / 3
            else:
                assert len(changes) > len(bursts) / 2

    bench.run(test)


@pytest.mark.parametrize("burst_beats", [4, 8])
def test_smallest_buffers_never_block(burst_beats: int, seed: int) -> None:
    bench = Bench(
        seed=seed,
        burst_beats=burst_beats,
        read_buffer_beats=2 * burst_beats,
        write_buffer_beats=2 * burst_beats,
    )
    word = bench.bus_bytes
    block = word * burst_beats

    async def test(ctx: SimulatorContext) -> None:
        for logits, labels in ((0, 0), (block - word, 4), (4, block - 4), (word + 4, block - word)):
            await bench.check(ctx, logits, 0x1000 + labels, 0x2000 + labels, 7 * block - 4)

    bench.run(test)
