"""The cases ``mutants/lane...``: groups of single mutations, each killed or proved equal.

    group ──► 20,000 pairs ──► a million pairs ──► gaps and resets ──► all logits: s, k, sticky
                 │ killed          │ killed            │ killed            │ killed, or equal
                                                                           ▼
                        alive ◄── fp16: all 2^32 pairs ◄── its pair ◄── SAT: the results
                                    │ killed, or equal      │ killed      │ equal

Mutants that make the same change are judged once.
"""

import time
from collections.abc import Iterator
from functools import cache, partial, reduce
from operator import or_
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP16, FP32
from scegrad.rtl.datapath.sigmoid16 import Sigmoid16
from scegrad.signoff import mutant_equal, mutant_pins
from scegrad.signoff.aig import unpack
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import lane_design
from scegrad.signoff.mutant_equal import EQUAL, OPEN, Pair
from scegrad.signoff.mutant_lane import (
    CUT,
    RESULT,
    SEED,
    STAGE,
    STAGES,
    LanePins,
    operands,
)
from scegrad.signoff.mutant_library import BATCH
from scegrad.signoff.mutant_pins import Fault, Pins
from scegrad.signoff.mutant_sites import INVERTED, Class, Site, Sites
from scegrad.signoff.mutation import Judgement, Mutant, Population
from scegrad.signoff.result import CaseResult

LANE_GROUPS = {"lane16": (FP16, 8), "lane32": (FP32, 8)}
"""Of each lane the format, and how many groups its mutants make."""

ROUNDS = (20_480, 1_048_576)
"""Pairs of the two rounds of stimuli, in batches of ``CHUNK``."""

CHUNK = 1 << 16

TRIED = 1 << 16
"""Pairs that show how far a mutant reaches."""

POOL = 1 << 12
"""Logits of which the solver may take s and k."""

BY_RESULT, BY_STAGE, BY_CYCLES, BY_SOLVER, BY_SWEEP = (
    "killed by a result",
    "killed by s, k or sticky",
    "killed by a gap or a reset",
    "killed by a pair of the solver",
    "killed by one of all pairs",
)

UNREAL = "differs for no s and k that were seen with a logit"

UNSWEPT = "s, k or sticky may differ for a label, and all pairs are too many"

FINDING = "src/scegrad/signoff/mutants.py"

SAMPLE = 400
"""Of a group, the quick case takes every mutant of this number."""

_DECIDING = {
    "lane16": [str(ROUNDS), str(TRIED), "3"],
    "lane32": [str(ROUNDS), str((TRIED, POOL)), "4"],
}
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
def netlist(name: str) -> tuple[Pins, Sites]:
    """Gates and pins of a lane, its registers as wires."""
    pins = mutant_pins.read(lane_population(name), wires=True)
    return pins, Sites(pins)


@cache
def classes(name: str) -> dict[Class | None, list[tuple[Mutant, Site]]]:
    """The mutants of a lane by what they change; None for those that change nothing.

    Those of the enable of a table are left out: the table has none, its port is constant.
    """
    pins, sites = netlist(name)
    found: dict[Class | None, list[tuple[Mutant, Site]]] = {}
    for mutant in lane_population(name).mutants:
        try:
            site = pins.fault(mutant)
        except KeyError:
            continue
        found.setdefault(sites.class_of(site), []).append((mutant, site))
    return found


Entry = tuple[Class | None, list[tuple[Mutant, Site]]]


def group(name: str, index: int) -> list[Entry]:
    """Every ``groups``-th class."""
    return list(classes(name).items())[index :: LANE_GROUPS[name][1]]


