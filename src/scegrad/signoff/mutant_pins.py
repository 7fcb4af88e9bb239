"""A netlist as gates between pins: the bits of every port of every cell, at which mutants change a
value.

    net ──► pin A[3] ──► gates of the cell ──► pin Y[3] ──► net ──► pin B[0] of the next cell

Yosys turns each cell into gates by itself, apart from the others, so that every pin stays. A
register is a pin that takes its value a cycle later, or at once where the registers are left out.
Memories that are written and modules that stay whole are boxes: pins without gates behind them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
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

AND, PIN, REGISTER, BOX = range(4)
"""Kinds of nodes; those before the first of them are false and the inputs. A box gives the last."""

MODES = ("inv", "const0", "const1", "cnot0", "cnot1")
"""What a mutant does with a bit, by number, as in ``sw/mutants/word.h``."""

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
_REGISTERS = ("$dff", "$dffe", "$sdff", "$sdffe")
_MEMORY = "$mem_v2"
_MEMORY_PORTS = ("RD_ADDR", "RD_DATA", "WR_ADDR", "WR_DATA", "WR_EN")
_COMMAND = re.compile(r"-mode (\w+) .*?-cell (\S+) -port (\S+) -portbit (\d+)(?: -ctrlbit (\d+))?")

Fault = np.dtype([(name, np.uint32) for name in ("node", "mode", "control", "end")])
"""What a mutant changes: a node, how, the node of the bit that controls it, 0 for none, and the
last node of the port.
"""

Pin = tuple[str, str, int]
"""A cell, a port of it, and a bit of the port."""


@dataclass(frozen=True)
class Box:
    """A memory of so many ``entries``, written at a clock's edge and read in the same cycle, or a
    module that stays whole; the nodes of its ports by name.
    """

    cell: str
    kind: str
    entries: int
    ports: dict[str, list[int]]
    given: tuple[str, ...]


@dataclass
class Pins:
    """Nodes in an order in which each follows what it needs, registers aside.

    Node 0 is false, then come the inputs, by name and bit (``x[3]``); ``kinds``, ``a`` and ``b``
    describe the nodes behind them: what they are, and their literals. ``nodes`` are the nodes of
    the pins, and ``ends`` the last node of a port. With ``wires`` a register follows what it is
    given, without it comes first; ``a`` of a register is what it holds next.
    """

    wires: bool
    inputs: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    a: list[Literal] = field(default_factory=list)
    b: list[Literal] = field(default_factory=list)
    outputs: dict[str, Literal] = field(default_factory=dict)
    nodes: dict[Pin, int] = field(default_factory=dict)
    ends: dict[tuple[str, str], int] = field(default_factory=dict)
    boxes: list[Box] = field(default_factory=list)
    named: dict[str, Literal] = field(default_factory=dict)
    """The bits of wires with a name of their own."""
    places: dict[str, str] = field(default_factory=dict)
    """Of each cell its path: its name, or that of a wire that it drives if Yosys made up its name.
    """

    @property
    def count(self) -> int:
        """Nodes in all."""
        return self.first + len(self.kinds)

    @property
    def first(self) -> int:
        """The node that ``kinds[0]`` describes."""
        return 1 + len(self.inputs)

    def is_pin(self, node: int) -> bool:
        """Whether a node has what one other node has, at once."""
        return self.kinds[node - self.first] == PIN

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


def read(population: Population, *, wires: bool, mutants: Sequence[Mutant] = ()) -> Pins:
    """The netlist of a population, without mutants or with those that Yosys makes for its input
    ``mutsel``; with ``wires`` each register follows what it is given, which a pipeline allows.
    Raises ``BuildError``.
    """
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        design = json.loads(
            population.run(list(mutants), "write_json net.json", "net.json", directory)
        )
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
    kind: str
    parameters: dict[str, str]
    given: dict[str, list[Any]] = field(default_factory=dict)
    gives: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def register(self) -> bool:
        return self.kind in _REGISTERS

    @property
    def memory(self) -> bool:
        """Whether it is a memory that is written; one that is not is a table, of gates."""
        return self.kind == _MEMORY and _number(self.parameters["WR_PORTS"]) > 0

    @property
    def box(self) -> bool:
        return self.memory or not self.kind.startswith("$")

    @property
    def late(self) -> tuple[str, ...]:
        """Ports at which it looks at the clock's edge alone."""
        if self.memory:
            return tuple(port for port in self.given if port.startswith("WR_"))
        return tuple(self.given) if self.register or self.box else ()

    def port(self, name: str) -> str:
        return f"c{self.number}_{name}"


def _number(bits: str) -> int:
    return int(bits, 2)


def _cells_apart(module: dict[str, Any]) -> tuple[dict[str, Any], list[_Cell]]:
    """The module with every port of every cell as a port of its own, registers and boxes left out;
    and all the cells.
    """
    found, ports, kept = [], {}, {}
    fresh = iter(range(2, 1 << 40))
    for number, (name, cell) in enumerate(module["cells"].items()):
        if cell["type"] in _NO_LOGIC:
            continue
        each = _Cell(name, number, cell["type"], cell.get("parameters", {}))
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


