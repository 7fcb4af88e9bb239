"""A netlist of pins whose registers are wires with as few nodes as some mutants need, and its
evaluation: ``sw/mutants/gates.cpp``.

    pins of the mutants ──► stay        other pins, equal gates, what no output needs ──► gone
                                        gates that are an exclusive or, or a choice   ──► one node
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from ctypes import c_uint8, c_uint32, c_uint64, c_void_p
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scegrad.signoff import mutant_native
from scegrad.signoff.aig import Literal
from scegrad.signoff.mutant_nodes import AND, Fault, Pins
from scegrad.sim.clib import Functions

BATCH = 512
"""Patterns that are evaluated at once."""

COPY, BOTH, DIFFER, CHOICE = range(4)
"""Kinds of gates, as in ``sw/mutants/gates.cpp``: one literal, the conjunction of two, whether two
differ, the second or the third by the first.
"""

STEP = 1 << 16
"""Batches between two reports of progress."""

Gate = tuple[int, Literal, Literal, Literal]

Progress = Callable[[int, int], None]


@dataclass
class Gates:
    """Nodes as those of ``Pins``, without pins but those of mutants; ``images`` has of each node of
    the pins its literal here, or -1.
    """

    inputs: list[str]
    outputs: dict[str, Literal] = field(default_factory=dict)
    gates: list[Gate] = field(default_factory=list)
    images: list[Literal] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The node of the first gate."""
        return 1 + len(self.inputs)

    @property
    def count(self) -> int:
        """Nodes in all."""
        return self.first + len(self.gates)


class _Reducer:
    """Makes ``Gates`` of pins; the nodes in ``kept`` stay."""

    def __init__(self, pins: Pins, kept: set[int]) -> None:
        self._pins, self._kept = pins, kept
        self.sources = [2 * node for node in range(pins.first)]
        """Of each node a literal that it is equal to, of a node that stays."""
        self._needs: list[tuple[Literal, Literal]] = []
        known: dict[tuple[Literal, Literal], Literal] = {}
        for i, kind in enumerate(pins.kinds):
            own = 2 * (pins.first + i)
            a = self.source(pins.a[i])
            b = self.source(pins.b[i]) if kind == AND else a
            self._needs.append((a, b) if a < b else (b, a))
            if own >> 1 not in kept:
                own = self._folded(*self._needs[-1], known, own)
            self.sources.append(own)

    def source(self, literal: Literal) -> Literal:
        """A literal of a node that stays."""
        return self.sources[literal >> 1] ^ (literal & 1)

    @staticmethod
    def _folded(
        a: Literal, b: Literal, known: dict[tuple[Literal, Literal], Literal], own: Literal
    ) -> Literal:
        """The conjunction of two literals: one that is there, or the new node's."""
        if a in (0, b ^ 1):
            return 0
        if a in (1, b):
            return b
        return known.setdefault((a, b), own)

    def gate(self, node: int) -> Gate:
        """What a node that stays is made of."""
        i = node - self._pins.first
        a, b = self._needs[i]
        if self._pins.kinds[i] != AND:
            return COPY, a, 0, 0
        if a & 1 and b & 1 and self._inner(a >> 1) and self._inner(b >> 1):
            for s, t in self._orders(a >> 1):
                for other, u in self._orders(b >> 1):
                    if s == other ^ 1:
                        # The complement of (s and t) or (not s and u).
                        return (DIFFER, s, t, 0) if t == u ^ 1 else (CHOICE, s, t ^ 1, u ^ 1)
        return BOTH, a, b, 0

    def _inner(self, node: int) -> bool:
        i = node - self._pins.first
        return i >= 0 and self._pins.kinds[i] == AND and node not in self._kept

    def _orders(self, node: int) -> list[tuple[Literal, Literal]]:
        a, b = self._needs[node - self._pins.first]
        return [(a, b), (b, a)]


def needed(faults: NDArray) -> list[int]:
    """The nodes that some mutants change, and those that control them."""
    return np.concatenate([faults["node"], faults["control"]]).tolist()


def reduce(pins: Pins, kept: Iterable[int], outputs: Mapping[str, Literal]) -> Gates:
    """The gates that some outputs need, and the nodes in ``kept``."""
    assert pins.wires, "registers need cycles"
    staying = {int(node) for node in kept if node >= pins.first}
    reducer = _Reducer(pins, staying)
    wanted = {name: reducer.source(literal) for name, literal in outputs.items()}
    made: dict[int, Gate] = {}
    used = {literal >> 1 for literal in wanted.values()} | staying
    for node in range(pins.count - 1, pins.first - 1, -1):
        if node in used:
            made[node] = reducer.gate(node)
            used |= {literal >> 1 for literal in made[node][1:]}
    found = Gates(pins.inputs)
    at = {node: node for node in range(pins.first)}
    for node in sorted(made):
        kind, *literals = made[node]
        a, b, c = (2 * at[literal >> 1] + (literal & 1) for literal in literals)
        at[node] = found.count
        found.gates.append((kind, a, b, c))
    for literal in reducer.sources:
        found.images.append(2 * at[literal >> 1] + (literal & 1) if literal >> 1 in at else -1)
    found.outputs = {name: 2 * at[lit >> 1] + (lit & 1) for name, lit in wanted.items()}
    return found


