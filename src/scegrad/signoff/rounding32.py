"""The rounding of the fp32 lane, for every s, k, x and y, in four steps that a solver decides each,
and an enumeration of what the steps leave out.

    x, y, s, k ─► align ─► terms ─► shift ─► aligned s and y ─► sum ─► difference ─► round ─► result

Each step takes for granted what the one before it proves (``allowed`` in ``formal/steps32.v``), and
all weights are relative to the anchor, so that pairs with the same distances between exponents are
one case. What s and k may be is what the sweep of the stage shows (``scegrad sweep fp32-stage``).
Together: some real from T(S) to T(S + 1) rounds to the result, with a label below 2**-62 beside 1
taken as one of at most 2**-62 if 17 <= k <= 25. ``tiny_labels`` shows that this changes no result.
"""

import inspect
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from scegrad.formats import FP32
from scegrad.model.design import SIGMOID32
from scegrad.model.sigmoid32 import sigmoid32
from scegrad.model.unpack import unpack
from scegrad.signoff import lane, tools
from scegrad.signoff.aig import Aig
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.counterexample import TERMS
from scegrad.signoff.designs import lane_design
from scegrad.signoff.lane_proofs import kept_graph, solve
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.sweep.unit import LaneDesign

_TERMS = {"terms": "lane.subtract.i__payload"}
_ALIGNED = {
    "s_near": "lane.subtract.s_3",
    "y_near": "lane.subtract.y_3",
    "s_lost": "lane.subtract.s_lost_3",
    "y_lost": "lane.subtract.y_lost_3",
}
_DIFFERENCE = {"difference": "lane.round.i__payload"}


class Step(NamedTuple):
    """A step: what is cut, what is shown, the widths of its inputs, and the fields that each of its
    cases fixes. Cases may overlap; together they are all that is allowed.
    """

    cuts: Mapping[str, str]
    shows: Mapping[str, str]
    widths: Mapping[str, int]
    parts: tuple[Mapping[str, int], ...] = ({},)


STEPS = {
    "align": Step({"s": "s", "k": "k"}, _TERMS, {"x": 32, "y": 32, "s": 47, "k": 8}),
    "shift": Step(_TERMS, _ALIGNED, {"terms": 99}),
    # without 1, the anchor is that of s or of y; with 1, that of 1 or of y
    "sum": Step(
        _TERMS | _ALIGNED,
        _DIFFERENCE,
        {"terms": 99, "s_near": 73, "y_near": 73, "s_lost": 1, "y_lost": 1},
        (
            {"one": 0, "s_shift": 0},
            {"one": 0, "y_shift": 0},
            {"one": 1, "y_shift": 0},
            {"one": 1, "anchor": 0},
        ),
    ),
    "round": Step(_DIFFERENCE, {}, {"difference": 76}),
}

TINY = 62
"""Labels below 2**-62 are not distinguished beside 1."""

TINY_K = (17, 25)
"""The k of the logits for which that may matter: for others the steps prove the claim as it is."""

BLOCK = 1 << 14


def constants(part: Mapping[str, int]) -> dict[str, bool]:
    """The bits of the terms that a case fixes."""
    bits: dict[str, bool] = {}
    for name, value in part.items():
        names = list(TERMS)
        first = sum(TERMS[each] for each in names[: names.index(name)])
        bits |= {f"terms[{first + i}]": bool(value >> i & 1) for i in range(TERMS[name])}
    return bits


def word(part: Mapping[str, int]) -> int:
    """The terms with the fields that a case fixes, and nothing else."""
    names = list(TERMS)
    return sum(
        value << sum(TERMS[each] for each in names[: names.index(name)])
        for name, value in part.items()
    )


def graph(name: str, design: LaneDesign) -> Aig:
    """The netlist of a step beside its claim, made once for each Verilog."""

    def make(design: LaneDesign) -> Aig:
        return lane.step(design, f"{name}32", STEPS[name].cuts, STEPS[name].shows)

    make.__name__ = f"step {name}"
    return kept_graph(make, design)


