"""Judges mutants of a lane, step by step, until each is killed, equal, or left with a reason.

Each step evaluates no more of the netlist than the mutants that are left need (``mutant_gates``).
"""

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from operator import or_
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP32, Format
from scegrad.progress import INTERVAL, Bar
from scegrad.signoff import mutant_answers, mutant_endings, mutant_gates, mutant_near
from scegrad.signoff.designs import lane_design
from scegrad.signoff.mutant_equal import EQUAL, OPEN, Equality, Given, Verdict
from scegrad.signoff.mutant_gates import GateLibrary
from scegrad.signoff.mutant_lane import (
    CUT,
    RESULT,
    SEED,
    STAGE,
    STAGES,
    class_of,
    operands,
    patterns,
    restless,
)
from scegrad.signoff.mutant_nodes import Fault, Pins
from scegrad.signoff.mutant_sites import INVERTED, Site, Sites
from scegrad.signoff.mutation import Judgement, Mutant

CHUNK = 1 << 16
"""Pairs that are evaluated at once."""

TRIED = 1 << 16
"""Pairs that show how far a mutant reaches."""

WIDE = 200
"""A mutant of the stage that reaches so many nodes goes to the solver before all logits."""

EFFORT = 15_000
"""Conflicts of the solver for a mutant, some two seconds; in fp16 all pairs decide what is open."""

WHOLE = 4_000_000
"""Conflicts of Kissat for what is open then in fp32: some need 2.5 million, in two minutes, most a
hundred thousand, in five seconds.
"""

SHORT = 2500
"""Conflicts of the solver for a mutant of the stage, whose multipliers slow it down."""

HALF = 0x3F00_0000
"""The label of fp32 beside which the stage has |x|/4 in place of s, for logits below 1."""

BY_RESULT, BY_STAGE, BY_CYCLES, BY_SOLVER, BY_RARE, BY_SWEEP = (
    "killed by a result",
    "killed by s, k or sticky",
    "killed by a gap or a reset",
    "killed by a pair of the solver",
    "killed by a rare logit",
    "killed by one of all pairs",
)

_OPEN = f"{OPEN} in {WHOLE:,} conflicts"

UNREAL = "differs for no s and k that were seen with a logit"

UNSWEPT = "s, k or sticky may differ for a label, and all pairs are too many"

Draw = Callable[[Format, int, np.random.Generator], tuple[NDArray, NDArray]]

Members = list[tuple[Mutant, Site]]
"""The mutants of a class."""


def settings(fmt: Format) -> str:
    """What decides verdicts here besides the steps themselves."""
    if fmt is FP32:
        return str((TRIED, EFFORT, WIDE, SHORT, WHOLE))
    # No effort decides anything in fp16; 1.5 stands for what it was when the groups ran.
    return str((TRIED, 1.5))


