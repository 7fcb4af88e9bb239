"""The proofs of a lane: that it is a pipeline, its NaN and infinities, and its rounding.

fp16, for every pair: the result is the correctly rounded one, because
  1. s of the netlist is floor(2^25 sigmoid(-|x|)) for each of the 2^15 magnitudes, all of them
     evaluated, and sigmoid(-|x|) is no multiple of 2^-25 unless x is 0 or infinite;
  2. every real strictly between T(s) and T(s + 1) rounds to the result, for all s, x and y (SAT).

fp32: some real between T(s) and T(s + 1) rounds to the result, for all s, k, x and y (SAT, in
cases).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from scegrad.formats import FORMATS, FP16, FP32, Format
from scegrad.model import exact_fp16
from scegrad.rtl.datapath.sigmoid32 import K_AHEAD
from scegrad.signoff import aig, counterexample, lane, pipeline, tools
from scegrad.signoff.aig import Aig
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.sweep.unit import LaneDesign

WIDTHS = {"fp16": {"x": 16, "y": 16, "s": 25}, "fp32": {"x": 32, "y": 32, "s": 47, "k": 8}}
"""Bits of the free inputs of a cut lane."""

LIMIT = 1200
"""Seconds that the SAT solver may take for a case."""


@dataclass(frozen=True)
class LaneProof:
    """A claim about the lane of one format; ``run`` decides it, ``long`` if it takes more than
    seconds.
    """

    name: str
    fmt_name: str
    claim: str
    run: Callable[[LaneDesign], CaseResult]
    long: bool = False


def function_of_its_inputs(design: LaneDesign) -> CaseResult:
    """Every path from ``valid``, ``logit`` and ``label`` to an output has the claimed number of
    registers.
    """
    started = time.monotonic()
    due = dict.fromkeys(("done", "gradient"), design.latency)
    if design.fmt_name == FP32.name:
        due |= dict.fromkeys(("s", "s_valid", "sticky"), design.stage_latency)
        due["k"] = design.stage_latency - K_AHEAD
    try:
        found = pipeline.depths(design)
    except pipeline.UnevenError as error:
        return CaseResult(Verdict.REFUTED, str(error), time.monotonic() - started)
    wrong = [
        f"{name}: {found[name]} registers, not {due[name]}"
        for name in due
        if found[name] != due[name]
    ]
    if wrong:
        return CaseResult(Verdict.REFUTED, wrong[0], time.monotonic() - started)
    detail = f"{design.latency} registers on every path to the result"
    return CaseResult(Verdict.PROVED, detail, time.monotonic() - started)


def special_values(design: LaneDesign) -> CaseResult:
    """NaN and infinite labels give the results of the contract, for all encodings, s and k."""
    return _decide(design, "bad_special[0]", lane.cut_lane)


def half_labels(design: LaneDesign) -> CaseResult:
    """fp32 with a label of 1/2 and a small logit: the value in place of |sigmoid(x) - 1/2| is
    rounded correctly.
    """
    return _decide(design, "bad_alone[0]", lane.cut_lane)


def correct_rounding(design: LaneDesign) -> CaseResult:
    """Second part of fp16: the rounding, for every s, x and y."""
    return _decide(design, "bad[0]", lane.cut_lane)


def sigmoid_of_all_logits(design: LaneDesign) -> CaseResult:
    """First part of fp16: s in the netlist is floor(2^25 sigmoid(-|x|)), for every x that is not
    NaN.
    """
    started = time.monotonic()
    due = exact_fp16.tables()[0]
    magnitudes = np.arange(FP16.infinity + 1, dtype=np.uint64)
    if not (due[1 : FP16.infinity] % 2).all():
        raise ArithmeticError("a sigmoid is a multiple of 2^-25")
    netlist = kept_graph(lane.whole_lane, design)
    for sign in (0, FP16.sign_bit):
        found = _evaluate(netlist, magnitudes | np.uint64(sign))
        wrong = np.flatnonzero(found != due >> 1)
        if wrong.size:
            x = int(wrong[0])
            detail = f"x = {x | sign:#06x}: s is {found[x]}, but must be {due[x] >> 1}"
            return CaseResult(Verdict.REFUTED, detail, time.monotonic() - started)
    detail = f"{2 * magnitudes.size} logits evaluated"
    return CaseResult(Verdict.PROVED, detail, time.monotonic() - started)


def _evaluate(netlist: Aig, logits: np.ndarray, chunk: int = 1 << 12) -> np.ndarray:
    """The netlist's s for each logit."""
    padded = np.concatenate([logits, np.zeros(-logits.size % chunk, np.uint64)])
    parts = []
    for first in range(0, padded.size, chunk):
        words = netlist.evaluate(aig.pack("logit", FP16.width, padded[first : first + chunk]))
        parts.append(aig.unpack(words, "s", WIDTHS["fp16"]["s"]))
    return np.concatenate(parts)[: logits.size]


