"""cocotb: the whole unit against the golden model, with directed and random jobs, refusals, faults
and resets.

Every random choice follows from the run's seed and the test's name. Parameters: ``jobs`` (how many
random jobs a test runs), ``longest`` (elements of the longest of them).
"""

import itertools
import random
from dataclasses import replace

import cocotb
from cocotb.triggers import ClockCycles, RisingEdge

from scegrad.axi import Resp
from scegrad.formats import FORMATS
from scegrad.job.job import Job, JobRefused
from scegrad.job.sequence import abort, execute_async, start
from scegrad.registers import SHARED, Status, offset, unit_offset
from scegrad.tb.bench import parameters
from scegrad.tb.scenarios import LONGEST_BAD, Shape, draw_bad_job, draw_job, kinds
from scegrad.tb.storage import Fault
from scegrad.tb.system import System, count, describe, system
from scegrad.tb.traffic import Behaviour


@cocotb.test()
async def lengths(dut) -> None:
    """Every length from 0 to some words more than a round of all cores, shared and private, with
    memories that answer at once.
    """
    async with system(dut, "lengths") as unit:
        for fmt in (FORMATS[name] for name in unit.platform.formats):
            last = min(
                parameters().get("longest", 40), 3 * unit.platform.shared_data_bits // fmt.width + 2
            )
            for length in range(last):
                await unit.run(
                    draw_job(
                        unit.rng,
                        unit.platform,
                        Shape(fmt, length=length, private=length % 4 == 3),
                        [],
                    )
                )


@cocotb.test()
async def alignments(dut) -> None:
    """Each array in turn starts at every element of a bus word, across a page, with few enough
    elements to end there as well.
    """
    async with system(dut, "alignments") as unit:
        platform, rng = unit.platform, unit.rng
        for private in kinds(platform):
            region = platform.l2[0] if private else platform.shared[0]
            for name in platform.formats:
                fmt = FORMATS[name]
                for step in range(
                    (platform.l2_data_bits if private else platform.shared_data_bits) // fmt.width
                ):
                    shifts = [
                        rng.choice((step, step, 0, rng.randrange(64))) * fmt.bytes for _ in range(3)
                    ]
                    starts = [
                        region.base + 0x3000 * (i + 1) - 16 + shift
                        for i, shift in enumerate(shifts)
                    ]
                    await unit.run(
                        Job(
                            platform,
                            fmt,
                            private,
                            *starts,
                            length=rng.randint(1, 20),
                            core_mask=platform.all_cores,
                        )
                    )


@cocotb.test()
async def random_jobs(dut) -> None:
    """Jobs of all kinds one after the other, over memories of all kinds."""
    async with system(dut, "random_jobs") as unit:
        for _ in range(count("jobs", 20)):
            await unit.run(draw_any(unit))


@cocotb.test()
async def side_by_side(dut) -> None:
    """Private jobs on several cores at once and a shared job on others, started in any order; now
    and then one fails.
    """
    async with system(dut, "side_by_side") as unit:
        rng, platform = unit.rng, unit.platform
        for _ in range(count("jobs", 10)):
            unit.draw_behaviours()
            ports = platform.l2_ports
            cores = rng.sample(range(ports), rng.randint(1, ports)) if ports else []
            mask = platform.all_cores & ~sum(1 << core for core in cores)
            shapes = [
                Shape(core=core, private=True, longest=count("longest", 200)) for core in cores
            ]
            if mask:
                shapes.append(Shape(private=False, mask=mask, longest=count("longest", 200)))
            rng.shuffle(shapes)
            tasks, taken = [], []
            for shape in shapes:
                job = draw_job(rng, platform, shape, taken)
                spoilt = job.length > 0 and rng.random() < 0.3
                if spoilt:
                    unit.storage.faults.append(draw_fault(rng, job))
                started = await unit.start(job)
                tasks.append(
                    cocotb.start_soon(unit.fail(started) if spoilt else unit.finish(started))
                )
                await ClockCycles(dut.clk, rng.choice((1, 1, 30)))
            for task in tasks:
                await task
            unit.check_idle()
            unit.storage.faults.clear()


@cocotb.test()
async def refusals(dut) -> None:
    """Random requests, most of them bad: accepted or refused as ``Job.check`` says, and a refused
    one accesses nothing.
    """
    async with system(dut, "refusals") as unit:
        missing = {status for status in Status if status.refusal} - {Status.BUSY}
        if len(unit.platform.formats) == len(FORMATS):
            missing -= {Status.FORMAT_MISSING}
        for number in range(count("requests", 60)):
            job = draw_bad_job(unit.rng, unit.platform, number)
            expected = job.check()
            missing.discard(expected)
            if expected is not Status.ACCEPTED:
                await expect_refusal(unit, job, expected)
            elif job.length <= LONGEST_BAD:
                await unit.run(job)
        # No reason is left to chance: with a few requests, a seed may give none of a kind.
        for status in sorted(missing):
            drawn = (draw_bad_job(unit.rng, unit.platform, number) for number in range(10_000))
            found = next((job for job in drawn if job.check() is status), None)
            assert found is not None, f"no request is refused for {status!r}"
            await expect_refusal(unit, found, status)


