"""Whether a proof still goes through with a mutant of its unit, by SAT.

equal     depth cycles of the unit itself, all claims hold: can the mutant differ in the next?
          and in the first cycles after power-up?
step      depth cycles of the mutant after the reset, all claims hold: can one fail in the next?
base      the first cycles of the mutant from power-up on: can a claim fail in them?
covers    the same: is each cover reached?
hidden    where the mutant resets payload otherwise: does it stay where no valid bit is set?
seen      the first cycles, as many as the covers take: can an output differ?
"""

from collections.abc import Collection, Iterator

from scegrad.signoff.aig import Literal
from scegrad.signoff.mutant_sites import Site
from scegrad.signoff.obligation_cycles import Cycles, Trace
from scegrad.signoff.obligations import Obligations


class Questions:
    """The questions about mutants of one unit, each as its node, mode and control here, and about
    the unit itself (``None``).
    """

    def __init__(self, found: Obligations, depth: int, covers: int, hooks: Collection[str]) -> None:
        self._found, self._depth, self._hooks = found, depth, hooks
        self._asserted = list(found.asserted.values())
        self._step = Cycles(found, depth + 1, initial=False)
        self._base = Cycles(found, depth + 1, initial=True)
        self._covers = Cycles(found, covers, initial=True)
        self._side = self._step.every(
            [self._assumed_until(self._step, depth), self._asserted_before(self._step, depth)]
        )
        for cycles in (self._step, self._base, self._covers):
            cycles.settle()

    def _assumed_until(self, cycles: Cycles, last: int) -> Literal:
        assumed = self._found.assumed
        return cycles.every([cycles.holds(assumed, c, {}) for c in range(last + 1)])

    def _asserted_before(self, cycles: Cycles, end: int) -> Literal:
        return cycles.every([cycles.holds(self._asserted, c, {}) for c in range(end)])

    def unequal(self, site: Site) -> Trace | None:
        """Cycles in the last of which the mutant differs; None if it never does after a reset."""
        step, last = self._step, self._depth
        step.forget()
        (changed,) = step.changes(site, range(last, last + 1))
        return step.solve(self._side, step.differ(last, changed))

    def unequal_at_first(self, site: Site) -> Trace | None:
        """First cycles in which the mutant differs, or resets something otherwise."""
        base, found = self._base, list[Literal]()
        base.forget()
        for cycle in range(base.cycles):
            (changed,) = base.changes(site, range(cycle, cycle + 1))
            assumed = self._assumed_until(base, cycle)
            found.append(base.every([assumed, base.differ(cycle, changed)]))
        return base.solve(base.some(found))

    def reset_otherwise(self, site: Site) -> set[int]:
        """The registers that the mutant resets to another value."""
        return self._base.reset_otherwise(site)

    def hidden(self, site: Site) -> bool:
        """Whether all that the mutant resets otherwise is payload at an output that is not valid,
        and nothing else ever differs. Raises ``TimeoutError``.
        """
        step, base, last = self._step, self._base, self._depth
        valid = self._found.valid_bits()
        other = self.reset_otherwise(site)
        invalid = (valid.get(register, 0) for register in other)
        if not all(bit and base.image(self._found.a[bit], 0, {}) == 0 for bit in invalid):
            return False
        bits = {register: valid[register] for register in other}
        base.forget()
        step.forget()
        early = [
            base.every([self._assumed_until(base, cycle), base.shows(site, cycle, bits)])
            for cycle in range(1, base.cycles)
        ]
        late = step.shows(site, last, bits)
        return base.solve(base.some(early)) is None and step.solve(self._side, late) is None

    def seen(self, site: Site) -> Trace | None:
        """First cycles in which an output that counts, and is no hook, is not that of the unit."""
        cycles, found = self._covers, []
        cycles.forget()
        for cycle, changed in enumerate(cycles.changed(site)):
            shown = cycles.some(cycles.shown(cycle, changed, self._hooks)) if cycle else 0
            found.append(cycles.every([self._assumed_until(cycles, cycle), shown]))
        return cycles.solve(cycles.some(found))

    def step_fails(self, site: Site | None) -> Trace | None:
        """Cycles of the mutant in which all hold, but the last; None if the step goes through."""
        step, last = self._step, self._depth
        step.forget()
        holds, fails = [], list[Literal]()
        for cycle, changed in enumerate(step.changed(site)):
            holds.append(step.holds(self._found.assumed, cycle, changed))
            if cycle == last:
                fails = [step.image(claim, cycle, changed) ^ 1 for claim in self._asserted]
            else:
                holds.append(step.holds(self._asserted, cycle, changed))
        return self._any(step, step.every(holds), fails)

    def _any(self, cycles: Cycles, holds: Literal, fails: list[Literal]) -> Trace | None:
        """Cycles with one of some failures, None if there is none. One question about all takes
        minutes where each by itself takes seconds. Raises ``TimeoutError``.
        """
        unknown = False
        for each in dict.fromkeys(fails):
            try:
                if trace := cycles.solve(holds, each):
                    return trace
            except TimeoutError:
                unknown = True
        if unknown:
            raise TimeoutError
        return None

    def base_fails(self, site: Site | None) -> Trace | None:
        """First cycles in one of which a claim fails; None if they all hold."""
        base = self._base
        base.forget()
        holds, fails = 1, []
        for cycle, changed in enumerate(base.changed(site)):
            holds = base.every([holds, base.holds(self._found.assumed, cycle, changed)])
            fails.append(base.every([holds, base.holds(self._asserted, cycle, changed) ^ 1]))
        return base.solve(base.some(fails))

    def covering(self) -> dict[str, Trace]:
        """First cycles of the unit itself in which each cover is reached."""
        return {name: trace for name, trace in self._reaching(None) if trace}

    def uncovered(self, site: Site) -> str | None:
        """A cover that the first cycles do not reach with the mutant."""
        self._covers.forget()
        return next((name for name, trace in self._reaching(site) if trace is None), None)

    def _reaching(self, site: Site | None) -> Iterator[tuple[str, Trace | None]]:
        cycles, holds = self._covers, 1
        reached: dict[str, list[Literal]] = {name: [] for name in self._found.covered}
        for cycle, changed in enumerate(cycles.changed(site)):
            holds = cycles.every([holds, cycles.holds(self._found.assumed, cycle, changed)])
            for name, literal in self._found.covered.items():
                reached[name].append(cycles.every([holds, cycles.image(literal, cycle, changed)]))
        for name, found in reached.items():
            yield name, cycles.solve(cycles.some(found))
