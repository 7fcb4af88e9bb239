"""Whether a mutant of a lane is equal to the lane, by SAT: two copies that share their gates, the
registers as wires, in two parts.

    x ──► sigmoid ──► s, k, sticky     equal for every x?
    x, y, free s, k ──► result         equal for every s, k, x and y that may come together?

Equal in both parts is equal; which s and k may come with an x is what the sweep of the stage over
all logits shows. Resets are over in both copies: what they clear is for the stimuli.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from scegrad.formats import FP16, Format
from scegrad.signoff import lane, tools
from scegrad.signoff.aig import Aig, Cnf, Literal, constant, pack, unpack, value
from scegrad.signoff.lane_proofs import WIDTHS
from scegrad.signoff.logic import Known, Logic, side_conditions
from scegrad.signoff.mutant_lane import operands
from scegrad.signoff.mutation import SELECT_BITS, Mutant, Population
from scegrad.sweep.unit import LaneDesign

LIMIT = 30
"""Seconds that the solver may take for a part."""

POOL = 1024
"""Logits with which it looks for a pair that shows a difference behind the cut."""

EQUAL = "equal"
STAGE, RESULT = "stage", "result"
CUT = ("s[", "k[")
PARTS = {STAGE: (*CUT, "s_valid", "sticky"), RESULT: ("gradient", "done")}
"""The outputs of each part, by how their names begin."""

UNKNOWN = {
    STAGE: f"no proof in {LIMIT} s that s and k are the same",
    RESULT: "differs for no s and k of the logits that were tried",
}
"""Why a part is open."""

_NAMES = {"x": "logit", "y": "label"}

WHOLE = "whole "
"""Before the name of an output that is that of the whole lane, without the cut."""


@dataclass(frozen=True)
class Pair:
    """Encodings of a logit and a label for which a mutant differs."""

    logit: int
    label: int


class Comparison:
    """The netlist of a group behind the cut; ``compare`` decides one mutant after the other."""

    def __init__(self, population: Population, mutants: list[Mutant], design: LaneDesign) -> None:
        self.graph = _wires(population, mutants)
        widths = WIDTHS[design.fmt_name]
        self.widths = {_NAMES.get(name, name): width for name, width in widths.items()}
        self._base = Aig()
        names = [name for name in self.graph.inputs if not name.startswith("mutsel")]
        stage = [name for name in self.graph.outputs if name.startswith(CUT)]
        for name in [*names, *stage]:
            self._base.inputs[name] = 2 * (1 + len(self._base.inputs))
        self._cut = {self.graph.outputs[name] >> 1: name for name in stage}
        self._known: Known = {}
        self._due = self._copy(self._base, self._known, 0)
        self._side = side_conditions(Logic(self._base, self._known), self._inputs(self._base))
        self._pool = self._stages(pool(design.fmt))

    def _copy(self, into: Aig, known: Known, number: int) -> dict[str, Literal]:
        """Add the gates of a mutant to a graph; returns the literals of its outputs by name, those
        of the stage from the whole lane, the others from behind the cut.
        """
        select = constant("mutsel", SELECT_BITS, number)
        whole = [0]
        whole += [
            int(select[name]) if name in select else into.inputs[name] for name in self.graph.inputs
        ]
        behind = list(whole)
        for a, b in self.graph.gates:
            whole.append(into.gate(whole[a >> 1] ^ (a & 1), whole[b >> 1] ^ (b & 1), known))
            if name := self._cut.get(len(behind)):
                behind.append(into.inputs[name] ^ (self.graph.outputs[name] & 1))
            else:
                behind.append(into.gate(behind[a >> 1] ^ (a & 1), behind[b >> 1] ^ (b & 1), known))
        found = {
            name: (whole if name.startswith(PARTS[STAGE]) else behind)[literal >> 1] ^ (literal & 1)
            for name, literal in self.graph.outputs.items()
        }
        return found | {
            f"{WHOLE}{name}": whole[literal >> 1] ^ (literal & 1)
            for name, literal in self.graph.outputs.items()
        }

    def _stages(self, logits: NDArray) -> dict[str, NDArray]:
        """Logits with the s and k that the lane has for each."""
        words = self.graph.evaluate(pack("logit", self.widths["logit"], logits))
        stages = {
            name: unpack(words, name, width)
            for name, width in self.widths.items()
            if f"{name}[0]" in words
        }
        return {"logit": logits.astype(np.int64)} | stages

    def compare(self, number: int) -> Pair | str:
        """``EQUAL``, a pair for which the mutant differs, or why neither is known."""
        graph = Aig(dict(self._base.inputs), {}, list(self._base.gates))
        known = dict(self._known)
        found = self._copy(graph, known, number)
        logic = Logic(graph, known)
        whys = []
        for part, begins in PARTS.items():
            pairs = [(self._due[name], found[name]) for name in found if name.startswith(begins)]
            differs = logic.differ(pairs)
            if part == RESULT:
                differs = logic.both(differs, self._side)
            cnf = _clauses(graph, differs)
            solution = _solved(cnf)
            if solution is not False and part == RESULT and isinstance(cnf, Cnf):
                whole = [(self._due[n], found[n]) for n in found if n.startswith(WHOLE)]
                cnf, solution = self._realised(cnf, _clauses(graph, logic.differ(whole)))
            if solution is None:
                whys.append(UNKNOWN[part])
            elif solution is not False:
                return self._pair(solution, cnf)
        return " and ".join(whys) if whys else EQUAL

    def _inputs(self, graph: Aig) -> dict[str, list[Literal]]:
        """The inputs of a graph, bit by bit."""
        return {
            name: [graph.inputs[f"{name}[{i}]"] for i in range(width)]
            for name, width in self.widths.items()
        }

    def _realised(self, cnf: Cnf, whole: Cnf | bool) -> tuple[Cnf | bool, list[bool] | bool | None]:
        """A difference behind the cut: with s and k of logits that were tried, else in the whole
        lane, whose sigmoid a solver can follow in fp16 alone.
        """
        solution = _solved(self._real(cnf))
        if solution:
            return cnf, solution
        return whole, _solved(whole) if self.widths["logit"] == FP16.width else None

    def _real(self, cnf: Cnf) -> Cnf:
        """The clauses, with logit, s and k as they belong together for a logit of the pool."""
        clauses, count = list(cnf.clauses), len(self._pool["logit"])
        choices = range(cnf.variables + 1, cnf.variables + 1 + count)
        clauses.append(tuple(choices))
        for name, values in self._pool.items():
            for i in range(self.widths[name]):
                if variable := cnf.inputs.get(f"{name}[{i}]"):
                    clauses += [
                        (-choice, variable if bit else -variable)
                        for choice, bit in zip(choices, values >> i & 1, strict=True)
                    ]
        return Cnf(cnf.variables + count, clauses, cnf.inputs)

    def _pair(self, solution: list[bool] | bool, cnf: Cnf | bool) -> Pair:
        if isinstance(solution, bool) or isinstance(cnf, bool):
            return Pair(0, 0)  # any pair shows the difference
        return Pair(*(value(solution, cnf, name, self.widths[name]) for name in ("logit", "label")))


def pool(fmt: Format) -> NDArray[np.uint64]:
    """Logits of all kinds, for which a mutant may differ in the result."""
    logits, _ = operands(fmt, POOL, np.random.default_rng(POOL))
    return logits.astype(np.uint64)


def _clauses(graph: Aig, literal: Literal) -> Cnf | bool:
    graph.outputs["differs[0]"] = literal
    return graph.cnf("differs[0]")


def _solved(cnf: Cnf | bool) -> list[bool] | bool | None:
    """False without a solution, None if the solver does not know in time."""
    if isinstance(cnf, bool):
        return cnf
    with TemporaryDirectory(prefix="scegrad-") as work:
        return tools.kissat(cnf, Path(work), LIMIT)


def _wires(population: Population, mutants: list[Mutant]) -> Aig:
    """The mutated lane without registers, out of reset."""
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        shutil.copyfile(tools.FORMAL / "wires.v", directory / "wires.v")
        rest = lane.WIRES + lane.GATES
        graph = Aig.read(population.run(mutants, rest, "result.aig", directory))
    return graph.specialised({"rst[0]": False, "clk[0]": False})
