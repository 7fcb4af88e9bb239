"""Where a change of a pin goes, and which mutants make the same change.

    A[3] of a cell ──► its gates ──► Y[3] ──► D[3] ──► Q[3] ──► B[0], and nothing else

A pin of which one gate or pin alone takes the value passes its change on, so that mutants along
such a chain are one mutant: of each class one is judged. (A constant passes an AND if it decides
it.)
"""

from collections.abc import Container, Iterable

from scegrad.signoff.aig import Literal
from scegrad.signoff.mutant_nodes import AND, BOX, MODES, PIN, REGISTER, Pins
from scegrad.signoff.mutation import Mutant

INVERTED, ZERO, ONE, BY_ZERO, _ = range(len(MODES))

Site = tuple[int, int, int, int]
"""The fields of a ``Fault``."""

Change = tuple[str, int]
"""What becomes of a bit: ``not`` it, ``is`` a constant, or ``xor`` of it and a literal."""

Class = tuple[int, Change]
"""The last node of a chain, and what becomes of it."""


Members = list[tuple[Mutant, Site]]
"""The mutants of a class, each with its place."""


class Sites:
    """Who takes the value of each node; a register is a wire, or takes it as an output does, and so
    does a box.
    """

    def __init__(self, pins: Pins) -> None:
        self.pins = pins
        self.consumers: list[list[int]] = [[] for _ in range(pins.count)]
        for i in range(len(pins.kinds)):
            for node in {literal >> 1 for literal in self._needs(i)}:
                self.consumers[node].append(pins.first + i)
        self.outputs = {literal >> 1 for literal in (*pins.outputs.values(), *self.next_values())}
        for box in pins.boxes:
            self.outputs |= {node for port in box.given for node in box.ports[port]}

    def next_values(self) -> list[Literal]:
        """What the registers are given, unless they are wires."""
        if self.pins.wires:
            return []
        return [self.pins.a[i] for i, kind in enumerate(self.pins.kinds) if kind == REGISTER]

    def source(self, literal: Literal) -> Literal:
        """The gate or input from which a literal comes through pins alone."""
        while (i := (literal >> 1) - self.pins.first) >= 0 and self._passes(self.pins.kinds[i]):
            literal = self.pins.a[i] ^ (literal & 1)
        return literal

    def _passes(self, kind: int) -> bool:
        return kind == PIN or (kind == REGISTER and self.pins.wires)

    def reaching(self, outputs: Iterable[int], stop: Iterable[int] = ()) -> set[int]:
        """The nodes from which some outputs follow, not by way of a node of ``stop``."""
        found, stops = set(outputs), set(stop)
        for node in range(self.pins.count - 1, self.pins.first - 1, -1):
            if node in found and node not in stops:
                found |= {literal >> 1 for literal in self._needs(node - self.pins.first)}
        return found

    def support(self, stop: Container[int] = ()) -> list[int]:
        """Of each node the inputs that it depends on, not by way of a node of ``stop``: bit i for
        input i.
        """
        found = [0, *(1 << i for i in range(len(self.pins.inputs)))]
        for i in range(len(self.pins.kinds)):
            found.append(0)
            for literal in () if self.pins.first + i in stop else self._needs(i):
                found[-1] |= found[literal >> 1]
        return found

    def _needs(self, i: int) -> set[Literal]:
        a, kind = self.pins.a[i], self.pins.kinds[i]
        if kind == BOX or (kind == REGISTER and not self.pins.wires):
            return set()
        return {a, self.pins.b[i]} if kind == AND else {a}

    def grouped(self, mutants: Iterable[Mutant]) -> dict[Class | None, Members]:
        """Mutants by what they change; None for those that change nothing. Raises ``KeyError`` for
        one of a pin that the netlist does not have.
        """
        found: dict[Class | None, Members] = {}
        for mutant in mutants:
            site = self.pins.fault(mutant)
            found.setdefault(self.class_of(site), []).append((mutant, site))
        return found

    def class_of(self, site: Site) -> Class | None:
        """The class of a mutant; None if it changes nothing, by structure."""
        node, mode, control, _ = site
        change = self._change(node, mode, control)
        while change and node not in self.outputs and len(self.consumers[node]) == 1:
            following = self.consumers[node][0]
            i = following - self.pins.first
            literal = self.pins.a[i] if self.pins.a[i] >> 1 == node else self.pins.b[i]
            if self.pins.kinds[i] == AND:
                if change != ("is", literal & 1):
                    break
                change = "is", 0
            elif change[0] == "is":
                change = "is", change[1] ^ (literal & 1)
            node = following
        if change is None or (node not in self.outputs and not self.consumers[node]):
            return None
        return node, change

    def _change(self, node: int, mode: int, control: int) -> Change | None:
        """What a mode makes of a bit, None if it stays."""
        value = self.source(2 * node)
        if mode in (ZERO, ONE):
            change = "is", int(mode == ONE)
        elif mode == INVERTED:
            change = "not", 0
        else:
            other = self.source(2 * control) ^ (mode == BY_ZERO)
            if other >> 1 == value >> 1:
                change = "is", (other ^ value) & 1
            elif other < 2:
                change = ("not", 0) if other else ("", 0)
            else:
                change = "xor", other
        if value < 2 and change[0] == "not":
            change = "is", 1 - value
        return None if change in (("", 0), ("is", value)) else change
