"""A netlist as gates between pins: the bits of every port of every cell, at which mutants change a
value.

    net ──► pin A[3] ──► gates of the cell ──► pin Y[3] ──► net ──► pin B[0] of the next cell

Yosys turns each cell into gates by itself, apart from the others, so that every pin stays. A
register is a pin that takes its value a cycle later, or at once where the registers are left out.
Memories that are written and modules that stay whole are boxes: pins without gates behind them.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scegrad.errors import BuildError
from scegrad.signoff import tools
from scegrad.signoff.aig import Aig, Literal
from scegrad.signoff.mutant_cells import Cell, Enable, cells_apart, enables, number_of
from scegrad.signoff.mutant_nodes import AND, BOX, PIN, REGISTER, Box, Pins
from scegrad.signoff.mutation import Mutant, Population

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
        apart, cells = cells_apart(module)
        design["modules"] = {population.top: apart}
        (directory / "cut.json").write_text(json.dumps(design), encoding="utf-8")
        tools.yosys(_GATES.format(top=population.top), directory)
        gates = Aig.read((directory / "result.aig").read_bytes()).specialised({})
    return _Composer(module, cells, gates, wires).pins()


class _Composer:
    """Connects the cells again, each behind what it needs."""

    def __init__(self, module: dict[str, Any], cells: list[Cell], gates: Aig, wires: bool) -> None:
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
        found = enables(module, cells)
        self._enables = {(gate, each.net): each for each in found for gate in each.gates}
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

    def _early(self, cell: Cell, port: str) -> bool:
        """Whether what a cell gives may follow from this port in the same cycle."""
        return port not in cell.late or (self._wires and cell.register)

    def _ordered(self) -> Iterator[Cell]:
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

    def _needs(self, cell: Cell) -> set[int]:
        ports = [port for port in cell.given if self._early(cell, port)]
        bits = {bit for port in ports for bit in cell.given[port]}
        return {self._drivers[bit].number for bit in bits if bit in self._drivers}

    def _hold(self, cell: Cell) -> None:
        """What a register holds next: its constant if it is reset, else D if it is enabled."""
        nodes, parameters = self._pins.nodes, cell.parameters
        reset, enabled = 0, 1
        if "SRST" in cell.given:
            reset = 2 * nodes[cell.name, "SRST", 0] + 1 - number_of(parameters["SRST_POLARITY"])
        if "EN" in cell.given:
            enabled = 2 * nodes[cell.name, "EN", 0] + 1 - number_of(parameters["EN_POLARITY"])
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

    def _box(self, cell: Cell) -> Box:
        ports = {
            port: [self._pins.nodes[cell.name, port, i] for i in range(len(bits))]
            for port, bits in (cell.given | cell.gives).items()
        }
        entries = number_of(cell.parameters["SIZE"]) if cell.memory else 0
        return Box(cell.name, cell.kind, entries, ports, tuple(cell.given))

    def _take(self, cell: Cell, ports: Iterable[str]) -> None:
        """Add the pins of what a cell is given."""
        for port in ports:
            for i, bit in enumerate(cell.given[port]):
                enable = self._enables.get((cell.name, bit))
                given = self._shared(enable) if enable else self._nets[bit]
                node = self._pins.add(PIN, given) >> 1
                self._pins.nodes[cell.name, port, i] = node
                self._of_name[f"{cell.port(port)}[{i}]"] = node
            self._pins.ends[cell.name, port] = self._pins.count - 1

    def _shared(self, enable: Enable) -> Literal:
        """The one pin through which all words of a memory are enabled."""
        if enable.memory not in self._pins.enables:
            node = self._pins.add(PIN, self._nets[enable.net]) >> 1
            self._pins.enables[enable.memory] = node, len(enable.gates)
        return 2 * self._pins.enables[enable.memory][0]

    def _give(self, cell: Cell) -> None:
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
