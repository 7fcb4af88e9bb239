"""Induction on the SMT2 model of a unit, one assertion at a time.

smtbmc asks for all assertions of a cycle at once. Where they are many, of many parts, yices takes
minutes for that, and seconds for each by itself.

    step    depth cycles from any state in which all hold: does each hold in the next cycle?
    base    all hold in the first cycles after power-up
    search  if some do not follow: the first cycle after power-up in which one of these fails; the
            others follow there from the cycles before
"""

import re
from collections.abc import Iterable
from pathlib import Path

from scegrad.signoff import tools
from scegrad.signoff.result import Verdict

_ASSERTION = re.compile(r"^\(define-fun \|(\w+_a \d+)\| .*; \$assert\$(\S+?:\d+)", re.MULTILINE)

OUT_OF_TIME = Verdict.OPEN, "out of time"


class Model:
    """The model of the module ``name``, in states ``s0``, ``s1``, ..."""

    def __init__(self, path: Path, name: str):
        self.name = name
        self.text = "(set-logic QF_UFBV)\n" + path.read_text(encoding="utf-8")
        self.assertions = dict(_ASSERTION.findall(self.text))
        """Names in the model, and their lines in the sources."""

    def _of(self, kind: str, cycle: int) -> str:
        return f"(|{self.name}_{kind}| s{cycle})"

    def cycle(self, number: int, *, initial: bool = False) -> str:
        """One more state, after the one before, and what is assumed of it."""
        lines = [f"(declare-fun s{number} () |{self.name}_s|)"]
        terms = [self._of("u", number), self._of("h", number)]
        first = self._of("is", number)
        terms += [first, self._of("i", number)] if initial else [f"(not {first})"]
        if number:
            terms.append(f"(|{self.name}_t| s{number - 1} s{number})")
        return "\n".join([*lines, *(f"(assert {term})" for term in terms)])

    def hold(self, number: int) -> str:
        """All assertions hold in a state."""
        return f"(assert {self._of('a', number)})"

    def failed(self, assertion: str, number: int | str) -> str:
        """The words for an assertion that fails."""
        return f"Assert failed in {self.name}: {self.assertions[assertion]}, {number}"


def decide(model: Model, depth: int, search: int, seconds: float) -> tuple[Verdict, str]:
    """Whether all assertions hold in every cycle after power-up; a failure is looked for in
    ``search`` cycles. Each of the two runs of the solver may take ``seconds``.
    """
    with tools.Yices(model.text, seconds) as solver:
        for number in range(depth):
            solver.tell(model.cycle(number))
            solver.tell(model.hold(number))
        solver.tell(model.cycle(depth))
        broken = _broken(solver, model.assertions, depth)
    if broken is None:
        return OUT_OF_TIME
    found = _from_power_up(model, depth, search, broken, seconds)
    if found:
        return found
    if broken:
        return Verdict.OPEN, model.failed(broken[0], "in the step of the induction")
    return Verdict.PROVED, f"induction over {depth} cycles, each assertion by itself"


def _from_power_up(
    model: Model, depth: int, search: int, broken: list[str], seconds: float
) -> tuple[Verdict, str] | None:
    """The first failure after power-up, or that the time is over; None if nothing fails."""
    with tools.Yices(model.text, seconds) as solver:
        for number in range(search if broken else depth):
            solver.tell(model.cycle(number, initial=number == 0))
            failed = _broken(solver, model.assertions if number < depth else broken, number)
            if failed is None:
                return OUT_OF_TIME
            if failed:
                return Verdict.REFUTED, model.failed(failed[0], f"in cycle {number}")
            solver.tell(model.hold(number))
    return None


def _broken(solver: tools.Yices, assertions: Iterable[str], number: int) -> list[str] | None:
    """The assertions that can fail in a state; None if the time is over."""
    found = []
    for name in assertions:
        answer = solver.possible(f"(not (|{name}| s{number}))")
        if answer is None:
            return None
        if answer:
            found.append(name)
    return found
