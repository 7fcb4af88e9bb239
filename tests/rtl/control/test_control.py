"""The register block: what software reads and writes, starts, interrupts."""

import random
from dataclasses import fields

import pytest
from amaranth.back import verilog
from amaranth.sim import SimulatorContext

from scegrad.formats import FP16, FP32, Format
from scegrad.jobs import BusError, Counters, Job, JobRefused, execute_async, finish, prepare, run, start
from scegrad.platforms import FT78NE, MT7004, Platform
from scegrad.registers import (
    ID_VALUE,
    MAX_CORES,
    REGISTERS,
    SHARED,
    UNIT_REGISTERS,
    Access,
    Status,
    capabilities_value,
    offset,
    unit_offset,
    version_value,
    widths_value,
)
from scegrad.rtl.axi import Resp
from scegrad.rtl.control.control import Control
from scegrad.rtl.dma.job import CountersLayout

from .bench import Bench
from .requests import ONE, PLATFORMS

D = 0x8000_0000
L2 = [0x1080_0000 + core * 0x0100_0000 for core in range(8)]


@pytest.mark.parametrize("platform", [FT78NE, MT7004, ONE], ids=lambda platform: platform.name)
@pytest.mark.parametrize("is_private", [False, True])
def test_start_latency(platform: Platform, is_private: bool) -> None:
    """The job begins ``start_latency`` cycles after the write, and that is at most 5; its answer comes when REQUEST is final."""
    bench = Bench(platform)
    region = platform.l2[0] if is_private else platform.shared[0]
    job = Job(platform, FP32, is_private, region.base, region.base + 4, region.base + 8, 1, 1)
    port = bench.control.axil

    async def test(ctx: SimulatorContext) -> None:
        await execute_async(_fields(job), BenchAccess(bench, ctx))
        ctx.set(port.aw.payload.addr, offset("START"))
        ctx.set(port.w.payload.data, 1)
        ctx.set(port.w.payload.strb, 0b0001)
        ctx.set(port.aw.valid, 1)
        ctx.set(port.w.valid, 1)
        cycles = 0
        while not ctx.get(bench.control.start):
            assert not ctx.get(port.b.valid)
            await ctx.tick()
            ctx.set(port.aw.valid, 0)
            ctx.set(port.w.valid, 0)
            cycles += 1
        assert cycles == Control.start_latency <= 5
        await ctx.tick()
        assert ctx.get(port.b.valid) and not ctx.get(bench.control.start)
        ctx.set(port.b.ready, 1)
        await ctx.tick()
        assert await bench.read(ctx, offset("REQUEST")) == Status.ACCEPTED

    bench.run(test)


def _fields(job: Job):
    """The start sequence up to, and without, the write to START."""
    for step in start(job):
        if step.offset == offset("START"):
            return
        yield step


@pytest.mark.parametrize(("value", "strobes"), [(0, 15), (2, 15), (0xFFFF_FFFE, 15), (1, 0), (0x101, 0b1110)])
def test_start_needs_its_bit(value: int, strobes: int) -> None:
    bench = Bench(FT78NE)

    async def test(ctx: SimulatorContext) -> None:
        await execute_async(_fields(shared()), BenchAccess(bench, ctx))
        await bench.write(ctx, offset("START"), value, strobes)
        await ctx.tick().repeat(10)
        assert not bench.units.started
        assert await bench.read(ctx, offset("REQUEST")) == Status.IDLE

    bench.run(test)


