"""Dma: memory after job == expected(memory before), for jobs of every size and alignment, with and
without errors and resets.
"""

from random import Random

import pytest
from amaranth.sim import SimulatorContext

from scegrad.axi import PAGE_BYTES, Resp
from scegrad.registers import Status
from scegrad.rtl.dma.bursts import TAPER_BLOCKS
from scegrad.rtl.dma.dma import Dma
from scegrad.rtl.verilog import to_verilog

from .bench import BASE, BUFFERS, Bench, Datapath, Job

SMALL = {"burst_beats": 4, "read_buffer_beats": 8, "write_buffer_beats": 8}
"""Buffers with which even short arrays meet every boundary."""

CODES = {("r", Resp.SLVERR): Status.READ_SLVERR, ("r", Resp.DECERR): Status.READ_DECERR}
CODES |= {("b", Resp.SLVERR): Status.WRITE_SLVERR, ("b", Resp.DECERR): Status.WRITE_DECERR}


def random_weather(bench: Bench, random: Random) -> None:
    """Random latencies, pauses on every channel and stream, and interleaving."""
    pauses = {channel: random.choice((0, 0.2, 0.6)) for channel in ("aw", "w", "b", "ar", "r")}
    latencies = {"read_latency": random.randrange(1, 30), "write_latency": random.randrange(1, 30)}
    bench.behave(
        pauses=pauses,
        interleave=random.random() < 0.7,
        aw_with_w=random.random() < 0.3,
        **latencies,
    )
    slow = {stream: random.choice((0, 0.3)) for stream in ("operands", "gradients")}
    bench.datapath = Datapath(
        interval=random.choice((1, 2, 4)), delay=random.randrange(1, 20), pauses=slow
    )


def random_bench(seed: int) -> tuple[Random, Bench]:
    """A bench with granules of either size and with small or whole buffers; what it was drawn
    with.
    """
    random = Random(seed)
    return random, Bench(
        granule_bytes=random.choice((2, 4)),
        size=0x6000,
        seed=seed,
        **random.choice((SMALL, BUFFERS)),
    )


