"""The same mutant in two designs that have a module in common: a platform, and a unit by itself.

    platform:  assign _34_ = start ? _13_[32:7] : _33_;  ──┐  the statement, with each `_N_` told,
    unit:      assign _22_ = start ? _13_[32:7] : _21_;  ──┴─ is the same: so are its cells

Yosys numbers cells and unnamed wires anew in each design, so a cell is known by its statement, its
kind, and its number among cells of the same statement and kind; a register by its statement and
the names of its bits. Where the two designs differ in the number of such cells, in the ports of a
register or in the width of a port, there is no twin.

Low bits that are constant in a platform are not there, so that the others are bits 0, 1, ... of a
register or an adder; names tell by how many places they have moved.

A bit of a buffer's words stands for all, so the enable of one bit of a memory has its twin in a
unit whose words are of one bit: there it is the enable of all words, which are registers.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from scegrad.signoff.case import hashed
from scegrad.signoff.mutant_nodes import MODES, Pins
from scegrad.signoff.mutant_sites import Site
from scegrad.signoff.mutation import Mutant, Population

_ASSIGN = re.compile(r"  assign (.+?) = (.*);$")
_UNNAMED = re.compile(r"_\d+_")
_NAME = re.compile(r"\\?[A-Za-z_]\w*")
_CONSTANT = re.compile(r"(\d+)'([hbd]\w+)")
_NUMBER = re.compile(r"_\d+(?=$|\.)")
"""What Yosys or Amaranth appends to a name that is taken."""

_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_CONDITION = re.compile(r"if \([^()]*\)")

_PIN = re.compile(r"-mode (\w+) .*-port \\?(\S+) -portbit (\d+)(?: -ctrlbit (\d+))?")
_SOURCE = re.compile(r"-src design\.v:(\d+)\.(\d+)")
_BIT = re.compile(r"(.*)\[(\d+)\]")


def statements(verilog: str) -> dict[int, str]:
    """The statement at each line, with unnamed wires replaced by what they are assigned."""
    found: dict[int, str] = {}
    body: list[tuple[int, str]] = []
    for number, line in enumerate(verilog.splitlines(), start=1):
        body.append((number, line))
        if line.startswith("endmodule"):
            found |= _of_module(body)
            body = []
    return found


def _of_module(body: list[tuple[int, str]]) -> dict[int, str]:
    assigned = {m[1]: m[2] for _, line in body if (m := _ASSIGN.match(line))}
    known: dict[str, str] = {}

    def replaced(found: re.Match[str]) -> str:
        name = found[0]
        if not _UNNAMED.fullmatch(name) or name not in assigned:
            return _NUMBER.sub("", name)
        if name not in known:
            known[name] = "?"  # a loop, which Verilog of ours does not have
            known[name] = hashed([plain(assigned[name])])
        return known[name]

    def plain(text: str) -> str:
        return _NAME.sub(replaced, _CONSTANT.sub(r"\1 \2", text))

    found = {
        number: plain(found[2] if (found := _ASSIGN.match(line)) else line) for number, line in body
    }
    clocked = None
    for number, line in body:  # a register's statement goes on in the lines below
        if line.startswith("  always "):
            clocked = number
        elif clocked and line.startswith("    "):
            found[clocked] += plain(line)
        else:
            clocked = None
    return found


@dataclass(frozen=True)
class Place:
    """Where a cell is: the path of its instance, its statement, its kind, and its number among
    ``of`` cells that have the same.
    """

    instance: str
    statement: str
    kind: str
    number: int
    of: int


class Cells:
    """The cells of a design by their places; ``named`` has the paths of signals that have become
    ports under other names.
    """

    def __init__(self, population: Population, pins: Pins, named: Mapping[str, str]) -> None:
        self.pins, self._named = pins, named
        self.widths = Counter((cell, port) for cell, port, _ in pins.nodes)
        self.ports: dict[str, set[str]] = defaultdict(set)
        for cell, port in self.widths:
            self.ports[cell].add(port)
        lines = statements(population.verilog)
        sources = {m.cell: _SOURCE.findall(m.command)[-1:] for m in population.mutants}
        at = {cell: (int(line), int(col)) for cell, found in sources.items() for line, col in found}
        alike: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for cell in sorted(at, key=lambda cell: at[cell]):
            alike[self._instance(cell), lines[at[cell][0]], _kind(cell)].append(cell)
        self.places = {
            cell: Place(*where, number, len(cells))
            for where, cells in alike.items()
            for number, cell in enumerate(cells)
        }

    def _instance(self, cell: str) -> str:
        raw = cell.replace("\\", "").removeprefix("$flatten")
        if raw.startswith("$"):  # it has the place of a wire
            return self._path(self.pins.places[cell]).rpartition(".")[0]
        return raw.partition("$")[0].rstrip(".") if "$" in raw else raw.rpartition(".")[0]

    def _path(self, name: str) -> str:
        return self._named.get(name, name)

    @cached_property
    def cells(self) -> dict[Place, str]:
        """Of each place its cell."""
        return {place: cell for cell, place in self.places.items()}

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """The names of each register's cell: the path and bit of what it gives."""
        given = {
            node: (cell, bit) for (cell, port, bit), node in self.pins.nodes.items() if port == "Q"
        }
        found: dict[str, list[str]] = defaultdict(list)
        for name, literal in self.pins.named.items():
            bits = _BIT.fullmatch(name)
            if bits and not literal & 1 and literal >> 1 in given:
                cell, bit = given[literal >> 1]
                found[f"{cell} {bit}"].append(f"{self._path(bits[1])}[{bits[2]}]")
        return found

    def given(self, cell: str, port: str, bit: int) -> tuple[str, int] | None:
        """The register and its bit that drive a bit of a port; None if no register does."""
        node = self.pins.nodes[cell, port, bit]
        return self._held.get(self.pins.a[node - self.pins.first])

    @cached_property
    def _held(self) -> dict[int, tuple[str, int]]:
        nodes = self.pins.nodes.items()
        return {2 * node: (cell, bit) for (cell, port, bit), node in nodes if port == "Q"}

    @cached_property
    def registers(self) -> dict[str, tuple[str, int]]:
        """The cell and the bit that give each register's bit, by its path."""
        found: dict[str, tuple[str, int]] = {}
        for place, names in self.names.items():
            cell, _, bit = place.rpartition(" ")
            found |= dict.fromkeys(names, (cell, int(bit)))
        return found


