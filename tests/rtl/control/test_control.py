"""The register block: what software reads and writes, starts, interrupts."""

import random
from dataclasses import replace

import pytest
from amaranth.sim import SimulatorContext

from scegrad.formats import FORMATS, FP16, FP32
from scegrad.job.job import Job, JobRefused
from scegrad.job.sequence import Steps, Write, execute_async, identify_and_enable, start
from scegrad.platforms import FT78NE, MT7004, Platform
from scegrad.registers import REGISTERS, SHARED, Status, offset, unit_offset
from scegrad.rtl.control.control import Control
from scegrad.rtl.verilog import to_verilog

from .bench import Bench, BenchAccess, private, shared
from .requests import ADJOINING, ONE


@pytest.mark.parametrize("platform", [FT78NE, MT7004, ONE], ids=lambda platform: platform.name)
@pytest.mark.parametrize("is_private", [False, True])
def test_start_latency(platform: Platform, is_private: bool) -> None:
    """The job begins ``start_latency`` cycles after the write, and that is at most 5; its answer
    comes when REQUEST is final.
    """
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
        assert ctx.get(port.b.valid)
        assert not ctx.get(bench.control.start)
        ctx.set(port.b.ready, 1)
        await ctx.tick()
        assert await bench.read(ctx, offset("REQUEST")) == Status.ACCEPTED

    bench.run(test)


def _fields(job: Job) -> Steps[None]:
    """The start sequence up to, and without, the write to START."""
    for step in start(job):
        assert isinstance(step, Write)
        if step.offset == offset("START"):
            return
        yield step


def test_start_needs_its_bit() -> None:
    bench = Bench(ONE)

    async def test(ctx: SimulatorContext) -> None:
        await execute_async(_fields(shared(platform=ONE)), BenchAccess(bench, ctx))
        for value, strobes in ((0, 15), (2, 15), (0xFFFF_FFFE, 15), (1, 0), (0x101, 0b1110)):
            await bench.write(ctx, offset("START"), value, strobes)
            await ctx.tick().repeat(10)
            assert not bench.units.started, (value, strobes)
            assert await bench.read(ctx, offset("REQUEST")) == Status.IDLE

    bench.run(test)


@pytest.mark.parametrize("pauses", [False, True])
def test_jobs_arrive_at_their_units(pauses: bool, seed: int) -> None:
    """The job's fields are right at its start, and from then to its end each of its cores knows
    format and kind.
    """
    bench = Bench(MT7004, seed if pauses else None)
    rng = random.Random(seed)
    running: dict[int, Job] = {}  # by unit

    def cores(unit: int) -> list[int]:
        return [
            core
            for core in range(4)
            if (running[unit].core_mask >> core & 1 if unit == SHARED else core == unit)
        ]

    def assert_cores(core_format: int, core_shared: int) -> None:
        for unit, job in running.items():
            for core in cores(unit):
                assert core_format >> core & 1 == (job.fmt is FP16), (job, core)
                assert core_shared >> core & 1 == (unit == SHARED), (job, core)

    def idle_job() -> Job:
        free = [core for core in range(4) if all(core not in cores(unit) for unit in running)]
        fmt, length = rng.choice(list(FORMATS.values())), rng.randrange(1000)
        if free and (SHARED in running or rng.random() < 0.5):
            return private(rng.choice(free), length=length, fmt=fmt, platform=MT7004)
        return shared(
            sum(1 << core for core in free if rng.random() < 0.7) or 1,
            length=length,
            fmt=fmt,
            platform=MT7004,
        )

    async def test(ctx: SimulatorContext) -> None:
        access = BenchAccess(bench, ctx)

        async def end(ended: list[int]) -> None:
            for unit in ended:
                del running[unit]
                await bench.units.end(ctx, 4 if unit == SHARED else unit)

        async def begin(job: Job) -> None:
            before = len(bench.units.started)
            unit = await execute_async(start(job), access)
            running[unit] = job
            (shown,) = bench.units.started[before:]
            assert shown.unit == (4 if unit == SHARED else unit)
            fields = {
                name: getattr(job, name)
                for name in ("logits", "labels", "gradient", "size", "core_mask")
            }
            assert shown.job == fields | {"format": int(job.fmt is FP16)}
            assert_cores(shown.core_format, shown.core_shared)
            await ctx.tick().repeat(3)
            assert_cores(ctx.get(bench.control.core_format), ctx.get(bench.control.core_shared))

        for _ in range(35):
            await end([unit for unit in running if len(running) > 3 or rng.random() < 0.3])
            job = idle_job()
            if job.private or not (
                SHARED in running
                or any(core in running for core in range(4) if job.core_mask >> core & 1)
            ):
                await begin(job)
        # Whatever was drawn: each unit has a job.
        await end(list(running))
        await begin(shared(0b1111, platform=MT7004))
        await end([SHARED])
        for core in range(4):
            await begin(private(core, platform=MT7004))
        assert {started.unit for started in bench.units.started} == set(range(5))

    bench.run(test)


@pytest.mark.parametrize(("platform", "code"), [(FT78NE, 0), (ADJOINING, 1)])
def test_a_platform_with_one_format_needs_no_job_to_know_it(platform: Platform, code: int) -> None:
    bench = Bench(platform)

    async def test(ctx: SimulatorContext) -> None:
        await ctx.tick()
        assert ctx.get(bench.control.core_format) == code * platform.all_cores

    bench.run(test)


