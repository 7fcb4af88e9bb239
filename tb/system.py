"""A whole unit in a cocotb bench: memories on every port, a host on the registers, and jobs run and
checked.
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cocotb.handle import SimHandleBase

from scegrad.job.job import BusError, Counters, Job, JobAborted
from scegrad.job.sequence import abort, execute_async, finish, identify_and_enable, start
from scegrad.platforms import Platform
from scegrad.registers import SHARED, Status
from scegrad.tb.bench import parameters, platform, randomness, reset, running
from scegrad.tb.host import Host
from scegrad.tb.memory import AxiMemory, Behaviour, Event
from scegrad.tb.scenarios import draw_operands
from scegrad.tb.scoreboard import Expectation
from scegrad.tb.storage import Storage

STOPPING_CYCLES = 4
"""Cycles after an error response, or an abort, in which new bursts may still be offered."""


@dataclass(frozen=True)
class Started:
    """A job under way, the unit that runs it, and what memory must hold afterwards."""

    job: Job
    unit: int
    expectation: Expectation


class System:
    """The design under test with memories and host; all memories share one ``storage``."""

    def __init__(self, dut: SimHandleBase, platform: Platform, rng: random.Random) -> None:
        self.dut = dut
        self.platform = platform
        self.rng = rng
        self.storage = Storage(rng.getrandbits(32))
        self.host = Host(dut, random.Random(rng.getrandbits(64)))
        units = [SHARED, *range(platform.l2_ports)]
        self.memories = {
            unit: self._memory(prefix) for unit, prefix in zip(units, platform.ports, strict=True)
        }

    def _memory(self, prefix: str) -> AxiMemory:
        rng = random.Random(self.rng.getrandbits(64))
        memory = AxiMemory(self.dut, prefix, self.storage, rng, max_beats=self.platform.burst_beats)
        memory.log.record = True
        return memory

    def draw_behaviours(self) -> None:
        """Give every memory a new behaviour, and log it."""
        for memory in self.memories.values():
            memory.behaviour = Behaviour.draw(self.rng)
        self.dut._log.info(
            "; ".join(f"{memory.prefix}: {memory.behaviour}" for memory in self.memories.values())
        )

    def limit(self, job: Job) -> int:
        """Cycles within which a job must end on any memory."""
        return 8000 + 60 * max(job.length, 0)

    async def run(self, job: Job) -> Counters:
        """Run one job to its end and check everything about it."""
        counters = await self.finish(await self.start(job))
        self.check_idle()
        return counters

    async def start(self, job: Job) -> Started:
        """Put random operands of ``job`` into memory and start it; it must be accepted."""
        self.dut._log.info(describe(job))
        unit = job.unit
        self.memories[unit].log.errors.clear()
        self.memories[unit].log.events.clear()
        started = Started(
            job,
            unit,
            Expectation.load(self.storage, job, *draw_operands(self.rng, job.fmt, job.length)),
        )
        found = await execute_async(start(job), self.host)
        assert found == unit, f"unit {found} runs the job, but must be {unit}"
        return started

    async def finish(self, started: Started) -> Counters:
        """Wait for the end of a job that must succeed, and check it."""
        counters = await execute_async(finish(started.unit, self.limit(started.job)), self.host)
        self._check_end(started)
        started.expectation.check_complete(self.storage)
        started.expectation.release(self.storage)
        assert counters.elements == started.job.length, (
            f"ELEMENTS is {counters.elements}, not {started.job.length}"
        )
        return counters

    async def fail(self, started: Started) -> None:
        """Wait for the end of a job that must meet a bus error, and check status, address and
        memory.
        """
        found: BusError | None = None
        try:
            await execute_async(finish(started.unit, self.limit(started.job)), self.host)
        except BusError as error:
            found = error
        assert found is not None, f"{describe(started.job)} met no bus error: {self.storage.faults}"
        errors = self.memories[started.unit].log.errors
        status, address = first_error(started.job, errors)
        assert found.status is status, (
            f"status is {found.status.name}, not {status.name}: {errors[:4]}"
        )
        assert found.fault_address == address, (
            f"fault address is {found.fault_address:#x}, not {address:#x}: {errors[:4]}"
        )
        late = late_bursts(
            self.memories[started.unit].log.events, min(event.cycle for event in errors)
        )
        assert not late, f"{len(late)} bursts were begun after the error: {late[0]}, {errors[0]}"
        self._check_end(started)
        started.expectation.check_partial(self.storage)
        started.expectation.release(self.storage)

    async def abort(self, started: Started) -> bool:
        """Abort a job and check its memory; returns whether it ended early, and not before the
        abort reached it.
        """
        memory = self.memories[started.unit]
        await execute_async(abort(started.unit), self.host)
        written = memory.cycle
        try:
            await execute_async(finish(started.unit, self.limit(started.job)), self.host)
            early = False
            started.expectation.check_complete(self.storage)
        except JobAborted:
            early = True
            started.expectation.check_partial(self.storage)
        late = late_bursts(memory.log.events, written)
        assert not late, f"{len(late)} bursts were begun after the abort at {written}: {late[0]}"
        self._check_end(started)
        started.expectation.release(self.storage)
        return early

    def _check_end(self, started: Started) -> None:
        self.check_rules()
        assert self.memories[started.unit].idle, (
            f"unit {started.unit} has ended with bursts on their way"
        )

    async def reset(self) -> None:
        """Reset the unit in any state, and set it up again."""
        self.host.clear()
        await reset(self.dut)
        await execute_async(identify_and_enable(self.platform), self.host)

    def check_rules(self) -> None:
        """No memory has seen a violation."""
        failures = [failure for memory in self.memories.values() for failure in memory.log.failures]
        assert not failures, "\n".join(failures)

    def check_idle(self) -> None:
        """No memory has a burst on its way."""
        assert all(memory.idle for memory in self.memories.values())


def describe(job: Job) -> str:
    """A job in one line, without its platform."""
    arrays = " ".join(
        f"{name}={getattr(job, name):#x}" for name in ("logits", "labels", "gradient")
    )
    return (
        f"{'private' if job.private else 'shared'} {job.fmt.name} {arrays} length={job.length}"
        f" core_mask={job.core_mask:#x}"
    )


def first_error(job: Job, errors: list[Event]) -> tuple[Status, int]:
    """The status and the fault address that these error responses, in the order of time, must lead
    to.

    The address is that of the first byte of an array in the bus word, or for a write in the burst,
    that was answered with an error. If a read and a write fail in the same cycle, the read counts.
    """
    assert errors, "no memory has answered with an error"
    event = min(errors, key=lambda event: (event.cycle, event.channel != "r"))
    if event.channel == "r":
        base = job.logits if event.ident == 0 else job.labels
        return Status[f"READ_{event.response.name}"], max(base, event.address)
    return Status[f"WRITE_{event.response.name}"], max(job.gradient, event.address)


def late_bursts(events: list[Event], end: int) -> list[Event]:
    """Addresses that were first offered more than a few cycles after ``end``, in which the job was
    cut short.
    """
    return [
        event
        for event in events
        if event.channel in ("ar", "aw") and event.cycle - event.waited > end + STOPPING_CYCLES
    ]


@asynccontextmanager
async def system(dut: SimHandleBase, test: str, *, resets: bool = True) -> AsyncIterator[System]:
    """The unit on the platform that the bench was given, reset (or as it powers up) and set up, for
    the cocotb test of this name.
    """
    unit = System(dut, platform(), randomness(test))
    async with running(dut, [*unit.memories.values()], resets=resets):
        await execute_async(identify_and_enable(unit.platform), unit.host)
        yield unit
        unit.check_rules()


def count(name: str, default: int) -> int:
    """How often a random test repeats: from the bench's parameters."""
    return int(parameters().get(name, default))
