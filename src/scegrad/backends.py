"""What carries out a request: the fast simulator, a cocotb bench under Icarus, or the golden model alone."""

import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import jobs
from .build import library, verilog
from .dram import Dram, DramStats
from .jobs import Counters, Job
from .platforms import Platform
from .requests import UART, Request
from .sim import (
    ALL_PORTS,
    EVENT,
    SHARED_PORT,
    Access,
    Channel,
    Memory,
    Simulation,
    SimulationError,
    Traffic,
)
from .toolchain import BuildError

Progress = Callable[[int, int], None]
"""Called now and then with how many elements are done, and of how many."""

SHARED_LATENCY = 40
PRIVATE_LATENCY = 0
"""Cycles from a request to the first answer of shared memory and of an L2, unless the caller chooses: 0 answers at once."""

SLICE = 20_000
"""Cycles between two calls of the progress function, and between two chances to interrupt."""

MAX_EVENTS = 1 << 22
"""Events that a time line keeps at most."""

GUARD_PATTERN = 0xA5


@dataclass(frozen=True)
class Options:
    """How to carry a request out: waves to a file, events recorded, the memory's latency in cycles or DRAM as shared memory, progress."""

    waves: Path | None = None
    timeline: bool = False
    latency: int | None = None
    progress: Progress | None = None
    dram: Dram | None = None

    def memory(self, private: bool) -> Memory:
        """The behaviour of the memory."""
        usual = PRIVATE_LATENCY if private else SHARED_LATENCY
        return Memory(latency=usual if self.latency is None else self.latency)


@dataclass(frozen=True)
class Timeline:
    """Accepted beats (an array of ``sim.EVENT``), the names of the ports, and how many beats more there was no room for.

    Edges are counted from the first register write of the job.
    """

    events: np.ndarray
    ports: tuple[str, ...]
    lost: int = 0


@dataclass(frozen=True)
class Outcome:
    """A flat gradient; counters, time line, traffic at the job's port and what a DRAM did where the backend has them."""

    gradient: np.ndarray
    counters: Counters | None = None
    timeline: Timeline | None = None
    traffic: Traffic | None = None
    dram: DramStats | None = None


def port_names(platform: Platform) -> tuple[str, ...]:
    """Names of the AXI ports, in the order of the ports' numbers in events."""
    return ("shared", *(f"L2 of core {k}" for k in range(platform.cores)))


def job_of(request: Request) -> Job:
    """The job that carries out a request."""
    place = request.place
    mask = 0 if request.private else request.core_mask
    arrays = place.logits, place.labels, place.gradient
    return Job(request.platform, request.fmt, request.private, *arrays, request.logits.size, mask)


