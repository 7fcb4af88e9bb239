"""Drives streams of the datapath in Amaranth's simulator."""

import random
from collections.abc import Sequence

from amaranth.hdl import Elaboratable
from amaranth.lib import stream
from amaranth.sim import Simulator, SimulatorContext


async def send(
    ctx: SimulatorContext,
    port: stream.Interface,
    payloads: Sequence[object],
    offered: float,
    rng: random.Random,
) -> None:
    """Offer the payloads in order, each cycle with the probability ``offered``, until all are
    taken.
    """
    for payload in payloads:
        while rng.random() >= offered:
            await ctx.tick()
        ctx.set(port.valid, 1)
        ctx.set(port.payload, payload)
        await ctx.tick().until(port.ready)
        ctx.set(port.valid, 0)


async def receive(
    ctx: SimulatorContext, port: stream.Interface, count: int, taken: float, rng: random.Random
) -> list[tuple[int, int]]:
    """Take ``count`` payloads, ready each cycle with the probability ``taken``: (cycle, payload) of
    each.
    """
    received = []
    cycle = 0
    while len(received) < count:
        ready = rng.random() < taken
        ctx.set(port.ready, ready)
        _, _, valid, payload = await ctx.tick().sample(port.valid, port.payload)
        if ready and valid:
            received.append((cycle, payload))
        cycle += 1
    ctx.set(port.ready, 0)
    return received


def simulate(top: Elaboratable, *testbenches: object) -> None:
    """Run all test benches to their ends."""
    simulator = Simulator(top)
    simulator.add_clock(1e-6)
    for testbench in testbenches:
        simulator.add_testbench(testbench)
    simulator.run()