def _decide(design: LaneDesign, output: str, make: Callable[[LaneDesign], Aig]) -> CaseResult:
    """Prove that an output of the cut lane is 0 for all inputs, or show inputs for which it is
    1.
    """
    started = time.monotonic()
    fmt = FORMATS[design.fmt_name]
    return solve(kept_graph(make, design), output, WIDTHS[fmt.name], fmt, started)


def solve(
    graph: Aig,
    output: str,
    widths: Mapping[str, int],
    fmt: Format,
    started: float,
    fixed: Mapping[str, int] | None = None,
) -> CaseResult:
    """Prove that an output is 0 for all inputs, or show inputs of these widths, of a lane of
    ``fmt``, for which it is 1. ``fixed`` are the bits that the graph has no more, as words.
    """
    cnf = graph.cnf(output)
    if isinstance(cnf, bool):
        verdict = Verdict.REFUTED if cnf else Verdict.PROVED
        return CaseResult(verdict, "constant after folding", time.monotonic() - started)
    with TemporaryDirectory(prefix="scegrad-") as work:
        answer = tools.kissat(cnf, Path(work), LIMIT)
    seconds = time.monotonic() - started
    if answer is None:
        return CaseResult(Verdict.OPEN, f"no answer in {LIMIT} seconds", seconds)
    if answer is False:
        return CaseResult(Verdict.PROVED, f"{len(cnf.clauses)} clauses unsatisfiable", seconds)
    assert isinstance(answer, list)
    values = {
        name: aig.value(answer, cnf, name, width) | (fixed or {}).get(name, 0)
        for name, width in widths.items()
    }
    shown = counterexample.told(values, fmt)
    return CaseResult(Verdict.REFUTED, f"does not hold for {shown}", seconds)


_graphs: dict[tuple[str, str], Aig] = {}


def kept_graph(make: Callable[[LaneDesign], Aig], design: LaneDesign) -> Aig:
    """The graph of a lane, folded; made once for each Verilog."""
    key = (make.__name__, design.rtl)
    if key not in _graphs:
        _graphs[key] = make(design).specialised({})
    return _graphs[key]


_PIPELINE = "outputs depend on the inputs one latency before and on nothing else"
_SPECIAL = "NaN and infinite labels give the results of the contract, for all encodings"

LANE_PROOFS = (
    LaneProof("lane16-pipeline", "fp16", _PIPELINE, function_of_its_inputs),
    LaneProof("lane32-pipeline", "fp32", _PIPELINE, function_of_its_inputs),
    LaneProof("lane16-special", "fp16", _SPECIAL, special_values),
    LaneProof("lane32-special", "fp32", _SPECIAL, special_values, long=True),
    LaneProof(
        "lane32-half",
        "fp32",
        "with a label of 1/2 and |x| < 2^-11, some real that the difference can be rounds to the"
        " result",
        half_labels,
        long=True,
    ),
    LaneProof(
        "lane16-sigmoid",
        "fp16",
        "s is floor(2^25 sigmoid(-|x|)) for every logit",
        sigmoid_of_all_logits,
    ),
    LaneProof(
        "lane16-rounding",
        "fp16",
        "every real that the difference can be rounds to the result, for every s, x and y",
        correct_rounding,
        long=True,
    ),
)
