"""What the proof of a unit says of mutants of the unit.

    mutant ──► equal? ──► step ──► first cycles ──► covers ──► alive
                 │ equal    │ refused  │ refused      │ refused

Equal is what has the same outputs and next values in every state that the proof allows, and after a
reset; a payload without its valid bit may be reset to another value, if nothing else shows it.
A trace that the solver finds for one mutant runs on all others too, which it refuses many of. A
mutant with which the whole proof goes through fulfils the contract of its unit: no one can tell it
from the unit by what the contract promises. It stays in the list, unless the claims say what every
output is (``Proof.exact``): then it is equal.
"""

from collections.abc import Iterable
from functools import cache

from scegrad.errors import SimulationError
from scegrad.progress import Bar
from scegrad.signoff import mutant_pins, obligations
from scegrad.signoff.mutant_nodes import Pins
from scegrad.signoff.mutant_sites import Class, Members, Site, Sites
from scegrad.signoff.mutation import Judgement, Population
from scegrad.signoff.obligation_cycles import CONFLICTS, Trace
from scegrad.signoff.obligation_questions import Questions
from scegrad.signoff.obligation_traces import Mutants
from scegrad.signoff.proved_units import Unit

EQUAL = "equal"
BY_STEP = "refused by the step of the proof"
BY_BASE = "refused in the first cycles of the proof"
BY_COVER = "refused by a cover of the proof"
HIDDEN = "equal but for a reset of payload that is not valid"
SAME = "equal by the proof, which says what every output is"
AFTER = "equal but for a reset, which an output may show"
FULFILS = "the proof goes through with it"
OPEN = f"no answer in {CONFLICTS:,} conflicts of the solver"


class _Paths:
    """The paths of cells inside their unit; one without a name, such as an enable that Yosys made,
    has that of what it drives.
    """

    def __init__(self, sites: Sites) -> None:
        cells = {node: cell for (cell, _, _), node in sites.pins.nodes.items()}
        self._places = dict(sites.pins.places)
        # A port of the unit may be the signal of a part.
        for name, literal in sites.pins.named.items():
            cell = cells.get(literal >> 1, "")
            if name.startswith("inner.") and not self._places.get(cell, name).startswith("inner."):
                self._places[cell] = name
        self._driven: dict[str, str] = {}
        for node, cell in cells.items():
            waiting = list(sites.consumers[node]) if cell not in self._driven else []
            while waiting:
                following = waiting.pop()
                other = cells.get(following)
                if other is None:
                    waiting += sites.consumers[following]
                elif other != cell:
                    self._driven[cell] = other
                    break

    def of(self, cell: str) -> str:
        """The path of a cell."""
        seen = {cell}
        while self._places[cell].startswith("$auto") and cell in self._driven:
            cell = self._driven[cell]
            if cell in seen:
                break
            seen.add(cell)
        return self._places[cell]


class Contract:
    """A unit with its proof, as the solver sees both."""

    def __init__(self, unit: Unit) -> None:
        self.unit, proof = unit, unit.proof
        assert proof.depth, "the mutants need a proof by induction"
        self.population, self.pins = netlist(unit)
        self.found = obligations.compose(self.pins, obligations.top(proof))
        self.depth = proof.depth
        self.questions = Questions(self.found, proof.depth, proof.covers, proof.hooks)
        if self.questions.step_fails(None) or self.questions.base_fails(None):
            raise SimulationError(f"{unit.name}: the proof does not go through without mutants")

    def own(self) -> dict[Class | None, Members]:
        """The mutants of the unit's own cells, by what they change."""
        sites = Sites(self.pins)
        paths = _Paths(sites)
        mutants = self.population.mutants
        return sites.grouped(each for each in mutants if self.unit.owns(paths.of(each.cell)))

    def image(self, site: Site) -> Site:
        """The place of a mutant, a node of the unit's pins, beside the claims."""
        node, mode, control, _ = site
        return self.found.images[node], mode, self.found.images[control], 0


@cache
def netlist(unit: Unit) -> tuple[Population, Pins]:
    """The mutants of a unit, and its gates and pins; a process makes them once."""
    population = obligations.population(unit.proof)
    return population, mutant_pins.read(population, wires=False)