def decide(name: str, part: Mapping[str, int], design: LaneDesign) -> CaseResult:
    """Decide one case of a step."""
    started = time.monotonic()
    case = graph(name, design).specialised(constants(part))
    return solve(case, "bad[0]", STEPS[name].widths, FP32, started, {"terms": word(part)})


def _decide_today(name: str, part: Mapping[str, int]) -> CaseResult:
    """Decide one case of a step for the current lane."""
    return decide(name, part, lane_design("fp32"))


def tiny_labels(
    sigmoid: Callable = sigmoid32, first: int = 0x41200000, last: int = 0x41B00000
) -> CaseResult:
    """All reals from 1 - (S + 1) u - 2**-62 to 1 - S u + 2**-62 round to one number, for each logit
    with k of ``TINY_K``: there a label below 2**-62, of either sign, and what the datapath takes it
    for, give the result of 0.

    In whole numbers of 2**-71, in which u of each k is one or more.
    """
    started = time.monotonic()
    count = 0
    unit = SIGMOID32.fraction_bits + TINY_K[1]  # the unit of all is 2**-unit
    half = np.int64(1) << unit - 25  # of an ulp of results from 1/2 to 1
    slack = np.int64(1) << unit - TINY
    for block in range(first, last, BLOCK):
        x = np.arange(block, min(block + BLOCK, last), dtype=np.uint32)
        logit = unpack(x, FP32)
        s, k, _ = sigmoid(logit.exponent, logit.significand, logit.infinite, np.zeros(x.size, bool))
        chosen = (k >= TINY_K[0]) & (k <= TINY_K[1])
        x, s, k = x[chosen], s[chosen], k[chosen].astype(np.int64)
        # boundaries are odd multiples of half below 1; both ends lie in one open gap
        low = (s << TINY_K[1] - k) - slack
        high = (s + 1 << TINY_K[1] - k) + slack
        gap = (low + half) // (2 * half)
        inside = ((low + half) % (2 * half) > 0) & (gap == (high + half) // (2 * half)) & (low > 0)
        count += x.size
        if not inside.all():
            shown = int(x[np.flatnonzero(~inside)[0]])
            detail = f"x = {shown:#010x}: a tiny label may matter"
            return CaseResult(Verdict.REFUTED, detail, time.monotonic() - started)
    return CaseResult(Verdict.PROVED, f"{count} logits enumerated", time.monotonic() - started)


def outside_is_empty() -> bool:
    """The logits beside the range of ``tiny_labels`` have another k: k grows with the logit."""
    ends = np.array([0x411FFFFF, 0x41B00000], np.uint32)
    logit = unpack(ends, FP32)
    k = sigmoid32(logit.exponent, logit.significand, logit.infinite, np.zeros(2, bool))[1]
    return bool(k[0] < TINY_K[0] and k[1] > TINY_K[1])


def _claim(name: str) -> str:
    return {
        "align": "shifts, anchor and what takes part are those of s, k, x and y",
        "shift": "s and y come to the anchor's weight, and what is lost is told",
        "sum": "some real from T(S) to T(S + 1) is what magnitude and sticky bit stand for",
        "round": "every real that a difference stands for rounds to the result",
    }[name]


def cases() -> list[SignoffCase]:
    """All cases, step by step."""
    specification = tools.FORMAL / "steps32.v"
    subject = once(lambda: hashed([lane_design("fp32").rtl, specification]))
    enumerated = once(lambda: hashed([lane_design("fp32").rtl, inspect.getsource(tiny_labels)]))
    found = [
        SignoffCase(
            "/".join(["rounding32", name, *([_label(part)] if part else [])]),
            _claim(name),
            "formal/steps32.v",
            quick=True,
            subject=subject,
            run=partial(_decide_today, name, part),
        )
        for name, step in STEPS.items()
        for part in step.parts
    ]
    claim = "no label below 2^-62 beside 1 changes a rounded result, for k from 17 to 25"
    source = "src/scegrad/signoff/rounding32.py"
    return [
        *found,
        SignoffCase("rounding32/tiny-labels", claim, source, True, enumerated, tiny_labels),
    ]


def _label(part: Mapping[str, int]) -> str:
    return ",".join(f"{name}={value}" for name, value in part.items())
