"""Dma: an abort at every cycle of a job, with and without back-pressure, and the job after it."""

from random import Random

import pytest
from amaranth.sim import SimulatorContext

from scegrad.axi import Resp
from scegrad.registers import Status

from .bench import BASE, Bench, Job
from .test_dma import SMALL, random_bench, random_job, random_weather

LAST_REQUESTS = 1
"""Cycles after that of the abort in which the first offer of a burst may still be seen: it was
loaded in the abort's cycle.
"""


async def pulse(ctx: SimulatorContext, bench: Bench, cycles: int) -> int:
    """Abort so many cycles after the start; returns the memory's count of that cycle."""
    if cycles:
        await ctx.tick().repeat(cycles)
    ctx.set(bench.dut.abort, 1)
    await ctx.tick()
    ctx.set(bench.dut.abort, 0)
    return bench.memory.cycle


async def abort(ctx: SimulatorContext, bench: Bench, job: Job, cycles: int) -> Status:
    """Run a job that is aborted after so many cycles: no burst begins late, no byte is wrong;
    returns the status.
    """
    before, after = bytes(bench.memory.contents), bench.expected(job)
    await bench.start(ctx, job)
    ended = bench.dut.busy
    at = await pulse(ctx, bench, cycles)
    while ctx.get(ended):
        await ctx.tick()
    assert bench.memory.quiet, "the job ended with something in flight"
    assert not ctx.get(bench.dut.flush)
    status = Status(ctx.get(bench.dut.status))
    assert ctx.get(bench.dut.fault_address) == 0
    if status is Status.DONE:
        assert bench.memory.contents == after
    else:
        assert status is Status.ABORTED
        assert all(request.cycle <= at + LAST_REQUESTS for request in bench.memory.requests)
        inside = range(job.gradient, job.gradient + job.size)
        for i, byte in enumerate(bench.memory.contents):
            assert byte == before[i] or (i in inside and byte == after[i])
    return status


@pytest.mark.parametrize("weather", [None, 1, 2], ids=lambda weather: f"weather={weather}")
def test_every_cycle_of_a_job(weather: int | None, seed: int) -> None:
    bench = Bench(seed=seed, size=0x6000, **SMALL)
    random = Random(seed)

    async def test(ctx: SimulatorContext) -> None:
        if weather is not None:
            random_weather(bench, random)
        job = Job(0xFFC, 0x1FF4, 0x2FF0 - 0x100, 0x58)
        ends = []
        for cycles in range(400):
            ends.append(await abort(ctx, bench, job, cycles))
            await bench.check(ctx, *random_job(bench, random, size=0x18))
            if len(ends) > 12 and Status.ABORTED not in ends[-12:]:
                break
        assert ends[0] is Status.ABORTED
        assert ends[-1] is Status.DONE

    bench.run(test)


@pytest.mark.parametrize("turn", range(3))
def test_any_job_in_any_weather(turn: int, seed: int) -> None:
    random, bench = random_bench(seed)

    async def test(ctx: SimulatorContext) -> None:
        for _ in range(6):
            random_weather(bench, random)
            job = random_job(bench, random, size=random.randrange(4, 0x140, 4))
            await abort(ctx, bench, job, random.randrange(150))
            await bench.check(ctx, *random_job(bench, random, size=0x40))

    bench.run(test)


def test_nothing_to_abort(seed: int) -> None:
    """An abort while nothing runs, with the start, and after a bus error changes nothing."""
    bench = Bench(seed=seed, size=0x3000)
    job = Job(4, 0x1000, 0x2000, 0x40)

    async def test(ctx: SimulatorContext) -> None:
        await pulse(ctx, bench, 3)
        assert ctx.get(bench.dut.status) == Status.IDLE
        await bench.check(ctx, *job)
        await pulse(ctx, bench, 3)
        assert ctx.get(bench.dut.status) == Status.DONE
        ctx.set(bench.dut.abort, 1)
        await bench.start(ctx, job)
        ctx.set(bench.dut.abort, 0)
        assert (await bench.finish(ctx, 500)).status is Status.DONE
        bench.behave(errors={BASE + job.logits: Resp.DECERR}, read_latency=4, pauses={"r": 0.7})
        await bench.start(ctx, job)
        await ctx.tick().until(bench.dut.flush)
        await pulse(ctx, bench, 0)
        await ctx.tick().until(~bench.dut.busy)
        assert ctx.get(bench.dut.status) == Status.READ_DECERR
        bench.behave()
        await bench.check(ctx, *job)

    bench.run(test)
