"""Some cycles of a unit and its top as a graph for the solver, and what a mutant changes in them.

    state ──► cycle 0 ──► cycle 1 ──► ...       of a mutant: the nodes that differ, in each cycle

A mutant differs in few nodes, so only these are made again.
"""

import heapq
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from scegrad.signoff.aig import Aig, Literal
from scegrad.signoff.clauses import Clauses
from scegrad.signoff.logic import Known, Logic
from scegrad.signoff.mutant_nodes import AND, MODES, PIN, REGISTER
from scegrad.signoff.mutant_sites import INVERTED, ONE, ZERO, Site
from scegrad.signoff.obligations import FIXED, FREE, Obligations

CONFLICTS = 100_000
"""Conflicts of a question after which it has no answer, whatever the machine."""

FRESH = 40
"""Questions after which the solver forgets the mutants of before."""


@dataclass(frozen=True)
class Trace:
    """What leads to a difference: the values of registers at first, of fixed nodes, and of free
    ones in each cycle; what is missing is 0. ``initial`` if it begins at power-up.
    """

    initial: bool
    first: Mapping[int, bool]
    free: tuple[Mapping[int, bool], ...]


class Cycles:
    """Some cycles of a unit and its top, from power-up, with the reset in the first, or from any
    state after that.
    """

    def __init__(self, found: Obligations, cycles: int, *, initial: bool) -> None:
        self._found, self._initial, self.cycles = found, initial, cycles
        self._own = set(found.images.values())
        self._graph = Aig()
        self._known: Known = {}
        self._logic = Logic(self._graph, self._known)
        self._leaves: list[dict[int, Literal]] = [
            self._inputs(f"{cycle}", FREE) for cycle in range(cycles)
        ]
        self._first = self._inputs("fixed", FIXED) | self._inputs("first", REGISTER)
        self._first[found.started] = int(not initial)
        self._other = self._inputs("other", REGISTER)
        for cycle, leaves in enumerate(self._leaves):
            leaves[found.reset] = int(initial and cycle == 0)
        self.images: list[list[Literal]] = []
        for cycle in range(cycles):
            self._unroll(cycle)
        self._consumers: list[list[int]] = [[] for _ in found.kinds]
        self._registers: list[list[int]] = [[] for _ in found.kinds]
        for node, kind in enumerate(found.kinds):
            if kind == REGISTER:
                self._registers[found.a[node] >> 1].append(node)
            elif kind in (AND, PIN):
                for literal in {found.a[node] >> 1, found.b[node] >> 1}:
                    self._consumers[literal].append(node)
        self._size = 0
        self._asked = 0
        self._solver = Clauses(self._graph)

    def _inputs(self, name: str, kind: int) -> dict[int, Literal]:
        found = {}
        for node in self._found.of_kind(kind):
            literal = 2 * (1 + len(self._graph.inputs))
            found[node] = self._graph.inputs[f"{name} {node}"] = literal
        return found

    def _unroll(self, cycle: int) -> None:
        found, images = self._found, [0] * len(self._found.kinds)
        for node in range(1, len(images)):
            kind = found.kinds[node]
            if kind == REGISTER:
                literal = found.a[node]
                before = self.images[-1] if self.images else None
                images[node] = (
                    self._first[node] if before is None else before[literal >> 1] ^ (literal & 1)
                )
            elif kind == FREE:
                images[node] = self._leaves[cycle][node]
            elif kind == FIXED:
                images[node] = self._first[node]
            else:
                a = images[found.a[node] >> 1] ^ (found.a[node] & 1)
                if kind == AND:
                    a = self._logic.both(a, images[found.b[node] >> 1] ^ (found.b[node] & 1))
                images[node] = a
        self.images.append(images)

    def image(self, literal: Literal, cycle: int, changed: Mapping[int, Literal]) -> Literal:
        """A literal of the netlist in a cycle, with what a mutant changes in it."""
        node = literal >> 1
        return changed.get(node, self.images[cycle][node]) ^ (literal & 1)

    def changed(self, site: Site | None) -> Iterator[dict[int, Literal]]:
        """What a mutant changes in each cycle from the first on; nothing for the unit itself."""
        every = range(self.cycles)
        return ({} for _ in every) if site is None else self.changes(site, every)

    def changes(self, site: Site, cycles: range) -> Iterator[dict[int, Literal]]:
        """What a mutant changes in each cycle, from the same state in the first of them."""
        state: dict[int, Literal] = {}
        for cycle in cycles:
            changed = self._changes(site, cycle, state)
            yield changed
            if cycle + 1 < len(self.images):
                following = self.images[cycle + 1]
                held = self._next(cycle, changed)
                state = {r: value for r, value in held.items() if value != following[r]}

    def _next(self, cycle: int, changed: Mapping[int, Literal]) -> dict[int, Literal]:
        """What the registers hold next whose next values come from what is changed."""
        held = (register for node in changed for register in self._registers[node])
        return {r: self.image(self._found.a[r], cycle, changed) for r in held}

    def _next_of_unit(
        self, cycle: int, changed: Mapping[int, Literal]
    ) -> Iterator[tuple[int, Literal]]:
        """The same of the unit's registers alone: the top's see payload that is not valid too."""
        return (each for each in self._next(cycle, changed).items() if each[0] in self._own)

    def reset_otherwise(self, site: Site) -> set[int]:
        """The registers that the mutant resets to another value."""
        (changed,) = self.changes(site, range(1))
        following = dict(self._next_of_unit(0, changed))
        own = {r: self.image(self._found.a[r], 0, {}) for r in following}
        return {r for r, value in following.items() if value != own[r] < 2}

    def shows(self, site: Site, cycle: int, valid: Mapping[int, int]) -> Literal:
        """Whether the mutant differs in an output that counts or a next value, if some registers
        hold anything now, and may hold anything next, while their valid bits are 0.
        """
        images, chosen = self.images[cycle], self._logic.chosen
        state = {r: chosen(images[bit], images[r], self._other[r]) for r, bit in valid.items()}
        changed = self._changes(site, cycle, state)
        looked = self.shown(cycle, changed)
        for register, value in self._next_of_unit(cycle, changed):
            own = self.image(self._found.a[register], cycle, {})
            bit = valid.get(register)
            counts = 1 if bit is None else self.image(self._found.a[bit], cycle, {})
            looked.append(self._logic.both(counts, self._logic.differ([(own, value)])))
        return self._logic.some(looked)

    def _changes(self, site: Site, cycle: int, state: Mapping[int, Literal]) -> dict[int, Literal]:
        images = self.images[cycle]
        changed = dict(state)
        seen = {*state, site[0]}
        waiting = sorted(seen)
        while waiting:
            node = heapq.heappop(waiting)
            value = self._value(node, cycle, changed)
            if node == site[0]:
                value = self._mutated(value, site, cycle, changed)
            if value == images[node]:
                changed.pop(node, None)
                continue
            changed[node] = value
            for following in self._consumers[node]:
                if following not in seen:
                    seen.add(following)
                    heapq.heappush(waiting, following)
        return changed

    def _value(self, node: int, cycle: int, changed: Mapping[int, Literal]) -> Literal:
        kind, found = self._found.kinds[node], self._found
        if kind not in (AND, PIN):
            return changed.get(node, self.images[cycle][node])
        value = self.image(found.a[node], cycle, changed)
        if kind == AND:
            value = self._logic.both(value, self.image(found.b[node], cycle, changed))
        return value

    def _mutated(
        self, value: Literal, site: Site, cycle: int, changed: Mapping[int, Literal]
    ) -> Literal:
        _, mode, control, _ = site
        if mode == INVERTED:
            return value ^ 1
        if mode in (ZERO, ONE):
            return int(mode == ONE)
        # The control is a pin of the same port: it may come later, but what it takes does not.
        other = self._value(control, cycle, changed)
        return self._logic.differ([(value, other)]) ^ (MODES[mode] == "cnot0")

    def holds(self, claims: list[Literal], cycle: int, changed: Mapping[int, Literal]) -> Literal:
        """Whether all of some claims hold in a cycle."""
        return self._logic.every(self.image(claim, cycle, changed) for claim in claims)

    def every(self, literals: list[Literal]) -> Literal:
        """All of them."""
        return self._logic.every(literals)

    def some(self, literals: list[Literal]) -> Literal:
        """Any of them."""
        return self._logic.some(literals)

    def shown(
        self, cycle: int, changed: Mapping[int, Literal], but: Collection[str] = ()
    ) -> list[Literal]:
        """For each output that is changed, whether it counts and is not the unit's own; ``but`` are
        ports that are left out.
        """
        found = self._found
        return [
            self._logic.both(
                self.image(self._counts(name), cycle, {}),
                self._logic.differ(
                    [(self.image(literal, cycle, {}), self.image(literal, cycle, changed))]
                ),
            )
            for name, literal in found.outputs.items()
            if literal >> 1 in changed and name.partition("[")[0] not in but
        ]

    def differ(self, cycle: int, changed: Mapping[int, Literal]) -> Literal:
        """Whether outputs of the unit or next values of registers are not its own; in the reset the
        next values alone count, of what is reset.
        """
        started = self.images[cycle][self._found.started]
        looked = self.shown(cycle, changed) if started else []
        for register, value in self._next_of_unit(cycle, changed):
            own = self.image(self._found.a[register], cycle, {})
            if started or own < 2:
                looked.append(self._logic.differ([(own, value)]))
        return self._logic.some(looked)

    def _counts(self, name: str) -> Literal:
        """When an output counts: payload while it is valid, ``ready`` where it meets ``valid``."""
        found = self._found
        for end in ("__payload", "__ready"):
            stream, is_one, _ = name.partition(end)
            valid = f"{stream}__valid[0]"
            if is_one and valid in found.outputs:
                return found.outputs[valid]
            if is_one and valid in found.inputs:
                return 2 * found.inputs[valid]
        return 1

    def solve(self, *literals: Literal) -> Trace | None:
        """Values with which all literals are 1. Raises ``TimeoutError`` if that is not known."""
        if 0 in literals:
            return None
        model = self._solver.solve(list(literals), CONFLICTS)
        if model is None:
            return None

        def values(leaves: Mapping[int, Literal]) -> dict[int, bool]:
            return {
                node: bool(literal) if literal < 2 else model.get(literal >> 1, False)
                for node, literal in leaves.items()
            }

        return Trace(self._initial, values(self._first), tuple(map(values, self._leaves)))

    def settle(self) -> None:
        """Keep all conditions that were made until now."""
        self._size = len(self._graph.gates)

    def forget(self) -> None:
        """After some questions, begin again without the mutants of before."""
        self._asked += 1
        if self._asked < FRESH:
            return
        self._asked = 0
        for a, b in self._graph.gates[self._size :]:
            del self._known[a, b]
        del self._graph.gates[self._size :]
        self._solver = Clauses(self._graph)
