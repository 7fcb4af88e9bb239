"""A bench for ``Dma``: a memory at its port, and an exclusive or with a delay in place of the
datapath.
"""

from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from amaranth.hdl import ClockDomain, Module, Value
from amaranth.sim import Simulator, SimulatorContext

from scegrad.registers import Status
from scegrad.rtl.dma.dma import Dma

from .sim_memory import Behaviour, SimMemory

BASE = 0x8000_0000
"""Address of the first byte of the memory; jobs here are given by offsets from it."""

BUFFERS = {"burst_beats": 16, "read_buffer_beats": 128, "write_buffer_beats": 64}
"""Like those of the platforms; turns are of one burst unless a test has longer ones."""


class Job(NamedTuple):
    """Offsets of the arrays in the memory, and the bytes of each of them."""

    logits: int
    labels: int
    gradient: int
    size: int

    def array(self, start: int) -> range:
        """The addresses of an array that starts at an offset."""
        return range(BASE + start, BASE + start + self.size)


@dataclass
class Datapath:
    """Takes operand pairs every ``interval`` cycles at most, none before ``begin``, and gives
    ``logits ^ labels`` after ``delay`` cycles.

    ``pauses`` holds the probabilities of a pause on ``operands`` and on ``gradients``.
    """

    interval: int = 1
    delay: int = 5
    begin: int = 0
    pauses: dict[str, float] = field(default_factory=dict)


@dataclass
class Outcome:
    """What a job ended with; cycles are counted from the one in which ``start`` was high to
    ``done``.
    """

    status: Status
    fault_address: int
    counters: dict[str, int]
    cycles: int


