"""The Python driver on the register block."""

from dataclasses import fields

import pytest
from amaranth.sim import SimulatorContext

from scegrad.job.job import BusError, Counters
from scegrad.job.sequence import execute_async, finish, identify_and_enable, run, start
from scegrad.platforms import FT78NE, MT7004
from scegrad.registers import Status

from .bench import Bench, BenchAccess, private, shared


@pytest.mark.parametrize("pauses", [False, True])
def test_driver_runs_jobs(pauses: bool, seed: int) -> None:
    """The Python driver's sequence: jobs on several units at once, counters, a bus error, and a
    time-out, which aborts.
    """
    bench = Bench(MT7004, seed if pauses else None)
    counters = {field.name: 10 + number for number, field in enumerate(fields(Counters))}
    results: list[Counters] = []

    async def test(ctx: SimulatorContext) -> None:
        access = BenchAccess(bench, ctx)
        await execute_async(identify_and_enable(MT7004), access)
        with pytest.raises(
            RuntimeError,
            match=r"^register CAPABILITIES reads 0x00000304, but ft78ne has 0x00000108$",
        ):
            await execute_async(identify_and_enable(FT78NE), access)
        for unit in bench.control.units:
            for name, value in counters.items():
                ctx.set(
                    unit.counters["written_bytes" if name == "elements" else name],
                    value * 4 if name == "elements" else value,
                )
        results.append(await execute_async(run(shared(platform=MT7004)), access))
        for core in (0, 1):
            await execute_async(start(private(core, platform=MT7004)), access)
        with pytest.raises(
            BusError, match=r"^bus error: a read was answered DECERR at 0x10800010 \(READ_DECERR\)$"
        ) as error:
            await execute_async(finish(0, 500), access)
        assert error.value.counters == Counters(**counters)
        results.append(await execute_async(finish(1, 500), access))
        await execute_async(start(private(2, platform=MT7004)), access)
        with pytest.raises(TimeoutError):
            await execute_async(finish(2, 50), access)

    async def ends(ctx: SimulatorContext) -> None:
        while len(bench.units.started) < 1:
            await ctx.tick()
        await ctx.tick().repeat(30)
        await bench.units.end(ctx, 4)
        while len(bench.units.started) < 3:
            await ctx.tick()
        ctx.set(bench.control.units[0].fault_address, 0x1080_0010)
        await bench.units.end(ctx, 1)
        await ctx.tick().repeat(60)
        await bench.units.end(ctx, 0, status=Status.READ_DECERR)
        for _ in range(1000):
            if bench.units.aborted:
                break
            await ctx.tick()
        await bench.units.end(ctx, *bench.units.aborted, status=Status.ABORTED)

    bench.run(test, ends)
    assert bench.units.aborted == [2]
    assert results == [Counters(**counters)] * 2
