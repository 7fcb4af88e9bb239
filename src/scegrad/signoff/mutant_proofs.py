"""The cases ``mutants/proof/...``: every single mutation of a unit is refused by the unit's proof,
or equal.

    mutant ──► equal? ──► step ──► first cycles ──► covers ──► alive
                 │ equal    │ refused  │ refused      │ refused

Equal is what has the same outputs and next values in every state that the proof allows, and after a
reset; a word without its valid bit may be reset to another value.
A trace that the solver finds for one mutant runs on all others too, which it refuses many of. A
mutant with which the whole proof goes through fulfils the contract of its unit: no one can tell it
from the unit by what the contract promises. It stays in the list.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from scegrad.errors import SimulationError
from scegrad.platforms import ECP5_DEMO
from scegrad.progress import INTERVAL, Bar
from scegrad.signoff import mutant_pins, obligations
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.mutant_sites import Members, Site, Sites
from scegrad.signoff.mutation import Judgement
from scegrad.signoff.obligation_cycles import CONFLICTS, Trace
from scegrad.signoff.obligation_questions import Questions
from scegrad.signoff.obligation_traces import Mutants
from scegrad.signoff.proofs import PROOFS
from scegrad.signoff.result import CaseResult
from scegrad.signoff.sizes import AT_SIZES
from scegrad.signoff.unit import Proof

FINDING = "src/scegrad/signoff/mutant_proofs.py"

EQUAL = "equal"
BY_STEP = "refused by the step of the proof"
BY_BASE = "refused in the first cycles of the proof"
BY_COVER = "refused by a cover of the proof"
AFTER = "equal but for a reset that no claim needs"
FULFILS = "the proof goes through with it"
OPEN = f"no answer in {CONFLICTS:,} conflicts of the solver"


@dataclass(frozen=True)
class Unit:
    """A unit with a proof of its own; ``places`` is a pattern of the paths of its cells in a
    platform, ``others`` are how the paths of parts begin that other proofs are about.
    """

    named: str
    places: str
    others: tuple[str, ...] = ()
    at: str = ""
    quick: bool = False

    @property
    def name(self) -> str:
        """The name of its case."""
        return f"mutants/proof/{self.named}"

    @property
    def proof(self) -> Proof:
        """Its proof, at the size that the unit has on ``ecp5_demo`` if there is one."""
        case = f"{self.named}@{ECP5_DEMO.name}-{self.at}" if self.at else self.named
        return next(proof for proof in (*PROOFS, *AT_SIZES) if proof.case == case)

    def owns(self, path: str) -> bool:
        """Whether a cell of the proof's unit is the unit's own."""
        return not path.removeprefix("$memory").startswith(self.others)


UNITS = (
    Unit("fifo", r".*\.(fifo|results|dealt)\.", at="shared-writes"),
    Unit(
        "planner",
        r".*\.(planner(_\d)?|requests\.requests|requests\.responses)\.",
        at="shared-reads",
    ),
    Unit("counters", r".*\.dma\.counters(_\d+)?\."),
    Unit("rotate", r".*\.rotate\.", at="shared"),
    Unit("realign", r".*\.reader\.(logits|labels)\.", ("inner.fifo.", "cut_"), at="shared"),
    Unit(
        "write_buffer",
        r".*\.writer\.buffer\.",
        ("inner.fifo.", "inner.planner.", "inner.rotate.", "beats__", "cut_"),
        at="shared",
    ),
    Unit(
        "write_requests",
        r".*\.writer\.requests\.",
        ("inner.requests.", "inner.responses."),
        at="shared",
    ),
    Unit("read_requests", r".*\.reader\.requests\.", ("inner.planner_",), at="shared"),
    Unit(
        "write_beats",
        r".*\.writer\.",
        ("inner.buffer.", "inner.requests.", "aw__", "cut_"),
        at="shared",
    ),
    Unit(
        "dma_control",
        r".*\.dma\.(?!reader\.)",
        ("inner.reader.", "inner.writer.", "inner.counters", "axi__", "counters", "cut_"),
    ),
    Unit(
        "datapath",
        r".*\.datapath\.(?!(half_)?lane)",
        ("inner.results.", "inner.lane.", "gradients__payload", "cut_"),
    ),
    Unit("gather", r".*\bgather\."),
    Unit("deal", r".*\bdeal\."),
    Unit("axi_lite", r"control\.axi_lite\.", quick=True),
    Unit(
        "control",
        r"control\.",
        ("inner.axi_lite.", "inner.job_checker.", "inner.readout.", "axil__", "cut_"),
    ),
)
"""The units, a part before that in which it lies."""


def about(path: str) -> Unit | None:
    """The unit that a cell of a platform is in; None if no proof is about it alone."""
    return next((unit for unit in UNITS if re.match(unit.places, path)), None)


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


class Judge:
    """Judges the mutants of one unit."""

    def __init__(self, unit: Unit) -> None:
        self._name, proof = unit.name, unit.proof
        assert proof.depth, "the mutants need a proof by induction"
        population = obligations.population(proof)
        pins = mutant_pins.read(population, wires=False)
        sites = Sites(pins)
        paths = _Paths(sites)
        own = (each for each in population.mutants if unit.owns(paths.of(each.cell)))
        classes = sites.grouped(own)
        found = obligations.compose(pins, obligations.top(proof))
        self._found, self._depth = found, proof.depth
        self._questions = Questions(found, proof.depth, proof.covers)
        self.judgement = Judgement({}, [])
        if None in classes:
            self.judgement.count(EQUAL, len(classes[None]))
        self._left: list[tuple[Members, Site]] = []
        for kind, members in classes.items():
            if kind is not None:
                node, mode, control, _ = members[0][1]
                site = found.images[node], mode, found.images[control], 0
                self._left.append((members, site))

    def judge(self, progress: Bar) -> Judgement:
        """What becomes of each. Raises ``SimulationError`` if a trace does not show what the solver
        says of it, or the proof does not go through for the unit itself.
        """
        if self._questions.step_fails(None) or self._questions.base_fails(None):
            raise SimulationError(f"{self._name}: the proof does not go through without mutants")
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
            else:
                self._keep(members, why)

    def _decide(self, site: Site) -> str | None:
        """Why the first mutant that is left lives; None if it is no longer left."""
        questions = self._questions
        unknown = False
        try:
            trace = questions.unequal(site)
            if trace is None:
                self._begins(site)
                return None
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

    def _begins(self, site: Site) -> None:
        """Settle the first mutant that is left, which is equal after a reset."""
        if self._questions.unequal_at_first(site) is None:
            self._settle(EQUAL)
        elif trace := self._questions.base_fails(site):
            self._refuse_first(trace, BY_BASE)
        else:
            self._settle(AFTER)

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


def run(unit: Unit) -> CaseResult:
    """The verdicts on a unit's mutants."""
    started = time.monotonic()
    with Bar(unit.name, lines=INTERVAL) as progress:
        judgement = Judge(unit).judge(progress)
    return judgement.result(time.monotonic() - started)


def cases() -> Iterator[SignoffCase]:
    """One for each unit."""
    for unit in UNITS:
        yield SignoffCase(
            unit.name,
            f"every mutant of {unit.proof.case} is refused by its proof or equal",
            FINDING,
            quick=unit.quick,
            subject=once(partial(_subject, unit)),
            run=partial(run, unit),
        )


def _subject(unit: Unit) -> str:
    proof = unit.proof
    settings = [obligations.TRIM, str(CONFLICTS), repr(unit.others), "2"]
    return hashed([proof.subject(proof.verilog()), *settings])
