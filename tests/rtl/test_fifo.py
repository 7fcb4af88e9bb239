"""Fifo: words out == words in, for any pauses, up to a full buffer."""

from random import Random

import pytest
from amaranth.sim import Simulator, SimulatorContext

from scegrad.rtl.fifo import Fifo
from tests.elaboration import never_elaborated


def passed(
    depth: int, words: list[int], write_pause: float, read_pause: float, random: Random
) -> tuple[list[int], list[int]]:
    """The words that come out, and the cycles from the input of each to its first offer; never more
    than ``depth`` inside.
    """
    dut = Fifo(width=8, depth=depth)
    out: list[int] = []
    latencies: list[int] = []

    async def test(ctx: SimulatorContext) -> None:
        room, sent, offered = depth, [], 0
        for cycle in range(20 * len(words) + 20):
            room += ctx.get(dut.freed)
            write = len(sent) < len(words) and room > 0 and random.random() >= write_pause
            ctx.set(dut.i.valid, write)
            if write:
                ctx.set(dut.i.payload, words[len(sent)])
                sent.append(cycle)
                room -= 1
            if ctx.get(dut.o.valid) and offered == len(out):
                latencies.append(cycle - sent[offered])
                offered += 1
            read = random.random() >= read_pause
            ctx.set(dut.o.ready, read)
            if read and ctx.get(dut.o.valid):
                out.append(ctx.get(dut.o.payload))
            await ctx.tick()

    simulator = Simulator(dut)
    simulator.add_clock(1e-9)
    simulator.add_testbench(test)
    simulator.run()
    return out, latencies


@pytest.mark.parametrize("depth", [2, 8])
@pytest.mark.parametrize(("write_pause", "read_pause"), [(0, 0), (0, 0.7), (0.7, 0), (0.4, 0.4)])
def test_order(depth: int, write_pause: float, read_pause: float, seed: int) -> None:
    random = Random(seed)
    words = [random.getrandbits(8) for _ in range(40)]
    out, latencies = passed(depth, words, write_pause, read_pause, random)
    assert out == words
    assert min(latencies) == Fifo.latency
    if depth == 8 and not read_pause:
        assert max(latencies) == Fifo.latency


@never_elaborated()
def test_depth_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^depth is 6, but must be a power of two$"):
        Fifo(width=8, depth=6)
