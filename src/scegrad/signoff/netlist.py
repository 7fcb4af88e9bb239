"""The gates of a flat module from Yosys's JSON, as literals of an and-inverter graph."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scegrad.signoff.aig import Aig, Literal

Bit = int | str
"""The number of a net's bit, or a constant: ``0``, ``1`` or ``x``."""

Module = dict[str, Any]


class Graph(Aig):
    """A graph that grows gate by gate, each of them once, after all of its inputs."""

    def __init__(self, inputs: Iterable[str]) -> None:
        super().__init__()
        self.inputs = {name: 2 * (1 + i) for i, name in enumerate(inputs)}
        self._known: dict[tuple[Literal, Literal], Literal] = {}

    def both(self, x: Literal, y: Literal) -> Literal:
        """Conjunction."""
        return self.gate(x, y, self._known)

    def either(self, x: Literal, y: Literal) -> Literal:
        """Disjunction."""
        return self.both(x ^ 1, y ^ 1) ^ 1

    def differ(self, x: Literal, y: Literal) -> Literal:
        """Exclusive or."""
        return self.either(self.both(x, y ^ 1), self.both(x ^ 1, y))


@dataclass
class Netlist:
    """Gates, registers and names of a flat module."""

    module: Module
    gates: dict[Bit, tuple[Bit, ...]] = field(default_factory=dict)
    registers: dict[Bit, Bit] = field(default_factory=dict)
    names: dict[Bit, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, net in self.module["netnames"].items():
            for i, bit in enumerate(net["bits"]):
                self.names.setdefault(bit, f"{name}[{i}]")
        for cell in self.module["cells"].values():
            pins = {name: bits[0] for name, bits in cell["connections"].items() if bits}
            if cell["type"] == "$_DFF_P_":
                self.registers[pins["Q"]] = pins["D"]
            elif cell["type"] in ("$_AND_", "$_NOT_"):
                self.gates[pins["Y"]] = tuple(pins[name] for name in ("A", "B") if name in pins)

    def ports(self, direction: str) -> Iterator[tuple[str, list[Bit]]]:
        """The ports of a direction, with their bits."""
        for name, port in self.module["ports"].items():
            if port["direction"] == direction:
                yield name, port["bits"]

    def net(self, name: str) -> list[Bit]:
        """The bits of a net."""
        return self.module["netnames"][name]["bits"]

    def literals(
        self, aig: Graph, leaf: Callable[[Bit], Literal], wanted: Iterable[Bit]
    ) -> dict[Bit, Literal]:
        """The bits as literals of a graph, in which ``leaf`` names those that no gate drives."""
        found: dict[Bit, Literal] = {"0": 0, "1": 1, "x": 0}
        stack = list(wanted)
        while stack:
            bit = stack[-1]
            if bit in found:
                stack.pop()
            elif bit not in self.gates:
                found[bit] = leaf(bit)
            elif missing := [each for each in self.gates[bit] if each not in found]:
                stack += missing
            else:
                pins = [found[each] for each in self.gates[bit]]
                found[bit] = pins[0] ^ 1 if len(pins) == 1 else aig.both(*pins)
        return found
