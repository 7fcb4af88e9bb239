"""The fast simulator: the unit compiled by Verilator, with memory models in the same library."""

import threading

import numpy as np

from scegrad.build.simulator import library
from scegrad.errors import SimulationError
from scegrad.job import sequence
from scegrad.platforms import Platform
from scegrad.request.request import Request
from scegrad.request.result import Progress, Result, Timeline, port_names
from scegrad.sim.simulation import ALL_PORTS, Direction, Memory, Simulation, port_of

SLICE = 20_000
"""Cycles between two calls of the progress function, and between two points of interruption."""

MAX_EVENTS = 1 << 22
"""The largest number of events in a time line."""

GUARD_PATTERN = 0xA5


class SimulationAccess:
    """The registers of a simulated unit, as ``sequence.execute`` uses them; reports the progress of
    one job while it waits.
    """

    def __init__(self, simulation: Simulation, request: Request, progress: Progress | None) -> None:
        self.read32 = simulation.read32
        self.write32 = simulation.write32
        self._simulation = simulation
        self._request = request
        self._progress = progress
        self.port = port_of(request.job.unit)
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
    """Simulations that stay open for the next call, one per platform, since loading a library and
    its reset take longer than a short job.
    """

    def __init__(self) -> None:
        self._idle: dict[Platform, Simulation] = {}
        self._lock = threading.Lock()

    def take(self, platform: Platform) -> Simulation:
        """A simulation that no other thread uses."""
        with self._lock:
            found = self._idle.pop(platform, None)
        return found or Simulation(library(platform))

    def give_back(self, platform: Platform, simulation: Simulation) -> None:
        """Keep an idle simulation."""
        with self._lock:
            previous = self._idle.pop(platform, None)
            self._idle[platform] = simulation
        if previous is not None:
            previous.close()


POOL = SimulationPool()


def run_verilator(request: Request, progress: Progress | None = None) -> Result:
    """Run a request on the fast simulator, from reset."""
    if request.waves is not None:
        with Simulation(library(request.platform, waves=True)) as simulation:
            simulation.open_waves(request.waves)
            return _run_in(simulation, request, progress)
    simulation = POOL.take(request.platform)
    try:
        result = _run_in(simulation, request, progress)
    except BaseException:
        simulation.close()
        raise
    POOL.give_back(request.platform, simulation)
    return result


def _run_in(simulation: Simulation, request: Request, progress: Progress | None) -> Result:
    job = request.job
    simulation.reset()
    simulation.set_memory(Memory(latency=request.latency), ALL_PORTS)
    if request.dram is not None:
        simulation.set_dram(request.dram)
    simulation.write(job.logits, request.logits)
    simulation.write(job.labels, request.labels)
    for address, size in request.guards:
        simulation.write(address, bytes([GUARD_PATTERN]) * size)
    _declare(simulation, request)
    access = SimulationAccess(simulation, request, progress)
    sequence.execute(sequence.identify_and_enable(request.platform), access)
    simulation.record(MAX_EVENTS if request.timeline else 0)
    first, before = simulation.cycle, simulation.traffic(access.port)
    counters = sequence.execute(sequence.run(job), access)
    traffic = simulation.traffic(access.port) - before
    timeline = _timeline(simulation, request.platform, first) if request.timeline else None
    _check(simulation, request)
    gradient = simulation.read(job.gradient, job.size).view(request.fmt.dtype)
    for region in request.platform.regions:
        simulation.release(region.base, region.size)
    dram = simulation.dram_stats() if request.dram else None
    return request.result(gradient, counters, timeline=timeline, traffic=traffic, dram=dram)


def _declare(simulation: Simulation, request: Request) -> None:
    """Allow the job to access its arrays and nothing else."""
    job = request.job
    simulation.clear_windows()
    simulation.clear_violations()
    simulation.allow(job.logits, job.size, Direction.READ)
    simulation.allow(job.labels, job.size, Direction.READ)
    simulation.allow(job.gradient, job.size, Direction.WRITE)


def _check(simulation: Simulation, request: Request) -> None:
    """Raise ``SimulationError`` if the design broke a rule of its ports or wrote outside the
    output.
    """
    violations = simulation.violations()
    if violations:
        raise SimulationError(f"the design broke the rules of its ports: {violations[0]}")
    for address, size in request.guards:
        if (simulation.read(address, size) != GUARD_PATTERN).any():
            raise SimulationError(
                f"the design wrote outside the output, at {address:#x} to {address + size - 1:#x}"
            )


def _timeline(simulation: Simulation, platform: Platform, first: int) -> Timeline:
    events = simulation.events()
    events["cycle"] -= np.uint64(first)
    return Timeline(events, port_names(platform), simulation.events_lost)
