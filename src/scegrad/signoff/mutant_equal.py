"""Whether a mutant of a lane is equal to the lane behind its sigmoid, by SAT, registers as wires.

    x, y, free s, k ──► changed pin ──► nodes that differ for some pair ──► frontier ──► result
                                        (found by trying)                   equal?      equal?

The free s and k take the polynomial away; which of them may come together is what the sweep of the
stage over all logits shows, and a pair that the solver finds has, if there is one, the s and k of
one of some thousand logits. If the frontier, of which no node differed, can differ for none, the
mutant is equal; else the results themselves are compared. One solver holds the clauses of the lane
for all mutants, and learns from each for the next. Resets are over: what they clear is for the
stimuli.
"""

import heapq
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from scegrad.errors import BuildError
from scegrad.formats import Format
from scegrad.signoff.aig import Aig, Literal
from scegrad.signoff.logic import Known, Logic, side_conditions
from scegrad.signoff.mutant_lane import CUT
from scegrad.signoff.mutant_pins import AND, MODES, REGISTER, Pins
from scegrad.signoff.mutant_sites import INVERTED, ONE, ZERO, Site, Sites

LIMIT = 20
"""Seconds that the solver may take for a mutant."""

SOLVER = "cadical195"
"""The solver of the package python-sat."""

EQUAL, OPEN = "equal", "no proof in time"

_CONSTANTS = {"valid[0]": 1, "rst[0]": 0}


@dataclass(frozen=True)
class Pair:
    """Encodings of a logit and a label with which a mutant differs, for some s and k."""

    logit: int
    label: int


@dataclass(frozen=True)
class Given:
    """Input bits by name with which a mutant of any netlist differs, from some state."""

    bits: Mapping[str, bool]


Verdict = Pair | Given | str


Pool = Mapping[str, Sequence[int]]
"""Logits with the s and, in fp32, the k that belong to each, by name of the input."""


@dataclass
class _Solver:
    """Clauses of the gates of a graph, added as it grows."""

    graph: Aig
    written: int = 0
    backend: Any = field(default=None)

    def __post_init__(self) -> None:
        # In the child process alone, which needs no more than this.
        from pysat.solvers import Solver

        self.backend = Solver(name=SOLVER)
        self.backend.add_clause([-1])  # node 0 is false, as variable 1

    def solve(self, literal: Literal) -> dict[int, bool] | None:
        """The values of all nodes with which a literal is 1; None if there are none."""
        first = 1 + len(self.graph.inputs)
        gates = self.graph.gates
        for i in range(self.written, len(gates)):
            node, (a, b) = 2 * (first + i), gates[i]
            for clause in ((node ^ 1, a), (node ^ 1, b), (node, a ^ 1, b ^ 1)):
                self.backend.add_clause([_signed(each) for each in clause])
        self.written = len(gates)
        if not self.backend.solve(assumptions=[_signed(literal)]):
            return None
        return {abs(value) - 1: value > 0 for value in self.backend.get_model()}


def _signed(literal: Literal) -> int:
    variable = (literal >> 1) + 1
    return -variable if literal & 1 else variable


