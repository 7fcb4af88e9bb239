"""The cases ``mutants/proof/...``: every single mutation of a unit is refused by the unit's proof,
or equal.
"""

import time
from collections.abc import Iterator
from functools import cache, partial

from scegrad.progress import INTERVAL, Bar
from scegrad.signoff import obligations
from scegrad.signoff.case import SignoffCase, hashed
from scegrad.signoff.mutant_contracts import EQUAL, Judge, contract
from scegrad.signoff.obligation_cycles import CONFLICTS
from scegrad.signoff.proved_units import UNITS, Unit
from scegrad.signoff.result import CaseResult

FINDING = "src/scegrad/signoff/mutant_proofs.py"


def judge(unit: Unit) -> Judge:
    """The judge of a unit's own mutants."""
    found = contract(unit)
    classes = found.own()
    same = classes.pop(None, [])
    each = ((members, found.image(members[0][1])) for kind, members in classes.items() if kind)
    judge = Judge(found, each)
    judge.judgement.count(EQUAL, len(same))
    return judge


def run(unit: Unit) -> CaseResult:
    """The verdicts on a unit's mutants."""
    started = time.monotonic()
    with Bar(unit.name, lines=INTERVAL, steady=False) as progress:
        judgement = judge(unit).judge(progress)
    return judgement.result(time.monotonic() - started)


def cases() -> Iterator[SignoffCase]:
    """One for each unit."""
    for unit in UNITS:
        yield SignoffCase(
            unit.name,
            f"every mutant of {unit.proof.case} is refused by its proof or equal",
            FINDING,
            quick=unit.quick,
            subject=partial(subject, unit),
            run=partial(run, unit),
        )


@cache
def subject(unit: Unit) -> str:
    """The hash of a unit, of its proof, and of how its mutants are judged."""
    proof = unit.proof
    settings = [obligations.TRIM, str(CONFLICTS), repr(unit.others), str(proof.exact), "3"]
    return hashed([proof.subject(proof.verilog()), *settings])
