"""Whether a mutant of a platform is equal to it in one step, by SAT.

    inputs, registers, what memories and lanes give ──► outputs, next values, what these are given

Equal in one step from any state is equal for ever. A mutant that differs in no state that is ever
reached is not found equal by this, nor one that differs in what nothing looks at: it is told where
it differs.
"""

import heapq

from pysat.solvers import Solver

from scegrad.signoff.aig import Aig, Literal
from scegrad.signoff.logic import Known, Logic
from scegrad.signoff.mutant_machines import Conditions
from scegrad.signoff.mutant_nodes import AND, BOX, MODES, REGISTER, Box, Pins
from scegrad.signoff.mutant_sites import INVERTED, ONE, ZERO, Site, Sites

SOLVER = "cadical195"
"""The solver of the package python-sat."""

SHOWN = 3
"""Names that are told of a mutant."""


class Steps:
    """A platform as one step from any state; ``difference`` looks at one mutant after the other.

    An output counts under its condition, what a memory is given while it is written, and what a
    lane is given while it is valid.
    """

    def __init__(self, pins: Pins, conditions: Conditions) -> None:
        self._pins, self._sites = pins, Sites(pins)
        self._graph = Aig()
        free = [*pins.inputs]
        free += [f"state {i}" for i, kind in enumerate(pins.kinds) if kind in (REGISTER, BOX)]
        for name in free:
            self._graph.inputs[name] = 2 * (1 + len(self._graph.inputs))
        known: Known = {}
        self._logic = Logic(self._graph, known)
        self._images: list[Literal] = [0, *(self._graph.inputs[name] for name in pins.inputs)]
        for i, kind in enumerate(pins.kinds):
            if kind in (REGISTER, BOX):
                self._images.append(self._graph.inputs[f"state {i}"])
            else:
                self._images.append(self._value(i, {}))
        self._names: dict[int, str] = {}
        self._counts = {
            node: self._logic.some(counts) for node, counts in self._looked_at(conditions).items()
        }
        self._written = 0
        self._solver = Solver(name=SOLVER)
        self._solver.add_clause([-1])  # node 0 is false, as variable 1

    def _image(self, literal: Literal, changed: dict[int, Literal]) -> Literal:
        node = literal >> 1
        return changed.get(node, self._images[node]) ^ (literal & 1)

    def _value(self, i: int, changed: dict[int, Literal]) -> Literal:
        """What pin or gate i has, with nodes that a mutant changes."""
        found = self._image(self._pins.a[i], changed)
        if self._pins.kinds[i] == AND:
            found = self._logic.both(found, self._image(self._pins.b[i], changed))
        return found

    def _looked_at(self, conditions: Conditions) -> dict[int, list[Literal]]:
        """The nodes that must be equal, and when: each of some literals. Fills in their names."""
        pins = self._pins
        found: dict[int, list[Literal]] = {}
        for name, literal in pins.outputs.items():
            counts = self._logic.every(self._image(c, {}) for c in conditions.of.get(name, ()))
            found.setdefault(literal >> 1, []).append(counts)
            self._names[literal >> 1] = name.partition("[")[0]
        for i, kind in enumerate(pins.kinds):
            if kind == REGISTER:
                found.setdefault(pins.a[i] >> 1, []).append(1)
        for (cell, port, _), node in pins.nodes.items():
            if port == "Q":
                register = pins.a[node - pins.first] >> 1 if pins.is_pin(node) else node
                self._names[pins.a[register - pins.first] >> 1] = pins.places[cell]
        for box in pins.boxes:
            for port in box.given:
                for i, node in enumerate(box.ports[port]):
                    found.setdefault(node, []).append(self._looks(box, port, i))
                    self._names[node] = pins.places[box.cell]
        return found

    def _looks(self, box: Box, port: str, bit: int) -> Literal:
        """When a box looks at a bit that it is given."""
        if port == "WR_DATA":
            return self._images[box.ports["WR_EN"][bit]]
        if port == "WR_ADDR":
            return self._logic.some(self._images[node] for node in box.ports["WR_EN"])
        return self._images[box.ports["i__valid"][0]] if port == "i__payload" else 1

    def difference(self, site: Site) -> str | None:
        """Where a mutant differs in some state; None if it is equal."""
        differ, names = 0, dict[str, None]()
        for node, literal in self._cone(site):
            here = self._logic.differ([(self._images[node], literal)])
            here = self._logic.both(here, self._counts[node])
            differ = self._logic.some((differ, here))
            if here:
                names[self._names[node]] = None
        if differ == 0 or not self._satisfiable(differ):
            return None
        shown = ", ".join(list(names)[:SHOWN])
        return shown + (" and more" if len(names) > SHOWN else "")

    def _cone(self, site: Site) -> list[tuple[int, Literal]]:
        """The nodes to look at that a mutant may change, and what they then have."""
        node, mode, control, _ = site
        changed, found = {node: self._changed(node, mode, control)}, []
        waiting = [node] if changed[node] != self._images[node] else []
        seen = set(waiting)
        while waiting:
            at = heapq.heappop(waiting)
            if at != node:
                changed[at] = self._value(at - self._pins.first, changed)
                if changed[at] == self._images[at]:
                    continue
            if at in self._sites.outputs:
                found.append((at, changed[at]))
            for following in self._sites.consumers[at]:
                if following not in seen:
                    seen.add(following)
                    heapq.heappush(waiting, following)
        return found

    def _changed(self, node: int, mode: int, control: int) -> Literal:
        value, other = self._images[node], self._images[control]
        if mode == INVERTED:
            return value ^ 1
        if mode in (ZERO, ONE):
            return int(mode == ONE)
        return self._logic.differ([(value, other)]) ^ (MODES[mode] == "cnot0")

    def _satisfiable(self, literal: Literal) -> bool:
        """Whether a literal is 1 for some state and inputs."""
        first = 1 + len(self._graph.inputs)
        for i in range(self._written, len(self._graph.gates)):
            node, (a, b) = 2 * (first + i), self._graph.gates[i]
            for clause in ((node ^ 1, a), (node ^ 1, b), (node, a ^ 1, b ^ 1)):
                self._solver.add_clause([_signed(each) for each in clause])
        self._written = len(self._graph.gates)
        return bool(self._solver.solve(assumptions=[_signed(literal)]))


def _signed(literal: Literal) -> int:
    variable = (literal >> 1) + 1
    return -variable if literal & 1 else variable