class Bench:
    """A ``Dma`` between a memory of ``size`` bytes and a datapath.

    ``operand_cycles`` and ``gradient_cycles`` are those of the last job's handshakes, counted like
    the memory's.
    """

    def __init__(
        self,
        *,
        seed: int,
        data_bits: int = 64,
        granule_bytes: int = 4,
        size: int = 0x4000,
        **buffers: int,
    ):
        self.buffers = BUFFERS | buffers
        self.buffers.setdefault("read_turn_beats", self.buffers["burst_beats"])
        self.bus_bytes = data_bits // 8
        self.granule_bytes = granule_bytes
        self.random = Random(seed)
        self.dut = Dma(data_bits=data_bits, granule_bytes=granule_bytes, **self.buffers)
        self.domain = ClockDomain("sync")
        room = self.buffers["read_buffer_beats"]
        self.memory = SimMemory(
            self.dut.axi, base=BASE, contents=self.random.randbytes(size), read_room=room, seed=seed
        )
        self.datapath = Datapath()
        self.forget()

    def forget(self) -> None:
        """Empty the records."""
        self.memory.forget()
        self.operand_cycles: list[int] = []
        self.gradient_cycles: list[int] = []
        self.flush_cycles: list[int] = []

    def run(self, test: Callable[[SimulatorContext], Coroutine[Any, Any, None]]) -> None:
        """Simulate until ``test`` returns."""
        top = Module()
        top.domains.sync = self.domain
        top.submodules.dut = self.dut
        simulator = Simulator(top)
        simulator.add_clock(1e-9)
        simulator.add_process(self.memory.run)
        simulator.add_process(self._run_datapath)
        simulator.add_testbench(test)
        simulator.run()

    async def _run_datapath(self, ctx: SimulatorContext) -> None:
        operands, gradients = self.dut.operands, self.dut.gradients
        results: deque[tuple[int, int]] = deque()
        cycle, next_take, taking, giving = 0, 0, False, False
        word = (1 << 8 * self.bus_bytes) - 1
        signals = (self.dut.flush, operands.valid, Value.cast(operands.payload), gradients.ready)
        async for _, rst, flush, valid, pair, ready in ctx.tick().sample(*signals):
            cycle += 1
            if giving and ready:
                self.gradient_cycles.append(cycle)
                results.popleft()
                giving = False
            if taking and valid:
                self.operand_cycles.append(cycle)
                results.append(
                    (cycle + self.datapath.delay, (pair & word) ^ (pair >> 8 * self.bus_bytes))
                )
                next_take = cycle + self.datapath.interval
            if rst or flush:
                self.flush_cycles.append(cycle)
                results.clear()
                giving = False
            taking = cycle + 1 >= max(next_take, self.datapath.begin) and not self._pauses(
                "operands"
            )
            giving = giving or (
                bool(results) and results[0][0] <= cycle + 1 and not self._pauses("gradients")
            )
            ctx.set(operands.ready, taking)
            ctx.set(gradients.valid, giving)
            if giving:
                ctx.set(gradients.payload, results[0][1])

    def _pauses(self, stream: str) -> bool:
        probability = self.datapath.pauses.get(stream, 0)
        return probability > 0 and self.random.random() < probability

    def behave(self, **behaviour: Any) -> None:
        """Set the memory's behaviour."""
        self.memory.behaviour = Behaviour(**behaviour)

    async def start(self, ctx: SimulatorContext, job: Job) -> None:
        """Start a job, and let the memory allow what it may access."""
        self.forget()
        self.memory.readable = [job.array(job.logits), job.array(job.labels)]
        self.memory.writable = [job.array(job.gradient)]
        fields = {
            "logits": BASE + job.logits,
            "labels": BASE + job.labels,
            "gradient": BASE + job.gradient,
            "size": job.size,
        }
        ctx.set(self.dut.job, fields)
        ctx.set(self.dut.start, 1)
        await ctx.tick()
        ctx.set(self.dut.start, 0)
        ctx.set(self.dut.job, dict.fromkeys(fields, 0))

    async def finish(self, ctx: SimulatorContext, limit: int) -> Outcome:
        """Wait for the end of a job that was just started."""
        cycles = 0
        async for _, _, busy, done, status in ctx.tick().sample(
            self.dut.busy, self.dut.done, self.dut.status
        ):
            cycles += 1
            assert busy != done
            assert cycles < limit
            if done:
                break
            assert status == Status.RUNNING
        counters = ctx.get(self.dut.counters)
        named = {name: getattr(counters, name) for name, _ in self.dut.counters.shape()}
        assert not any(ctx.get(signal) for signal in (self.dut.done, self.dut.busy, self.dut.flush))
        assert named["cycles"] == cycles - 1
        assert self.memory.quiet, "the job ended with something in flight"
        return Outcome(
            Status(ctx.get(self.dut.status)), ctx.get(self.dut.fault_address), named, cycles
        )

    def expected(self, job: Job) -> bytes:
        """The memory after a job that starts now."""
        after = bytearray(self.memory.contents)
        logits, labels = (after[at : at + job.size] for at in (job.logits, job.labels))
        after[job.gradient : job.gradient + job.size] = bytes(
            x ^ y for x, y in zip(logits, labels, strict=True)
        )
        return bytes(after)

    def words(self, start: int, size: int) -> int:
        """Bus words that an array touches."""
        return (start + size - 1) // self.bus_bytes - start // self.bus_bytes + 1 if size else 0

    async def check(self, ctx: SimulatorContext, *job: int) -> Outcome:
        """Run a job that must succeed; compare the whole memory and the counters with what they
        should be.
        """
        place = Job(*job)
        expected = self.expected(place)
        await self.start(ctx, place)
        outcome = await self.finish(ctx, limit=2000 + 40 * (place.size // self.bus_bytes))
        assert (outcome.status, outcome.fault_address) == (Status.DONE, 0)
        assert self.memory.contents == expected, f"wrong memory after {place}"
        logits, labels, gradient = (self.words(start, place.size) for start in place[:3])
        assert outcome.counters["read_beats"] == logits + labels == len(self.memory.cycles("r"))
        assert outcome.counters["write_beats"] == gradient == len(self.memory.cycles("w"))
        assert outcome.counters["written_bytes"] == place.size
        return outcome
