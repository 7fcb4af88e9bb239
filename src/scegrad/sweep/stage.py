"""The fp32 sigmoid before it is rounded, for every logit: the conditions on which a proof of the
later stages rests.

The stage gives a significand S, k and a sticky bit, and stands for what lies between S u and (S +
1) u, u = 2**(-46 - k). A rounded result hides the last 22 bits of S. For every magnitude of a
logit:

- S, k and sticky are those of the golden model;
- finite: S u and (S + 1) u are both within 2**-40 s of s = sigmoid(-|x|), and k >= 1, 2**43 < S <=
  2**46, so that S u <= 1/2;
- from 104 on instead: (S + 1) u < 2**-150, half the least subnormal;
- sticky for every finite logit but 0;
- 0: S u = 1/2. Infinity: S = 0.

s is that of ``sw/exact``, known to 2**-50 of itself; ``SLACK`` allows for that and for the
arithmetic here.
"""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP32
from scegrad.model.bounds import ALLOWANCE
from scegrad.model.design import SIGMOID32
from scegrad.model.sigmoid32 import sigmoid32
from scegrad.model.unpack import unpack
from scegrad.sweep import exact

Record = dict[str, Any]

SLACK = 2.0**-8
"""Part of the allowance: 2**-48 of s, more than the error of float64."""

LEAST = 1 << SIGMOID32.fraction_bits - 3
TAIL = 0x42D0_0000
"""The encoding of 104."""

BLOCK = 1 << 13
CASES = 8
STICKY_BIT, K_BIT = 47, 48


def packed(significand: NDArray, k: NDArray, sticky: NDArray) -> NDArray[np.uint64]:
    """The three in one word, as ``sw/lane`` gives them."""
    return (significand | sticky.astype(np.int64) << STICKY_BIT | k << K_BIT).astype(np.uint64)


def golden(logits: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The output of the golden model's sigmoid."""
    results = np.empty(logits.size, np.uint64)
    for first in range(0, logits.size, BLOCK):
        block = slice(first, first + BLOCK)
        x = unpack(logits[block], FP32)
        none = np.zeros(x.infinite.size, dtype=bool)
        results[block] = packed(*sigmoid32(x.exponent, x.significand, x.infinite, none))
    return results


def distances(logits: NDArray[np.uint32], words: NDArray[np.uint64]) -> tuple[NDArray, NDArray]:
    """How far S u lies below s, and (S + 1) u above it, as parts of the allowance."""
    s = exact.sigmoid(logits | np.uint32(FP32.sign_bit))
    significand = (words & np.uint64((1 << STICKY_BIT) - 1)).astype(np.float64)
    k = (words >> np.uint64(K_BIT)).astype(np.int32)
    units = np.ldexp(s, SIGMOID32.fraction_bits + k)
    return (units - significand) / (ALLOWANCE * units), (significand + 1 - units) / (
        ALLOWANCE * units
    )


def holds(
    logits: NDArray[np.uint32], words: NDArray[np.uint64], below: NDArray, above: NDArray
) -> NDArray[np.bool_]:
    """Whether the conditions hold for each logit; a NaN has none."""
    significand = words & np.uint64((1 << STICKY_BIT) - 1)
    sticky = (words >> np.uint64(STICKY_BIT)) & np.uint64(1) != 0
    k = words >> np.uint64(K_BIT)
    near = np.maximum(np.abs(below), np.abs(above)) <= 1 - SLACK
    near &= (k >= 1) & (significand > LEAST) & (significand <= 1 << SIGMOID32.fraction_bits)
    # (S + 1) 2**(-46 - k) <= 2**(1 - k)
    tail = (k > 151) & (significand <= 1 << SIGMOID32.fraction_bits)
    good = np.where(logits < TAIL, near, tail) & (sticky == (logits != 0))
    half = packed(*(np.array([value]) for value in (1 << SIGMOID32.fraction_bits, 1, 0)))
    good &= (logits != 0) | (words == half)
    infinite = (significand == 0) & ~sticky & (k > 151)
    return np.where(logits == FP32.infinity, infinite, good | (logits > FP32.infinity))


def record(logits: NDArray[np.uint32], words: NDArray[np.uint64]) -> Record:
    """What a shard's words come to: how many differ from the golden model and break a condition,
    the worst distances, a digest.
    """
    due = golden(logits)
    below, above = distances(logits, words)
    good = holds(logits, words, below, above)
    mismatches = words != due
    found: Record = {
        "count": logits.size,
        "mismatches": int(mismatches.sum()),
        "breaches": int((~good).sum()),
        "misrounded": 0,
        "by_mpfr": 0,
        "digest": hashlib.sha256(words.astype("<u8", copy=False).tobytes()).hexdigest(),
        "worst": {},
        "binades": {},
    }
    regular = np.flatnonzero(logits < TAIL)
    if regular.size:
        for name, values in (("below", below[regular]), ("above", above[regular])):
            at = regular[int(np.argmax(values))]
            found["worst"][name] = {
                "value": float(values.max()),
                "logit": f"{logits[at]:#010x}",
                "word": f"{words[at]:#018x}",
            }
    if (failing := np.flatnonzero(mismatches | ~good)).size:
        found["cases"] = [
            [
                f"{logits[i]:#010x}",
                "none",
                f"{words[i]:#018x}",
                f"{due[i]:#018x}",
                "within" if good[i] else "wrong",
            ]
            for i in failing[:CASES]
        ]
    return found