class SimulationAccess:
    """The registers of a simulated unit, as ``jobs.execute`` uses them; reports the progress of one job while it waits."""

    def __init__(self, simulation: Simulation, request: Request, progress: Progress | None) -> None:
        self.read32 = simulation.read32
        self.write32 = simulation.write32
        self._simulation = simulation
        self._request = request
        self._progress = progress
        self.port = request.core + 1 if request.private else SHARED_PORT
        self._before = simulation.traffic(self.port).write_bytes

    def wait(self, limit: int) -> None:
        """Let time pass until irq is high; raises ``TimeoutError`` after ``limit`` cycles."""
        left = limit
        while not self._simulation.irq:
            if left <= 0:
                raise TimeoutError(f"no interrupt came within {limit} cycles")
            left -= self._simulation.run(min(SLICE, left), until_irq=True)
            if self._progress:
                written = self._simulation.traffic(self.port).write_bytes - self._before
                self._progress(written // self._request.fmt.bytes, self._request.logits.size)


class SimulationPool:
    """Simulations that stay open for the next call, one a platform, since loading a library and its reset take longer than a short job."""

    def __init__(self) -> None:
        self._idle: dict[Platform, Simulation] = {}
        self._lock = threading.Lock()

    def take(self, platform: Platform) -> Simulation:
        """A simulation that nobody else uses."""
        with self._lock:
            found = self._idle.pop(platform, None)
        return found or Simulation(library(platform))

    def give_back(self, platform: Platform, simulation: Simulation) -> None:
        """Keep a simulation in which nothing runs."""
        with self._lock:
            previous = self._idle.pop(platform, None)
            self._idle[platform] = simulation
        if previous is not None:
            previous.close()


POOL = SimulationPool()


def run_verilator(request: Request, options: Options) -> Outcome:
    """Run a request on the fast simulator, every time from reset."""
    if options.waves is not None:
        with Simulation(library(request.platform)) as simulation:
            simulation.open_waves(options.waves)
            return _run_in(simulation, request, options)
    simulation = POOL.take(request.platform)
    try:
        outcome = _run_in(simulation, request, options)
    except BaseException:
        simulation.close()
        raise
    POOL.give_back(request.platform, simulation)
    return outcome


def _run_in(simulation: Simulation, request: Request, options: Options) -> Outcome:
    place = request.place
    simulation.reset()
    simulation.set_memory(options.memory(request.private), ALL_PORTS)
    if options.dram is not None:
        simulation.set_dram(options.dram)
    simulation.write(place.logits, request.logits)
    simulation.write(place.labels, request.labels)
    for address, size in place.guards:
        simulation.write(address, bytes([GUARD_PATTERN]) * size)
    _declare(simulation, request)
    access = SimulationAccess(simulation, request, options.progress)
    jobs.execute(jobs.prepare(request.platform), access)
    simulation.record(MAX_EVENTS if options.timeline else 0)
    first, before = simulation.edge, simulation.traffic(access.port)
    counters = jobs.execute(jobs.run(job_of(request)), access)
    traffic = simulation.traffic(access.port) - before
    timeline = _timeline(simulation, request.platform, first) if options.timeline else None
    _check(simulation, request)
    gradient = simulation.read(place.gradient, place.size).view(request.fmt.dtype)
    for region in request.platform.regions:
        simulation.release(region.base, region.size)
    return Outcome(
        gradient, counters, timeline, traffic, simulation.dram_stats() if options.dram else None
    )


def _declare(simulation: Simulation, request: Request) -> None:
    """Allow the job its arrays and nothing else."""
    place = request.place
    simulation.clear_windows()
    simulation.clear_violations()
    simulation.allow(place.logits, place.size, Access.READ)
    simulation.allow(place.labels, place.size, Access.READ)
    simulation.allow(place.gradient, place.size, Access.WRITE)


def _check(simulation: Simulation, request: Request) -> None:
    """Raise ``SimulationError`` where the design touched what it must not touch."""
    violations = simulation.violations()
    if violations:
        raise SimulationError(f"the design broke the rules of its ports: {violations[0]}")
    for address, size in request.place.guards:
        if (simulation.read(address, size) != GUARD_PATTERN).any():
            raise SimulationError(
                f"the design wrote outside the output, at {address:#x} to {address + size - 1:#x}"
            )


def _timeline(simulation: Simulation, platform: Platform, first: int) -> Timeline:
    events = simulation.events()
    events["edge"] -= np.uint64(first)
    return Timeline(events, port_names(platform), simulation.events_lost)


def run_icarus(request: Request, options: Options) -> Outcome:
    """Run a request in the cocotb bench ``tb.bench_job`` under Icarus: some hundred cycles a second."""
    if shutil.which("iverilog") is None:
        raise BuildError(
            "Icarus Verilog is not installed: apt-get install iverilog, or choose another backend"
        )
    from .tb.job_files import Task, run_task
    from .tb.runner import BenchError, Design

    platform = request.platform
    design = Design(platform.top_name, verilog(platform).read_text(encoding="ascii"))
    task = Task(
        job_of(request),
        request.place.guards,
        options.memory(request.private).latency,
        options.timeline,
        options.dram,
    )
    try:
        gradient, ended = run_task(
            task, request.logits, request.labels, design, "icarus", options.waves
        )
    except BenchError as error:
        raise SimulationError(_gist(str(error))) from error
    rows = [(*row[:4], Channel[row[4].upper()]) for row in ended.events]
    timeline = Timeline(np.array(rows, EVENT), port_names(platform)) if options.timeline else None
    return Outcome(gradient, ended.counters, timeline)


def _gist(message: str) -> str:
    """Of a bench's failure and the end of its log, the first line and the last one that names an exception."""
    first, *rest = message.splitlines()
    causes = [line.strip() for line in rest if re.search(r"\b\w*(Error|Refused|Exception): ", line)]
    return f"{first}: {causes[-1]}" if causes else first


def run_model(request: Request, options: Options) -> Outcome:
    """Compute a request with the golden model; there are no cycles."""
    from .model import golden

    gradient = golden.gradient(request.logits, request.labels)
    if options.progress:
        options.progress(gradient.size, gradient.size)
    return Outcome(gradient)


def run_uart(request: Request, options: Options) -> Outcome:
    """Run a request on the board at a serial device."""
    from .uart_backend import carry_out

    return Outcome(*carry_out(request, request.backend.removeprefix(UART), options.progress))


_RUNNERS: dict[str, Callable[[Request, Options], Outcome]] = {
    "verilator": run_verilator,
    "icarus": run_icarus,
    "model": run_model,
}


def run(request: Request, options: Options) -> Outcome:
    """Carry a request out with its backend."""
    runner = run_uart if request.backend.startswith(UART) else _RUNNERS[request.backend]
    return runner(request, options)
