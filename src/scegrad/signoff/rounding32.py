"""The rounding of the fp32 lane, for every s, k, x and y: cases of one k and one sign of x each.

The cases together are everything that the sweep of the stage (``scegrad sweep fp32-stage``) allows:
k from 1 to 151 for a logit below 104, greater ones for those beyond and for infinity; k = 0 never
comes.
"""

import time
from collections.abc import Iterator
from typing import NamedTuple

from scegrad.signoff import lane, tools
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import lane_design
from scegrad.signoff.lane_proofs import WIDTHS, kept_graph, solve
from scegrad.signoff.result import CaseResult

K_BITS = 8

LAST_NEAR = 151
"""The greatest k of a logit below 104."""

SIGNS = {"x>0": False, "x<=0": True}
"""Signs of x by the sign bit; either zero is in one of them."""


class KRange(NamedTuple):
    """Values of k that share their ``bits`` leading bits; ``low`` is the first value."""

    low: int
    bits: int

    @property
    def high(self) -> int:
        """The last value."""
        return self.low + (1 << K_BITS - self.bits) - 1

    def __str__(self) -> str:
        return f"k={self.low:03}" if self.low == self.high else f"k={self.low:03}-{self.high:03}"

    def constants(self) -> dict[str, bool]:
        """The bits of k that all its values share."""
        return {f"k[{i}]": bool(self.low >> i & 1) for i in range(K_BITS - self.bits, K_BITS)}


def parts() -> Iterator[KRange]:
    """Every k that a lane may give: those of near logits one by one, the rest in three parts."""
    yield from (KRange(k, K_BITS) for k in range(1, LAST_NEAR + 1))
    yield from (KRange(152, 5), KRange(160, 3), KRange(192, 2))


def cases() -> list[SignoffCase]:
    """All cases, in the order of k."""
    subject = once(
        lambda: hashed(
            [lane_design("fp32").rtl, tools.FORMAL / "rounding.v", tools.FORMAL / "lane32.v"]
        )
    )
    return [
        SignoffCase(
            f"rounding32/{part},{sign}",
            "some real from T(S) to T(S + 1) rounds to the result, for every label",
            "formal/rounding.v",
            quick=False,
            subject=subject,
            run=lambda part=part, negative=negative: decide(part, negative),  # type: ignore[misc]
        )
        for part in parts()
        for sign, negative in SIGNS.items()
    ]


def decide(part: KRange, negative: bool) -> CaseResult:
    """Decide one case."""
    started = time.monotonic()
    graph = kept_graph(lane.cut_lane, lane_design("fp32"))
    case = graph.specialised(part.constants() | {"x[31]": negative})
    return solve(case, "bad[0]", WIDTHS["fp32"], started)
