"""The mutants of a lane: which of them stimuli distinguish from the lane itself.

Two outputs are compared: the results, and s, k and sticky of the sigmoid, whose last bits a rounded
result hides. The sweeps compare both for all inputs (``scegrad sweep``); here it is a random part
of these inputs, and all of them for those mutants that nothing else decides.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP16, FP32, Format
from scegrad.model import golden
from scegrad.model.design import SIGMOID16, SIGMOID32
from scegrad.model.hard_cases import CASES
from scegrad.model.sigmoid16 import sigmoid16
from scegrad.model.sigmoid32 import sigmoid32
from scegrad.model.unpack import unpack
from scegrad.rtl.datapath.sigmoid32 import K_AHEAD
from scegrad.signoff.aig import pack
from scegrad.signoff.mutant_gates import BATCH
from scegrad.signoff.mutant_machines import Conditions, Machines
from scegrad.signoff.mutant_nodes import AND, REGISTER, Pins
from scegrad.sweep.unit import LaneDesign

SEED = 14

RESULT, STAGE = 1, 2
"""Classes of outputs."""

CUT = ("s[", "k[")
"""How the names of the outputs begin that take the sigmoid away from the rest of the lane."""

STAGES = (*CUT, "s_valid", "sticky")

RESTLESS, FLUSH = 1024, 128
"""Cycles with gaps between pairs and resets of one cycle, and cycles that empty a lane."""


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


def close(fmt: Format, count: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Encodings of pairs whose label is all of s below some bit, or half a unit of that bit more or
    less, within a few units of the last bit of s; and of labels with few bits anywhere beside s.

    So results are near boundaries to the last bits of s, which no usual label does. A third of the
    logits are 0 and infinity, for which s is exact and the labels alone decide.
    """
    logits, _ = operands(fmt, count, rng)
    exact = np.array([0, fmt.sign_bit, fmt.infinity, fmt.infinity | fmt.sign_bit], fmt.bits_dtype)
    at = rng.random(count) < 0.33
    logits[at] = rng.choice(exact, int(at.sum()))
    s, k = _sigmoid(fmt, logits)
    k = np.where(logits & fmt.sign_bit - 1 == fmt.infinity, 0, k)
    top = rng.integers(0, 51, count)
    low = np.where(rng.random(count) < 0.5, s, -s) & (np.int64(1) << top) - 1
    low += (np.int64(1) << top) * rng.integers(-2, 3, count) // 2
    weight = np.where(rng.random(count) < 0.7, 0, rng.integers(0, 40, count))
    low += rng.integers(-4, 5, count) << weight
    few = (rng.random(count) < 0.3) | at
    spread = _few_bits(count, rng) * rng.choice([-1, 1], count)
    units = np.where(few, spread, low).astype(np.float64)
    exponent = np.where(few, rng.integers(-60, 60, count), 0) - _unit(fmt) - k
    with np.errstate(all="ignore"):
        labels = np.ldexp(units, exponent.astype(np.int32)).astype(fmt.dtype).view(fmt.bits_dtype)
    return logits, np.ascontiguousarray(labels)


def _few_bits(count: int, rng: np.random.Generator) -> NDArray:
    """Numbers of up to 24 bits: any, few ones, one or two ones, few zeros."""
    dense, sparse = (rng.integers(1, 1 << 24, count) for _ in range(2))
    ones = (1 << rng.integers(0, 24, count)) | (1 << rng.integers(0, 24, count))
    run = (1 << rng.integers(1, 25, count)) - (1 << rng.integers(0, 4, count))
    chosen = rng.integers(0, 5, count)
    return np.choose(chosen, [dense, dense & sparse, ones, np.abs(run) | 1, np.abs(run) ^ ones])


def _unit(fmt: Format) -> int:
    return (SIGMOID16 if fmt is FP16 else SIGMOID32).fraction_bits


def _sigmoid(fmt: Format, logits: NDArray) -> tuple[NDArray, NDArray]:
    """The significand of s for each logit, and k, which fp16 does not have."""
    x = unpack(logits, fmt)
    stage = sigmoid16 if fmt is FP16 else sigmoid32
    s, k, _ = stage(x.exponent, x.significand, x.infinite, np.zeros(logits.size, bool))
    return s.astype(np.int64), np.zeros_like(s) + k


def _special(fmt: Format) -> NDArray:
    """Zeros, subnormals, powers of two, infinities and NaN, with neighbours, of both signs."""
    powers = np.arange(fmt.exponent_mask + 1) << fmt.fraction_bits
    values = np.concatenate([powers, powers - 1, powers + 1, [fmt.nan]])
    values = np.unique(np.abs(values))
    return np.concatenate([values, values | fmt.sign_bit]).astype(fmt.bits_dtype)


def class_of(name: str) -> int:
    """What an output belongs to."""
    return STAGE if name.startswith(STAGES) else RESULT


def patterns(
    inputs: Sequence[str], fmt: Format, logits: NDArray, labels: NDArray
) -> NDArray[np.uint64]:
    """A multiple of 512 pairs as words of bits, by batch and input."""
    words = pack("logit", fmt.width, logits) | pack("label", fmt.width, labels)
    count = logits.size // 64
    words |= {"valid[0]": np.full(count, ~np.uint64(0)), "rst[0]": np.zeros(count, np.uint64)}
    rows = [words[name].reshape(-1, BATCH // 64) for name in inputs]
    return np.ascontiguousarray(np.stack(rows, 1))


def restless(design: LaneDesign, pins: Pins, faults: NDArray, work: Path) -> NDArray[np.uint32]:
    """Of each mutant of a lane the cycle in which it first differs, 0 for never, among pairs with
    gaps and resets between them.
    """
    rng = np.random.default_rng(SEED)
    cycles = RESTLESS + FLUSH
    logits, labels = operands(design.fmt, cycles, rng)
    valid = np.where(np.arange(cycles) < RESTLESS, rng.random(cycles) < 0.75, False)
    reset = np.zeros(cycles, bool)
    reset[rng.choice(np.arange(FLUSH, RESTLESS), 12, replace=False)] = True
    reset[:4] = True
    bits = {"valid[0]": valid, "rst[0]": reset}
    for name, values in (("logit", logits), ("label", labels)):
        for i in range(design.fmt.width):
            bits[f"{name}[{i}]"] = values >> i & 1 != 0
    rows = np.stack([bits[name] for name in pins.inputs], 1).astype(np.uint8)
    followed, conditions = _followed(design, pins)
    return Machines(followed, conditions, {}, work).first_cycles(rows, faults)


def _followed(design: LaneDesign, pins: Pins) -> tuple[Pins, Conditions]:
    """The lane with registers beside it that follow each pair, and when its outputs count: while
    they belong to a pair. s and k of a pair count even if a reset comes behind it.
    """
    found = replace(pins, kinds=[*pins.kinds], a=[*pins.a], b=[*pins.b])
    valid, reset = (2 * (1 + pins.inputs.index(name)) for name in ("valid[0]", "rst[0]"))
    after = [found.add(AND, valid, reset ^ 1)]
    for _ in range(design.stage_latency):
        after.append(found.add(REGISTER, after[-1]))
    counts = {
        "gradient": pins.outputs["done[0]"],
        "sticky": pins.outputs.get("s_valid[0]", 1),  # fp16 has neither
        "s": after[design.stage_latency],
        "k": after[design.stage_latency - K_AHEAD],
    }
    of = {name: (counts[port],) for name in pins.outputs if (port := name.split("[")[0]) in counts}
    return found, Conditions(of)
