"""A unit and what is claimed of it as one netlist: every pin of the unit, and the assumptions,
assertions and covers of its top.

    top: inputs, any values ──► unit ──► outputs, hooks ──► top: assumptions, assertions, covers
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scegrad.signoff import mutant_pins
from scegrad.signoff.aig import Literal
from scegrad.signoff.mutant_nodes import AND, BOX, PIN, REGISTER, Pins
from scegrad.signoff.mutation import Population
from scegrad.signoff.unit import UNIT, Proof, hooks, kept

FREE, FIXED = 4, 5
"""Further kinds of nodes: any value in each cycle, and any value that stays."""

TRIM = "setattr -unset init w:*\nmemory_map\nopt -full\nwreduce\nopt -full\nopt_clean -purge"
"""Registers have any value at power-up; bits that are constant or not used are no logic."""

RESET, STARTED = "rst[0]", "started[0]"
"""The reset, and the only register with a value at power-up, of ``formal/reset.svh``: the first
cycle is a reset and not started, and it is the only one.
"""

_TOP = """
read_verilog design.v
hierarchy -top unit
proc
flatten
{kept}
opt_clean
{hooks}
blackbox unit
read_verilog -formal -sv top.sv
hierarchy -check -top {name}
proc
flatten
opt_clean
memory_map
opt -full
async2sync
chformal -lower
dffunmap
setundef -undriven -anyseq
opt_clean
"""


class _Top(Population):
    """A top, its unit a module that stays whole: ``before`` is the script, ``prepare`` the top."""

    @property
    def script(self) -> str:
        """The lines that make the netlist."""
        return self.before

    def write(self, directory: Path) -> None:
        """Write the files that the script reads."""
        super().write(directory)
        (directory / "top.sv").write_text(self.prepare, encoding="ascii")


def population(proof: Proof) -> Population:
    """The mutants of a proof's unit, with the inner signals that the proof names as ports."""
    return Population(
        proof.name, proof.verilog(), UNIT, "\n".join((kept(proof), hooks(proof), TRIM))
    )


def top(proof: Proof) -> Pins:
    """The netlist of a proof's top. Raises ``BuildError``."""
    script = _TOP.format(kept=kept(proof), hooks=hooks(proof), name=proof.name)
    population = _Top(proof.name, proof.verilog(), proof.name, proof.top(), script)
    return mutant_pins.read(population, wires=False)


@dataclass
class Obligations:
    """Nodes in an order in which each follows what it needs, registers aside; node 0 is false.

    ``kinds``, ``a`` and ``b`` are as in ``Pins``; ``a`` of a register is what it holds next.
    """

    kinds: list[int] = field(default_factory=lambda: [FREE])
    a: list[Literal] = field(default_factory=lambda: [0])
    b: list[Literal] = field(default_factory=lambda: [0])
    images: dict[int, int] = field(default_factory=dict)
    """Of each node of the unit's pins its node here."""
    inputs: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, Literal] = field(default_factory=dict)
    """The ports of the unit, hooks among them."""
    assumed: list[Literal] = field(default_factory=list)
    asserted: dict[str, Literal] = field(default_factory=dict)
    covered: dict[str, Literal] = field(default_factory=dict)
    reset: int = 0
    started: int = 0

    def valid_bits(self) -> dict[int, int]:
        """Of each register that is a bit of a stream's payload at an output, the one that is its
        ``valid``.
        """
        found = {}
        for name, literal in self.outputs.items():
            stream, is_one, _ = name.partition("__payload")
            valid = self.outputs.get(f"{stream}__valid[0]") if is_one else None
            registers = [self._register(each) for each in (literal, valid or 0)]
            if all(registers):
                found[registers[0]] = registers[1]
        return found

    def _register(self, literal: Literal) -> int:
        """The register that a literal shows as it is, or 0."""
        node = literal >> 1
        while self.kinds[node] == PIN and not literal & 1:
            literal = self.a[node]
            node = literal >> 1
        return node if self.kinds[node] == REGISTER and not literal & 1 else 0

    def of_kind(self, *kinds: int) -> list[int]:
        """The nodes of some kinds."""
        return [node for node, kind in enumerate(self.kinds) if node and kind in kinds]


def compose(unit: Pins, over: Pins) -> Obligations:
    """The pins of a unit with those of its top."""
    return _Composer(unit, over).obligations()


_At = tuple[bool, int]
"""A node of the unit (``True``) or of the top."""


