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
    asked: list[tuple[Members, Site]] = []
    whys: dict[str, str] = {}
    for members, why in mutants:
        found = _twin(unit, cells, members) if unit else None
        if unit and found:
            asked.append((members, contract(unit).image(found)))
            whys |= {str(mutant): why for mutant, _ in members}
        else:
            for mutant, _ in members:
                judgement.keep(mutant, f"{why}; {NO_TWIN}", unit.name if unit else "")
    if not unit or not asked:
        return
    answer = Judge(contract(unit), asked).judge(progress)
    for end, count in answer.ends.items():
        judgement.count(ENDS[end], count)
    for alive in answer.alive:
        name, why = alive["mutant"], alive["why"]
        judgement.alive.append({"mutant": name, "why": f"{whys[name]}; {why}", "unit": unit.name})


def _twin(unit: Unit, cells: Cells, members: Members) -> Site | None:
    """The place of the twin of any of the mutants of a class, which all make the same change."""
    for mutant, _ in members:
        path = re.match(unit.places, cells.pins.places[mutant.cell])
        found = twins(unit, cells).site(mutant, path[0]) if path else None
        if found:
            return found
    return None


@cache
def twins(unit: Unit, cells: Cells) -> Twins:
    """The twins in a unit of mutants of a platform; a process makes them once."""
    found, proof = contract(unit), unit.proof
    named = {**proof.hooks, **{f"cut_{port}": signal for port, signal in proof.cuts.items()}}
    return Twins(cells, Cells(found.population, found.pins, named))
