"""A netlist as gates between pins: the bits of every port of every cell, at which mutants change a
value.

    net ──► pin A[3] ──► gates of the cell ──► pin Y[3] ──► net ──► pin B[0] of the next cell

Yosys turns each cell into gates by itself, apart from the others, so that every pin stays. A
register is a pin that takes its value a cycle later, or at once where the registers are left out.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from scegrad.errors import BuildError
from scegrad.signoff import tools
from scegrad.signoff.aig import Aig, Literal
from scegrad.signoff.mutation import Mutant, Population

AND, PIN, REGISTER = range(3)
"""Kinds of nodes; those before the first of them are false and the inputs."""

MODES = ("inv", "const0", "const1", "cnot0", "cnot1")
"""What a mutant does with a bit, by number, as in ``sw/mutants/pins.cpp``."""

_GATES = """
read_json cut.json
hierarchy -top {top}
memory_map
opt -full
techmap
opt_clean
setundef -zero
aigmap
opt_clean -purge
select -assert-none t:$*ff* t:$*latch*
write_aiger -symbols result.aig
"""

_NO_LOGIC = ("$scopeinfo",)
_REGISTER = "$dff"
_MEMORY = "$mem_v2"
_COMMAND = re.compile(r"-mode (\w+) .*?-cell (\S+) -port (\S+) -portbit (\d+)(?: -ctrlbit (\d+))?")

Fault = np.dtype([(name, np.uint32) for name in ("node", "mode", "control", "end")])
"""What a mutant changes: a node, how, the node of the bit that controls it, 0 for none, and the
last node of the port.
"""

Pin = tuple[str, str, int]
"""A cell, a port of it, and a bit of the port."""


@dataclass
class Pins:
    """Nodes in an order in which each follows what it needs, registers aside.

    Node 0 is false, then come the inputs, by name and bit (``x[3]``); ``kinds``, ``a`` and ``b``
    describe the nodes behind them: what they are, and their literals. ``nodes`` are the nodes of
    the pins, and ``ends`` the last node of a port. With ``wires`` a register follows what it is
    given, without it comes first.
    """

    wires: bool
    inputs: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    a: list[Literal] = field(default_factory=list)
    b: list[Literal] = field(default_factory=list)
    outputs: dict[str, Literal] = field(default_factory=dict)
    nodes: dict[Pin, int] = field(default_factory=dict)
    ends: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Nodes in all."""
        return self.first + len(self.kinds)

    @property
    def first(self) -> int:
        """The node that ``kinds[0]`` describes."""
        return 1 + len(self.inputs)

    def add(self, kind: int, a: Literal, b: Literal = 0) -> Literal:
        """A further node; returns its literal."""
        self.kinds.append(kind)
        self.a.append(a)
        self.b.append(b)
        return 2 * (self.count - 1)

    def fault(self, mutant: Mutant) -> tuple[int, int, int, int]:
        """A mutant as ``Fault`` has it; raises ``KeyError`` if the netlist has no such pin."""
        found = _COMMAND.search(mutant.command)
        assert found
        mode, cell, port, bit, control = found.groups()
        cell, port = cell.removeprefix("\\"), port.removeprefix("\\")
        at = self.nodes[cell, port, int(bit)]
        other = 0 if control is None else self.nodes[cell, port, int(control)]
        return at, MODES.index(mode), other, self.ends[cell, port]


def read(population: Population, *, wires: bool) -> Pins:
    """The netlist of a population without mutants; with ``wires`` each register follows what it is
    given, which a pipeline allows. Raises ``BuildError``.
    """
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        design = json.loads(population.run([], "write_json net.json", "net.json", directory))
        module = design["modules"][population.top]
        apart, cells = _cells_apart(module)
        design["modules"] = {population.top: apart}
        (directory / "cut.json").write_text(json.dumps(design), encoding="utf-8")
        tools.yosys(_GATES.format(top=population.top), directory)
        gates = Aig.read((directory / "result.aig").read_bytes()).specialised({})
    return _Composer(module, cells, gates, wires).pins()


@dataclass(frozen=True)
class _Cell:
    """A cell, and the names of its ports in the netlist of cells apart."""

    name: str
    number: int
    register: bool
    given: dict[str, list[Any]]
    gives: dict[str, list[Any]]

    def port(self, name: str) -> str:
        return f"c{self.number}_{name}"


def _cells_apart(module: dict[str, Any]) -> tuple[dict[str, Any], list[_Cell]]:
    """The module with every port of every cell as a port of its own, registers left out; and all
    the cells.
    """
    found, ports, kept = [], {}, {}
    fresh = iter(range(2, 1 << 40))
    for number, (name, cell) in enumerate(module["cells"].items()):
        if cell["type"] in _NO_LOGIC:
            continue
        register = cell["type"] == _REGISTER
        ways: tuple[dict[str, list[Any]], dict[str, list[Any]]] = ({}, {})
        each = _Cell(name, number, register, *ways)
        connections = {}
        for port, bits in cell["connections"].items():
            gives = cell["port_directions"][port] == "output"
            if cell["type"] == _MEMORY and not any(isinstance(bit, int) for bit in bits):
                connections[port] = bits  # what enables a table must stay constant
                continue
            if bits and not port.endswith("CLK"):
                ways[gives][port] = bits
            connections[port] = [next(fresh) for _ in bits]
            if not register and bits:
                ports[each.port(port)] = {
                    "direction": "output" if gives else "input",
                    "bits": connections[port],
                }
        if not register:
            kept[name] = {**cell, "connections": connections}
        found.append(each)
    return {**module, "ports": ports, "cells": kept, "netnames": {}, "memories": {}}, found


