"""What the proofs of units say of mutants of a platform: of their twins in the units by themselves.

    mutant of a platform ──► its unit ──► its twin there ──► the proof of the unit: refused, equal
                                 └── none     └── none  ──────────────────────────────► alive

A unit's proof and its twins are made once in a process.
"""

import re
from functools import cache

from scegrad.progress import Bar
from scegrad.signoff.mutant_contracts import (
    BY_BASE,
    BY_COVER,
    BY_STEP,
    EQUAL,
    HIDDEN,
    SAME,
    Judge,
    contract,
    netlist,
)
from scegrad.signoff.mutant_sites import Members, Site
from scegrad.signoff.mutant_twins import Cells, Twins
from scegrad.signoff.mutation import Judgement
from scegrad.signoff.proved_units import Unit, about

IN_UNIT = "equal where the proof of its unit holds"
BY_PROOF = "refused by the proof of its unit"
ENDS = {
    EQUAL: IN_UNIT,
    SAME: IN_UNIT,
    HIDDEN: HIDDEN,
    **dict.fromkeys((BY_STEP, BY_BASE, BY_COVER), BY_PROOF),
}
"""What becomes of a mutant, by what the proof says of its twin."""

NO_TWIN = "no proof of a unit has this cell as it is here"


def judge(
    cells: Cells, mutants: list[tuple[Members, str]], judgement: Judgement, progress: Bar
) -> None:
    """Ask the proofs about classes of mutants, each with the reason why it lives so far. Raises
    ``SimulationError`` if the proof of a unit does not go through.
    """
    waiting: dict[Unit | None, list[tuple[Members, str]]] = {}
    for members, why in mutants:
        unit = about(cells.pins.places[members[0][0].cell])
        waiting.setdefault(unit, []).append((members, why))
    for unit, found in waiting.items():
        _judge(unit, cells, found, judgement, progress)


def _judge(
    unit: Unit | None,
    cells: Cells,
    mutants: list[tuple[Members, str]],
    judgement: Judgement,
    progress: Bar,
) -> None:
    asked: dict[Unit, list[tuple[Members, Site]]] = {}
    whys: dict[str, str] = {}
    for members, why in mutants:
        found = _twin(unit, cells, members) if unit else None
        if found:
            size, site = found
            asked.setdefault(size, []).append((members, contract(size).image(site)))
            whys |= {str(mutant): why for mutant, _ in members}
        else:
            for mutant, _ in members:
                judgement.keep(mutant, f"{why}; {NO_TWIN}", unit.name if unit else "")
    for size, each in asked.items():
        answer = Judge(contract(size), each).judge(progress)
        for end, count in answer.ends.items():
            judgement.count(ENDS[end], count)
        for alive in answer.alive:
            name, why = alive["mutant"], f"{whys[alive['mutant']]}; {alive['why']}"
            judgement.alive.append({"mutant": name, "why": why, "unit": size.name})


def _twin(unit: Unit, cells: Cells, members: Members) -> tuple[Unit, Site] | None:
    """The place of the twin of any of the mutants of a class, which all make the same change, and
    the size of the unit in which it is.
    """
    for mutant, _ in members:
        path = re.match(unit.places, cells.pins.places[mutant.cell])
        size = fitting(unit, cells, path[0]) if path else unit
        found = twins(size, cells).site(mutant, path[0]) if path else None
        if found:
            return size, found
    return None


@cache
def fitting(unit: Unit, cells: Cells, path: str) -> Unit:
    """The unit at the size of the instance at a path. Another size may differ in what is the same
    in both: a mutant can be equal in a small buffer alone.
    """
    return max(unit.sizes, key=lambda size: twins(size, cells).fit(path))


@cache
def twins(unit: Unit, cells: Cells) -> Twins:
    """The twins in a unit of mutants of a platform; a process makes them once."""
    (population, pins), proof = netlist(unit), unit.proof
    named = {**proof.hooks, **{f"cut_{port}": signal for port, signal in proof.cuts.items()}}
    return Twins(cells, Cells(population, pins, named))