def _shape(register: Place) -> str:
    """The statement of a register without conditions and values of unnamed wires, which differ
    where a platform resets a unit at more occasions: its names, and its widths in constants.
    """
    return _CONDITION.sub("if (?)", _HASH.sub("?", register.statement))


def _kind(cell: str) -> str:
    """What made a cell: ``$add``, ``$procmux``, or a pass of Yosys with its line."""
    last = cell[cell.find("$", len("$flatten")) :] if cell.startswith("$flatten") else cell
    found = re.match(r"\$auto\$[^$]+|\$\w+", last)
    return found[0] if found else last


class Twins:
    """The twins in a unit of mutants that a platform has in one of the unit's instances."""

    def __init__(self, inside: Cells, alone: Cells) -> None:
        self._inside, self.alone = inside, alone
        self._boxes = {box.cell: box for box in inside.pins.boxes}

    def fit(self, path: str) -> tuple[int, int]:
        """How many cells of the instance at a path the unit has at the same widths, and its other
        cells, which count against it: of the sizes of a unit, that of the instance has most.
        """
        mine = [
            cell
            for cell, place in self._inside.places.items()
            if f"{place.instance}.".startswith(path)
        ]
        alike = sum(self._alike(cell, path) for cell in mine)
        return alike, alike - len(self.alone.places)

    def _alike(self, cell: str, path: str) -> bool:
        twin = self._twin(cell, path)
        ports = self._inside.ports[cell]
        return twin is not None and all(self._as_wide(cell, twin[0], port) for port in ports)

    def _as_wide(self, cell: str, twin: str, port: str) -> bool:
        return self._inside.widths[cell, port] == self.alone.widths[twin, port]

    def site(self, mutant: Mutant, path: str) -> Site | None:
        """The place of the twin of a mutant of the instance at a path; None if it has none."""
        found = _PIN.search(mutant.command)
        assert found
        mode, port, bit, control = found.groups()
        if port == "WR_EN":
            return self._enable(mutant.cell, path, mode)
        twin = self._twin(mutant.cell, path)
        if twin is None or not self._has(mutant.cell, *twin, port):
            return None
        (cell, moved), nodes = twin, self.alone.pins.nodes
        other = 0 if control is None else nodes[cell, port, int(control) + moved]
        return nodes[cell, port, int(bit) + moved], MODES.index(mode), other, 0

    def _has(self, cell: str, twin: str, moved: int, port: str) -> bool:
        """Whether the bits of a port of a cell are some of those of its twin's, and do the same: a
        reset does not if it is of fewer bits.
        """
        if "Q" in self._inside.ports[cell]:
            return port in ("D", "Q") or self._as_wide(cell, twin, "Q")
        return moved > 0 or self._as_wide(cell, twin, port)

    def _enable(self, cell: str, path: str, mode: str) -> Site | None:
        """The enable of a memory as deep, of words of one bit."""
        box, pins = self._boxes.get(cell), self._inside.pins
        inner = pins.places[cell].replace(path, "inner.", 1)
        node, depth = self.alone.pins.enables.get(inner, (0, 0))
        if not box or box.entries != depth or mode.startswith("cnot"):
            return None
        given = {pins.a[each - pins.first] for each in box.ports["WR_EN"]}
        return (node, MODES.index(mode), 0, 0) if len(given) == 1 else None

    def _twin(self, cell: str, path: str) -> tuple[str, int] | None:
        """The cell in the unit, and by how many bits those of the platform are further up there."""
        register = "Q" in self._inside.ports[cell]
        return self._register(cell, path) if register else self._cell(cell, path)

    def _register(self, cell: str, path: str) -> tuple[str, int] | None:
        """The register that has the same names at bits as far apart."""
        twins = set()
        for bit in range(self._inside.widths[cell, "Q"]):
            names = self._inside.names.get(f"{cell} {bit}", [])
            inner = (f"inner.{n.removeprefix(path)}" for n in names if n.startswith(path))
            here = {self.alone.registers[n] for n in inner if n in self.alone.registers}
            if len(here) != 1:
                return None
            ((twin, there),) = here
            twins.add((twin, there - bit))
        if len(twins) != 1:
            return None
        ((twin, moved),) = twins
        one, other = self._inside.places.get(cell), self.alone.places.get(twin)
        alike = one and other and _shape(one) == _shape(other)
        same = self._inside.ports[cell] == self.alone.ports[twin]
        return (twin, moved) if alike and same else None

    def _cell(self, cell: str, path: str) -> tuple[str, int] | None:
        place = self._inside.places.get(cell)
        if place is None or not f"{place.instance}.".startswith(path):
            return None
        inner = f"inner.{place.instance}.".replace(path, "", 1).rstrip(".")
        twin = self.alone.cells.get(replace(place, instance=inner))
        moved = None if twin is None else self._moved(cell, twin, path)
        return None if twin is None or moved is None else (twin, moved)

    def _moved(self, cell: str, twin: str, path: str) -> int | None:
        """By how many bits the twin of an adder has those further up that the cell adds; None if
        that is not the same for all, or if they do not come from registers.
        """
        if self._inside.places[cell].kind != "$add" or self._as_wide(cell, twin, "Y"):
            return 0
        found = set()
        for port in ("A", "B"):
            there = {self.alone.given(twin, port, i): i for i in self._bits(self.alone, twin, port)}
            for i in self._bits(self._inside, cell, port):
                source = self._inside.given(cell, port, i)
                known = self._register(source[0], path) if source else None
                at = there.get((known[0], source[1] + known[1])) if source and known else None
                if at is None:
                    return None
                found.add(at - i)
        return found.pop() if len(found) == 1 else None

    @staticmethod
    def _bits(cells: Cells, cell: str, port: str) -> range:
        return range(cells.widths[cell, port])
