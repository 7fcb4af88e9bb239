"""One round of a soak: a fresh unit, and a series of jobs on it without a reset between them.

    draw jobs for free units ─► fill memory, windows, faults ─► start all ─► rivals are refused
                                   ─► abort some, or reset ─► finish each ─► check everything

All random choices come from the round's seed, and nothing depends on time: the same round gives the
same cycles.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from scegrad.errors import SimulationError
from scegrad.job import sequence
from scegrad.job.job import BusError, Counters, Job, JobAborted
from scegrad.model import golden
from scegrad.platforms import Platform, Region
from scegrad.registers import Status, offset
from scegrad.sim.simulation import Direction, Memory, Simulation
from scegrad.soak import bins, reports, rivals, targets
from scegrad.soak.registers import PATIENCE, SoakError, SoakRegisters, start_as_due
from scegrad.tb import scenarios

ROUND = 20
"""Jobs of a round."""

GUARD = 64
"""Bytes that are checked on either side of an output, beside the windows."""

NEAR = 256
"""Bytes around a fault in which no other job has an array: more than a bus word."""

REQUEST = 40
"""Cycles of a request at most, with its answer."""

LATENCIES = (0, 0, 1, 20, 100, 300)
STALLS = (0, 0, 30, 128, 230)
"""The choice of a memory's latencies and pauses, the frequent ones more than once."""

T = TypeVar("T")


@dataclass
class _Running:
    """A job of an act, and its expected end."""

    job: Job
    logits: np.ndarray
    labels: np.ndarray
    before: np.ndarray = field(default_factory=lambda: np.empty(0, "u1"))
    fault: Status | None = None
    fault_at: int = 0
    abort: bool = False
    asked: int = 0  # the cycle before its request
    began: int = 0  # a cycle in which it runs
    end: str = "done"
    aim: targets.Target | None = None  # of the act, if this is the job that should hit it

    @property
    def told(self) -> str:
        """The job's fields, and what cuts it short, in a line."""
        job = self.job
        names = ("logits", "labels", "gradient")
        arrays = ", ".join(f"{name} {at:#010x}" for name, at in zip(names, job.arrays, strict=True))
        where = "private" if job.private else f"shared, core_mask {job.core_mask:#x}"
        fault = f", {self.fault.name} at {self.fault_at:#x}" if self.fault else ""
        fault += ", to be aborted" if self.abort else ""
        return f"unit {job.unit}, {where}, {job.length} of {job.fmt.name}, {arrays}{fault}"


