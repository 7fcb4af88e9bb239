"""Traces of the solver with all mutants of a unit at once: which of them a claim refuses.

An integer holds a node's value, a bit for each mutant.
"""

from collections.abc import Iterator, Mapping, Sequence

from scegrad.signoff.aig import Literal
from scegrad.signoff.mutant_nodes import AND, PIN, REGISTER
from scegrad.signoff.mutant_sites import BY_ZERO, INVERTED, ONE, ZERO, Site
from scegrad.signoff.obligation_cycles import Trace
from scegrad.signoff.obligations import FIXED, Obligations


class Mutants:
    """Some mutants of a unit, each a bit."""

    def __init__(self, found: Obligations, depth: int, sites: Sequence[Site]) -> None:
        self._found, self._depth = found, depth
        self._all = (1 << len(sites)) - 1
        self._sites: dict[int, list[tuple[int, int, int]]] = {}
        for i, (node, mode, control, _) in enumerate(sites):
            self._sites.setdefault(node, []).append((mode, control, 1 << i))
        self._registers = found.of_kind(REGISTER)
        self._gates = [
            (node, found.kinds[node] == AND, found.a[node], found.b[node])
            for node in found.of_kind(AND, PIN)
        ]

    def refused(self, trace: Trace) -> int:
        """The mutants with which a claim fails in the last cycle, or from power-up in any, and
        everything held before it.
        """
        held, refused = self._all, 0
        for cycle, values in enumerate(self._cycles(trace)):
            held &= self._every(self._found.assumed, values)
            asserted = self._every(list(self._found.asserted.values()), values)
            if trace.initial or cycle == self._depth:
                refused |= held & ~asserted
            held &= asserted
        return refused

    def reach(self, trace: Trace, cover: str) -> int:
        """The mutants with which a trace reaches a cover."""
        held, reached = self._all, 0
        for values in self._cycles(trace):
            held &= self._every(self._found.assumed, values)
            reached |= held & self._of(self._found.covered[cover], values)
        return reached

    def _spread(self, value: bool) -> int:
        return self._all if value else 0

    def _of(self, literal: Literal, values: list[int]) -> int:
        return values[literal >> 1] ^ (self._all if literal & 1 else 0)

    def _every(self, claims: list[Literal], values: list[int]) -> int:
        found = self._all
        for claim in claims:
            found &= self._of(claim, values)
        return found

    def _cycles(self, trace: Trace) -> Iterator[list[int]]:
        """The values of all nodes in each cycle."""
        state = {node: self._spread(trace.first.get(node, False)) for node in self._registers}
        for free in trace.free:
            values = self._cycle(state, trace.first, free)
            yield values
            state = {node: self._of(self._found.a[node], values) for node in self._registers}

    def _cycle(
        self, state: Mapping[int, int], first: Mapping[int, bool], free: Mapping[int, bool]
    ) -> list[int]:
        found, ones = self._found, self._all
        values = [0] * len(found.kinds)
        for node, value in state.items():
            values[node] = value
        for node, value in free.items():
            values[node] = ones if value else 0
        for node in found.of_kind(FIXED):
            values[node] = self._spread(first.get(node, False))
        for node in self._sites:
            if found.kinds[node] not in (AND, PIN):
                values[node] = self._mutated(node, values)
        sites = self._sites
        for node, both, a, b in self._gates:
            value = values[a >> 1] ^ ones if a & 1 else values[a >> 1]
            if both:
                value &= values[b >> 1] ^ ones if b & 1 else values[b >> 1]
            values[node] = value
            if node in sites:
                values[node] = self._mutated(node, values)
        return values

    def _mutated(self, node: int, values: list[int]) -> int:
        """What mutants make of a node; a control that is a pin has what it takes."""
        found, value = self._found, values[node]
        for mode, control, bit in self._sites[node]:
            if mode == ZERO:
                value &= ~bit
            elif mode == ONE:
                value |= bit
            elif mode == INVERTED:
                value ^= bit
            else:
                pin = found.kinds[control] == PIN
                other = self._of(found.a[control], values) if pin else values[control]
                value ^= (other ^ (self._all if mode == BY_ZERO else 0)) & bit
        return value
