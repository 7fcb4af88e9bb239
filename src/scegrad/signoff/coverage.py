"""The counts of a model: points of code, each hit, excluded with a reason, or a hole.

Verilator writes one line per point. Points of several instances of a module are one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from scegrad.signoff.exclusions import Exclusion

KINDS = ("line", "branch", "expr", "toggle")


class Point(NamedTuple):
    """A line, a branch, a combination of an expression, or an edge of one bit of a signal.

    ``what`` is the signal and its edge, the branch, or the combination; ``line`` is that of the
    module, counted from its first one, which is 1.
    """

    kind: str
    module: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.module}:{self.line} {self.what}"


_LINE = re.compile(r"^C '(.*)' (\d+)$", re.MULTILINE)
_FIELD = re.compile("\x01([^\x02]*)\x02([^\x01]*)")
_MODULE = re.compile(r"^module (\w+)", re.MULTILINE)


def points(counted: str, verilog: str, top: str) -> Counter[Point]:
    """How often each point was hit, those never hit included. ``verilog`` is the text that the
    model was made from; modules are shown without the name ``top`` before theirs.
    """
    starts = {
        found[1]: verilog.count("\n", 0, found.start()) for found in _MODULE.finditer(verilog)
    }
    hits: Counter[Point] = Counter()
    for found in _LINE.finditer(counted):
        fields = dict(_FIELD.findall(found[1]))
        page, _, module = fields["page"].partition("/")
        module = module.partition("__")[0]
        line = int(fields["l"]) - starts.get(module, 0)
        name = module.removeprefix(top).removeprefix("_") or "top"
        hits[Point(page.removeprefix("v_"), name, line, _what(fields))] += int(found[2])
    return hits


def _what(fields: Mapping[str, str]) -> str:
    """The fields of a point; Verilator writes two underscores in a name as ``___05F``."""
    return fields.get("o", "").replace("___05F", "__")


def reason(point: Point, exclusions: Iterable[Exclusion]) -> str:
    """Why a point is excluded; empty if it is not."""
    named = point.kind in ("toggle", "expr")
    what = point.what if named else f"{point.line} {point.what}"
    found = (each for each in exclusions if each.holds(point.kind, point.module, what))
    return next((each.reason for each in found), "")


def figures(hits: Mapping[Point, int], exclusions: Iterable[Exclusion]) -> dict[str, Any]:
    """Of each kind how many points there are, were hit, and are excluded without a hit; the holes;
    and how many points each reason excludes.
    """
    kinds = {kind: {"points": 0, "hit": 0, "excluded": 0} for kind in KINDS}
    holes, reasons = [], Counter[str]()
    for point, count in sorted(hits.items()):
        sums = kinds[point.kind]
        sums["points"] += 1
        if count:
            sums["hit"] += 1
        elif why := reason(point, exclusions):
            sums["excluded"] += 1
            reasons[why] += 1
        else:
            holes.append(str(point))
    return {"kinds": kinds, "holes": holes, "reasons": dict(reasons)}


def told(figures: Mapping[str, Any]) -> str:
    """The figures in one line."""
    shown = [
        f"{kind} {sums['hit']} of {sums['points']}"
        + (f" and {sums['excluded']} excluded" if sums["excluded"] else "")
        for kind, sums in figures["kinds"].items()
        if sums["points"]
    ]
    return ", ".join(shown) + f"; {len(figures['holes'])} holes"
