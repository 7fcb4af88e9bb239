"""What is read at every address."""

import random

import pytest
from amaranth.sim import SimulatorContext

from scegrad.axi import Resp
from scegrad.formats import FP16
from scegrad.job.sequence import execute_async, start
from scegrad.platforms import MT7004, Platform
from scegrad.registers import (
    REGISTERS,
    SHARED,
    UNIT_REGISTERS,
    Status,
    unit_offset,
)
from scegrad.rtl.control.readout import Readout
from scegrad.rtl.dma.job import CountersLayout
from scegrad.rtl.verilog import to_verilog

from .bench import MAPPED, Bench, BenchAccess, private, shared
from .requests import ADJOINING, ONE


@pytest.mark.parametrize("platform", [ONE, ADJOINING], ids=lambda platform: platform.name)
def test_every_address_after_reset(platform: Platform, seed: int) -> None:
    """Registers read their reset values, addresses without a register 0 and SLVERR; byte addresses
    mean their word.
    """
    bench = Bench(platform)
    resets = {register.offset: register.reset_on(platform) for register in REGISTERS}

    async def test(ctx: SimulatorContext) -> None:
        assert not ctx.get(bench.control.irq)
        gaps = {
            0x03C,
            0x0FC,
            0x128,
            0x140,
            0x1C0,
            0x1FC,
            0x228,
            0x23C,
            0x5E8,
            0x600,
            0x604,
            0xFFC,
            *random.Random(seed).sample(range(0, 0x1000, 4), 60),
        }
        units = {
            unit_offset(unit, register.name)
            for unit in (0, 1, 15, SHARED)
            for register in UNIT_REGISTERS
        }
        for address in sorted({register.offset for register in REGISTERS} | units | gaps):
            value, resp = await bench.manager.read(ctx, address + address // 4 % 4)
            expected = resets.get(address, 0)
            assert value == expected or expected is None, hex(address)
            assert resp is (Resp.OKAY if address in MAPPED else Resp.SLVERR), hex(address)

    bench.run(test)


def test_unit_registers_show_their_unit() -> None:
    """Every counter of every unit at its place, elements by the format of the unit's own last job,
    lacking cores 0.
    """
    bench = Bench(MT7004)
    control = bench.control

    async def test(ctx: SimulatorContext) -> None:
        access = BenchAccess(bench, ctx)
        await execute_async(start(private(1, fmt=FP16, platform=MT7004)), access)
        await bench.units.end(ctx, 1, status=Status.READ_DECERR)
        await execute_async(start(shared(0b0111, platform=MT7004)), access)
        await execute_async(start(private(3, fmt=FP16, platform=MT7004)), access)
        await bench.units.end(ctx, 4, status=Status.WRITE_SLVERR)
        await execute_async(start(shared(0b0101, fmt=FP16, platform=MT7004)), access)
        names = list(dict(CountersLayout.members))
        for index, unit in enumerate(control.units):
            ctx.set(unit.fault_address, 0xF000_0000 + index)
            for number, name in enumerate(names):
                ctx.set(unit.counters[name], 0x8000_0000 + 0x1000 * index + 16 * number)
        states = [Status.IDLE, Status.READ_DECERR, Status.IDLE, Status.RUNNING, Status.RUNNING]
        sizes = [4, 2, 4, 2, 2]
        for index, unit in enumerate((0, 1, 2, 3, SHARED)):
            assert await bench.read(ctx, unit_offset(unit, "STATUS")) == states[index]
            assert await bench.read(ctx, unit_offset(unit, "FAULT_ADDRESS")) == 0xF000_0000 + index
            for number, name in enumerate(names):
                value = 0x8000_0000 + 0x1000 * index + 16 * number
                if name == "written_bytes":
                    name, value = "elements", value // sizes[index]
                assert await bench.read(ctx, unit_offset(unit, name.upper())) == value, (unit, name)
        for register in UNIT_REGISTERS:
            assert await bench.read(ctx, unit_offset(4, register.name)) == 0

    bench.run(test)


def test_becomes_verilog() -> None:
    assert "module register_reads" in to_verilog(Readout(ONE), "register_reads")
