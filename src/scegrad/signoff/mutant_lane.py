"""The mutants of a lane: which of them stimuli distinguish from the lane itself.

Two outputs are compared: the results, and s, k and sticky of the sigmoid, whose last bits a rounded
result hides. The sweeps compare both for all inputs (``scegrad sweep``); here it is a random part
of these inputs, and all of them for those mutants that nothing else decides.
"""

import ctypes
from collections.abc import Callable
from ctypes import c_uint8, c_uint32, c_uint64, c_void_p
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scegrad.build.driver import software_directory
from scegrad.build.toolchain import Toolchain
from scegrad.formats import FP32, Format
from scegrad.model import golden
from scegrad.model.hard_cases import CASES
from scegrad.rtl.datapath.sigmoid32 import K_AHEAD
from scegrad.signoff.aig import pack
from scegrad.signoff.mutant_pins import Fault, Pins
from scegrad.sim.clib import Functions, declare
from scegrad.sweep.unit import LaneDesign

SEED = 14

BATCH = 512
"""Pairs that are evaluated at once, and mutants that run beside one another."""

RESULT, STAGE = 1, 2
"""Classes of outputs."""

CUT = ("s[", "k[")
"""How the names of the outputs begin that take the sigmoid away from the rest of the lane."""

STAGES = (*CUT, "s_valid", "sticky")

RESTLESS, FLUSH = 1024, 128
"""Cycles with gaps between pairs and resets of one cycle, and cycles that empty a lane."""

FLAGS = ("-O3", "-march=native", "-Wno-psabi")


