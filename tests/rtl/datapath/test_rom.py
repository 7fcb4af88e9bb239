"""Rom: rtl(address) == the table's entry, field by field, through each port; two cycles later."""

import random

import pytest
from amaranth.sim import Simulator, SimulatorContext

from scegrad.model.design import SIGMOID16, SIGMOID32
from scegrad.model.tables import coefficients
from scegrad.rtl.datapath.rom import Rom

WIDTHS = {"fp32": (*SIGMOID32.widths, SIGMOID32.k_bits), "fp16": SIGMOID16.widths}


def entry(name: str, address: int) -> int:
    """The coefficients of an entry side by side, the constant lowest."""
    packed, first = 0, 0
    for value, width in zip(coefficients(name)[address].tolist(), WIDTHS[name], strict=True):
        packed, first = packed | (value & (1 << width) - 1) << first, first + width
    return packed


@pytest.mark.parametrize("name", WIDTHS)
def test_every_entry(name: str, seed: int) -> None:
    dut, depth = Rom(name, WIDTHS[name], ports=2), len(coefficients(name))
    addresses = [list(range(depth)), random.Random(seed).sample(range(depth), depth)]
    seen: list[list[int]] = [[], []]

    async def test(ctx: SimulatorContext) -> None:
        for cycle in range(depth + dut.latency):
            for port in range(2):
                ctx.set(dut.address[port], addresses[port][min(cycle, depth - 1)])
                seen[port].append(ctx.get(dut.data[port]))
            await ctx.tick()

    simulator = Simulator(dut)
    simulator.add_clock(1e-9)
    simulator.add_testbench(test)
    simulator.run()
    for port in range(2):
        expected = [entry(name, address) for address in addresses[port]]
        assert seen[port][dut.latency :] == expected, f"seed {seed}"


@pytest.mark.parametrize("name", WIDTHS)
def test_every_coefficient_has_room(name: str) -> None:
    """The constant, and in fp32 k, are unsigned; all others are signed."""
    table, widths = coefficients(name), WIDTHS[name]
    unsigned = {0, len(widths) - 1} if name == "fp32" else {0}
    for field, width in enumerate(widths):
        low, high = (0, width) if field in unsigned else (-(1 << width - 1), width - 1)
        assert table[:, field].min() >= low
        assert table[:, field].max() < 1 << high