class SoakRound:
    """A unit, and all random choices for its jobs."""

    def __init__(self, platform: Platform, simulation: Simulation, seed: int, number: int) -> None:
        self.platform, self.simulation = platform, simulation
        self.seed, self.number, self.acts = seed, number, 0
        self.rng = random.Random(f"{seed} {platform.name} {number}")
        self.registers = SoakRegisters(simulation)
        self.hits: Counter[bins.Bin] = Counter()
        self.rivals: Counter[str] = Counter()
        self.aimed = self.met = 0
        self.memory: Memory | None = None
        self.running: list[_Running] = []
        self._execute(sequence.identify_and_enable(platform))

    def _execute(self, steps: sequence.Steps[T]) -> T:
        self.registers.deadline = self.simulation.cycle + PATIENCE
        return sequence.execute(steps, self.registers)

    def run(self, jobs: int = ROUND) -> int:
        """Run at least this number of jobs (the last act may have more); returns the number. Raises
        ``SoakError``, whose further lines describe the jobs that ran.
        """
        done = 0
        while done < jobs:
            self.memory, self.running = None, []
            try:
                done += self._act()
            except (SimulationError, SoakError) as error:  # or a register did not answer
                lines = self._told(self.number * ROUND + done)
                raise SoakError("\n".join([str(error), *lines])) from error
        return done

    def _told(self, first: int) -> list[str]:
        """A line about each job of the act, with its number, and one about the memory."""
        lines = [f"  job {n}: {each.told}" for n, each in enumerate(self.running, start=first)]
        return [*lines, f"  {self.memory}"] if self.memory else lines

    def _act(self) -> int:
        """One act: draw some jobs, run them at the same time, and check them; returns their
        number.
        """
        if self.rng.random() < 0.1:
            self._refuse()
        aim = targets.target(self.platform, self.seed, self.number, self.acts)
        self.acts += 1
        self.memory = memory = self._prepare_memory(aim)
        self.running = running = self._draw(aim)
        for each in running:
            self._load(each, running)
        for each in running:
            each.asked = self.simulation.cycle
            start_as_due(each.job, self.registers)
            each.began = self.simulation.cycle
        self._request_rivals(running, memory)
        if aim["end"] == "reset" if aim else self.rng.random() < 0.07:
            self._reset(running, memory)
        else:
            if any(each.abort for each in running):
                self.simulation.run(self._moment(running, memory))
            for each in self._aborted(running):
                self._finish(each, memory)
        for each in running:
            self._check(each, running)
            found = bins.bin_of(each.job, memory, each.end, len(running) > 1)
            self.hits[found] += 1
            self.aimed += each.aim is not None
            self.met += each.aim is not None and found == tuple(each.aim.values())
        self._check_unit()
        return len(running)

    def _request_rivals(self, running: list[_Running], memory: Memory) -> None:
        """Sometimes request what the jobs forbid, while the memory cannot have answered them."""
        if memory.latency < REQUEST or self.rng.random() < 0.5:
            return
        for each in self.rng.sample(running, len(running)):
            found = rivals.rivals(self.rng, each.job) if each.job.length else {}
            for kind in self.rng.sample(sorted(found), len(found)):
                if self.simulation.cycle + REQUEST > each.began + memory.latency:
                    break
                start_as_due(self.rng.choice(found[kind]), self.registers, Status.BUSY)
                self.rivals[kind] += 1

    def _moment(self, running: list[_Running], memory: Memory) -> int:
        """Cycles until a reset or an abort. With a target it mostly comes before its job is over:
        the job has been started at last, and all cores finish at most two results each per cycle.
        """
        aimed = [each.job.length for each in running if each.aim]
        if not aimed:
            longest = max(each.job.length for each in running)
            return self.rng.randrange(1, 60 + memory.latency + longest)
        spared = 20 + memory.latency + aimed[0] // (2 * self.platform.cores)
        return self.rng.randrange(1, spared)

    def _reset(self, running: list[_Running], memory: Memory) -> None:
        """Reset the unit at any moment. A job that is over then must be complete."""
        self.simulation.run(self._moment(running, memory))
        busy = self.simulation.read32(offset("BUSY"))
        self.simulation.reset()
        self._execute(sequence.identify_and_enable(self.platform))
        for each in running:
            if busy >> each.job.unit & 1:
                each.end = "reset"

    def _check_unit(self) -> None:
        """Check that no forbidden access happened, and that no unit is busy."""
        if violations := self.simulation.violations():
            raise SoakError(violations[0])
        if busy := self.simulation.read32(offset("BUSY")):
            raise SoakError(f"BUSY is {busy:#x} when every job is over")

    def _aborted(self, running: list[_Running]) -> list[_Running]:
        """Abort the jobs that are drawn for it; returns all jobs in the order in which they are
        awaited.
        """
        for each in sorted(running, key=lambda each: each.aim is None):
            if each.abort:
                self._execute(sequence.abort(each.job.unit))
        return self.rng.sample(running, len(running))

    def _prepare_memory(self, aim: targets.Target | None) -> Memory:
        """Empty memories, and their behaviour in this act."""
        sim, rng = self.simulation, self.rng
        sim.release(0, 1 << 32)
        sim.clear_windows()
        sim.clear_faults()
        latencies = [n for n in LATENCIES if not aim or bins.latency_class(n) == aim["latency"]]
        stalls = [n for n in STALLS if not aim or bins.pause_class(n) == aim["pauses"]]
        memory = Memory(
            latency=rng.choice(latencies),
            outstanding=rng.choice((1, 2, 64)),
            stall=rng.choice(stalls),
            seed=rng.getrandbits(32),
        )
        sim.set_memory(memory)
        return memory

    def _draw(self, aim: targets.Target | None) -> list[_Running]:
        """Jobs of different units that share no core; that of the target is the last one."""
        rng, platform = self.rng, self.platform
        shapes = targets.shapes(rng, platform, aim) if aim else self._any_shapes()
        found: list[_Running] = []
        taken: list[Region] = []
        for number, shape in enumerate(shapes, start=1):
            job = scenarios.draw_job(rng, platform, shape, taken)
            logits, labels = scenarios.draw_operands(rng, job.fmt, job.length)
            mine = aim if number == len(shapes) else None
            abort = mine["end"] == "abort" if mine else rng.random() < 0.12
            found.append(_Running(job, logits, labels, abort=abort, aim=mine))
        return found

    def _any_shapes(self) -> list[scenarios.Shape]:
        rng, platform = self.rng, self.platform
        free = list(range(platform.cores))
        rng.shuffle(free)
        private = rng.randrange(platform.cores + 1) if platform.l2_ports else 0
        if rng.random() < 0.5:
            private = min(private, 1)
        longest = rng.choice((20, 200, 200, 3000))
        shapes = [
            scenarios.Shape(core=free.pop(), private=True, longest=longest) for _ in range(private)
        ]
        if free and (not shapes or rng.random() < 0.6):
            cores = free if rng.random() < 0.4 else rng.sample(free, rng.randint(1, len(free)))
            mask = sum(1 << core for core in cores)
            shapes.append(scenarios.Shape(private=False, mask=mask, longest=longest))
        rng.shuffle(shapes)
        return shapes

    def _load(self, each: _Running, running: list[_Running]) -> None:
        """Fill a job's memory with operands, and its output with random bytes; allow accesses to
        its arrays alone; sometimes set a fault.
        """
        sim, job = self.simulation, each.job
        anything = np.random.default_rng(self.rng.getrandbits(64))
        sim.write(job.gradient, anything.integers(0, 256, job.size, np.uint8))
        sim.write(job.logits, each.logits)
        sim.write(job.labels, each.labels)
        each.before = sim.read(*self._surroundings(job))
        uses = (Direction.READ, Direction.READ, Direction.WRITE)
        for address, direction in zip(job.arrays, uses, strict=True):
            sim.allow(address, job.size, direction)
        ways = [Direction.READ, Direction.WRITE]
        if each.aim:
            ways = [way for way in ways if bins.fault_class(way) == each.aim["end"]]
        elif self.rng.random() >= 0.2:
            ways = []
        if job.size and ways:
            self._inject(each, self.rng.choice(ways), running)

    def _inject(self, each: _Running, direction: Direction, running: list[_Running]) -> None:
        response = self.rng.choice(bins.RESPONSES)
        bases = each.job.arrays[2:] if direction is Direction.WRITE else each.job.arrays[:2]
        address = self.rng.choice(bases) + self.rng.randrange(each.job.size)
        others = (other.job for other in running if other is not each)
        if any(
            base - NEAR < address < base + job.size + NEAR for job in others for base in job.arrays
        ):
            return
        self.simulation.fault(address, 1, direction, response)
        each.fault, each.fault_at = Status[f"{direction.name}_{response.name}"], address
        each.end = bins.fault_class(direction)

    def _surroundings(self, job: Job) -> tuple[int, int]:
        """Address and size of an output with its guards, inside its memory."""
        region = next(each for each in self.platform.regions if each.holds(job.gradient, job.size))
        low = max(region.base, job.gradient - GUARD)
        high = min(region.end, job.gradient + job.size + GUARD)
        return low, high - low

    def _finish(self, each: _Running, memory: Memory) -> None:
        job = each.job

        def check(counters: Counters, *, done: bool) -> None:
            elapsed = self.simulation.cycle - each.asked
            reports.check_counters(job, counters, memory, elapsed, done=done)

        try:
            counters = self._execute(sequence.finish(job.unit, PATIENCE))
        except BusError as error:
            if error.status is not each.fault:
                raise SoakError(f"{error}, but due was {each.fault}") from error
            reports.check_fault(job, error.fault_address, error.status, each.fault_at)
            check(error.counters, done=False)
        except JobAborted as error:
            if not each.abort:
                raise SoakError(f"{error}, but no abort was requested") from error
            each.end = "abort"
            check(error.counters, done=False)
        except RuntimeError as error:
            raise SoakError(str(error)) from error
        else:
            if each.fault:
                raise SoakError(f"unit {job.unit} is done in spite of {each.fault.name}")
            check(counters, done=True)

    def _check(self, each: _Running, running: list[_Running]) -> None:
        """Check that every element of the output is right (after an early end: right or unchanged),
        and that the bytes around it have not changed.
        """
        job, bits = each.job, each.job.fmt.bits_dtype
        low, size = self._surroundings(job)
        got = self.simulation.read(low, size)
        inside = slice(job.gradient - low, job.gradient - low + job.size)
        right = golden.gradient(each.logits, each.labels).view(bits)
        good = got[inside].view(bits) == right
        if each.end != "done":
            good |= got[inside].view(bits) == each.before[inside].view(bits)
        if not good.all():
            i = int(np.argmin(good))
            found, before = (part[inside].view(bits)[i] for part in (got, each.before))
            due = f"{right[i]:#x}" if each.end == "done" else f"{right[i]:#x}, or {before:#x} still"
            raise SoakError(f"element {i} of unit {job.unit} is {found:#x}, but must be {due}")
        changed = got != each.before
        changed[inside] = False
        for other in running:
            for address in other.job.arrays:
                changed[max(0, address - low) : max(0, address - low + other.job.size)] = False
        if changed.any():
            raise SoakError(f"a stray byte at {low + int(np.argmax(changed)):#x}")

    def _refuse(self) -> None:
        """A job that the hardware must refuse, with the right status."""
        rng, platform = self.rng, self.platform
        good = scenarios.draw_job(rng, platform, scenarios.Shape(longest=50), [])
        region = rng.choice(platform.regions)
        step = good.fmt.bytes * rng.choice((1, 1, 2))
        changes = {
            # Beside an end of a memory: before its first element, or past its last.
            "labels": rng.choice((region.base - step, region.end - good.size + step)) & 0xFFFF_FFFF,
            "length": -rng.randrange(1, 1 << 31),
            "logits": (good.logits + 1) & 0xFFFF_FFFF,
            "gradient": rng.getrandbits(32) & ~3,
            "core_mask": rng.choice((0, platform.all_cores + 1)),
        }
        name = rng.choice(list(changes))
        values = {key: getattr(good, key) for key in ("logits", "labels", "gradient")}
        values |= {"length": good.length, "core_mask": good.core_mask, name: changes[name]}
        job = Job(platform, good.fmt, good.private, **values)
        if job.check() is not Status.ACCEPTED:
            start_as_due(job, self.registers)
