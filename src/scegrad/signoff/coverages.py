"""The cases ``coverage/...``: lanes and platforms under a regression of their own, until
every point of the code is hit or excluded with a reason.
"""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scegrad.build.simulator import verilog
from scegrad.errors import JobError, SimulationError
from scegrad.formats import FP16, FP32, Format
from scegrad.model import golden
from scegrad.platforms import ECP5_DEMO, FT78NE, MT7004, Platform
from scegrad.signoff import (
    coverage,
    coverage_long,
    coverage_model,
    coverage_runs,
    exclusions,
    mutant_lane,
)
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.coverage import Point
from scegrad.signoff.designs import lane_design, platform_hash, stimuli_hash
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.sim.simulation import Simulation
from scegrad.soak.registers import SoakError
from scegrad.sweep.native import Lane
from scegrad.sweep.unit import LaneDesign

FOUND_IN = "src/scegrad/signoff/exclusions.py"

PAIRS = 300_000
"""Pairs that a lane gets, in ``PARTS`` with gaps between them."""

PARTS = 3

ROUNDS = 100
"""Soak rounds of the platform."""

Counted = tuple[int, Counter[Point]]
"""Jobs or pairs that ran, and the points that they hit."""


def measure_platform(platform: Platform, rounds: int = ROUNDS) -> Counted:
    """Run the regression. Raises ``SoakError`` and ``SimulationError``."""
    library = coverage_model.platform_model(platform)
    text = coverage_model.model_text(verilog(platform).read_text(encoding="ascii"))
    with Simulation(library) as simulation:
        jobs = coverage_runs.run_regression(platform, simulation, rounds)
        if _wide(platform):
            jobs += coverage_long.run_long(platform, simulation)
        found = coverage.points(coverage_model.counts(library), text, platform.top_name)
    return jobs, found


def _wide(platform: Platform) -> bool:
    """Whether the shared port is wider than a private one."""
    return platform.shared_data_bits > platform.l2_data_bits


def measure_lane(fmt: Format, pairs: int = PAIRS) -> Counted:
    """Run pairs of all kinds. Raises ``SoakError`` and ``SimulationError``."""
    design = lane_design(fmt.name)
    library = coverage_model.lane_model(design)
    lane = Lane(design, library)
    logits, labels = mutant_lane.operands(fmt, pairs, np.random.default_rng(mutant_lane.SEED))
    parts = zip(np.array_split(logits, PARTS), np.array_split(labels, PARTS), strict=True)
    for x, y in parts:
        due = golden.gradient(x.view(fmt.dtype), y.view(fmt.dtype)).view(fmt.bits_dtype)
        if (lane.run(x, y) != due).any():
            raise SoakError(f"{int((lane.run(x, y) != due).sum())} results are wrong")
    return pairs, coverage.points(coverage_model.counts(library), design.verilog, LaneDesign.TOP)


def result_of(name: str, measure: Callable[[], Counted], what: str) -> CaseResult:
    """The verdict and the figures of a measurement."""
    started = time.monotonic()
    try:
        number, hits = measure()
    except (SoakError, SimulationError, JobError) as error:
        return CaseResult(Verdict.REFUTED, str(error), time.monotonic() - started)
    found = coverage.figures(hits, exclusions.EXCLUSIONS[name])
    verdict = Verdict.HOLES if found["holes"] else Verdict.PROVED
    detail = f"{number} {what}: {coverage.told(found)}"
    return CaseResult(verdict, detail, time.monotonic() - started, {"runs": number, **found})


def cases() -> list[SignoffCase]:
    """The lanes and the platforms."""
    lanes = [_lane_case(FP16, quick=True), _lane_case(FP32, quick=False)]
    return [*lanes, *map(_platform_case, (ECP5_DEMO, MT7004, FT78NE))]


def _case(
    name: str, quick: bool, seed: int, subject: Callable[[], str], run: Callable[[], CaseResult]
) -> SignoffCase:
    claim = "every line, branch, expression and toggle is hit or excluded with a reason"
    return SignoffCase(f"coverage/{name}", claim, FOUND_IN, quick, once(subject), run, seed)


def _settings(name: str) -> list[str]:
    """Everything but the Verilog on which a verdict depends."""
    runs = (PAIRS, PARTS, mutant_lane.SEED, ROUNDS, coverage_runs.SEED, coverage_runs.LONG)
    return [str(runs), *map(repr, exclusions.EXCLUSIONS[name])]


def _lane_case(fmt: Format, *, quick: bool) -> SignoffCase:
    name = f"lane{fmt.width}"

    def subject() -> str:
        return hashed([lane_design(fmt.name).rtl, *_settings(name)])

    def run() -> CaseResult:
        return result_of(name, lambda: measure_lane(fmt), "pairs")

    return _case(name, quick, mutant_lane.SEED, subject, run)


def _platform_case(platform: Platform) -> SignoffCase:
    name = platform.name

    def subject() -> str:
        longer = [Path(coverage_long.__file__)] if _wide(platform) else []
        return hashed([platform_hash(platform), stimuli_hash(), *_settings(name), *longer])

    def run() -> CaseResult:
        return result_of(name, lambda: measure_platform(platform), "jobs")

    return _case(name, False, coverage_runs.SEED, subject, run)
