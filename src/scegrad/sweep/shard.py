"""One shard: the lane's results against the golden model and the exact side, and the record that a
ledger keeps of them.
"""

import hashlib
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import Format
from scegrad.model import golden
from scegrad.sweep import exact, stage
from scegrad.sweep.exact import BINADES, Kind
from scegrad.sweep.native import Lane
from scegrad.sweep.spaces import HALVES, STAGE, Inputs, Space

Record = dict[str, Any]

BLOCK = 1 << 13
"""Pairs that go through the golden model together."""

CASES = 8
"""Failing pairs that a record names."""


def run_shard(space: Space, shard: int, lane: Lane) -> Record:
    """Simulate and check a shard. All but ``seconds`` depends on the space, the shard and the RTL
    alone.
    """
    start = time.process_time()
    check = _stage_record if space.name == STAGE else _result_record
    where = {"shard": shard, "first": shard << space.shard_bits}
    record = where | check(space, shard, lane)
    return record | {"seconds": round(time.process_time() - start, 3)}


def _stage_record(space: Space, shard: int, lane: Lane) -> Record:
    """The record of the sigmoid of every logit of the shard; see ``stage``."""
    logits, _ = space.inputs(shard).pairs()
    return stage.record(logits, lane.run_stage(logits))


def _result_record(space: Space, shard: int, lane: Lane) -> Record:
    """The record of the results of the shard."""
    fmt, inputs = space.fmt, space.inputs(shard)
    logits, labels = inputs.pairs()
    results = lane.run(logits, labels)
    due = golden_results(inputs, fmt)
    mismatches = results != due
    tally, kinds, opened = exact.judge(fmt, results, logits, labels)
    failing = np.flatnonzero(mismatches | (kinds == Kind.WRONG))
    record: Record = {
        "count": results.size,
        "mismatches": int(mismatches.sum()),
        "breaches": int(tally["kinds"][Kind.WRONG]),
        "misrounded": int(tally["kinds"][Kind.FARTHER] + tally["kinds"][Kind.WRONG]),
        "by_mpfr": opened,
        "digest": _digest(results),
        "worst": _worst(fmt, tally, results, logits, labels),
        "binades": _binades(tally, histograms=space.exhaustive),
    }
    if failing.size:
        record["cases"] = [
            [_hex(fmt, array[k]) for array in (logits, labels, results, due)]
            + [Kind(kinds[k]).name.lower()]
            for k in failing[:CASES]
        ]
    return record | _order_and_symmetry(space, inputs, results)


def golden_results(inputs: Inputs, fmt: Format) -> NDArray:
    """The golden model's results for all pairs on one axis; values that many pairs share are
    computed once per block.
    """
    logits, labels = inputs
    if logits.ndim == 2:
        results = np.empty((logits.size, labels.size), fmt.bits_dtype)
        columns = max(BLOCK // logits.size, 1)
        for first in range(0, labels.size, columns):
            block = slice(first, first + columns)
            results[:, block] = golden.gradient_bits(logits, labels[:, block], fmt)
        return results.reshape(-1)
    results = np.empty(logits.size, fmt.bits_dtype)
    for first in range(0, logits.size, BLOCK):
        block = slice(first, first + BLOCK)
        results[block] = golden.gradient_bits(
            logits[block], labels if labels.size == 1 else labels[block], fmt
        )
    return results


def _digest(results: NDArray) -> str:
    """SHA-256 of the encodings in the order of the space, little-endian."""
    return hashlib.sha256(
        results.astype(results.dtype.newbyteorder("<"), copy=False).tobytes()
    ).hexdigest()


def _hex(fmt: Format, bits: int) -> str:
    return f"{int(bits):#0{fmt.width // 4 + 2}x}"


def _worst(
    fmt: Format, tally: np.ndarray, results: NDArray, logits: NDArray, labels: NDArray
) -> Record:
    """The worst error of hard labels or fp16 in ulp, measured again by MPFR, and the most that a
    soft label uses of its allowance.
    """
    worst: Record = {}
    for name in ("error", "used"):
        binade = int(np.argmax(tally[name]))
        at = tally[f"{name}_at"][binade]
        if tally[name][binade] < 0 or (name == "used" and not tally[name][binade]):
            continue
        element = [int(array[at]) for array in (results, logits, labels)]
        value = exact.error_in_ulp(fmt, *element) if name == "error" else float(tally[name][binade])
        encodings = dict(
            zip(("result", "logit", "label"), (_hex(fmt, bits) for bits in element), strict=True)
        )
        worst["ulp" if name == "error" else "used"] = {"value": value, **encodings}
    return worst


def _binades(tally: np.ndarray, *, histograms: bool) -> dict[str, Record]:
    """For each binade of logits (sign and exponent field as one number): count, worst error, most
    used, and the histogram of errors.
    """
    found: dict[str, Record] = {}
    for k in range(BINADES):
        if not tally["count"][k]:
            continue
        found[str(k)] = {"count": int(tally["count"][k])}
        if tally["error"][k] >= 0:
            found[str(k)]["worst"] = float(tally["error"][k])
        if tally["used"][k]:
            found[str(k)]["used"] = float(tally["used"][k])
        if histograms:
            found[str(k)]["histogram"] = tally["histogram"][k].tolist()
    return found


def _order_and_symmetry(space: Space, inputs: Inputs, results: NDArray) -> Record:
    """Steps at which a result falls though the logit grows; results at the shard's ends; digests
    that the mirrored shard must have.
    """
    if not space.exhaustive:
        return {}
    fmt, logits = space.fmt, inputs.logits.reshape(-1)
    rows = results.reshape(logits.size, -1)
    magnitudes = logits & fmt.bits_dtype.type(fmt.sign_bit - 1)
    if space.name == HALVES:
        return {"mirror": _digest(_mirrored(results, magnitudes, fmt))}
    keys = ordered(rows[: np.count_nonzero(magnitudes <= fmt.infinity)], fmt)
    falling = np.less if logits[0] < fmt.sign_bit else np.greater
    record: Record = {"falls": int(falling(keys[1:], keys[:-1]).sum())}
    if space.name == "fp32-logits":
        return record | {
            "mirror": _digest(_mirrored(results, magnitudes, fmt)),
            "ends": [int(results[0]), int(results[-1])],
        }
    zero, one = (int(np.array(value, fmt.dtype).view(fmt.bits_dtype)) for value in (0, 1))
    return record | {
        "one": _digest(rows[:, one]),
        "mirror": _digest(_mirrored(rows[:, zero], magnitudes, fmt)),
    }


def ordered(bits: NDArray, fmt: Format) -> NDArray:
    """Integers in the order of the numbers encoded; both zeros alike."""
    signed = bits.view(f"i{fmt.bytes}")
    negative = signed >> fmt.width - 1  # 0 or -1
    return (signed ^ (negative & signed.dtype.type(fmt.sign_bit - 1))) - negative


def _mirrored(results: NDArray, magnitudes: NDArray, fmt: Format) -> NDArray:
    """The results that the negated logits must give with label 1 if these gave ``results`` with
    label 0, or both with 1/2.

    The negative, NaN and exact zero aside.
    """
    sign = fmt.bits_dtype.type(fmt.sign_bit)
    mirrored = results ^ sign
    unusual = np.flatnonzero((magnitudes >= fmt.infinity) | (magnitudes == 0))
    kept = (magnitudes[unusual] > fmt.infinity) | (results[unusual] & ~sign == 0)
    mirrored[unusual] ^= np.where(kept, sign, 0).astype(fmt.bits_dtype)
    return mirrored
