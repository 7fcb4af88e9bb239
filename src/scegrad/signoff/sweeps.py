"""The cases ``sweep/...``: sweeps over whole input spaces, whose summaries the checkout keeps.

A sweep takes hours (``scegrad sweep``), so a case takes up its summary in ``docs/accuracy/``: it is
proved if the summary is whole, without a mismatch, and of the Verilog of today's lane.
``sweep/fp32-stage`` is line 1 of the theorem in docs/numerics.md.
"""

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import lane_design
from scegrad.signoff.places import ROOT
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.sweep.spaces import Space

FOLDER = Path("docs/accuracy")

CLAIMS = {
    "fp16-pairs": "the lane's result of every fp16 pair is correctly rounded",
    "fp32-logits-0": "the lane's result of every fp32 logit with label 0 is within the bound",
    "fp32-logits-1": "the lane's result of every fp32 logit with label 1 is within the bound",
    "fp32-halves": "the lane's result of every fp32 logit with label 1/2 is within the bound",
    "fp32-stage": "s of every fp32 magnitude lies within 2^-40 s, below 2^-150 from 104 on",
}
"""Of each summary what it says."""


def cases() -> list[SignoffCase]:
    """A quick case of each summary."""
    return [_case(name, claim) for name, claim in CLAIMS.items()]


def _case(name: str, claim: str) -> SignoffCase:
    path = FOLDER / f"{name}.json"
    fmt_name = name.split("-")[0]
    return SignoffCase(
        f"sweep/{name}",
        claim,
        str(path),
        True,
        once(lambda: hashed([lane_design(fmt_name).rtl, ROOT / path])),
        partial(_decided, path, fmt_name),
    )


def _decided(path: Path, fmt_name: str) -> CaseResult:
    started = time.monotonic()
    summary = json.loads((ROOT / path).read_text(encoding="utf-8"))
    verdict, detail = judged(summary, lane_design(fmt_name).rtl)
    return CaseResult(verdict, f"{detail} ({path})", time.monotonic() - started)


def judged(summary: dict[str, Any], rtl: str) -> tuple[Verdict, str]:
    """The verdict on a summary for a lane whose Verilog has the hash ``rtl``, and why."""
    space = Space(**summary["space"])
    if summary["rtl"] != rtl:
        return Verdict.OPEN, f"another Verilog of the lane: run scegrad sweep {space.name} again"
    wrong = {each: summary[each] for each in ("mismatches", "breaches") if summary[each]}
    if wrong or not summary["ok"]:
        told = ", ".join(f"{count:,} {each}" for each, count in wrong.items())
        return Verdict.REFUTED, told or "a check of the whole space failed"
    if not summary["complete"] or summary["count"] != space.total:
        return Verdict.OPEN, f"{summary['shards']:,} of {summary['of']:,} shards"
    return Verdict.PROVED, f"{summary['count']:,} points, 0 mismatches, 0 outside the bound"
