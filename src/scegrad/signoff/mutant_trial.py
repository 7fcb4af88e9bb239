"""Inputs near a solution of the solver, tried on a mutant: which nodes they reach.

    solution ──► many inputs a few bits from it ──► the lane itself ──► what differs in the mutant

An integer holds a node's value for all of these inputs, a bit for each.
"""

import heapq
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scegrad.signoff.aig import Aig, Literal
from scegrad.signoff.mutant_nodes import AND
from scegrad.signoff.mutant_sites import BY_ZERO, INVERTED, ONE, ZERO, Site, Sites

COUNT = 1024
"""Inputs that are tried at once."""

_ONES = (1 << COUNT) - 1

SHOWN = 32
"""Of the inputs that change an output, so many are told."""


@dataclass(frozen=True)
class Found:
    """The nodes that differ for some of the inputs, inputs for which an output does, and those for
    which the furthest node does: of each a bit for every input of the graph by its node.
    """

    reached: set[int]
    showing: list[dict[int, bool]]
    furthest: dict[int, bool]


class Trial:
    """A graph ``aig`` with the literals ``images`` of all nodes of pins; ``behind`` are the nodes
    from which ``outputs`` follow, ``side`` what the inputs must fulfil.
    """

    def __init__(
        self,
        sites: Sites,
        aig: Aig,
        images: Sequence[Literal],
        behind: Iterable[int],
        outputs: set[int],
        side: Literal,
    ) -> None:
        self._sites, self._pins, self._images = sites, sites.pins, images
        self._outputs, self._side = outputs, side
        self._behind = set(behind)
        self._inputs = len(aig.inputs)
        first = 1 + self._inputs
        needed = bytearray(first + len(aig.gates))
        for literal in (side, *(images[node] for node in self._behind)):
            needed[literal >> 1] = 1
        for node in range(len(needed) - 1, first - 1, -1):
            if needed[node]:
                for literal in aig.gates[node - first]:
                    needed[literal >> 1] = 1
        self._needed = [node for node in range(first, len(needed)) if needed[node]]
        self._aig, self._known = aig, needed
        self._random = random.Random(14)

    def _near(self, model: Mapping[int, bool]) -> list[int]:
        """The values of all nodes for inputs near a solution, which is the first of them."""
        values = [0] * len(self._known)
        for node in range(1, 1 + self._inputs):
            flips = _ONES ^ 1
            for _ in range(5):
                flips &= self._random.getrandbits(COUNT)
            values[node] = flips ^ (_ONES if model.get(node) else 0)
        self._evaluate(values, self._needed)
        return values

    def _evaluate(self, values: list[int], nodes: Iterable[int]) -> None:
        masks, first = (0, _ONES), 1 + self._inputs
        for node in nodes:
            a, b = self._aig.gates[node - first]
            values[node] = (values[a >> 1] ^ masks[a & 1]) & (values[b >> 1] ^ masks[b & 1])

    def _apart(self, node: int) -> list[int]:
        """The gates of a node that are not needed by what is behind."""
        found, waiting = set(), [node]
        while waiting:
            at = waiting.pop()
            if at > self._inputs and not self._known[at] and at not in found:
                found.add(at)
                waiting += [literal >> 1 for literal in self._aig.gates[at - 1 - self._inputs]]
        return sorted(found)

    def run(self, site: Site, model: Mapping[int, bool]) -> Found:
        """Try a mutant."""
        values = self._near(model)
        masks = (0, _ONES)

        def own(literal: Literal) -> int:
            return values[literal >> 1] ^ masks[literal & 1]

        care = own(self._side)
        node, mode, control, _ = site
        self._evaluate(values, self._apart(self._images[control] >> 1))
        changed = {node: _changed(mode, own(self._images[node]), own(self._images[control]))}

        def now(literal: Literal) -> int:
            at = literal >> 1
            value = changed[at] if at in changed else own(self._images[at])
            return value ^ masks[literal & 1]

        reached, differs, last, waiting, queued = set(), 0, 1, [node], set[int]()
        while waiting:
            at = heapq.heappop(waiting)
            if at != node:
                a = self._pins.a[at - self._pins.first]
                value = now(a)
                if self._pins.kinds[at - self._pins.first] == AND:
                    value &= now(self._pins.b[at - self._pins.first])
                changed[at] = value
            difference = (changed[at] ^ own(self._images[at])) & care
            if not difference:
                del changed[at]
                continue
            reached.add(at)
            last = difference
            differs |= difference if at in self._outputs else 0
            for following in self._sites.consumers[at]:
                if following in self._behind and following not in queued:
                    queued.add(following)
                    heapq.heappush(waiting, following)
        return Found(reached, self._told(values, differs), self._told(values, last)[0])

    def _told(self, values: list[int], differs: int) -> list[dict[int, bool]]:
        found: list[dict[int, bool]] = []
        while differs and len(found) < SHOWN:
            at = (differs & -differs).bit_length() - 1
            differs &= differs - 1
            found.append({n: bool(values[n] >> at & 1) for n in range(1, 1 + self._inputs)})
        return found


def _changed(mode: int, value: int, control: int) -> int:
    if mode == INVERTED:
        return value ^ _ONES
    if mode in (ZERO, ONE):
        return _ONES if mode == ONE else 0
    return value ^ control ^ (_ONES if mode == BY_ZERO else 0)