class _Composer:
    """Connects the cells again, each behind what it needs."""

    def __init__(self, module: dict[str, Any], cells: list[_Cell], gates: Aig, wires: bool) -> None:
        self._module, self._gates, self._wires = module, gates, wires
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
        self._held: dict[int, list[Literal]] = {}
        self._of_name: dict[str, int] = {}

    def pins(self) -> Pins:
        """The nodes of every pin of every cell."""
        states = [cell for cell in self._cells if cell.late and not (self._wires or cell.memory)]
        for cell in states:
            self._give(cell)
        given = {cell.number for cell in states}
        for cell in self._ordered():
            if cell.number not in given:
                self._take(cell, [port for port in cell.given if self._early(cell, port)])
                self._give(cell)
        for cell in self._cells:
            self._take(cell, [port for port in cell.given if not self._early(cell, port)])
        for cell in self._cells:
            if cell.register:
                self._hold(cell)
            elif cell.box:
                self._pins.boxes.append(self._box(cell))
        for name, bit in self._outputs.items():
            self._pins.outputs[name] = self._nets[bit]
        self._name()
        return self._pins

    def _name(self) -> None:
        """Fill in ``named`` and ``places``."""
        paths = {}
        for name, net in self._module["netnames"].items():
            for i, bit in enumerate(net["bits"]):
                if isinstance(bit, int) and bit in self._nets and not net.get("hide_name"):
                    self._pins.named[f"{name}[{i}]"] = self._nets[bit]
                    paths[bit] = name
        for cell in self._cells:
            driven = (paths[bit] for bits in cell.gives.values() for bit in bits if bit in paths)
            own = cell.name.replace("\\", "").removeprefix("$flatten")
            self._pins.places[cell.name] = next(driven, own) if own.startswith("$") else own

    def _early(self, cell: _Cell, port: str) -> bool:
        """Whether what a cell gives may follow from this port in the same cycle."""
        return port not in cell.late or (self._wires and cell.register)

    def _ordered(self) -> Iterator[_Cell]:
        """The cells, each behind those that drive it, registers as wires or first. Raises
        ``BuildError`` for a loop.
        """
        by_number = {cell.number: cell for cell in self._cells}
        sorter = TopologicalSorter({cell.number: self._needs(cell) for cell in by_number.values()})
        try:
            for number in sorter.static_order():
                yield by_number[number]
        except CycleError as error:
            names = ", ".join(by_number[number].name for number in error.args[1][:3])
            raise BuildError(f"{names}: a loop, so registers cannot be wires") from error

    def _needs(self, cell: _Cell) -> set[int]:
        ports = [port for port in cell.given if self._early(cell, port)]
        bits = {bit for port in ports for bit in cell.given[port]}
        return {self._drivers[bit].number for bit in bits if bit in self._drivers}

    def _hold(self, cell: _Cell) -> None:
        """What a register holds next: its constant if it is reset, else D if it is enabled."""
        nodes, parameters = self._pins.nodes, cell.parameters
        reset, enabled = 0, 1
        if "SRST" in cell.given:
            reset = 2 * nodes[cell.name, "SRST", 0] + 1 - _number(parameters["SRST_POLARITY"])
        if "EN" in cell.given:
            enabled = 2 * nodes[cell.name, "EN", 0] + 1 - _number(parameters["EN_POLARITY"])
        values = parameters.get("SRST_VALUE", "").zfill(len(cell.gives["Q"]))
        registers = self._held.get(cell.number)
        registers = registers or [2 * nodes[cell.name, "Q", i] for i in range(len(values))]
        for i, value in enumerate(reversed(values)):
            held = self._chosen(enabled, 2 * nodes[cell.name, "D", i], registers[i])
            at = (registers[i] >> 1) - self._pins.first
            self._pins.a[at] = self._chosen(reset, int(value == "1"), held)

    def _chosen(self, condition: Literal, a: Literal, b: Literal) -> Literal:
        if condition < 2:
            return a if condition else b
        if a < 2:
            return self._both(condition ^ 1, b ^ a) ^ a
        one, other = self._both(condition, a), self._both(condition ^ 1, b)
        return self._both(one ^ 1, other ^ 1) ^ 1

    def _both(self, a: Literal, b: Literal) -> Literal:
        return self._pins.add(AND, a, b)

    def _box(self, cell: _Cell) -> Box:
        ports = {
            port: [self._pins.nodes[cell.name, port, i] for i in range(len(bits))]
            for port, bits in (cell.given | cell.gives).items()
        }
        entries = _number(cell.parameters["SIZE"]) if cell.memory else 0
        return Box(cell.name, cell.kind, entries, ports, tuple(cell.given))

    def _take(self, cell: _Cell, ports: Iterable[str]) -> None:
        """Add the pins of what a cell is given."""
        for port in ports:
            for i, bit in enumerate(cell.given[port]):
                node = self._pins.add(PIN, self._nets[bit]) >> 1
                self._pins.nodes[cell.name, port, i] = node
                self._of_name[f"{cell.port(port)}[{i}]"] = node
            self._pins.ends[cell.name, port] = self._pins.count - 1

    def _give(self, cell: _Cell) -> None:
        """Add the pins of what a cell gives, with its gates before them."""
        kind = REGISTER if cell.register else BOX if cell.box else PIN
        for port, bits in cell.gives.items():
            literals = [0] * len(bits)
            if "EN" in cell.given:
                # What it holds on to is not what a mutant makes of Q.
                literals = [self._pins.add(REGISTER, 0) for _ in bits]
                self._held[cell.number], kind = literals, PIN
            elif kind == PIN:
                names = (f"{cell.port(port)}[{i}]" for i in range(len(bits)))
                inner = [self._gates.outputs[name] for name in names]
                literals = [self._image(literal >> 1) ^ (literal & 1) for literal in inner]
            for i, (bit, literal) in enumerate(zip(bits, literals, strict=True)):
                self._nets[bit] = self._pins.add(kind, literal)
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
