"""Writer, seen from the bus and the datapath of a ``Dma``: latencies, rates, and the order of AW, W
and B.
"""

import pytest
from amaranth.sim import SimulatorContext

from .bench import Bench, Datapath

WIDTHS = [(64, 4), (64, 2), (128, 4), (512, 2)]
"""data_bits, granule_bytes"""


@pytest.mark.parametrize(("data_bits", "granule_bytes"), WIDTHS)
@pytest.mark.parametrize("words", [1, 2, 3, 4])
def test_latency(data_bits: int, granule_bytes: int, words: int, seed: int) -> None:
    bench = Bench(seed=seed, data_bits=data_bits, granule_bytes=granule_bytes)
    word, writer = data_bits // 8, bench.dut.writer

    async def test(ctx: SimulatorContext) -> None:
        for gradient, size in ((0, words * word), (granule_bytes, words * word - granule_bytes)):
            await bench.check(ctx, 0, 0x1000, 0x2000 + gradient, size)
            last_block = bench.gradient_cycles[-1]
            assert bench.memory.cycles("aw") == [last_block + writer.request_latency]
            assert bench.memory.cycles("w")[-1] == last_block + writer.latency(words)
        if words == 4:  # one more beat would be a burst of its own, behind another
            return
        await bench.check(
            ctx, 0, 0x1000, 0x2000 + granule_bytes, words * word
        )  # the last block leaves a granule over
        last_block = bench.gradient_cycles[-1] + 1
        assert bench.memory.cycles("aw") == [last_block + writer.request_latency]
        assert bench.memory.cycles("w")[-1] == last_block + writer.latency(words + 1)

    bench.run(test)


@pytest.mark.parametrize("gradient", [0, 4, 0xFC])
def test_one_beat_per_cycle(gradient: int, seed: int) -> None:
    bench = Bench(seed=seed)

    async def test(ctx: SimulatorContext) -> None:
        bench.datapath = Datapath(
            begin=bench.memory.cycle + 400
        )  # 128 pairs wait by then, enough for a beat per cycle
        await bench.check(ctx, 0, 0x1000, 0x2000 + gradient, 0x600)
        assert bench.gradient_cycles[119] - bench.gradient_cycles[0] == 119
        beats = bench.memory.cycles("w")[16:112]
        assert len(beats) / (beats[-1] - beats[0] + 1) >= 0.99

    bench.run(test)


def test_16_bursts_may_await_their_response(seed: int) -> None:
    bench = Bench(seed=seed)
    bench.behave(write_latency=400)

    async def test(ctx: SimulatorContext) -> None:
        await bench.check(ctx, 0, 0x1000, 0x2000, 0x200)
        assert len(bench.memory.cycles("aw")) == 16
        assert bench.memory.cycles("aw")[-1] < bench.memory.cycles("b")[0]

    bench.run(test)


@pytest.mark.parametrize("pauses", [{"aw": 0.9}, {"w": 0.8}, {"aw": 0.8, "w": 0.5, "b": 0.9}])
@pytest.mark.parametrize("aw_with_w", [False, True])
def test_aw_and_w_do_not_wait_for_each_other(
    pauses: dict[str, float], aw_with_w: bool, seed: int
) -> None:
    bench = Bench(seed=seed)
    bench.behave(pauses=pauses, aw_with_w=aw_with_w)

    async def test(ctx: SimulatorContext) -> None:
        outcome = await bench.check(ctx, 0, 0x1004, 0x2004, 0x3F8)
        assert outcome.counters["stall_write"] > 0

    bench.run(test)