class LaneJudge:
    """Judges some classes of mutants of a lane; ``left`` are those not judged yet."""

    def __init__(
        self, fmt: Format, pins: Pins, sites: Sites, classes: list[Members], work: Path
    ) -> None:
        self.fmt, self.pins, self.sites, self._work = fmt, pins, sites, work
        self.judgement = Judgement({}, [])
        self.left = classes
        self.unseen: list[Members] = []
        """Classes that differ for s and k of no logit that was seen yet."""
        self.rng = np.random.default_rng(SEED)
        names = {name: literal >> 1 for name, literal in pins.outputs.items()}
        self._stage = {node for name, node in names.items() if name.startswith(STAGES)}
        results = set(names.values()) - self._stage
        cut = {
            sites.source(literal) >> 1
            for name, literal in pins.outputs.items()
            if name.startswith(CUT)
        }
        self._to_stage = sites.reaching(self._stage)
        self._to_result = sites.reaching(results, cut)

    def faults(self) -> NDArray:
        """The first of each class that is left."""
        return np.array([members[0][1] for members in self.left], Fault)

    def settle(self, ends: list[str | None]) -> None:
        """Count the classes that have an end, and keep the others."""
        for members, end in zip(self.left, ends, strict=True):
            if end:
                self.judgement.count(end, len(members))
        self.left = [m for m, end in zip(self.left, ends, strict=True) if not end]

    def keep(self, chosen: list[bool], why: str) -> None:
        """Let some of the classes live."""
        for members, alive in zip(self.left, chosen, strict=True):
            for mutant, _ in members if alive else ():
                self.judgement.keep(mutant, why)
        self.left = [m for m, alive in zip(self.left, chosen, strict=True) if not alive]

    def library(self, faults: NDArray, kinds: int = RESULT | STAGE) -> GateLibrary:
        """The gates that some mutants and some kinds of outputs need."""
        outputs = {name: lit for name, lit in self.pins.outputs.items() if class_of(name) & kinds}
        gates = mutant_gates.reduce(self.pins, mutant_gates.needed(faults), outputs)
        return GateLibrary(gates, class_of, self._work)

    def _pairs(self, count: int, draw: Draw = operands) -> NDArray[np.uint64]:
        return patterns(self.pins.inputs, self.fmt, *draw(self.fmt, count, self.rng))

    def structure(self) -> None:
        """What reaches no output is equal."""
        nodes = self._to_stage | self._to_result
        self.settle([None if members[0][1][0] in nodes else EQUAL for members in self.left])

    def pairs(self, count: int, stop: int, draw: Draw = operands) -> None:
        """Random pairs; the first rounds tell by what a mutant is killed."""
        faults = self.faults()
        found = np.zeros(len(faults), np.uint8)
        library = self.library(faults)
        with self._bar("pairs", count) as bar:
            for first in range(0, count, CHUNK):
                words = self._pairs(min(CHUNK, count - first), draw)
                library.differ(words, faults, stop, found)
                bar(min(first + CHUNK, count))
        self.settle([BY_RESULT if c & RESULT else BY_STAGE if c else None for c in found])

    def cycles(self) -> None:
        """Pairs with gaps and resets among them."""
        design = lane_design(self.fmt.name)
        found = restless(design, self.pins, self.faults(), self._work)
        self.settle([BY_CYCLES if cycle else None for cycle in found])

    def _bar(self, what: str, total: int) -> Bar:
        return Bar(f"{self.fmt.name}: {what}", total, lines=INTERVAL)

    def stages(self) -> None:
        """All logits: of those that reach the result behind the sigmoid alone, what does not differ
        is equal.
        """
        if self.fmt is FP32:
            self._stage_solver()
        nodes = [members[0][1][0] for members in self.left]
        chosen = np.flatnonzero([node in self._to_stage for node in nodes])
        faults = self.faults()[chosen]
        own_modes = faults["mode"].copy()
        found = np.zeros(len(chosen), np.uint8)
        library = self.library(faults, STAGE)
        for label, inputs, mine in self._sweeps(faults):
            library.results(self._fixed(label))
            part = found[mine]
            with self._bar("all logits", 1 << len(inputs)) as bar:
                library.differ_for_all(inputs, faults[mine], STAGE, part, bar)
            found[mine] = part
        differs = found & STAGE != 0
        ends: list[str | None] = [None if node in self._to_result else EQUAL for node in nodes]
        unsure = [False] * len(nodes)
        for i, differing, taken in zip(chosen, differs, faults["mode"] != own_modes, strict=True):
            if differing:
                ends[i] = None if taken else BY_STAGE
                unsure[i] = bool(taken)
        unsure = [each for each, end in zip(unsure, ends, strict=True) if not end]
        self.settle(ends)
        self.keep(unsure, UNSWEPT)

    def _stage_solver(self) -> None:
        """In fp32: SAT for those that would take long, and for those that a label decides too."""
        tried, faults = self._pairs(TRIED), self.faults()
        library = self.library(faults)
        chosen = {}
        for i, reached in enumerate(library.reached(tried, faults)):
            node = int(faults["node"][i])
            if node in self._to_stage and (node in self._to_result or len(reached) > WIDE):
                chosen[i] = reached
        questions = ((self.left[i][0][1], reached) for i, reached in chosen.items())
        ends: list[str | None] = [None] * len(self.left)
        unsure = [False] * len(self.left)
        with self._bar("solver for s and k", len(chosen)) as bar:
            verdicts = mutant_answers.verdicts(self.pins, None, questions, SHORT)
            for i, verdict in zip(chosen, verdicts, strict=True):
                ends[i] = self._end(verdict, library, faults[i : i + 1])
                unsure[i] = not ends[i] and int(faults["node"][i]) in self._to_result
                bar.step()
        unsure = [each for each, end in zip(unsure, ends, strict=True) if not end]
        self.settle(ends)
        self.keep(unsure, UNSWEPT)

    def _fixed(self, label: int) -> NDArray[np.uint64]:
        """Patterns that set the label, and the logit to 0."""
        bits = self.fmt.bits_dtype
        labels = np.full(mutant_gates.BATCH, label, bits)
        return patterns(self.pins.inputs, self.fmt, np.zeros_like(labels), labels)

    def _sweeps(self, faults: NDArray) -> Iterator[tuple[int, list[str], NDArray]]:
        """Labels and inputs that decide the stage of some mutants: the logits that reach it or a
        control bit.

        A control bit that depends on a label otherwise than the stage does is taken to be on: where
        a bit that is always inverted shows nothing, one that is sometimes inverted shows nothing
        either.
        """
        support, apart = self.sites.support(), self._apart()
        logit, label = (
            sum(1 << i for i, name in enumerate(self.pins.inputs) if name.startswith(kind))
            for kind in ("logit", "label")
        )
        stage = reduce(or_, (support[node] for node in self._stage)) & logit
        needed: dict[int, list[int]] = {}
        for i, fault in enumerate(faults):
            control = support[fault["control"]]
            if apart[fault["control"]] & label:
                fault["mode"], control = INVERTED, 0
            needed.setdefault(stage | control & logit, []).append(i)
        for mask, mine in needed.items():
            names = [name for i, name in enumerate(self.pins.inputs) if mask >> i & 1]
            yield 0, names, np.array(mine)
            if self.fmt is FP32:
                below_one = [name for name in names if name != "logit[30]"]
                yield HALF, below_one, np.array(mine)

    def _apart(self) -> list[int]:
        """The inputs of each node, none of them by way of the first node through which every change
        passes that a label makes in the stage.
        """
        support = self.sites.support()
        label = sum(1 << i for i, n in enumerate(self.pins.inputs) if n.startswith("label"))
        furthest = 0
        for node in sorted(self._to_stage):
            if not support[node] & label:
                continue
            if node >= self.pins.first and furthest <= node:
                return self.sites.support({node})
            following = (n for n in self.sites.consumers[node] if n in self._to_stage)
            furthest = max(furthest, *following)
        return support

    def solver(self) -> None:
        """SAT, and each solution with pairs near it; what is open stays, in fp16 all that is not
        equal.
        """
        tried, faults = self._pairs(TRIED), self.faults()
        library = self.library(faults)
        reached = library.reached(tried, faults)
        questions = (
            (members[0][1], each) for members, each in zip(self.left, reached, strict=False)
        )
        verdicts = mutant_answers.verdicts(self.pins, self.fmt, questions, EFFORT)
        self._answered("solver", verdicts, library)

    def whole(self) -> None:
        """Kissat for what is open in fp32, in seconds each as a rule."""
        self._by_kissat(exact=False)

    def exact(self) -> None:
        """Kissat again for what no rare logit shows, with all that is known of s and k."""
        self._by_kissat(exact=True)
        self.left, self.unseen = self.unseen, []
        self.keep([True] * len(self.left), UNREAL)

    def _by_kissat(self, *, exact: bool) -> None:
        if not self.left:
            return
        self.rng = np.random.default_rng(SEED)  # what it finds depends on nothing before it
        equality = Equality(self.pins, self.fmt)
        verdicts = (
            equality.decide_whole(members[0][1], WHOLE, exact=exact) for members in self.left
        )
        self._answered("Kissat", verdicts, self.library(self.faults()))
        self.keep([True] * len(self.left), _OPEN)

    def _answered(self, what: str, verdicts: Iterable[Verdict], library: GateLibrary) -> None:
        """Settle what a solver decides; in fp32 put aside what differs for no logit so far."""
        faults = self.faults()
        ends: list[str | None] = []
        is_open = []
        with self._bar(what, len(self.left)) as bar:
            for i, verdict in enumerate(verdicts):
                ends.append(self._end(verdict, library, faults[i : i + 1]))
                is_open.append(verdict == OPEN)
                bar.step()
        is_open = [each for each, end in zip(is_open, ends, strict=True) if not end]
        self.settle(ends)
        if self.fmt is FP32:
            left = list(zip(self.left, is_open, strict=True))
            self.unseen += [members for members, each in left if not each]
            self.left = [members for members, each in left if each]

    def endings(self) -> None:
        """Pairs of rare logits, for what differs for no logit that was seen."""
        self.left, self.unseen = self.unseen, []
        faults = self.faults()
        found = np.zeros(len(faults), np.uint8)
        library = self.library(faults)
        logits, labels = mutant_endings.pairs()
        with self._bar("pairs of rare logits", logits.size) as bar:
            for first in range(0, logits.size, CHUNK):
                part = slice(first, first + CHUNK)
                words = patterns(self.pins.inputs, self.fmt, logits[part], labels[part])
                library.differ(words, faults, RESULT | STAGE, found)
                bar(min(first + CHUNK, logits.size))
        self.settle([BY_RARE if each else None for each in found])

    def _end(self, verdict: Verdict, library: GateLibrary, fault: NDArray) -> str | None:
        """What an answer of the solver means."""
        if verdict == EQUAL:
            return EQUAL
        if isinstance(verdict, Given):
            number = (
                sum(verdict.bits[f"{name}[{i}]"] << i for i in range(self.fmt.width))
                for name in ("logit", "label")
            )
            logits, labels = (
                np.full(mutant_gates.BATCH, value, self.fmt.bits_dtype) for value in number
            )
        elif isinstance(verdict, tuple):
            logits, labels = mutant_near.near(self.fmt, verdict, self.rng)
        else:
            return None
        found = np.zeros(1, np.uint8)
        words = patterns(self.pins.inputs, self.fmt, logits, labels)
        library.differ(words, fault, RESULT | STAGE, found)
        return BY_SOLVER if found[0] else None

    def all_pairs(self) -> None:
        """In fp16 every pair."""
        faults = self.faults()
        found = np.zeros(len(faults), np.uint8)
        inputs = [f"{name}[{i}]" for name in ("label", "logit") for i in range(self.fmt.width)]
        library = self.library(faults, RESULT)
        library.results(self._fixed(0))
        with self._bar("all pairs", 1 << len(inputs)) as bar:
            library.differ_for_all(inputs, faults, RESULT, found, bar)
        self.settle([BY_SWEEP if each & RESULT else EQUAL for each in found])