class Equality:
    """A lane of ``fmt`` behind the cut, as a graph with clauses; ``decide`` looks at one mutant.

    Without a format it is any netlist, for all inputs and, where registers are no wires, from any
    state: then the next state is compared too.
    """

    def __init__(self, pins: Pins, fmt: Format | None, pool: Pool | None = None) -> None:
        self._pins, self._sites = pins, Sites(pins)
        self._cut: dict[int, str] = {}
        inverted = set()
        for name, literal in pins.outputs.items():
            if fmt and name.startswith(CUT):
                source = self._sites.source(literal)
                assert source >> 1 not in self._cut and source > 1, f"{name} is no bit of its own"
                self._cut[source >> 1] = name
                inverted |= {name} if source & 1 else set()
        graph = Aig()
        free = [*pins.inputs, *self._cut.values()]
        if not pins.wires:
            free += [f"register {i}" for i, kind in enumerate(pins.kinds) if kind == REGISTER]
        for name in free:
            graph.inputs[name] = 2 * (1 + len(graph.inputs))
        self._constants = _CONSTANTS if fmt else {"rst[0]": 0}
        known: Known = {}
        self._logic = Logic(graph, known)
        self._images: list[Literal] = [0]
        self._images += [self._constants.get(name, graph.inputs[name]) for name in pins.inputs]
        for i, kind in enumerate(pins.kinds):
            node = pins.first + i
            if node in self._cut:
                name = self._cut[node]
                self._images.append(graph.inputs[name] ^ (name in inverted))
            elif kind == REGISTER and not pins.wires:
                self._images.append(graph.inputs[f"register {i}"])
            elif kind == AND:
                a, b = self._image(pins.a[i], {}), self._image(pins.b[i], {})
                self._images.append(self._logic.both(a, b))
            else:
                self._images.append(self._image(pins.a[i], {}))
        inputs: dict[str, list[Literal]] = {}
        for name in ("logit", "label", "s", "k"):
            bits = (f"{name}[{i}]" for i in range(64))
            inputs[name] = [graph.inputs[bit] for bit in bits if bit in graph.inputs]
        self._inputs = inputs
        bits_of = {name: bits for name, bits in inputs.items() if bits}
        self._side = side_conditions(self._logic, bits_of) if fmt else 1
        self._solver = _Solver(graph)
        self._real = self._any_of(pool) if pool else 1

    def _any_of(self, pool: Pool) -> Literal:
        """Whether logit, s and k are those of one logit of the pool."""
        logic = self._logic
        choices = []
        for values in zip(*pool.values(), strict=True):
            bits = (
                bit ^ (not value >> i & 1)
                for name, value in zip(pool, values, strict=True)
                for i, bit in enumerate(self._inputs[name])
            )
            choices.append(logic.every(bits))
        return logic.some(choices)

    def _image(self, literal: Literal, changed: dict[int, Literal]) -> Literal:
        node = literal >> 1
        return changed.get(node, self._images[node]) ^ (literal & 1)

    def decide(self, site: Site, reached: set[int]) -> Verdict:
        """``EQUAL``, or what the mutant may differ for; ``reached`` are the nodes in which
        the mutant was seen to differ.
        """
        if self._differ(self._pairs(site, reached)) is None:
            return EQUAL
        pairs = self._pairs(site, None)
        model = self._differ(pairs)
        if model is None:
            return EQUAL
        if self._real != 1:
            model = self._differ(pairs, self._real) or model
        if not self._cut:
            inputs = enumerate(self._pins.inputs, start=1)
            bits = {name: model.get(node, False) for node, name in inputs}
            return Given(bits | {name: bool(value) for name, value in self._constants.items()})
        return Pair(*(self._number(name, model) for name in ("logit", "label")))

    def _number(self, name: str, model: dict[int, bool]) -> int:
        return sum(model.get(bit >> 1, False) << i for i, bit in enumerate(self._inputs[name]))

    def _differ(
        self, pairs: list[tuple[Literal, Literal]], only: Literal = 1
    ) -> dict[int, bool] | None:
        both = self._logic.both
        differs = both(both(self._logic.differ(pairs), self._side), only)
        return None if differs == 0 else self._solver.solve(differs)

    def _pairs(self, site: Site, reached: set[int] | None) -> list[tuple[Literal, Literal]]:
        """What lane and mutant have at the frontier of what is reached, or as results."""
        node, _, _, _ = site
        changed = {node: self._changed(site)}
        pairs = []
        waiting: list[int] = []
        seen = set(self._cut)

        def meet(at: int) -> None:
            """A node that changes: follow it, or compare it."""
            inside = reached is None or at in reached
            if at in self._sites.outputs or not inside:
                pairs.append((self._images[at], changed[at]))
            if inside:
                for following in self._sites.consumers[at]:
                    if following not in seen:
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


Question = tuple[Site, set[int]]


def verdicts(
    pins: Pins, fmt: Format | None, questions: Iterable[Question], pool: Pool | None = None
) -> Iterator[Verdict]:
    """The verdict on each mutant, from a process of its own that is ended if it takes too long.

    Raises ``BuildError`` if that process ends by itself.
    """
    solver: _Process | None = None
    try:
        for question in questions:
            solver = solver or _Process(pins, fmt, pool)
            yield solver.ask(question)
    finally:
        if solver:
            solver.end()


class _Process:
    """A process with the clauses, whose copies answer: one after the other, each until it is ended
    because a question takes too long. A copy takes no time, the clauses take seconds.
    """

    def __init__(self, pins: Pins, fmt: Format | None, pool: Pool | None) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, its = context.Pipe()
        self._process = context.Process(target=_answer, args=(pins, fmt, pool, its), daemon=True)
        self._process.start()
        its.close()
        self._copy = self._hear()

    def ask(self, question: Question) -> Verdict:
        """The answer."""
        self._pipe.send(question)
        if self._pipe.poll(LIMIT):
            return self._hear()
        os.kill(self._copy, signal.SIGKILL)
        while not isinstance(heard := self._hear(), int):
            pass  # an answer that came at the last moment
        self._copy = heard
        return OPEN

    def _hear(self) -> Any:
        try:
            return self._pipe.recv()
        except EOFError as error:
            self._process.join()
            status = self._process.exitcode
            raise BuildError(f"the process with the solver ended with status {status}") from error

    def end(self) -> None:
        """End the process and its copy, whatever they do."""
        self._process.kill()
        self._process.join()
        with suppress(ProcessLookupError):
            os.kill(self._copy, signal.SIGKILL)


def _answer(pins: Pins, fmt: Format | None, pool: Pool | None, asker: Connection) -> None:
    """The process: copies that first tell their number, then answer each question."""
    equality = Equality(pins, fmt, pool)
    while True:
        copy = os.fork()
        if copy == 0:
            asker.send(os.getpid())
            with suppress(EOFError):
                while True:
                    asker.send(equality.decide(*asker.recv()))
            os._exit(0)
        _, status = os.waitpid(copy, 0)
        if not os.WIFSIGNALED(status):
            return