class _Composer:
    """Connects the cells again, each behind what it needs."""

    def __init__(self, module: dict[str, Any], cells: list[_Cell], gates: Aig, wires: bool) -> None:
        self._gates, self._wires = gates, wires
        self._cells = cells
        self._pins = Pins(wires)
        self._nets: dict[Any, Literal] = {"0": 0, "1": 1, "x": 0, "z": 0}
        self._outputs = {}
        for name, port in module["ports"].items():
            for i, bit in enumerate(port["bits"]):
                if port["direction"] == "output":
                    self._outputs[f"{name}[{i}]"] = bit
                elif name != "clk":
                    self._pins.inputs.append(f"{name}[{i}]")
                    self._nets[bit] = 2 * len(self._pins.inputs)
        self._drivers = {
            bit: cell for cell in cells for bits in cell.gives.values() for bit in bits
        }
        self._inner = {literal >> 1: name for name, literal in gates.inputs.items()}
        self._images: dict[int, Literal] = {0: 0}
        self._of_name: dict[str, int] = {}

    def pins(self) -> Pins:
        """The nodes of every pin of every cell."""
        registers = [cell for cell in self._cells if cell.register]
        if not self._wires:
            for cell in registers:
                self._give(cell)
        for cell in self._ordered():
            if not (cell.register and not self._wires):
                self._take(cell)
                self._give(cell)
        if not self._wires:
            for cell in registers:
                self._take(cell)
        for cell in registers:
            for i in range(len(cell.gives["Q"])):
                register = self._pins.nodes[cell.name, "Q", i] - self._pins.first
                self._pins.a[register] = 2 * self._pins.nodes[cell.name, "D", i]
        for name, bit in self._outputs.items():
            self._pins.outputs[name] = self._nets[bit]
        return self._pins

    def _ordered(self) -> Iterator[_Cell]:
        """The cells, each behind those that drive it, registers as wires or first. Raises
        ``BuildError`` for a loop.
        """
        sorter = TopologicalSorter(
            {cell.number: {each.number for each in self._needs(cell)} for cell in self._cells}
        )
        by_number = {cell.number: cell for cell in self._cells}
        try:
            for number in sorter.static_order():
                yield by_number[number]
        except CycleError as error:
            names = ", ".join(by_number[number].name for number in error.args[1][:3])
            raise BuildError(f"{names}: a loop, so registers cannot be wires") from error

    def _needs(self, cell: _Cell) -> list[_Cell]:
        if cell.register and not self._wires:
            return []
        bits = {bit for given in cell.given.values() for bit in given}
        return [self._drivers[bit] for bit in bits if bit in self._drivers]

    def _take(self, cell: _Cell) -> None:
        """Add the pins of what a cell is given."""
        for port, bits in cell.given.items():
            for i, bit in enumerate(bits):
                node = self._pins.add(PIN, self._nets[bit]) >> 1
                self._pins.nodes[cell.name, port, i] = node
                self._of_name[f"{cell.port(port)}[{i}]"] = node
            self._pins.ends[cell.name, port] = self._pins.count - 1

    def _give(self, cell: _Cell) -> None:
        """Add the pins of what a cell gives, with its gates before them."""
        for port, bits in cell.gives.items():
            literals = [0] * len(bits)
            if not cell.register:
                names = (f"{cell.port(port)}[{i}]" for i in range(len(bits)))
                inner = [self._gates.outputs[name] for name in names]
                literals = [self._image(literal >> 1) ^ (literal & 1) for literal in inner]
            for i, (bit, literal) in enumerate(zip(bits, literals, strict=True)):
                self._nets[bit] = self._pins.add(REGISTER if cell.register else PIN, literal)
                self._pins.nodes[cell.name, port, i] = self._nets[bit] >> 1
            self._pins.ends[cell.name, port] = self._pins.count - 1

    def _image(self, node: int) -> Literal:
        """The literal of a node of the cells' gates."""
        waiting = [node]
        first = 1 + len(self._gates.inputs)
        while waiting:
            at = waiting[-1]
            if at in self._images:
                waiting.pop()
            elif at < first:
                self._images[at] = 2 * self._of_name[self._inner[at]]
            else:
                a, b = self._gates.gates[at - first]
                missing = [n for n in (a >> 1, b >> 1) if n not in self._images]
                waiting += missing
                if not missing:
                    self._images[at] = self._pins.add(
                        AND, self._images[a >> 1] ^ (a & 1), self._images[b >> 1] ^ (b & 1)
                    )
        return self._images[node]
