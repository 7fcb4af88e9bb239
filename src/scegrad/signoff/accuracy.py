"""The cases ``lane/lane16-accuracy`` and ``lane/lane32-accuracy``: the Verilated lane against exact
arithmetic, at logits in each row of its table.

Golden model and RTL read the same tables, so a wrong row is wrong in both, and no comparison of the
two shows it. The exact side (``sw/exact``, MPFR) has no table of theirs. The full sweeps try every
logit, in hours.
"""

import time

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP16, FP32
from scegrad.model import tables
from scegrad.model.sigmoid32 import locate
from scegrad.model.unpack import unpack
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import golden_model, lane_design
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.signoff.tools import FORMAL
from scegrad.sweep import exact, stage
from scegrad.sweep.native import Lane
from scegrad.sweep.unit import LaneDesign

SOURCE = "src/scegrad/signoff/accuracy.py"

STEP = 101
"""Encodings from one fp32 logit to the next: some 80 and more in each piece of the table."""

LABELS = (0.0, 1.0, 0.5, -1.0, 2.0**-24, 0.75, 65504.0)
"""Labels beside each fp16 logit."""


def cases() -> list[SignoffCase]:
    """A quick case of each format."""
    claims = {
        FP16.name: "every logit with 0, 1, labels near its sigmoid and others: correctly rounded",
        FP32.name: "logits in each row of the table: s within 2^-40 of the exact sigmoid",
    }
    return [_case(name, claim) for name, claim in claims.items()]


def _case(fmt_name: str, claim: str) -> SignoffCase:
    package = FORMAL.parent
    sources = [package / "signoff" / "accuracy.py", package / "sweep" / "stage.py"]
    sources += [*sorted((package / "sw" / "exact").iterdir()), *golden_model()]

    def run() -> CaseResult:
        return (accuracy16 if fmt_name == FP16.name else accuracy32)(lane_design(fmt_name))

    return SignoffCase(
        f"lane/lane{fmt_name[2:]}-accuracy",
        claim,
        SOURCE,
        True,
        once(lambda: hashed([lane_design(fmt_name).rtl, *sources])),
        run,
    )


def accuracy16(design: LaneDesign) -> CaseResult:
    """All 2^16 logits, with each of ``LABELS``, and with the labels next to the sigmoid, which
    cancel and show its last bits.
    """
    started, lane = time.monotonic(), Lane(design)
    logits = np.arange(1 << FP16.width, dtype=FP16.bits_dtype)
    fixed = np.array(LABELS, FP16.dtype).view(FP16.bits_dtype)
    near = lane.run(logits, np.zeros_like(logits))
    columns = [np.full_like(logits, label) for label in fixed]
    for labels in [*columns, near, near + np.uint16(1), near - np.uint16(1)]:
        results = lane.run(logits, labels)
        _, kinds, _ = exact.judge(FP16, results, logits, labels)
        if (kinds != exact.Kind.NEAREST).any():
            i = int(np.argmax(kinds != exact.Kind.NEAREST))
            detail = f"{logits[i]:#06x} with label {labels[i]:#06x} gives {results[i]:#06x}"
            return CaseResult(Verdict.REFUTED, detail, time.monotonic() - started)
    detail = f"{logits.size * (len(columns) + 3):,} pairs are correctly rounded"
    return CaseResult(Verdict.PROVED, detail, time.monotonic() - started)


def accuracy32(design: LaneDesign) -> CaseResult:
    """The sigmoid's stage at logits in each row, as a sweep of it judges them."""
    started, logits = time.monotonic(), _logits32()
    rows = _rows(logits)
    if missing := sorted(_used() - rows):
        detail = f"no logit in rows {missing[:5]} of the table"
        return CaseResult(Verdict.VACUOUS, detail, time.monotonic() - started)
    found = stage.record(logits, Lane(design).run_stage(logits))
    worst = max(each["value"] for each in found["worst"].values())
    verdict = Verdict.REFUTED if found["breaches"] or found["mismatches"] else Verdict.PROVED
    detail = f"{logits.size:,} logits in {len(rows)} rows, at most {worst:.3f} of 2^-40 off"
    if verdict is Verdict.REFUTED:
        logit, _, word, due, kind = found["cases"][0]
        what = "breaks one" if kind == "wrong" else f"is {due} in the golden model"
        detail = (
            f"of {logits.size:,} logits {found['breaches']} break a condition of sweep/stage.py,"
            f" {found['mismatches']} differ from the golden model; first {logit}: {word} {what}"
        )
    return CaseResult(verdict, detail, time.monotonic() - started)


def _logits32() -> NDArray[np.uint32]:
    """Zero, infinity, and magnitudes from the least to beyond the table."""
    below = np.arange(1, 0x3800_0000, 0x1_0001, dtype=np.uint32)
    table = np.arange(0x3800_0000, stage.TAIL + 0x100_0000, STEP, dtype=np.uint32)
    return np.concatenate((np.array([0, FP32.infinity], np.uint32), below, table))


def _rows(logits: NDArray[np.uint32]) -> set[int]:
    """The rows of the table that some logits read."""
    x = unpack(logits, FP32)
    place = locate(x.exponent, x.significand, x.infinite, np.zeros(logits.size, bool))
    return {*place.entry.tolist(), *place.scale_entry.tolist()}


def _used() -> set[int]:
    """The rows of the table that are not all 0."""
    return set(np.flatnonzero(tables.coefficients(FP32.name).any(axis=1)).tolist())
