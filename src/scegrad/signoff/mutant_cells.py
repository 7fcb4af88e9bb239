"""The cells of a netlist, as Yosys writes them in JSON, and the same netlist with every cell apart
from the others, so that Yosys turns each into gates by itself.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

_NO_LOGIC = ("$scopeinfo",)
_FORMAL = ("$anyconst", "$anyseq", "$assert", "$assume", "$cover")
_REGISTERS = ("$dff", "$dffe", "$sdff", "$sdffe")
_MEMORY = "$mem_v2"
_MEMORY_PORTS = ("RD_ADDR", "RD_DATA", "WR_ADDR", "WR_DATA", "WR_EN")

_WORD_ENABLE = re.compile(r"\$memory\\(.+)\$wren\[(\d+)\]\[0\]\[0\]\$\d+")
"""The gate with which Yosys enables one word of a memory that has become registers."""


@dataclass(frozen=True)
class Cell:
    """A cell, and the names of its ports in the netlist of cells apart."""

    name: str
    number: int
    kind: str
    parameters: dict[str, str]
    given: dict[str, list[Any]] = field(default_factory=dict)
    gives: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def register(self) -> bool:
        """Whether it takes its value at a clock's edge."""
        return self.kind in _REGISTERS

    @property
    def memory(self) -> bool:
        """Whether it is a memory that is written; one that is not is a table, of gates."""
        return self.kind == _MEMORY and number_of(self.parameters["WR_PORTS"]) > 0

    @property
    def box(self) -> bool:
        """Whether it is a memory that is written, a module that stays whole, or a claim."""
        return self.memory or self.kind in _FORMAL or not self.kind.startswith("$")

    @property
    def late(self) -> tuple[str, ...]:
        """Ports at which it looks at the clock's edge alone."""
        if self.memory:
            return tuple(port for port in self.given if port.startswith("WR_"))
        return tuple(self.given) if self.register or self.box else ()

    def port(self, name: str) -> str:
        """The name of a port in the netlist of cells apart."""
        return f"c{self.number}_{name}"


def number_of(bits: str) -> int:
    """The number that a parameter is."""
    return int(bits, 2)


def cells_apart(module: dict[str, Any]) -> tuple[dict[str, Any], list[Cell]]:
    """The module with every port of every cell as a port of its own, registers and boxes left out;
    and all the cells.
    """
    found, ports, kept = [], {}, {}
    fresh = iter(range(2, 1 << 40))
    for number, (name, cell) in enumerate(module["cells"].items()):
        if cell["type"] in _NO_LOGIC:
            continue
        each = Cell(name, number, cell["type"], cell.get("parameters", {}))
        gates = not (each.register or each.box)
        connections = {}
        for port, bits in cell["connections"].items():
            gives = cell["port_directions"][port] == "output"
            if each.kind == _MEMORY and not any(isinstance(bit, int) for bit in bits):
                connections[port] = bits  # what enables a table must stay constant
                continue
            if each.memory and port not in _MEMORY_PORTS:
                continue
            if bits and not port.upper().endswith("CLK"):
                (each.gives if gives else each.given)[port] = bits
            connections[port] = [next(fresh) for _ in bits]
            if gates and bits:
                ports[each.port(port)] = {
                    "direction": "output" if gives else "input",
                    "bits": connections[port],
                }
        if gates:
            kept[name] = {**cell, "connections": connections}
        found.append(each)
    return {**module, "ports": ports, "cells": kept, "netnames": {}, "memories": {}}, found


@dataclass(frozen=True)
class Enable:
    """What enables writing of a memory that has become registers of one bit: its net, and the gates
    that it goes to, one a word.
    """

    memory: str
    net: int
    gates: tuple[str, ...]


def enables(module: dict[str, Any], cells: list[Cell]) -> list[Enable]:
    """The memories whose words are registers of one bit, each enabled by a gate of its own."""
    gates: dict[str, dict[str, Cell]] = defaultdict(dict)
    for cell in cells:
        if found := _WORD_ENABLE.fullmatch(cell.name):
            gates[found[1]][f"{found[1]}[{found[2]}]"] = cell
    registers = {tuple(cell.gives["Q"]): cell for cell in cells if cell.register}
    found_enables = []
    for memory, gate in gates.items():
        words = {
            name: registers.get(tuple(net["bits"]))
            for name, net in module["netnames"].items()
            if name.rpartition("[")[0] == memory and not net.get("hide_name")
        }
        lone = words.keys() == gate.keys() and all(
            word and len(word.gives["Q"]) == 1 and word.given.get("EN") == gate[name].gives["Y"]
            for name, word in words.items()
        )
        shared = set.intersection(*(_nets(each) for each in gate.values()))
        if lone and len(gate) > 1 and len(shared) == 1:
            each = tuple(cell.name for cell in gate.values())
            found_enables.append(Enable(memory, shared.pop(), each))
    return found_enables


def _nets(cell: Cell) -> set[int]:
    return {bit for bits in cell.given.values() for bit in bits if isinstance(bit, int)}