class _Composer:
    """Follows each node to what it needs, through the ports of the unit in both directions."""

    def __init__(self, unit: Pins, over: Pins) -> None:
        self._unit, self._over = unit, over
        self._found = Obligations()
        self._at: dict[_At, int] = {(True, 0): 0, (False, 0): 0}
        boxes = {box.kind: box for box in over.boxes}
        self._box = boxes[UNIT]
        self._given = {
            f"{port}[{i}]": node
            for port in self._box.given
            for i, node in enumerate(self._box.ports[port])
        }
        gives = {
            node: f"{port}[{i}]"
            for port, nodes in self._box.ports.items()
            if port not in self._box.given
            for i, node in enumerate(nodes)
        }
        self._gives = {node: unit.outputs[name] for node, name in gives.items()}
        self._fixed = {
            node
            for box in over.boxes
            if box.kind == "$anyconst"
            for nodes in box.ports.values()
            for node in nodes
        }
        self._of_port = {node: port for port in self._ports() for node in port}

    def _ports(self) -> Iterable[list[int]]:
        """The nodes of each port of each cell of the unit: a mutant of one may look at another."""
        ports: dict[tuple[str, str], list[int]] = {}
        for (cell, port, _), node in self._unit.nodes.items():
            ports.setdefault((cell, port), []).append(node)
        return ports.values()

    def obligations(self) -> Obligations:
        """The netlist."""
        for side, pins in ((True, self._unit), (False, self._over)):
            for i, kind in enumerate(pins.kinds):
                if kind == REGISTER:
                    self._at[side, pins.first + i] = self._new(REGISTER)
        for node in range(1, self._unit.count):
            self._follow((True, node))
        for node in range(1, self._over.count):
            self._follow((False, node))
        found = self._found
        for side, pins in ((True, self._unit), (False, self._over)):
            for i, kind in enumerate(pins.kinds):
                if kind == REGISTER:
                    found.a[self._at[side, pins.first + i]] = self._literal(side, pins.a[i])
        found.images = {node: self._at[True, node] for node in range(self._unit.count)}
        inputs = enumerate(self._unit.inputs, start=1)
        found.inputs = {name: self._at[True, node] for node, name in inputs}
        names = self._unit.outputs.items()
        found.outputs = {name: self._literal(True, literal) for name, literal in names}
        found.started = self._literal(False, self._over.named[STARTED]) >> 1
        found.reset = self._at[False, 1 + self._over.inputs.index(RESET)]
        self._claims()
        return found

    def _claims(self) -> None:
        found = self._found
        for box in self._over.boxes:
            if box.kind not in ("$assert", "$assume", "$cover"):
                continue
            holds = 2 * self._at[False, box.ports["A"][0]]
            looks = 2 * self._at[False, box.ports["EN"][0]]
            if box.kind == "$cover":
                found.covered[box.cell] = self._both(holds, looks)
                continue
            kept_so = self._both(holds ^ 1, looks) ^ 1
            if box.kind == "$assume":
                found.assumed.append(kept_so)
            else:
                found.asserted[box.cell] = kept_so

    def _both(self, a: Literal, b: Literal) -> Literal:
        return 2 * self._new(AND, a, b)

    def _new(self, kind: int, a: Literal = 0, b: Literal = 0) -> int:
        self._found.kinds.append(kind)
        self._found.a.append(a)
        self._found.b.append(b)
        return len(self._found.kinds) - 1

    def _literal(self, side: bool, literal: Literal) -> Literal:
        return 2 * self._at[side, literal >> 1] + (literal & 1)

    def _needs(self, at: _At) -> list[_At]:
        """What must be there before a node is."""
        side, node = at
        pins = self._unit if side else self._over
        i = node - pins.first
        if i < 0:
            given = self._given.get(pins.inputs[node - 1]) if side else None
            return [] if given is None else [(False, given)]
        if pins.kinds[i] == BOX:
            return [(True, self._gives[node] >> 1)] if node in self._gives else []
        if pins.kinds[i] == AND:
            return [(side, pins.a[i] >> 1), (side, pins.b[i] >> 1)]
        beside = self._of_port.get(node, ()) if side else ()
        others = [n - pins.first for n in beside if pins.kinds[n - pins.first] == PIN]
        return [(side, pins.a[k] >> 1) for k in (i, *others)]

    def _follow(self, start: _At) -> None:
        waiting = [start]
        while waiting:
            at = waiting[-1]
            if at in self._at:
                waiting.pop()
                continue
            missing = [each for each in self._needs(at) if each not in self._at]
            if missing:
                waiting += missing
                continue
            self._at[at] = self._made(at)

    def _made(self, at: _At) -> int:
        """The node, whose needs are there."""
        side, node = at
        pins = self._unit if side else self._over
        i = node - pins.first
        if i < 0:
            given = self._given.get(pins.inputs[node - 1]) if side else None
            return self._new(FREE) if given is None else self._new(PIN, 2 * self._at[False, given])
        if pins.kinds[i] == BOX:
            if node in self._gives:
                return self._new(PIN, self._literal(True, self._gives[node]))
            return self._new(FIXED if node in self._fixed else FREE)
        b = self._literal(side, pins.b[i]) if pins.kinds[i] == AND else 0
        return self._new(pins.kinds[i], self._literal(side, pins.a[i]), b)
