"""The mutants of a lane: which of them short stimuli distinguish from the lane itself.

Two outputs are compared in every cycle: the results, and s, k and sticky of the sigmoid, whose last
bits a rounded result hides. The sweeps compare both for all inputs (``scegrad sweep``); here it is
a random part of these inputs.
"""

import ctypes
from collections.abc import Iterator
from ctypes import POINTER, byref, c_int, c_uint32, c_uint64, c_void_p
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scegrad.build.driver import software_directory
from scegrad.build.toolchain import Toolchain
from scegrad.formats import FP16, FP32, Format
from scegrad.model import golden
from scegrad.model.hard_cases import CASES
from scegrad.rtl.datapath.sigmoid32 import K_AHEAD
from scegrad.sim.clib import Functions, declare
from scegrad.sweep.unit import LaneDesign

VALID, RESET = 1, 2
"""Flags of a cycle, as in ``sw/mutants/lane.cpp``."""

RESTLESS = 1024
"""The first cycles, which have gaps between pairs and resets of one cycle."""

SEED = 14


FLUSH = 128
"""Cycles that empty a lane."""


@dataclass(frozen=True)
class Stimuli:
    """Encodings of a pair and flags for each cycle; a reset comes first, and the lane is empty in
    the end.
    """

    logits: NDArray
    labels: NDArray
    flags: NDArray[np.uint8]

    @classmethod
    def of(cls, logits: NDArray, labels: NDArray) -> "Stimuli":
        """One pair per cycle."""
        before, after = np.zeros(4, logits.dtype), np.zeros(FLUSH, logits.dtype)
        flags = [np.full(4, RESET), np.full(logits.size, VALID), np.zeros(FLUSH)]
        return cls(
            np.concatenate([before, logits, after]),
            np.concatenate([before, labels, after]),
            np.concatenate(flags).astype(np.uint8),
        )

    @classmethod
    def random(cls, fmt: Format, count: int) -> "Stimuli":
        """``count`` pairs, the same in every run; gaps and resets among the first, in fp16 every
        logit.
        """
        rng = np.random.default_rng(SEED)
        logits, labels = operands(fmt, count, rng)
        if fmt is FP16 and count >= 1 << fmt.width:
            logits[-(1 << fmt.width) :] = np.arange(1 << fmt.width)
        found = cls.of(logits, labels)
        found.flags[4:RESTLESS] = rng.choice([0, VALID, VALID, VALID], RESTLESS - 4)
        resets = rng.choice(np.arange(FLUSH, RESTLESS), 12, replace=False)
        found.flags[resets] |= RESET
        return found


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


class MutantLane:
    """The Verilated netlist of a group, as a library built in ``work``."""

    def __init__(self, design: LaneDesign, verilog: bytes, work: Path) -> None:
        self.design = design
        self._library = ctypes.CDLL(str(_build(design, verilog, work)))
        declare(self._library, _FUNCTIONS)

    def first_differences(
        self, stimuli: Stimuli, numbers: list[int], *, either: bool
    ) -> Iterator[tuple[int, int, int]]:
        """Of each mutant its number and the cycles in which it first differs in a result and in the
        stage, 0 for never; with ``either`` one of the two ends its run.
        """
        stage = self.design.stage_latency
        handle = self._library.sce_mutants_create(
            stimuli.logits.ctypes.data,
            stimuli.labels.ctypes.data,
            stimuli.flags.ctypes.data,
            stimuli.flags.size,
            stage,
            stage - K_AHEAD,
        )
        if not handle:
            raise MemoryError("there is no room for the results of a lane")
        result, state = c_uint64(), c_uint64()
        try:
            for number in numbers:
                self._library.sce_mutants_run(handle, number, either, byref(result), byref(state))
                yield number, result.value, state.value
        finally:
            self._library.sce_mutants_free(handle)


_FUNCTIONS: Functions = {
    "sce_mutants_create": (c_void_p, [c_void_p, c_void_p, c_void_p, *[c_uint64] * 3]),
    "sce_mutants_free": (None, [c_void_p]),
    "sce_mutants_run": (
        None,
        [c_void_p, c_uint32, c_int, POINTER(c_uint64), POINTER(c_uint64)],
    ),
}


def _build(design: LaneDesign, verilog: bytes, work: Path) -> Path:
    tools, model = Toolchain.find(), work / "model"
    model.mkdir()
    (work / "mutants.v").write_bytes(verilog)
    (model / "design.h").write_text(f"#define SCE_LANE_BITS {design.fmt.width}\n")
    source = software_directory() / "mutants" / "lane.cpp"
    objects = tools.model([work / "mutants.v"], LaneDesign.TOP, [source], model, split=False)
    return tools.link(objects, work / "mutants.so")