async def expect_refusal(unit: System, job: Job, expected: Status) -> None:
    """Start ``job``, which must be refused for this reason, without any traffic."""
    before = [(memory.log.read_beats, memory.log.write_beats) for memory in unit.memories.values()]
    found = Status.ACCEPTED
    try:
        await execute_async(start(job), unit.host)
    except JobRefused as refusal:
        found = refusal.status
    assert found is expected, f"{describe(job)}: {found.name}, but must be {expected.name}"
    await ClockCycles(unit.dut.clk, 20)
    unit.check_rules()
    assert before == [
        (memory.log.read_beats, memory.log.write_beats) for memory in unit.memories.values()
    ]


@cocotb.test()
async def busy(dut) -> None:
    """A start while a unit that it needs is busy is refused, and the running job is not affected;
    others may start.
    """
    async with system(dut, "busy") as unit:
        rng, platform = unit.rng, unit.platform
        for private in kinds(platform):
            for memory in unit.memories.values():
                memory.behaviour = Behaviour(latency=(400, 400))
            taken = []
            started = await unit.start(
                draw_job(rng, platform, Shape(private=private, core=0, mask=1, length=5), taken)
            )
            running = await unit.host.read32(offset("BUSY"))
            assert running == 1 << started.unit, (
                f"BUSY is {running:#x} while unit {started.unit} runs"
            )
            assert await unit.host.read32(unit_offset(started.unit, "STATUS")) == Status.RUNNING
            for shape in (
                Shape(private=True, core=0, length=3),
                Shape(private=False, mask=platform.all_cores, length=3),
            ):
                await expect_refusal(unit, draw_job(rng, platform, shape, [*taken]), Status.BUSY)
            if not private and platform.cores > 1:
                await expect_refusal(
                    unit,
                    draw_job(rng, platform, Shape(private=False, mask=2, length=0), []),
                    Status.BUSY,
                )
            await unit.finish(started)
            assert await unit.host.read32(offset("BUSY")) == 0


@cocotb.test()
async def faults(dut) -> None:
    """A bus error anywhere in a job ends it with the right status and address, and the next job is
    not affected.
    """
    async with system(dut, "faults") as unit:
        rng = unit.rng
        for _ in range(count("jobs", 12)):
            job = draw_any(unit)
            if not job.length:
                continue
            unit.storage.faults = [draw_fault(rng, job) for _ in range(rng.choice((1, 1, 2)))]
            dut._log.info(f"{unit.storage.faults}")
            await unit.fail(await unit.start(job))
            unit.storage.faults.clear()
            if rng.random() < 0.5:
                await run_like(unit, job)


@cocotb.test()
async def aborts(dut) -> None:
    """An abort after any number of cycles cuts a job short, one that comes too late does nothing,
    and the next job is right.
    """
    async with system(dut, "aborts") as unit:
        rng, early = unit.rng, []
        for number in range(count("jobs", 12)):
            unit.draw_behaviours()
            private = number % 2 == 1
            longest = count("longest", 200)
            at_once = (
                number < 2
            )  # while most of the longest job of its kind is left, for every draw
            shape = Shape(private=private, longest=longest, length=longest if at_once else None)
            job = draw_job(rng, unit.platform, shape, [])
            started = await unit.start(job)
            later = rng.choice((1, rng.randint(1, 30), rng.randint(1, 300)))
            await ClockCycles(dut.clk, 1 if at_once else later)
            early.append(await unit.abort(started))
            for idle in (SHARED, *range(unit.platform.cores)):
                await execute_async(abort(idle), unit.host)
            await run_like(unit, job)
        assert any(early), "every job had ended when it was aborted"


@cocotb.test()
async def backlog(dut) -> None:
    """A full buffer while writes are taken slowly; then an error comes first, with all other bursts
    still to be answered, slowly.
    """
    async with system(dut, "backlog") as unit:
        for fmt, private in itertools.product(
            (FORMATS[name] for name in unit.platform.formats), kinds(unit.platform)
        ):
            width = unit.platform.l2_data_bits if private else unit.platform.shared_data_bits
            shape = Shape(
                fmt,
                core=0,
                private=private,
                length=3 * unit.platform.write_buffer_beats * width // fmt.width + 1,
            )
            memory = unit.memories[0 if private else SHARED]
            memory.behaviour = Behaviour(w=0.9)
            await unit.run(draw_job(unit.rng, unit.platform, shape, []))
            for behaviour, array in (
                (Behaviour(latency=(60, 60), r=0.97), "logits"),
                (Behaviour(b=0.99), "gradient"),
            ):
                memory.behaviour = behaviour
                job = draw_job(unit.rng, unit.platform, shape, [])
                unit.storage.faults = [Fault(getattr(job, array), Resp.SLVERR, array == "gradient")]
                await unit.fail(await unit.start(job))
                unit.storage.faults.clear()