def operands(fmt: Format, count: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Encodings of pairs: special values, common values, any bits, labels near the sigmoid (which
    cancel), and the hard cases.
    """
    bits = fmt.bits_dtype
    special = _special(fmt)
    logits = rng.integers(0, 1 << fmt.width, count, np.uint64).astype(bits)
    labels = rng.integers(0, 1 << fmt.width, count, np.uint64).astype(bits)
    usual = rng.random(count) < 0.6
    scale = rng.choice([0.01, 1, 4, 30], count)
    logits[usual] = (rng.normal(0, 1, count) * scale).astype(fmt.dtype).view(bits)[usual]
    kind = rng.random(count)
    hard = rng.choice(np.array([0, 1, 0.5, 0.1, -1, 2], fmt.dtype), count).view(bits)
    labels = np.where(kind < 0.3, hard, labels)
    near = (kind >= 0.3) & (kind < 0.6)
    labels[near] = beside(fmt, logits[near], rng)
    for values in (logits, labels):
        at = rng.random(count) < 0.05
        values[at] = rng.choice(special, int(at.sum()))
    if fmt is FP32:
        known = np.array([int(word, 16) for word in CASES.read_text().split()], np.uint32)
        chosen = np.flatnonzero(rng.random(count) < 0.03)
        logits[chosen] = rng.choice(known, chosen.size)
        labels[chosen] = rng.choice(hard, chosen.size)
    return np.ascontiguousarray(logits), np.ascontiguousarray(labels)


def beside(fmt: Format, logits: NDArray, rng: np.random.Generator) -> NDArray:
    """Labels a few units from sigmoid(x), so that the difference cancels."""
    with np.errstate(all="ignore"):
        sigmoid = golden.gradient(logits.view(fmt.dtype), np.zeros(logits.size, fmt.dtype))
    steps = rng.integers(-3, 4, logits.size) * (
        1 << rng.integers(0, fmt.fraction_bits, logits.size)
    )
    return (sigmoid.view(fmt.bits_dtype).astype(np.int64) + steps).astype(fmt.bits_dtype)


def _special(fmt: Format) -> NDArray:
    """Zeros, subnormals, powers of two, infinities and NaN, with neighbours, of both signs."""
    powers = np.arange(fmt.exponent_mask + 1) << fmt.fraction_bits
    values = np.concatenate([powers, powers - 1, powers + 1, [fmt.nan]])
    values = np.unique(np.abs(values))
    return np.concatenate([values, values | fmt.sign_bit]).astype(fmt.bits_dtype)


class LanePins:
    """The gates and pins of a lane, in a library of ``sw/mutants/pins.cpp`` built in ``work``."""

    def __init__(self, design: LaneDesign, pins: Pins, work: Path) -> None:
        self.design, self.pins = design, pins
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
            np.array([STAGE if n.startswith(STAGES) else RESULT for n in self.names], np.uint8),
        )
        kinds, a, b, outputs, classes = (array.ctypes.data for array in arrays)
        self._handle = c_void_p(
            self._library.sce_pins_create(
                pins.first, pins.count, kinds, a, b, len(self.names), outputs, classes
            )
        )
        if not self._handle:
            raise MemoryError("there is no room for the gates of a lane")

    def __del__(self) -> None:
        if handle := getattr(self, "_handle", None):
            self._library.sce_pins_free(handle)

    def patterns(self, logits: NDArray, labels: NDArray) -> NDArray[np.uint64]:
        """A multiple of 512 pairs as words of bits, by batch and input."""
        width = self.design.fmt.width
        words = pack("logit", width, logits) | pack("label", width, labels)
        count = logits.size // 64
        words |= {"valid[0]": np.full(count, ~np.uint64(0)), "rst[0]": np.zeros(count, np.uint64)}
        rows = [words[name].reshape(-1, BATCH // 64) for name in self.pins.inputs]
        return np.ascontiguousarray(np.stack(rows, 1))

    def results(self, patterns: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The outputs of the lane itself, by batch and output."""
        due = np.empty((len(patterns), len(self.names), BATCH // 64), np.uint64)
        none = np.empty(0, Fault)
        self._patterns(patterns, none, RESULT, np.empty(0, np.uint8), due.ctypes.data)
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
        progress: Callable[[int, int], None] = lambda done, total: None,
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
            progress(min(batch + step, total) * BATCH, total * BATCH)

    def reached(self, patterns: NDArray[np.uint64], fault: NDArray) -> set[int]:
        """The nodes in which a mutant differs for some of the patterns."""
        marks = np.zeros(self.pins.count, np.uint8)
        self._library.sce_pins_reach(
            self._handle, patterns.ctypes.data, len(patterns), fault.ctypes.data, marks.ctypes.data
        )
        return set(np.flatnonzero(marks).tolist())

    def restless(self, faults: NDArray) -> NDArray[np.uint32]:
        """Of each mutant the cycle in which it first differs, 0 for never, among pairs with gaps
        and resets between them.
        """
        rng = np.random.default_rng(SEED)
        cycles = RESTLESS + FLUSH
        logits, labels = operands(self.design.fmt, cycles, rng)
        valid = np.where(np.arange(cycles) < RESTLESS, rng.random(cycles) < 0.75, False)
        reset = np.zeros(cycles, bool)
        reset[rng.choice(np.arange(FLUSH, RESTLESS), 12, replace=False)] = True
        reset[:4] = True
        bits = {"valid[0]": valid, "rst[0]": reset}
        for name, values in (("logit", logits), ("label", labels)):
            for i in range(self.design.fmt.width):
                bits[f"{name}[{i}]"] = values >> i & 1 != 0
        rows = np.stack([bits[name] for name in self.pins.inputs], 1).astype(np.uint8)
        due = np.empty((cycles, len(self.names)), np.uint8)
        self._cycles(rows, np.empty(0, Fault), due, due, np.empty(0, np.uint32))
        care = self._care(due, valid & ~reset)
        found = np.zeros(len(faults), np.uint32)
        for first in range(0, len(faults), BATCH):
            part = np.ascontiguousarray(faults[first : first + BATCH])
            seen = np.zeros(len(part), np.uint32)
            self._cycles(rows, part, due, care, seen)
            found[first : first + BATCH] = seen
        return found

    def _care(self, due: NDArray[np.uint8], pairs: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Which outputs count in each cycle: those that belong to a pair."""
        care = np.ones_like(due)
        at = {name: i for i, name in enumerate(self.names)}
        stage = self.design.stage_latency
        for name, i in at.items():
            if name.startswith("gradient"):
                care[:, i] = due[:, at["done[0]"]]
            elif name == "sticky[0]":
                care[:, i] = due[:, at["s_valid[0]"]]
            elif name.startswith(CUT):
                after = stage if name.startswith("s[") else stage - K_AHEAD
                care[:, i] = np.concatenate([np.zeros(after, bool), pairs[:-after]])
        return care

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