class _Judge:
    """Judges some classes of mutants of a lane, step by step; ``left`` are those not judged yet."""

    def __init__(self, name: str, entries: list[Entry], work: Path) -> None:
        self.fmt, _ = LANE_GROUPS[name]
        self.pins, self.sites = netlist(name)
        self.lane = LanePins(lane_design(self.fmt.name), self.pins, work)
        self.judgement = Judgement({}, [])
        self.left: list[list[tuple[Mutant, Site]]] = []
        self.unsure: list[list[tuple[Mutant, Site]]] = []
        for kind, members in entries:
            if kind is None:
                self.judgement.count(EQUAL, len(members))
            else:
                self.left.append(members)
        self.rng = np.random.default_rng(SEED)
        names = {n: literal >> 1 for n, literal in self.pins.outputs.items()}
        self._stage = {node for n, node in names.items() if n.startswith(STAGES)}
        self._results = set(names.values()) - self._stage
        self._cut = {
            self.sites.source(literal) >> 1
            for n, literal in self.pins.outputs.items()
            if n.startswith(CUT)
        }

    def faults(self) -> NDArray:
        """The first of each class that is left."""
        return np.array([members[0][1] for members in self.left], Fault)

    def settle(self, ends: list[str | None]) -> None:
        """Count the classes that have an end, and keep the others."""
        for members, end in zip(self.left, ends, strict=True):
            if end:
                self.judgement.count(end, len(members))
        self.left = [m for m, end in zip(self.left, ends, strict=True) if not end]

    def pairs(self, count: int, stop: int) -> None:
        """Random pairs; the first rounds tell by what a mutant is killed."""
        found = np.zeros(len(self.left), np.uint8)
        for first in range(0, count, CHUNK):
            patterns = self.lane.patterns(*operands(self.fmt, min(CHUNK, count - first), self.rng))
            self.lane.differ(patterns, self.faults(), stop, found)
        self.settle([BY_RESULT if c & RESULT else BY_STAGE if c else None for c in found])

    def cycles(self) -> None:
        """Pairs with gaps and resets among them."""
        self.settle([BY_CYCLES if cycle else None for cycle in self.lane.restless(self.faults())])

    def stages(self) -> None:
        """All logits: of those that reach the result behind the sigmoid alone, what does not differ
        is equal.
        """
        to_stage = self.sites.reaching(self._stage)
        to_result = self.sites.reaching(self._results, self._cut)
        reach = [members[0][1][0] in to_stage for members in self.left]
        behind = [members[0][1][0] in to_result for members in self.left]
        chosen = np.flatnonzero(reach)
        faults = self.faults()[chosen]
        own_modes = faults["mode"].copy()
        found = np.zeros(len(chosen), np.uint8)
        for inputs, mine in self._sweeps(faults):
            part = found[mine]
            self.lane.differ_for_all(inputs, faults[mine], STAGE, part)
            found[mine] = part
        unsure = (faults["mode"] != own_modes) & (found & STAGE != 0)
        ends: list[str | None] = [None if each else EQUAL for each in behind]
        for i, differs in zip(chosen, found & STAGE, strict=True):
            ends[i] = BY_STAGE if differs else ends[i]
        for i in chosen[unsure]:
            ends[i] = None
            self.unsure.append(self.left[i])
        self.settle(ends)
        self.left = [members for members in self.left if members not in self.unsure]

    def _sweeps(self, faults: NDArray) -> Iterator[tuple[list[str], NDArray]]:
        """Which inputs decide the stage of which mutants: those that reach it or a control bit.

        A control bit that a label reaches is taken to be on: where a bit that is always inverted
        shows nothing, one that is sometimes inverted shows nothing either.
        """
        support = self.sites.support()
        logit, label = (
            sum(1 << i for i, name in enumerate(self.pins.inputs) if name.startswith(kind))
            for kind in ("logit", "label")
        )
        stage = reduce(or_, (support[node] for node in self._stage)) & logit
        needed: dict[int, list[int]] = {}
        for i, fault in enumerate(faults):
            control = support[fault["control"]]
            if control & label:
                fault["mode"], control = INVERTED, 0
            needed.setdefault(stage | control & logit, []).append(i)
        for mask, mine in needed.items():
            names = [name for i, name in enumerate(self.pins.inputs) if mask >> i & 1]
            yield names, np.array(mine)

    def solver(self) -> list[str]:
        """SAT, and each pair that it finds with others near it; returns why the others are open."""
        tried = self.lane.patterns(*operands(self.fmt, TRIED, self.rng))
        faults = self.faults()
        questions = (
            (members[0][1], self.lane.reached(tried, faults[i : i + 1]))
            for i, members in enumerate(self.left)
        )
        ends: list[str | None] = []
        whys = []
        pool = None if self.fmt is FP16 else self._pool()
        verdicts = mutant_equal.verdicts(self.pins, self.fmt, questions, pool)
        for i, verdict in enumerate(verdicts):
            if verdict == EQUAL:
                ends.append(EQUAL)
                continue
            killed = isinstance(verdict, Pair) and self._kills(verdict, faults[i : i + 1])
            ends.append(BY_SOLVER if killed else None)
            if not killed:
                whys.append(OPEN if verdict == OPEN else UNREAL)
        self.settle(ends)
        return whys

    def _pool(self) -> mutant_equal.Pool:
        """Logits of all kinds with their s and k; in fp16 all pairs decide in its place."""
        logits, labels = operands(self.fmt, POOL, self.rng)
        due = self.lane.results(self.lane.patterns(logits, labels))
        words = {name: due[:, i].ravel() for i, name in enumerate(self.lane.names)}
        pool = {"logit": logits.tolist()}
        for name in CUT:
            width = sum(n.startswith(name) for n in words)
            if width:
                pool[name[:-1]] = unpack(words, name[:-1], width).tolist()
        return pool

    def _kills(self, pair: Pair, fault: NDArray) -> bool:
        """Whether a pair, or one of few bits' distance, distinguishes a mutant."""
        bits, count = self.fmt.bits_dtype, 16 * BATCH
        logits = np.full(count, pair.logit, bits)
        labels = np.full(count, pair.label, bits)
        for values in (logits, labels):
            flips = np.array(1, bits) << self.rng.integers(0, self.fmt.width, count).astype(bits)
            at = self.rng.random(count) < 0.6
            at[0] = False
            values[at] ^= flips[at]
        found = np.zeros(1, np.uint8)
        self.lane.differ(self.lane.patterns(logits, labels), fault, RESULT | STAGE, found)
        return bool(found[0])

    def all_pairs(self) -> None:
        """Every pair of the format."""
        found = np.zeros(len(self.left), np.uint8)
        inputs = [f"{name}[{i}]" for name in ("label", "logit") for i in range(self.fmt.width)]
        self.lane.differ_for_all(inputs, self.faults(), RESULT, found)
        self.settle([BY_SWEEP if each & RESULT else EQUAL for each in found])


def judge_lane(name: str, entries: list[Entry]) -> Judgement:
    """The verdicts on classes of mutants of a lane."""
    with TemporaryDirectory(prefix="scegrad-") as work:
        judge = _Judge(name, entries, Path(work))
        judge.pairs(ROUNDS[0], RESULT)
        judge.pairs(ROUNDS[1], RESULT | STAGE)
        judge.cycles()
        judge.stages()
        whys = judge.solver()
        if judge.left and judge.fmt is FP16:
            judge.all_pairs()
        kept = zip(judge.left, whys, strict=True) if judge.left else ()
        for members, why in [*kept, *((members, UNSWEPT) for members in judge.unsure)]:
            for mutant, _ in members:
                judge.judgement.keep(mutant, why)
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