def draw_any(unit: System) -> Job:
    """A job of any kind, on memories with a new random behaviour."""
    unit.draw_behaviours()
    return draw_job(unit.rng, unit.platform, Shape(longest=count("longest", 200)), [])


async def run_like(unit: System, job: Job) -> None:
    """Run a short job on the unit that ``job`` had: it must succeed."""
    shape = Shape(private=job.private, core=job.core, longest=60)
    await unit.run(draw_job(unit.rng, unit.platform, shape, []))


def draw_fault(rng: random.Random, job: Job) -> Fault:
    """A bus error at the first, the last or any byte of one of the job's arrays."""
    write = rng.random() < 0.4
    array = job.gradient if write else rng.choice((job.logits, job.labels))
    place = array + rng.choice((0, job.size - 1, rng.randrange(job.size)))
    return Fault(place, rng.choice((Resp.SLVERR, Resp.DECERR)), write)


@cocotb.test()
async def resets(dut) -> None:
    """A reset at any cycle of a job leaves the unit ready for the next."""
    async with system(dut, "resets") as unit:
        rng = unit.rng
        for _ in range(count("jobs", 10)):
            job = draw_any(unit)
            expectation = (await unit.start(job)).expectation
            await ClockCycles(dut.clk, rng.choice((1, rng.randint(1, 20), rng.randint(1, 200))))
            await unit.reset()
            assert await unit.host.read32(offset("BUSY")) == 0
            assert await unit.host.read32(offset("REQUEST")) == Status.IDLE
            expectation.check_partial(unit.storage)
            expectation.release(unit.storage)
            unit.check_rules()
            await run_like(unit, job)


@cocotb.test()
async def interrupts(dut) -> None:
    """The line irq follows IRQ_PENDING and IRQ_ENABLE, is a level, and falls when acknowledged."""
    async with system(dut, "interrupts") as unit:
        host, rng = unit.host, unit.rng
        for private in kinds(unit.platform):
            number = unit.platform.cores - 1 if private else SHARED
            bit = 1 << number
            await host.write32(offset("IRQ_ENABLE"), 0)
            job = draw_job(
                rng,
                unit.platform,
                Shape(private=private, core=unit.platform.cores - 1, length=7),
                [],
            )
            started = await unit.start(job)
            while not await host.read32(offset("IRQ_PENDING")) & bit:
                assert str(dut.irq.value) == "0"
            assert str(dut.irq.value) == "0", "irq is high though nothing enables it"
            await host.write32(offset("IRQ_ENABLE"), bit)
            await RisingEdge(dut.clk)
            assert str(dut.irq.value) == "1", "irq is low though it is pending and enabled"
            await host.write32(offset("IRQ_PENDING"), bit ^ 0xFFFF_FFFF)
            await ClockCycles(dut.clk, 2)
            assert str(dut.irq.value) == "1", "irq fell though another unit's end was acknowledged"
            await unit.finish(started)
            await RisingEdge(dut.clk)
            assert str(dut.irq.value) == "0", "irq is high though it was acknowledged"


@cocotb.test()
async def counters(dut) -> None:
    """The counters agree with what the memories saw."""
    async with system(dut, "counters") as unit:
        for private in kinds(unit.platform) * 2:
            job = draw_job(
                unit.rng, unit.platform, Shape(private=private, length=count("longest", 200)), []
            )
            unit.draw_behaviours()
            log = unit.memories[job.unit].log
            before = replace(log)
            found = await unit.run(job)
            assert found.read_beats == log.read_beats - before.read_beats
            assert found.write_beats == log.write_beats - before.write_beats
            assert found.stall_port == log.stalled_ar - before.stalled_ar
            assert found.stall_write == log.stalled_write - before.stalled_write
            span = log.events[-1].cycle - log.events[0].cycle + log.events[0].waited
            assert 0 < found.cycles - span < 10, (
                f"{found.cycles} cycles, but {span} from the first address to the last response"
            )
            width = unit.platform.l2_data_bits if private else unit.platform.shared_data_bits
            blocks = -(-job.size * 8 // width)
            assert blocks + found.stall_read_data + found.stall_datapath < found.cycles
            assert found.stall_read_data >= unit.memories[job.unit].behaviour.latency[0]
