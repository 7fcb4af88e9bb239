"""The mutants that are known to live (``docs/signoff-alive.json``): only news turns it red.

    mutant that lives ──► kind: mutation and signal, without bit, cell and line
                            └──► more of this kind than the file has: new, else known

Lines and numbers of cells change with any change of the Verilog, and so does the group in which a
mutant is: so the file has one count for each kind in a design, all groups together.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scegrad.errors import RequestError, printable
from scegrad.signoff.places import ROOT

PATH = ROOT / "docs" / "signoff-alive.json"

REASONS = 8
"""Reasons that the file has of each design, the most frequent ones."""

Known = dict[str, Counter[str]]
"""Of each design how many mutants of each kind are known to live."""

_GROUP = re.compile(r"^mutants/|/(\d+|lane16)$")
_CELL = re.compile(r"( at \w+)?\[\d+\] of .*")
_NUMBER = re.compile(r"(?<=[:$])\d+|(?<=\b_)\d+(?=_(?:[ .[]|$))")
_BIT = re.compile(r"\[\d+\]")
_SIGNAL = re.compile(r", in [^;]*")


def design(case: str) -> str:
    """The design of a case ``mutants/...``, whose groups are cases of their own."""
    return _GROUP.sub("", case)


def kind(mutant: str) -> str:
    """What is mutated, such as ``inv lane.round.empty_0 at Y``."""
    return _BIT.sub("", _NUMBER.sub("", _CELL.sub(r"\1", mutant)))


def load() -> Known:
    """The file; empty if there is none. Raises ``RequestError``."""
    try:
        found = json.loads(PATH.read_text(encoding="utf-8"))
        return {name: Counter(each["kinds"]) for name, each in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RequestError(f"{printable(PATH)}: no list of living mutants: {error}") from error


def marked(holes: Iterable[Mapping[str, Any]], known: Known) -> Iterator[dict[str, Any]]:
    """Mutants that live, each with ``new``: whether there are more of its kind than known."""
    left = {name: Counter(kinds) for name, kinds in known.items()}
    for hole in holes:
        mine = left.get(design(hole["case"]), Counter())
        what = kind(hole["mutant"])
        yield {**hole, "new": mine[what] <= 0}
        mine[what] -= 1


def gone(holes: Iterable[Mapping[str, Any]], judged: Iterable[str], known: Known) -> int:
    """How many fewer live than are known, in designs all of whose groups are judged."""
    now = _kinds(holes)
    return sum((known.get(name, Counter()) - now.get(name, Counter())).total() for name in judged)


def text(holes: Iterable[Mapping[str, Any]], judged: Iterable[str], before: str) -> str:
    """The file with what lives now in the designs all of whose groups are judged; of others what it
    has so far stays.
    """
    holes = list(holes)
    now, found = _kinds(holes), json.loads(before or "{}")
    for name in judged:
        mine = [hole for hole in holes if design(hole["case"]) == name]
        reasons = Counter(_SIGNAL.sub("", hole["why"]) for hole in mine)
        found[name] = {
            "alive": len(mine),
            "reasons": dict(reasons.most_common(REASONS)),
            "kinds": dict(sorted(now.get(name, Counter()).items())),
        }
    return (
        json.dumps({name: each for name, each in found.items() if each["alive"]}, indent=1) + "\n"
    )


def _kinds(holes: Iterable[Mapping[str, Any]]) -> Known:
    found: Known = {}
    for hole in holes:
        found.setdefault(design(hole["case"]), Counter())[kind(hole["mutant"])] += 1
    return found
