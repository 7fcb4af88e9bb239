"""The evaluation of a netlist of gates and pins, and of its mutants: ``sw/mutants/pins.cpp``."""

import ctypes
from collections.abc import Sequence
from ctypes import c_uint8, c_uint32, c_uint64, c_void_p
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scegrad.build.driver import software_directory
from scegrad.build.toolchain import Toolchain
from scegrad.signoff.mutant_pins import Fault, Pins
from scegrad.sim.clib import Functions, declare

BATCH = 512
"""Patterns that are evaluated at once, and mutants that run beside one another."""

FLAGS = ("-O3", "-march=native", "-Wno-psabi")


class PinLibrary:
    """A netlist in a library that is built in ``work``; ``classes`` has a bit set for each output
    that says to what it belongs.
    """

    def __init__(self, pins: Pins, classes: Sequence[int], work: Path) -> None:
        self.pins = pins
        Toolchain.find().share(
            [software_directory() / "mutants" / "pins.cpp"], FLAGS, work / "pins.so"
        )
        self._library = ctypes.CDLL(str(work / "pins.so"))
        declare(self._library, _FUNCTIONS)
        self.names = list(pins.outputs)
        arrays = (
            np.array(pins.kinds, np.uint8),
            np.array(pins.a, np.uint32),
            np.array(pins.b, np.uint32),
            np.array([pins.outputs[name] for name in self.names], np.uint32),
            np.array(classes, np.uint8),
        )
        kinds, a, b, outputs, of_outputs = (array.ctypes.data for array in arrays)
        self._handle = c_void_p(
            self._library.sce_pins_create(
                pins.first, pins.count, kinds, a, b, len(self.names), outputs, of_outputs
            )
        )
        if not self._handle:
            raise MemoryError("there is no room for the gates")

    def __del__(self) -> None:
        if handle := getattr(self, "_handle", None):
            self._library.sce_pins_free(handle)

    def results(self, patterns: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The outputs of the netlist itself, by batch and output."""
        due = np.empty((len(patterns), len(self.names), BATCH // 64), np.uint64)
        none = np.empty(0, Fault)
        self._patterns(patterns, none, 0, np.empty(0, np.uint8), due.ctypes.data)
        return due

    def differ(
        self, patterns: NDArray[np.uint64], faults: NDArray, stop: int, found: NDArray[np.uint8]
    ) -> None:
        """Add to ``found`` of each mutant the classes in which it differs; one of ``stop`` is
        enough.
        """
        self._patterns(patterns, faults, stop, found, None)

    def _patterns(
        self,
        patterns: NDArray[np.uint64],
        faults: NDArray,
        stop: int,
        found: NDArray[np.uint8],
        due: int | None,
    ) -> None:
        self._library.sce_pins_patterns(
            self._handle,
            patterns.ctypes.data,
            len(patterns),
            faults.ctypes.data,
            len(faults),
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
    ) -> None:
        """The same for every value of some inputs, the first one changing fastest; the others keep
        their last values.
        """
        order = np.array([self.pins.inputs.index(name) for name in inputs], np.uint32)
        total, step = (1 << len(inputs)) // BATCH, 1 << 16
        for batch in range(0, total, step):
            self._library.sce_pins_count(
                self._handle,
                order.ctypes.data,
                len(inputs),
                batch,
                min(step, total - batch),
                faults.ctypes.data,
                len(faults),
                stop,
                found.ctypes.data,
            )

    def reached(self, patterns: NDArray[np.uint64], fault: NDArray) -> set[int]:
        """The nodes in which a mutant differs for some of the patterns."""
        marks = np.zeros(self.pins.count, np.uint8)
        self._library.sce_pins_reach(
            self._handle, patterns.ctypes.data, len(patterns), fault.ctypes.data, marks.ctypes.data
        )
        return set(np.flatnonzero(marks).tolist())

    def first_cycles(
        self, rows: NDArray[np.uint8], faults: NDArray, due: NDArray, care: NDArray
    ) -> NDArray[np.uint32]:
        """Of each mutant the cycle in which it first differs, 0 for never; rows of inputs, of due
        outputs and of those that count, by cycle.
        """
        found = np.zeros(len(faults), np.uint32)
        for first in range(0, len(faults), BATCH):
            part = np.ascontiguousarray(faults[first : first + BATCH])
            seen = np.zeros(len(part), np.uint32)
            self._cycles(rows, part, due, care, seen)
            found[first : first + BATCH] = seen
        return found

    def by_cycle(self, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The outputs of the netlist itself in each cycle, all registers 0 at first."""
        due = np.empty((len(rows), len(self.names)), np.uint8)
        self._cycles(rows, np.empty(0, Fault), due, due, np.empty(0, np.uint32))
        return due

    def _cycles(
        self, rows: NDArray, faults: NDArray, due: NDArray, care: NDArray, found: NDArray
    ) -> None:
        self._library.sce_pins_cycles(
            self._handle,
            rows.ctypes.data,
            len(rows),
            faults.ctypes.data,
            len(faults),
            due.ctypes.data,
            care.ctypes.data,
            found.ctypes.data,
        )


_FUNCTIONS: Functions = {
    "sce_pins_create": (
        c_void_p,
        [c_uint32, c_uint32, *[c_void_p] * 3, c_uint32, *[c_void_p] * 2],
    ),
    "sce_pins_free": (None, [c_void_p]),
    "sce_pins_patterns": (
        None,
        [*[c_void_p] * 2, c_uint64, c_void_p, c_uint32, c_uint8, *[c_void_p] * 2],
    ),
    "sce_pins_reach": (None, [*[c_void_p] * 2, c_uint64, *[c_void_p] * 2]),
    "sce_pins_count": (
        None,
        [
            *[c_void_p] * 2,
            c_uint32,
            *[c_uint64] * 2,
            c_void_p,
            c_uint32,
            c_uint8,
            c_void_p,
        ],
    ),
    "sce_pins_cycles": (
        None,
        [*[c_void_p] * 2, c_uint64, c_void_p, c_uint32, *[c_void_p] * 3],
    ),
}
