"""Whether a mutant of a lane is equal to the lane behind its sigmoid, by SAT, registers as wires.

    x, y, free s, k ──► changed pin ──► nodes that differ for some pair ──► the nodes next to them
                                              ▲                              │ equal    │ a solution
                                              └── what it reaches ◄──────────│──────────┘
                                                                             ▼
                                                                  the mutant is equal

The free s and k take the polynomial away; what is known of them follows from the sweep of the
stage over all logits (``logic.side_conditions``). A solution, and inputs near it, that reach a
result end the search: what they are for the lane itself, pairs near them show. One solver holds the
clauses of the lane for all mutants, and learns from each for the next. What it leaves open, Kissat
answers in seconds, each mutant by itself beside the whole lane. Resets are over: what they clear is
for the stimuli.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from scegrad.formats import Format
from scegrad.signoff import tools
from scegrad.signoff.aig import Aig, Literal
from scegrad.signoff.clauses import Clauses
from scegrad.signoff.logic import Known, Logic, exact_conditions, side_conditions
from scegrad.signoff.mutant_lane import CUT, STAGES
from scegrad.signoff.mutant_nodes import AND, MODES, REGISTER, Pins
from scegrad.signoff.mutant_sites import INVERTED, ONE, ZERO, Site, Sites
from scegrad.signoff.mutant_trial import Trial

TRIALS = 6
"""Rounds of inputs near a solution, each near those of the round before that reach furthest."""

BUDGET = 300
"""Conflicts of a question after which it is asked for each exponent of the label by itself, where
shifts are few.
"""

ROUND = 30
"""What a question costs besides its conflicts."""

EQUAL = "equal"

OPEN = "the solver has no answer"

_CONSTANTS = {"valid[0]": 1, "rst[0]": 0}


@dataclass(frozen=True)
class Pair:
    """Encodings of a logit and a label with which a mutant differs for this s and k, which may
    belong to no logit or to another one; fp16 has no k.
    """

    logit: int
    label: int
    s: int
    k: int


@dataclass(frozen=True)
class Given:
    """Input bits by name with which a mutant of any netlist differs, from some state."""

    bits: Mapping[str, bool]


Verdict = tuple[Pair, ...] | Given | str


class Equality:
    """A lane of ``fmt`` behind the cut, as a graph with clauses; ``decide`` looks at one mutant.

    Without a format it is any netlist, for all inputs and, where registers are no wires, from any
    state: then the next state is compared too.
    """

    def __init__(self, pins: Pins, fmt: Format | None) -> None:
        self._pins, self._sites = pins, Sites(pins)
        self._cut = self._cut_nodes() if fmt else {}
        graph = self._free()
        self._constants = _CONSTANTS if fmt else {"rst[0]": 0}
        known: Known = {}
        self._logic = Logic(graph, known)
        self._images = self._lane(graph)
        inputs: dict[str, list[Literal]] = {}
        for name in ("logit", "label", "s", "k"):
            bits = (f"{name}[{i}]" for i in range(64))
            inputs[name] = [graph.inputs[bit] for bit in bits if bit in graph.inputs]
        self._inputs = inputs
        self._graph = graph
        bits_of = {name: bits for name, bits in inputs.items() if bits}
        self._side = side_conditions(self._logic, bits_of) if fmt else 1
        self._asked: tuple[tuple[Site, int] | None, Literal] = None, 0
        self._effort = self.spent = 0
        self._exponent = inputs["label"][fmt.fraction_bits : -1] if fmt else []
        self._outputs = self._sites.outputs
        if fmt:
            names = pins.outputs.items()
            self._outputs = {lit >> 1 for name, lit in names if not name.startswith(STAGES)}
        self._behind = self._sites.reaching(self._outputs, self._cut)
        self._trial = Trial(
            self._sites, graph, self._images, self._behind, self._outputs, self._side
        )

    @cached_property
    def _solver(self) -> Clauses:
        return Clauses(self._graph)

    @cached_property
    def _exact(self) -> Literal:
        return exact_conditions(self._logic, self._inputs)

    def _cut_nodes(self) -> dict[int, tuple[str, bool]]:
        """The nodes that s and k come from, with the name of the bit and whether it is inverted."""
        found: dict[int, tuple[str, bool]] = {}
        for name, literal in self._pins.outputs.items():
            if name.startswith(CUT):
                source = self._sites.source(literal)
                assert source >> 1 not in found and source > 1, f"{name} is no bit of its own"
                found[source >> 1] = name, bool(source & 1)
        return found

    def _free(self) -> Aig:
        """A graph with what may be anything: inputs, s and k, registers that are no wires."""
        graph, pins = Aig(), self._pins
        free = [*pins.inputs, *(name for name, _ in self._cut.values())]
        if not pins.wires:
            free += [f"register {i}" for i, kind in enumerate(pins.kinds) if kind == REGISTER]
        for name in free:
            graph.inputs[name] = 2 * (1 + len(graph.inputs))
        return graph

    def _lane(self, graph: Aig) -> list[Literal]:
        """The literal of each node of the pins, without mutants."""
        pins = self._pins
        images: list[Literal] = [0]
        images += [self._constants.get(name, graph.inputs[name]) for name in pins.inputs]
        for i, kind in enumerate(pins.kinds):
            if pins.first + i in self._cut:
                name, inverted = self._cut[pins.first + i]
                images.append(graph.inputs[name] ^ inverted)
            elif kind == REGISTER and not pins.wires:
                images.append(graph.inputs[f"register {i}"])
            else:
                a, b = (images[each >> 1] ^ (each & 1) for each in (pins.a[i], pins.b[i]))
                images.append(self._logic.both(a, b) if kind == AND else a)
        return images

    def _image(self, literal: Literal, changed: dict[int, Literal]) -> Literal:
        node = literal >> 1
        return changed.get(node, self._images[node]) ^ (literal & 1)

    def prepare(self) -> None:
        """Give the solver the clauses of the lane that every question has."""
        if self._cut:
            self._solver.write(self._side, *(self._images[node] for node in self._behind))

    def decide(self, site: Site, reached: set[int], effort: int) -> Verdict:
        """``EQUAL``, or what the mutant may differ for; ``reached`` are the nodes in which
        the mutant was seen to differ. ``OPEN`` after ``effort``: conflicts of the solver, and
        ``ROUND`` for each question, so that the answer is the same on every machine.
        """
        seen, self._effort, self.spent = set(reached), effort, 0
        try:
            found = self._search(site, seen, [], BUDGET if self._exponent else None)
        except TimeoutError:
            try:
                found = self._by_exponent(site, seen)
            except TimeoutError:
                return OPEN
        return EQUAL if found is None else found

    def decide_whole(self, site: Site, effort: int, *, exact: bool = False) -> Verdict:
        """The same by Kissat, which gets the lane and the mutant as a whole, and ``effort``
        conflicts; with ``exact`` conditions on s and k, of fp32 alone.
        """
        everything = set(range(self._pins.count))
        conditions = self._exact if exact else 1
        differs = self._logic.both(self._differ(site, everything), conditions)
        self._graph.outputs = {"differs": differs}
        cnf = self._graph.cnf("differs")
        if isinstance(cnf, bool):
            assert not cnf, "it differs for everything: pairs would have shown it"
            return EQUAL
        with TemporaryDirectory(prefix="scegrad-") as work:
            values = tools.kissat(cnf, Path(work), None, conflicts=effort)
        if values is None:
            return OPEN
        if not isinstance(values, list):
            return EQUAL
        model = {self._graph.inputs[name] >> 1: values[i] for name, i in cnf.inputs.items()}
        found = self._follow(site, set(), model)
        assert found, "a solution shows nothing"
        return found

    def _by_exponent(self, site: Site, reached: set[int]) -> Verdict | None:
        """What the mutant may differ for, asked for each exponent of the label by itself. Raises
        ``TimeoutError`` if the effort is spent.
        """
        for value in range(1 << len(self._exponent)):
            fixed = [bit ^ (not value >> i & 1) for i, bit in enumerate(self._exponent)]
            if found := self._search(site, reached, fixed, None):
                return found
        return None

    def _search(
        self, site: Site, reached: set[int], fixed: list[Literal], budget: int | None
    ) -> Verdict | None:
        """What the mutant may differ for with ``fixed`` literals. Raises ``TimeoutError`` if a
        question has more conflicts than the budget, or the effort is spent.
        """
        while model := self._solve(self._differ(site, reached), fixed, budget):
            if found := self._follow(site, reached, model):
                return found
        return None

    def _follow(self, site: Site, reached: set[int], model: dict[int, bool]) -> Verdict | None:
        """Inputs near a solution: what they show, or more nodes that are reached."""
        for _ in range(TRIALS):
            found = self._trial.run(site, model)
            if found.showing:
                return self._told(found.showing)
            if found.reached <= reached:
                break
            reached |= found.reached
            model = found.furthest
        return None

    def _told(self, models: list[dict[int, bool]]) -> Verdict:
        if not self._cut:
            inputs = enumerate(self._pins.inputs, start=1)
            bits = {name: models[0].get(node, False) for node, name in inputs}
            return Given(bits | {name: bool(value) for name, value in self._constants.items()})
        return tuple(
            Pair(*(self._number(name, model) for name in ("logit", "label", "s", "k")))
            for model in models
        )

    def _number(self, name: str, model: dict[int, bool]) -> int:
        return sum(model.get(bit >> 1, False) << i for i, bit in enumerate(self._inputs[name]))

    def _differ(self, site: Site, reached: set[int]) -> Literal:
        """Whether the mutant differs next to what is reached, which only grows for a mutant."""
        if self._asked[0] != (site, len(reached)):
            pairs = self._pairs(site, reached)
            differs = self._logic.both(self._logic.differ(pairs), self._side)
            self._asked = (site, len(reached)), differs
        return self._asked[1]

    def _solve(
        self, differs: Literal, fixed: list[Literal], budget: int | None
    ) -> dict[int, bool] | None:
        if differs == 0:
            return None
        left, before = self._effort - self.spent - ROUND, self._solver.conflicts
        if left <= 0:
            raise TimeoutError
        try:
            return self._solver.solve([differs, *fixed], min(budget or left, left))
        finally:
            self.spent += self._solver.conflicts - before + ROUND

    def _pairs(self, site: Site, reached: set[int]) -> list[tuple[Literal, Literal]]:
        """What lane and mutant have at the frontier of what is reached, and as results there."""
        node, _, _, _ = site
        changed = {node: self._changed(site)}
        pairs = []
        waiting: list[int] = []
        seen = set(self._cut)

        def meet(at: int) -> None:
            """A node that changes: follow it, or compare it."""
            inside = at in reached
            if at in self._outputs or not inside:
                pairs.append((self._images[at], changed[at]))
            if inside:
                for following in self._sites.consumers[at]:
                    if following in self._behind and following not in seen:
                        seen.add(following)
                        heapq.heappush(waiting, following)

        if changed[node] != self._images[node]:
            meet(node)
        while waiting:
            at = heapq.heappop(waiting)
            i = at - self._pins.first
            now = self._image(self._pins.a[i], changed)
            if self._pins.kinds[i] == AND:
                now = self._logic.both(now, self._image(self._pins.b[i], changed))
            if now != self._images[at]:
                changed[at] = now
                meet(at)
        return pairs

    def _changed(self, site: Site) -> Literal:
        node, mode, control, _ = site
        value, other = self._images[node], self._images[control]
        if mode == INVERTED:
            return value ^ 1
        if mode in (ZERO, ONE):
            return int(mode == ONE)
        differ = self._logic.differ([(value, other)])
        return differ ^ (MODES[mode] == "cnot0")
