"""Wall time as ratios within one run: the fast simulation beside its bare model, one bare lane, and
cocotb.

Measured as processor time: a single thread that never waits needs as much wall time on a machine
with nothing else to do.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scegrad.api import run_job
from scegrad.backends.verilator import SimulationAccess
from scegrad.bench.cases import BenchCase
from scegrad.bench.measure import operands
from scegrad.build.simulator import library
from scegrad.errors import SimulationError
from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.platforms import PLATFORMS
from scegrad.registers import offset
from scegrad.request.request import Request, prepare
from scegrad.request.settings import Settings
from scegrad.sim.simulation import Memory, Simulation
from scegrad.sweep.native import Lane
from scegrad.sweep.unit import design

FAST_ELEMENTS = 1 << 20
COCOTB_ELEMENTS = 1 << 15
REPEATS, COCOTB_REPEATS = 7, 3
RATIOS = ("over_bare", "over_lane", "over_cocotb", "over_floor")
WARM_UP = 200
"""Cycles after which every part that a job needs is busy."""


@dataclass(frozen=True)
class WallTime:
    """Seconds of a platform's job, of as many cycles of the bare model, of as many results of one
    bare lane, and of the cocotb bench.
    """

    platform: str
    fmt: str
    elements: int
    cycles: int
    seconds: float
    bare_seconds: float
    lane_seconds: float
    cocotb_elements: int
    cocotb_cycles: int
    cocotb_seconds: float
    floor_seconds: float

    @property
    def over_bare(self) -> float:
        """Times as long as the bare model takes."""
        return self.seconds / self.bare_seconds

    @property
    def over_lane(self) -> float:
        """Results per second, as a share of those of one bare lane."""
        return self.lane_seconds / self.seconds

    @property
    def over_cocotb(self) -> float:
        """Times as fast as the cocotb bench, per cycle."""
        return (self.cocotb_seconds / self.cocotb_cycles) / (self.seconds / self.cycles)

    @property
    def over_floor(self) -> float:
        """Times as long as the cocotb bench takes as an empty cocotb test: what Python adds."""
        return self.cocotb_seconds / self.floor_seconds

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**asdict(self), **{name: getattr(self, name) for name in RATIOS}}


def measure(platform: str, fmt: str) -> WallTime:
    """Time the platform's jobs in one format on shared memory, without set-up and builds.

    Each time is the least of several repetitions.
    """
    request, lane = _request(platform, fmt, FAST_ELEMENTS), Lane(design(FORMATS[fmt]))
    with Simulation(library(PLATFORMS[platform])) as simulation:
        seconds, bare, results, cycles = map(
            min, zip(*(_once(simulation, request, lane) for _ in range(REPEATS)), strict=True)
        )
    cocotb = zip(*(_cocotb(platform, fmt) for _ in range(COCOTB_REPEATS)), strict=True)
    cocotb_cycles, cocotb_seconds, floor_seconds = map(min, cocotb)
    return WallTime(
        platform,
        fmt,
        FAST_ELEMENTS,
        int(cycles),
        seconds,
        bare,
        results,
        COCOTB_ELEMENTS,
        int(cocotb_cycles),
        cocotb_seconds,
        floor_seconds,
    )


def _request(platform: str, fmt: str, elements: int) -> Request:
    logits, labels = operands(
        BenchCase(platform, fmt, "shared", PLATFORMS[platform].cores, elements)
    )
    return prepare(logits, labels, Settings(platform=platform))


def _once(simulation: Simulation, request: Request, lane: Lane) -> tuple[float, float, float, int]:
    """Seconds of the job, of the bare model and of the bare lane, and the cycles of the job.

    The bare model is clocked within a job, so that its clock gates are open; its pins hold still.
    """
    simulation.reset()
    simulation.set_memory(Memory(latency=request.latency))
    simulation.write(request.job.logits, request.logits)
    simulation.write(request.job.labels, request.labels)
    access = SimulationAccess(simulation, request, None)
    sequence.execute(sequence.identify_and_enable(request.platform), access)
    first, start = simulation.cycle, time.process_time()
    sequence.execute(sequence.run(request.job), access)
    seconds, cycles = time.process_time() - start, simulation.cycle - first
    simulation.write32(offset("START"), 1)
    simulation.run(WARM_UP)
    bare = _timed(simulation.clock_bare, cycles)
    if not simulation.read32(offset("BUSY")):
        raise SimulationError("the job was over before the bare model had been clocked")
    return seconds, bare, _timed(lane.bare, request.logits.size), cycles


def _timed(work: Callable[[int], object], count: int) -> float:
    """Processor time of ``work``."""
    start = time.process_time()
    work(count)
    return time.process_time() - start


def _cocotb(platform: str, fmt: str) -> tuple[int, float, float]:
    """Cycles and seconds of a job in the cocotb bench, and seconds of as many cycles of an empty
    test on the same model; the cycles must be the fast simulation's.
    """
    # cocotb: only this measurement runs a test bench.
    from scegrad.tb.designs import design_of
    from scegrad.tb.job_files import run_files
    from scegrad.tb.runner import run_bench

    request = _request(platform, fmt, COCOTB_ELEMENTS)
    unit = design_of(request.platform)
    _, ended = run_files(request, unit, "verilator")
    cycles = ended.counters.cycles
    fast = run_job(request.logits, request.labels, platform=platform)
    if cycles != fast.cycles:
        raise RuntimeError(
            f"the cocotb bench counts {cycles} cycles, the fast simulation {fast.cycles}"
        )
    with TemporaryDirectory() as place:
        file = Path(place) / "seconds"
        parameters = {"cycles": cycles, "file": str(file)}
        run_bench(unit, "scegrad.tb.bench_floor", "verilator", parameters, quiet=True)
        return cycles, ended.seconds, float(file.read_text("ascii"))
