"""The cases ``mutants/...``: groups of single mutations, each killed or proved equal.

    group ──► 20,000 pairs ──► a million pairs ──► SAT ──► the pair that SAT has found ──► alive
                 │ killed          │ killed         │ equal    │ killed

Number 0 of a group is the lane itself: its outputs are the expected ones.
"""

import time
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from scegrad.formats import FP16, FP32, Format
from scegrad.rtl.datapath.sigmoid16 import Sigmoid16
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import lane_design
from scegrad.signoff.mutant_equal import EQUAL, Comparison
from scegrad.signoff.mutant_lane import SEED, MutantLane, Stimuli
from scegrad.signoff.mutation import Judgement, Mutant, Population
from scegrad.signoff.result import CaseResult

LANE_GROUPS = {"lane16": (FP16, 100), "lane32": (FP32, 320)}
"""Of each lane the format, and how many groups its mutants make."""

PAIRS = (20_000, 1_000_000)
"""Pairs of the two rounds of stimuli."""

BY_RESULT, BY_STAGE, BY_SOLVER = (
    "killed by a result",
    "killed by s, k or sticky",
    "killed by a pair of the solver",
)

FINDING = "src/scegrad/signoff/mutants.py"

SAMPLE = 30
"""Of a group, the quick case takes every mutant of this number."""

_DECIDING = [str(PAIRS), "2"]
"""Everything but the Verilog on which a verdict depends."""


@cache
def lane_population(name: str) -> Population:
    """The mutants of a lane."""
    fmt, groups = LANE_GROUPS[name]
    design = lane_design(fmt.name)
    # The driver looks at the s of either format.
    signal = f"lane.sigmoid.s_{Sigmoid16.latency}"
    prepare = f"expose w:{signal}\ncd {design.TOP}\nrename {signal} s\ncd .." if fmt is FP16 else ""
    return Population(name, design.verilog, design.TOP, groups, prepare)


@cache
def _stimuli(fmt: Format, count: int) -> Stimuli:
    return Stimuli.random(fmt, count)


def judge_lane(name: str, mutants: list[Mutant]) -> Judgement:
    """The verdicts on mutants of a lane."""
    fmt, _ = LANE_GROUPS[name]
    population, design = lane_population(name), lane_design(fmt.name)
    judgement = Judgement({}, [])
    with TemporaryDirectory(prefix="scegrad-") as work:
        verilog = population.run(mutants, "write_verilog -noattr out.v", "out.v", Path(work))
        model = MutantLane(design, verilog, Path(work))
        left = list(range(1, len(mutants) + 1))
        for count in PAIRS:
            left = _killed(model, _stimuli(fmt, count), left, judgement)
        if left:
            comparison = Comparison(population, mutants, design)
            for number in left:
                _decide(model, comparison, number, mutants[number - 1], judgement)
    return judgement


def _killed(
    model: MutantLane, stimuli: Stimuli, numbers: list[int], judgement: Judgement
) -> list[int]:
    """Count those that the stimuli kill; returns the others. The first round distinguishes a mutant
    that changes results from one that changes only the stage.
    """
    left = []
    either = stimuli.flags.size > 10 * PAIRS[0]
    for number, result, stage in model.first_differences(stimuli, numbers, either=either):
        if result:
            judgement.count(BY_RESULT)
        elif stage:
            judgement.count(BY_STAGE)
        else:
            left.append(number)
    return left


def _decide(
    model: MutantLane, comparison: Comparison, number: int, mutant: Mutant, judgement: Judgement
) -> None:
    found = comparison.compare(number)
    if found == EQUAL:
        judgement.count(EQUAL)
    elif isinstance(found, str):
        judgement.keep(mutant, found)
    else:
        bits = model.design.fmt.bits_dtype
        pair = Stimuli.of(np.array([found.logit], bits), np.array([found.label], bits))
        _, result, stage = next(model.first_differences(pair, [number], either=True))
        if result or stage:
            judgement.count(BY_SOLVER)
        else:
            told = f"logit {found.logit:#x}, label {found.label:#x}"
            judgement.keep(mutant, f"the solver's {told} shows no difference")


def _run(name: str, index: int, step: int = 1) -> CaseResult:
    started = time.monotonic()
    judgement = judge_lane(name, lane_population(name).group(index)[::step])
    return judgement.result(time.monotonic() - started)


def cases() -> list[SignoffCase]:
    """A sample for the quick ones, and every group."""
    return [_sample("lane16"), *(case for name in LANE_GROUPS for case in _lane_cases(name))]


def _sample(name: str) -> SignoffCase:
    fmt, groups = LANE_GROUPS[name]
    return SignoffCase(
        f"mutants/sample/{name}",
        f"every {SAMPLE}th mutant of group 0 of {groups} is killed or equal",
        FINDING,
        quick=True,
        subject=once(lambda: hashed([lane_design(fmt.name).rtl, *_DECIDING, f"{groups} {SAMPLE}"])),
        run=lambda: _run(name, 0, SAMPLE),
        seed=SEED,
    )


def _lane_cases(name: str) -> list[SignoffCase]:
    fmt, groups = LANE_GROUPS[name]
    subject = once(lambda: hashed([lane_design(fmt.name).rtl, *_DECIDING, str(groups)]))
    return [
        SignoffCase(
            f"mutants/{name}/{index:03}",
            f"every mutant of group {index} of {groups} is killed or equal",
            FINDING,
            quick=False,
            subject=subject,
            run=partial(_run, name, index),
            seed=SEED,
        )
        for index in range(groups)
    ]
