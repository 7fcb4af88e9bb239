"""A netlist with its registers, memories and lanes, and 511 of its mutants beside it:
``sw/mutants/machines.cpp``.
"""

from collections.abc import Mapping, Sequence
from ctypes import c_uint32, c_uint64, c_void_p
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scegrad.signoff import mutant_native
from scegrad.signoff.aig import Literal
from scegrad.signoff.mutant_nodes import Box, Fault, Pins
from scegrad.sim.clib import Functions

MUTANTS = 511
"""Mutants that run at once."""

CHUNK = 1 << 13
"""Cycles between two looks at how many live."""

NONE = np.empty(0, Fault)

_MEMORY = ("WR_ADDR", "WR_DATA", "WR_EN", "RD_ADDR", "RD_DATA")
_LANE = ("rst", "i__valid", "i__payload", "o__payload", "o__valid")


@dataclass(frozen=True)
class Conditions:
    """Of each output, by name, the literals that are 1 while it counts."""

    of: Mapping[str, Sequence[Literal]]

    def arrays(self, names: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """The two literals of each output; 1, which is true, where there are fewer."""
        found = [(*self.of.get(name, ()), 1, 1)[:2] for name in names]
        first, second = np.array(found, np.uint32).reshape(-1, 2).T
        return np.ascontiguousarray(first), np.ascontiguousarray(second)


class Machines:
    """A netlist in a library that is built in ``work``, once; ``latencies`` are the cycles of each
    box that is a lane.
    """

    def __init__(
        self, pins: Pins, conditions: Conditions, latencies: Mapping[str, int], work: Path
    ) -> None:
        self.pins = pins
        self.names = list(pins.outputs)
        self._library = mutant_native.library("machines", _FUNCTIONS, work)
        memories = [box for box in pins.boxes if box.entries]
        lanes = [box for box in pins.boxes if box.cell in latencies]
        boxes: list[int] = []
        for memory in memories:
            boxes += [memory.entries, *_ports(memory, _MEMORY)]
        for lane in lanes:
            boxes += [latencies[lane.cell], *_ports(lane, _LANE)]
        outputs = [pins.outputs[name] for name in self.names]
        arrays = (
            np.array(pins.kinds, np.uint8),
            np.array(pins.a, np.uint32),
            np.array(pins.b, np.uint32),
            np.array(outputs, np.uint32),
            *conditions.arrays(self.names),
            np.array(boxes, np.uint32),
        )
        kinds, a, b, literals, counts_a, counts_b, listed = (each.ctypes.data for each in arrays)
        self._handle = c_void_p(
            self._library.sce_machines_create(
                pins.first,
                pins.count,
                kinds,
                a,
                b,
                len(outputs),
                literals,
                counts_a,
                counts_b,
                len(memories),
                len(lanes),
                listed,
            )
        )
        if not self._handle:
            raise MemoryError("there is no room for the machines")

    def __del__(self) -> None:
        if handle := getattr(self, "_handle", None):
            self._library.sce_machines_free(handle)

    def outputs(self, rows: NDArray[np.uint8], forced: NDArray = NONE) -> NDArray[np.uint8]:
        """The outputs of the netlist itself in each cycle, for a row of input bits a cycle."""
        due = np.empty((len(rows), len(self.names)), np.uint8)
        self._begin(NONE, forced)
        self._run(rows, 0, np.empty(0, np.uint32), due.ctypes.data)
        return due

    def first_cycles(
        self, rows: NDArray[np.uint8], faults: NDArray, forced: NDArray = NONE
    ) -> NDArray[np.uint32]:
        """Of each mutant the cycle in which it first differs, from 1 on; 0 for never. ``forced``
        are changes that the netlist itself has as well.
        """
        found = np.zeros(len(faults), np.uint32)
        for first in range(0, len(faults), MUTANTS):
            self._begin(np.ascontiguousarray(faults[first : first + MUTANTS]), forced)
            for cycle in range(0, len(rows), CHUNK):
                if not self._run(rows[cycle : cycle + CHUNK], cycle, found[first:], None):
                    break
        return found

    def _begin(self, faults: NDArray, forced: NDArray) -> None:
        self._library.sce_machines_begin(
            self._handle, faults.ctypes.data, len(faults), forced.ctypes.data, len(forced)
        )

    def _run(
        self, rows: NDArray[np.uint8], cycle: int, found: NDArray[np.uint32], due: int | None
    ) -> int:
        return self._library.sce_machines_run(
            self._handle, rows.ctypes.data, len(rows), cycle, found.ctypes.data, due
        )


def _ports(box: Box, names: Sequence[str]) -> list[int]:
    """The nodes of the ports that a box has of these, each list behind its length; bits of a name
    may be of a port whose name goes on.
    """
    found = []
    for name in names:
        nodes = [n for port, bits in box.ports.items() if port.startswith(name) for n in bits]
        found += [len(nodes), *nodes]
    return found


_FUNCTIONS: Functions = {
    "sce_machines_create": (
        c_void_p,
        [
            *[c_uint32] * 2,
            *[c_void_p] * 3,
            c_uint32,
            *[c_void_p] * 3,
            *[c_uint32] * 2,
            c_void_p,
        ],
    ),
    "sce_machines_free": (None, [c_void_p]),
    "sce_machines_begin": (None, [*[c_void_p] * 2, c_uint32, c_void_p, c_uint32]),
    "sce_machines_run": (
        c_uint32,
        [*[c_void_p] * 2, *[c_uint64] * 2, *[c_void_p] * 2],
    ),
}
