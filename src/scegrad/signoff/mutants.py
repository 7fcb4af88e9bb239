"""The cases ``mutants/lane...``: groups of single mutations, each killed or proved equal.

    group ──► pairs ──► gaps and resets ──► pairs at boundaries ──► all logits: s, k, sticky
                │ killed      │ killed             │ killed              │ killed, or equal
                                                                         ▼
       alive ◄── fp16: all 2^32 pairs         ◄── pairs near its ◄── SAT: the results
                 fp32: Kissat, rare logits, Kissat    │ killed           │ equal
                        │ killed, or equal

Mutants that make the same change are judged once.
"""

import time
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from scegrad.formats import FP16, FP32
from scegrad.rtl.datapath.sigmoid16 import Sigmoid16
from scegrad.signoff import mutant_judge, mutant_pins
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import lane_design
from scegrad.signoff.mutant_equal import EQUAL
from scegrad.signoff.mutant_judge import LaneJudge
from scegrad.signoff.mutant_lane import RESULT, SEED, STAGE, close
from scegrad.signoff.mutant_nodes import Pins
from scegrad.signoff.mutant_sites import Class, Members, Sites
from scegrad.signoff.mutation import Judgement, Population
from scegrad.signoff.result import CaseResult

LANE_GROUPS = {"lane16": (FP16, 2), "lane32": (FP32, 4)}
"""Of each lane the format, and how many groups its mutants make."""

ROUNDS = (20_480, 1 << 20)
"""Pairs of the first two rounds of stimuli."""

CLOSE = {"lane16": 1 << 20, "lane32": 1 << 22}
"""Pairs of the third round, whose results are close to boundaries."""

FINDING = "src/scegrad/signoff/mutants.py"

SAMPLE = 1600
"""Of a group, the quick case takes every mutant of this number."""

_DECIDING = {
    "lane16": [str((ROUNDS, CLOSE["lane16"])), mutant_judge.settings(FP16), "4"],
    "lane32": [str((ROUNDS, CLOSE["lane32"])), mutant_judge.settings(FP32), "6"],
}
"""Everything but the Verilog on which a verdict depends."""


@cache
def lane_population(name: str) -> Population:
    """The mutants of a lane."""
    fmt, _ = LANE_GROUPS[name]
    design = lane_design(fmt.name)
    # The driver looks at the s of either format.
    signal = f"lane.sigmoid.s_{Sigmoid16.latency}"
    prepare = f"expose w:{signal}\ncd {design.TOP}\nrename {signal} s\ncd .." if fmt is FP16 else ""
    return Population(name, design.verilog, design.TOP, prepare)


@cache
def netlist(name: str) -> tuple[Pins, Sites]:
    """Gates and pins of a lane, its registers as wires."""
    pins = mutant_pins.read(lane_population(name), wires=True)
    return pins, Sites(pins)


@cache
def classes(name: str) -> dict[Class | None, Members]:
    """The mutants of a lane by what they change; None for those that change nothing.

    Those of the enable of a table are left out: the table has none, its port is constant.
    """
    _, sites = netlist(name)
    every = lane_population(name).mutants
    return sites.grouped(mutant for mutant in every if "-port RD_EN " not in mutant.command)


Entry = tuple[Class | None, Members]


def group(name: str, index: int) -> list[Entry]:
    """Every ``groups``-th class."""
    return list(classes(name).items())[index :: LANE_GROUPS[name][1]]


def judge_lane(name: str, entries: list[Entry]) -> Judgement:
    """The verdicts on classes of mutants of a lane."""
    pins, sites = netlist(name)
    members = [members for kind, members in entries if kind is not None]
    with TemporaryDirectory(prefix="scegrad-") as work:
        judge = LaneJudge(LANE_GROUPS[name][0], pins, sites, members, Path(work))
        unchanged = sum(len(members) for kind, members in entries if kind is None)
        if unchanged:
            judge.judgement.count(EQUAL, unchanged)
        judge.pairs(ROUNDS[0], RESULT)
        judge.pairs(ROUNDS[1], RESULT | STAGE)
        judge.cycles()
        judge.structure()
        judge.pairs(CLOSE[name], RESULT | STAGE, close)
        judge.stages()
        judge.solver()
        if judge.fmt is FP16 and judge.left:
            judge.all_pairs()
        if judge.left:
            judge.whole()
        if judge.unseen:
            judge.endings()
            judge.exact()
    return judge.judgement


def _run(name: str, index: int, step: int = 1) -> CaseResult:
    started = time.monotonic()
    judgement = judge_lane(name, group(name, index)[::step])
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
        subject=once(
            lambda: hashed([lane_design(fmt.name).rtl, *_DECIDING[name], f"{groups} {SAMPLE}"])
        ),
        run=lambda: _run(name, 0, SAMPLE),
        seed=SEED,
    )


def _lane_cases(name: str) -> list[SignoffCase]:
    fmt, groups = LANE_GROUPS[name]
    subject = once(lambda: hashed([lane_design(fmt.name).rtl, *_DECIDING[name], str(groups)]))
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
