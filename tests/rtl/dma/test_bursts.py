"""Planner: bursts(address, size) == rtl(address, size)."""

from random import Random

import pytest
from amaranth.sim import Simulator, SimulatorContext

from scegrad.axi import PAGE_BYTES
from scegrad.rtl.dma.bursts import TAPER_BLOCKS, Planner
from tests.elaboration import never_elaborated


def reference(
    address: int, size: int, bus_bytes: int, burst_beats: int
) -> list[tuple[int, int, bool]]:
    """(first byte of the array, beats less one, last) of every burst."""
    block_bytes = bus_bytes * burst_beats
    end, bursts = address + size, []
    last_block = (end - 1) // block_bytes
    while address < end:
        short = (
            size <= TAPER_BLOCKS * block_bytes or last_block - address // block_bytes < TAPER_BLOCKS
        )
        step = 4 * bus_bytes if short else block_bytes
        stop = min(address // step * step + step, end)
        bursts.append((address, (stop - 1) // bus_bytes - address // bus_bytes, stop == end))
        address = stop
    return bursts


def planned(
    data_bits: int, burst_beats: int, arrays: list[tuple[int, int]], pause: float, seed: int
) -> list[list[tuple[int, int, bool]]]:
    """What the gateware lists for each (address, size), taken with random pauses."""
    dut = Planner(address_bits=32, data_bits=data_bits, burst_beats=burst_beats)
    random, lists = Random(seed), []

    async def test(ctx: SimulatorContext) -> None:
        for address, size in arrays:
            ctx.set(dut.address, address)
            ctx.set(dut.last_byte, size - 1)
            ctx.set(dut.start, 1)
            await ctx.tick()
            ctx.set(dut.start, 0)
            bursts = []
            while ctx.get(
                dut.bursts.valid
            ):  # from the first cycle on, and in every one: the latency and throughput promised
                ready = random.random() >= pause
                ctx.set(dut.bursts.ready, ready)
                if ready:
                    burst = ctx.get(dut.bursts.payload)
                    bursts.append((burst.address, burst.len, bool(burst.last)))
                    assert len(bursts) < 1000, "no end"
                await ctx.tick()
            lists.append(bursts)

    simulator = Simulator(dut)
    simulator.add_clock(1e-9)
    simulator.add_testbench(test)
    simulator.run()
    return lists


@pytest.mark.parametrize(
    ("data_bits", "burst_beats"),
    [(64, 16), (64, 4), (128, 8), (512, 16), (512, 64), (1024, 32), (64, 256)],
)
def test_bursts(data_bits: int, burst_beats: int, seed: int) -> None:
    bus_bytes, random = data_bits // 8, Random(seed)
    block = bus_bytes * burst_beats
    sizes = [
        2,
        bus_bytes,
        block,
        2 * block,
        TAPER_BLOCKS * block,
        (TAPER_BLOCKS + 1) * block,
        (TAPER_BLOCKS + 2) * block,
    ]
    arrays = [
        (0x8000_0000, size + extra) for size in sizes for extra in (-2, 0, 2) if size + extra > 0
    ]
    arrays += [
        (random.randrange(0x8000_0000, 0x8000_2000, 2), random.randrange(2, 3 * block, 2))
        for _ in range(40)
    ]
    arrays += [
        (random.randrange(0, 1 << 31, 2), random.randrange(2, 8 * block, 2)) for _ in range(10)
    ]
    arrays += [(0x1_0000_0000 - size, size) for size in (2, block - 2, 6 * block + 2)]
    expected = [reference(*array, bus_bytes, burst_beats) for array in arrays]
    for address, length, _ in (burst for bursts in expected for burst in bursts):
        assert length < burst_beats
        assert (
            address // PAGE_BYTES
            == (address // bus_bytes * bus_bytes + (length + 1) * bus_bytes - 1) // PAGE_BYTES
        )
    assert planned(data_bits, burst_beats, arrays, 0, seed) == expected
    assert planned(data_bits, burst_beats, arrays[::3], 0.4, seed) == expected[::3]


@never_elaborated()
@pytest.mark.parametrize("burst_beats", [2, 128])
def test_burst_beats_is_refused(burst_beats: int) -> None:
    with pytest.raises(ValueError, match=rf"^burst_beats is {burst_beats}, but must be 4 to 64$"):
        Planner(address_bits=32, data_bits=512, burst_beats=burst_beats)