def random_job(bench: Bench, random: Random, size: int) -> Job:
    """An array of ``size`` bytes somewhere in each third of the memory; sometimes in place."""
    third = len(bench.memory.contents) // 3 // PAGE_BYTES * PAGE_BYTES
    places = []
    for base in (0, third, 2 * third):
        near_page = (
            base + PAGE_BYTES - random.randrange(size + 4 * bench.bus_bytes)
        )  # so that most arrays cross it
        places.append(max(base, near_page) // bench.granule_bytes * bench.granule_bytes)
    if random.random() < 0.25:
        places[2] = places[random.randrange(2)]
    return Job(*places, size)


@pytest.mark.parametrize(
    ("data_bits", "granule_bytes", "buffers"),
    [(64, 4, SMALL), (64, 2, SMALL), (128, 2, SMALL), (64, 4, BUFFERS), (512, 2, BUFFERS)],
)
def test_sizes_around_every_boundary(
    data_bits: int, granule_bytes: int, buffers: dict[str, int], seed: int
) -> None:
    word = data_bits // 8
    block = word * buffers["burst_beats"]
    boundaries = [word, 2 * word, block]
    if buffers is SMALL:
        boundaries += [2 * block, TAPER_BLOCKS * block, (TAPER_BLOCKS + 1) * block]
    sizes = {
        granule_bytes,
        *(b + extra for b in boundaries for extra in (-granule_bytes, 0, granule_bytes)),
    }
    random = Random(seed)
    bench = Bench(
        data_bits=data_bits, granule_bytes=granule_bytes, size=0x6000, seed=seed, **buffers
    )

    async def test(ctx: SimulatorContext) -> None:
        for size in sorted(sizes):
            await bench.check(ctx, *random_job(bench, random, size))

    bench.run(test)


@pytest.mark.parametrize(("data_bits", "granule_bytes"), [(64, 4), (64, 2), (128, 4)])
def test_alignments(data_bits: int, granule_bytes: int, seed: int) -> None:
    word = data_bits // 8
    offsets = range(0, word, granule_bytes)
    triples = [(x, y, z) for x in offsets for y in offsets for z in offsets]
    random = Random(seed)
    bench = Bench(data_bits=data_bits, granule_bytes=granule_bytes, seed=seed, **SMALL)

    async def test(ctx: SimulatorContext) -> None:
        for x, y, z in random.sample(triples, min(len(triples), 24)):
            size = random.randrange(granule_bytes, 6 * word, granule_bytes)
            await bench.check(ctx, 0x100 + x, 0x1100 + y, 0x2100 + z, size)

    bench.run(test)


@pytest.mark.parametrize("turn", range(6))
def test_back_pressure(turn: int, seed: int) -> None:
    random = Random(seed)
    buffers = random.choice(
        (SMALL, BUFFERS, {"burst_beats": 8, "read_buffer_beats": 32, "write_buffer_beats": 16})
    )
    bench = Bench(granule_bytes=random.choice((2, 4)), size=0x6000, seed=seed, **buffers)

    async def test(ctx: SimulatorContext) -> None:
        for _ in range(4):
            random_weather(bench, random)
            size = random.randrange(bench.granule_bytes, 0x180, bench.granule_bytes)
            await bench.check(ctx, *random_job(bench, random, size))

    bench.run(test)


def test_no_bytes(seed: int) -> None:
    bench = Bench(seed=seed)

    async def test(ctx: SimulatorContext) -> None:
        for _ in range(2):
            outcome = await bench.check(ctx, 4, 0x1000, 0x2000, 0)
            assert outcome.cycles == 2
            assert not bench.memory.requests
        await bench.check(ctx, 4, 0x1000, 0x2000, 8)

    bench.run(test)


def test_latencies(seed: int) -> None:
    bench = Bench(seed=seed)

    async def test(ctx: SimulatorContext) -> None:
        start = bench.memory.cycle + 1
        outcome = await bench.check(ctx, 4, 0x1000, 0x2004, 40)
        assert bench.memory.cycles("ar")[0] == start + 3
        assert bench.memory.cycles("b")[-1] + 2 == start + outcome.cycles

    bench.run(test)


def test_start_while_busy_is_ignored(seed: int) -> None:
    bench = Bench(seed=seed)

    async def test(ctx: SimulatorContext) -> None:
        job = Job(4, 0x1000, 0x2004, 64)
        expected = bench.expected(job)
        await bench.start(ctx, job)
        ctx.set(bench.dut.start, 1)
        await ctx.tick().repeat(8)
        ctx.set(bench.dut.start, 0)
        await ctx.tick().until(bench.dut.done)
        assert bench.memory.contents == expected

    bench.run(test)


async def fail(ctx: SimulatorContext, bench: Bench, job: Job, errors: dict[int, Resp]) -> None:
    """Run a job with errors at some addresses; the first that arrives must end it, and nothing made
    from a bad beat be written.
    """
    bench.memory.behaviour.errors = errors
    before, after = bytes(bench.memory.contents), bench.expected(job)
    await bench.start(ctx, job)
    outcome = await bench.finish(ctx, limit=3000)
    cycle, channel, address, resp = bench.memory.failed[0]
    starts = [BASE + start for start in job[:3]]
    fitting = [
        max(address, start)
        for start in starts
        if start // bench.bus_bytes * bench.bus_bytes <= address < start + job.size
    ]
    assert outcome.status == CODES[channel, resp]
    assert outcome.fault_address in fitting
    assert all(request.cycle <= cycle + 1 for request in bench.memory.requests)
    assert bench.flush_cycles[0] == cycle + 1
    assert bench.flush_cycles == list(range(cycle + 1, bench.flush_cycles[-1] + 1))
    for i in range(len(before)):
        at = i - job.gradient
        good = {before[i], after[i]} if 0 <= at < job.size else {before[i]}
        if channel == "r" and outcome.fault_address - BASE in (job.logits + at, job.labels + at):
            good = {before[i]}
        assert bench.memory.contents[i] in good
    bench.memory.behaviour.errors = {}


@pytest.mark.parametrize("turn", range(8))
def test_bus_errors(turn: int, seed: int) -> None:
    random, bench = random_bench(seed)

    async def test(ctx: SimulatorContext) -> None:
        for _ in range(3):
            random_weather(bench, random)
            job = random_job(
                bench,
                random,
                size=random.randrange(bench.granule_bytes, 0x140, bench.granule_bytes),
            )
            starts = random.sample(job[:3], random.choice((1, 1, 2)))
            places = [
                BASE
                + random.choice((start, start + job.size - 1, start + random.randrange(job.size)))
                for start in starts
            ]
            await fail(
                ctx,
                bench,
                job,
                {place: random.choice((Resp.SLVERR, Resp.DECERR)) for place in places},
            )
            await bench.check(ctx, *random_job(bench, random, size=0x40))

    bench.run(test)


@pytest.mark.parametrize("turn", range(4))
def test_reset_in_mid_job(turn: int, seed: int) -> None:
    random = Random(seed)
    bench = Bench(size=0x6000, seed=seed, **random.choice((SMALL, BUFFERS)))

    async def test(ctx: SimulatorContext) -> None:
        for _ in range(4):
            random_weather(bench, random)
            job = random_job(bench, random, size=0x140)
            await bench.start(ctx, job)
            for _ in range(random.randrange(120)):
                await ctx.tick()
            ctx.set(bench.domain.rst, 1)
            for _ in range(random.choice((1, 3))):
                await ctx.tick()
            ctx.set(bench.domain.rst, 0)
            assert not ctx.get(bench.dut.busy)
            assert ctx.get(bench.dut.status) == Status.IDLE
            await bench.check(ctx, *random_job(bench, random, size=0x50))

    bench.run(test)


@pytest.mark.parametrize("data_bits", [64, 128])
def test_verilog(data_bits: int) -> None:
    dut = Dma(data_bits=data_bits, granule_bytes=2, read_turn_beats=32, **BUFFERS)
    assert "module dma" in to_verilog(dut, "dma")
