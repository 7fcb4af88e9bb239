"""A netlist as nodes: gates, and between them the pins of cells, where mutants change a value."""

import re
from dataclasses import dataclass, field

import numpy as np

from scegrad.signoff.aig import Literal
from scegrad.signoff.mutation import Mutant

AND, PIN, REGISTER, BOX = range(4)
"""Kinds of nodes; those before the first of them are false and the inputs. A box gives the last."""

MODES = ("inv", "const0", "const1", "cnot0", "cnot1")
"""What a mutant does with a bit, by number, as in ``sw/mutants/word.h``."""

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
    module that stays whole, or a claim of formal Verilog; the nodes of its ports by name.
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
    enables: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of each memory that has become registers of one bit: the pin that enables writing, one for
    all words, and the number of words.
    """
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