class GateLibrary:
    """Gates and mutants of them in a library that is built in ``work``, once; ``classes`` has a bit
    set for each output that says to what it belongs.
    """

    def __init__(self, gates: Gates, classes: Callable[[str], int], work: Path) -> None:
        self.gates = gates
        self.names = list(gates.outputs)
        self._library = mutant_native.library("gates", _FUNCTIONS, work)
        columns = np.array(gates.gates, np.uint32).reshape(-1, 4).T.copy()
        kinds = columns[0].astype(np.uint8)
        outputs = np.array(list(gates.outputs.values()), np.uint32)
        of_outputs = np.array([classes(name) for name in self.names], np.uint8)
        pointers = [array.ctypes.data for array in (kinds, *columns[1:])]
        self._handle = c_void_p(
            self._library.sce_gates_create(
                gates.first,
                gates.count,
                *pointers,
                len(self.names),
                outputs.ctypes.data,
                of_outputs.ctypes.data,
            )
        )
        if not self._handle:
            raise MemoryError("there is no room for the gates")

    def __del__(self) -> None:
        if handle := getattr(self, "_handle", None):
            self._library.sce_gates_free(handle)

    def _own(self, faults: NDArray) -> NDArray:
        """The mutants by the nodes of the gates."""
        own = np.zeros(len(faults), Fault)
        own["mode"] = faults["mode"]
        images = np.array(self.gates.images, np.int64)
        for name in ("node", "control"):
            literals = images[faults[name]]
            assert not (literals % 2).any(), "a mutant at a node that did not stay"
            own[name] = literals >> 1
        return own

    def results(self, patterns: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The outputs of the netlist itself, by batch and output."""
        due = np.empty((len(patterns), len(self.names), BATCH // 64), np.uint64)
        self._patterns(patterns, np.empty(0, Fault), 0, np.empty(0, np.uint8), due.ctypes.data)
        return due

    def differ(
        self, patterns: NDArray[np.uint64], faults: NDArray, stop: int, found: NDArray[np.uint8]
    ) -> None:
        """Add to ``found`` of each mutant the classes in which it differs; one of ``stop`` is
        enough.
        """
        self._patterns(patterns, self._own(faults), stop, found, None)

    def _patterns(
        self,
        patterns: NDArray[np.uint64],
        own: NDArray,
        stop: int,
        found: NDArray[np.uint8],
        due: int | None,
    ) -> None:
        self._library.sce_gates_patterns(
            self._handle,
            patterns.ctypes.data,
            len(patterns),
            own.ctypes.data,
            len(own),
            stop,
            found.ctypes.data,
            due,
        )

    def differ_for_all(
        self,
        inputs: list[str],
        faults: NDArray,
        stop: int,
        found: NDArray[np.uint8],
        progress: Progress = lambda done, total: None,
    ) -> None:
        """The same for every value of some inputs, the first one changing fastest; the others keep
        their last values.
        """
        order = np.array([self.gates.inputs.index(name) for name in inputs], np.uint32)
        own = self._own(faults)
        total = (1 << len(inputs)) // BATCH
        for batch in range(0, total, STEP):
            self._library.sce_gates_count(
                self._handle,
                order.ctypes.data,
                len(inputs),
                batch,
                min(STEP, total - batch),
                own.ctypes.data,
                len(own),
                stop,
                found.ctypes.data,
            )
            progress(min(batch + STEP, total) * BATCH, total * BATCH)

    def reached(self, patterns: NDArray[np.uint64], faults: NDArray) -> Iterator[set[int]]:
        """Of each mutant the nodes of the pins in which it differs for some of the patterns, as far
        as they have images.
        """
        images = np.array(self.gates.images)
        for first in range(0, len(faults), BATCH):
            own = self._own(faults[first : first + BATCH])
            marks = np.zeros((len(own), self.gates.count), np.uint8)
            self._library.sce_gates_reach(
                self._handle,
                patterns.ctypes.data,
                len(patterns),
                own.ctypes.data,
                len(own),
                marks.ctypes.data,
            )
            for row in marks:
                yield set(np.flatnonzero((images >= 0) & (row[images >> 1] != 0)).tolist())


_FUNCTIONS: Functions = {
    "sce_gates_create": (
        c_void_p,
        [c_uint32, c_uint32, *[c_void_p] * 4, c_uint32, *[c_void_p] * 2],
    ),
    "sce_gates_free": (None, [c_void_p]),
    "sce_gates_patterns": (
        None,
        [*[c_void_p] * 2, c_uint64, c_void_p, c_uint32, c_uint8, *[c_void_p] * 2],
    ),
    "sce_gates_reach": (None, [*[c_void_p] * 2, c_uint64, c_void_p, c_uint32, c_void_p]),
    "sce_gates_count": (
        None,
        [*[c_void_p] * 2, c_uint32, *[c_uint64] * 2, c_void_p, c_uint32, c_uint8, c_void_p],
    ),
}