@cache
def contract(unit: Unit) -> Contract:
    """The contract of a unit; a process makes it once. Raises ``SimulationError`` if the proof does
    not go through.
    """
    return Contract(unit)


class Judge:
    """Judges some mutants of a unit: members of a class with the place of one, as ``image``
    has it.
    """

    def __init__(self, contract: Contract, left: Iterable[tuple[Members, Site]]) -> None:
        self._name = contract.unit.name
        self._found, self._depth = contract.found, contract.depth
        self._questions = contract.questions
        self._exact = contract.unit.proof.exact
        self._left = list(left)
        self.judgement = Judgement({}, [])

    def judge(self, progress: Bar) -> Judgement:
        """What becomes of each. Raises ``SimulationError`` if a trace does not show what the solver
        says of it.
        """
        total, alive = len(self._left), list[tuple[Members, Site, str]]()
        while self._left:
            _, site = self._left[0]
            why = self._decide(site)
            if why:
                alive.append((*self._left.pop(0), why))
            progress(total - len(self._left), total)
        self._covers(alive)
        return self.judgement

    def _covers(self, alive: list[tuple[Members, Site, str]]) -> None:
        """Count those with which a cover is not reached, and keep the others."""
        sites = [site for _, site, _ in alive]
        mutants, reaching = Mutants(self._found, self._depth, sites), (1 << len(sites)) - 1
        for cover, trace in self._questions.covering().items():
            reaching &= mutants.reach(trace, cover)
        for i, (members, site, why) in enumerate(alive):
            if not reaching >> i & 1 and self._questions.uncovered(site):
                self._end(members, BY_COVER)
            elif why == FULFILS and self._exact:
                if self._questions.seen(site):
                    raise SimulationError(f"{self._name}: no claim says an output of {members[0]}")
                self._end(members, SAME)
            else:
                self._keep(members, why)

    def _decide(self, site: Site) -> str | None:
        """Why the first mutant that is left lives; None if it is no longer left."""
        questions = self._questions
        unknown = False
        try:
            trace = questions.unequal(site)
            if trace is None:
                return self._begins(site)
            if self._refuse(trace, BY_STEP):
                return None
        except TimeoutError:
            pass  # it need not be equal to be refused
        for question, end in ((questions.step_fails, BY_STEP), (questions.base_fails, BY_BASE)):
            try:
                trace = question(site)
            except TimeoutError:
                unknown = True
                continue
            if trace:
                self._refuse_first(trace, end)
                return None
        return OPEN if unknown else FULFILS

    def _begins(self, site: Site) -> str | None:
        """Why the first mutant that is left, which is equal after a reset, lives; None if it is no
        longer left.
        """
        if self._questions.unequal_at_first(site) is None:
            self._settle(EQUAL)
        elif trace := self._questions.base_fails(site):
            self._refuse_first(trace, BY_BASE)
        elif self._questions.hidden(site):
            self._settle(HIDDEN)
        else:
            return FULFILS if self._exact else AFTER
        return None

    def _refuse_first(self, trace: Trace, end: str) -> None:
        first = self._left[0][0][0][0]
        if not self._refuse(trace, end):
            raise SimulationError(f"{self._name}: its trace shows no failure of {first}")

    def _settle(self, end: str) -> None:
        members, _ = self._left.pop(0)
        self._end(members, end)

    def _end(self, members: Members, end: str) -> None:
        self.judgement.count(end, len(members))

    def _keep(self, members: Members, why: str) -> None:
        for mutant, _ in members:
            self.judgement.keep(mutant, why)

    def _refuse(self, trace: Trace, end: str) -> bool:
        """Count all that a trace refuses; whether the first is one of them."""
        refused = Mutants(self._found, self._depth, [s for _, s in self._left]).refused(trace)
        keep = []
        for i, (members, site) in enumerate(self._left):
            if refused >> i & 1:
                self._end(members, end)
            else:
                keep.append((members, site))
        self._left = keep
        return bool(refused & 1)