def test_busy_rules() -> None:
    """Which jobs can be started beside which, and that a refusal starts nothing and is undone by the end of what was in the way."""
    bench = Bench(FT78NE)

    async def test(ctx: SimulatorContext) -> None:
        access = BenchAccess(bench, ctx)

        async def refused(job: Job) -> None:
            before = len(bench.units.started)
            with pytest.raises(JobRefused, match=r"still running a job \(BUSY: logits 0x") as error:
                await execute_async(start(job), access)
            assert error.value.status is Status.BUSY
            assert len(bench.units.started) == before

        async def accepted(job: Job, unit: int) -> None:
            assert await execute_async(start(job), access) == unit

        async def busy(bits: int) -> None:
            assert await bench.read(ctx, offset("BUSY")) == bits

        await accepted(shared(0b0000_1110), SHARED)
        await busy(1 << 16)
        await refused(shared(0b1000_0000))
        await refused(private(1))
        await accepted(private(0), 0)
        await accepted(private(7), 7)
        await refused(private(7))
        await busy(1 << 16 | 0x81)
        await bench.units.end(ctx, 8)
        await busy(0x81)
        await refused(shared(0b1000_0110))
        await accepted(private(1), 1)
        await accepted(shared(0b0111_1100), SHARED)
        await refused(private(2))
        await bench.units.end(ctx, 0)
        await accepted(private(0), 0)
        await bench.units.end(ctx, 0, 1, 7, 8)
        await busy(0)
        await accepted(shared(0xFF), SHARED)

    bench.run(test)


def test_refusals_reach_request() -> None:
    """A refusal is told, starts nothing, raises no interrupt, and the next good job is taken."""
    bench = Bench(FT78NE)

    async def test(ctx: SimulatorContext) -> None:
        access = BenchAccess(bench, ctx)
        await execute_async(prepare(FT78NE), access)
        for job, status in (
            (shared(length=-1), Status.LENGTH_NEGATIVE),
            (shared(fmt=FP16), Status.FORMAT_MISSING),
            (shared(0), Status.CORE_MASK_INVALID),
            (Job(FT78NE, FP32, False, D + 2, D, D, 1, 1), Status.MISALIGNED),
            (shared(length=0x7FFF_FFFF), Status.OUTSIDE_MEMORY),
            (Job(FT78NE, FP32, True, L2[0], L2[1], L2[0], 1), Status.MIXED_MEMORIES),
            (Job(FT78NE, FP32, False, D, D, D + 4, 2, 1), Status.OVERLAP),
        ):
            with pytest.raises(JobRefused) as error:
                await execute_async(start(job), access)
            assert error.value.status is status is job.check()
            assert await bench.read(ctx, offset("REQUEST")) == status
            assert await bench.read(ctx, unit_offset(SHARED, "STATUS")) == Status.IDLE
        assert not bench.units.started
        assert await bench.read(ctx, offset("IRQ_PENDING")) == 0
        await execute_async(start(shared()), access)
        assert await bench.read(ctx, offset("REQUEST")) == Status.ACCEPTED

    bench.run(test)


def test_interrupts() -> None:
    bench = Bench(FT78NE)
    pending, enable = offset("IRQ_PENDING"), offset("IRQ_ENABLE")

    async def test(ctx: SimulatorContext) -> None:
        irq = bench.control.irq
        await bench.units.end(ctx, 8)
        assert await bench.read(ctx, pending) == 1 << 16
        assert not ctx.get(irq), "not enabled"
        await bench.write(ctx, enable, 1 << 3)
        assert not ctx.get(irq), "another is enabled"
        await bench.write(ctx, enable, 0xFFFF_FFFF)
        assert await bench.read(ctx, enable) == 0x1_00FF, "only units that exist"
        assert ctx.get(irq)
        await bench.units.end(ctx, 0, 7)
        assert await bench.read(ctx, pending) == 0x1_0081
        await bench.write(ctx, pending, 1 << 16 | 1 << 1)
        assert await bench.read(ctx, pending) == 0x81 and ctx.get(irq)
        await bench.write(ctx, pending, 0xFF, 0b1110)
        assert await bench.read(ctx, pending) == 0x81, "bytes without strobe clear nothing"
        await bench.write(ctx, pending, 0x01)
        assert await bench.read(ctx, pending) == 0x80 and ctx.get(irq)
        await bench.write(ctx, pending, 0x80)
        assert not ctx.get(irq), "fallen when the write is answered"
        assert await bench.read(ctx, pending) == 0

    bench.run(test)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_becomes_verilog(platform: Platform) -> None:
    assert "module register_block" in verilog.convert(Control(platform), name="register_block")