def test_busy_rules() -> None:
    """Which jobs can be started beside which, and that a refusal starts nothing and is undone by
    the end of what was in the way.
    """
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
    good = shared(length=2)

    async def test(ctx: SimulatorContext) -> None:
        access = BenchAccess(bench, ctx)
        await execute_async(identify_and_enable(FT78NE), access)
        for job, status in (
            (shared(length=-1), Status.LENGTH_NEGATIVE),
            (shared(fmt=FP16), Status.FORMAT_MISSING),
            (shared(0), Status.CORE_MASK_INVALID),
            (replace(good, labels=good.labels + 2), Status.MISALIGNED),
            (shared(length=0x7FFF_FFFF), Status.OUTSIDE_MEMORY),
            (replace(good, labels=private(0).labels), Status.MIXED_MEMORIES),
            (replace(good, gradient=good.logits + 4), Status.OVERLAP),
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
        assert await bench.read(ctx, pending) == 0x81
        assert ctx.get(irq)
        await bench.write(ctx, pending, 0xFF, 0b1110)
        assert await bench.read(ctx, pending) == 0x81, "bytes without strobe clear nothing"
        await bench.write(ctx, pending, 0x01)
        assert await bench.read(ctx, pending) == 0x80
        assert ctx.get(irq)
        await bench.write(ctx, pending, 0x80)
        assert not ctx.get(irq), "fallen when the write is answered"
        assert await bench.read(ctx, pending) == 0

    bench.run(test)


def test_aborts() -> None:
    """Each bit of a write to ABORT that is strobed and whose unit exists is one pulse to that unit;
    ABORT reads 0.
    """
    bench = Bench(MT7004)

    async def test(ctx: SimulatorContext) -> None:
        for value, strobes, units in (
            (1 << SHARED, 0b1111, [4]),
            (0b1010, 0b1111, [1, 3]),
            (0xFFFF_FFFF, 0b1111, [0, 1, 2, 3, 4]),
            (0xFFFF_FFFF, 0b1011, [0, 1, 2, 3]),
            (0xFFFF_FFFF, 0b1000, []),
            (0xFFFE_FFF0, 0b1111, []),
        ):
            bench.units.aborted.clear()
            await bench.write(ctx, offset("ABORT"), value, strobes)
            await ctx.tick().repeat(4)
            assert bench.units.aborted == units
            assert await bench.read(ctx, offset("ABORT")) == 0
        assert not bench.units.started

    bench.run(test)


@pytest.mark.parametrize("unit", [0, 1])
@pytest.mark.parametrize(("delay", "kept"), [(0, False), (1, True), (2, True), (3, True)])
def test_end_beside_a_clear(unit: int, delay: int, kept: bool) -> None:
    """An end before the cycle in which the bit is cleared is cleared with it, one in that very
    cycle or later is not.
    """
    bench = Bench(ONE)
    bit = 1 << (SHARED if unit == 1 else unit)

    async def clears(ctx: SimulatorContext) -> None:
        await bench.units.end(ctx, unit)
        await bench.write(ctx, offset("IRQ_PENDING"), bit)
        await ctx.tick().repeat(5)
        assert await bench.read(ctx, offset("IRQ_PENDING")) == (bit if kept else 0)

    async def ends(ctx: SimulatorContext) -> None:
        await ctx.tick().repeat(1 + delay)
        await bench.units.end(ctx, unit)

    bench.run(clears, ends)


@pytest.mark.parametrize("moment", range(9))
def test_reset_forgets_everything(moment: int) -> None:
    """A reset at any moment of a start leaves the block as it was at first, and the next job is
    taken.
    """
    bench = Bench(ONE)
    port = bench.control.axil

    def let_go(ctx: SimulatorContext) -> None:
        ctx.set(port.aw.valid, 0)
        ctx.set(port.w.valid, 0)

    async def test(ctx: SimulatorContext) -> None:
        access = BenchAccess(bench, ctx)
        await execute_async(identify_and_enable(ONE), access)
        await bench.units.end(ctx, 0)
        await execute_async(_fields(shared(platform=ONE)), access)
        ctx.set(port.aw.payload.addr, offset("START"))
        ctx.set(port.w.payload.data, 1)
        ctx.set(port.aw.valid, 1)
        ctx.set(port.w.valid, 1)
        for _ in range(moment):
            await ctx.tick()
            let_go(ctx)
        let_go(ctx)
        ctx.set(bench.reset, 1)
        await ctx.tick().repeat(2)
        ctx.set(bench.reset, 0)
        for unit in bench.control.units:
            ctx.set(unit.busy, 0)
            ctx.set(unit.status, Status.IDLE)
        bench.units.started.clear()
        assert not ctx.get(bench.control.irq)
        assert not ctx.get(bench.control.core_shared)
        for register in REGISTERS:
            value = await bench.read(ctx, register.offset)
            assert value == register.reset_on(ONE) or register.reset is None, register.name
        assert not bench.units.started
        assert await execute_async(start(shared(platform=ONE)), access) == SHARED

    bench.run(test)


def test_becomes_verilog() -> None:
    assert "module register_block" in to_verilog(Control(MT7004), "register_block")
