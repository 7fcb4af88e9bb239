"""Mutants of units against their proofs: what the solver says of them is what the proof itself says
of the mutated unit, and each unit finds its cells in a platform.
"""

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from scegrad.errors import SimulationError
from scegrad.progress import Bar
from scegrad.signoff import mutant_pins, mutant_proofs, mutant_units, obligations, tools
from scegrad.signoff.mutant_contracts import AFTER, EQUAL, FULFILS, HIDDEN, SAME, Contract, Judge
from scegrad.signoff.mutation import Mutant
from scegrad.signoff.obligation_questions import Questions
from scegrad.signoff.obligation_traces import Mutants
from scegrad.signoff.proved_units import UNITS, about
from scegrad.signoff.result import Verdict
from scegrad.signoff.unit import prove

pytestmark = pytest.mark.whole

NAMED = {unit.named: unit for unit in UNITS}

SHOWN = 5
"""Mutants of each end that the proof itself is asked about."""


class Remembering(Judge):
    """Keeps a mutant of each class with its end, or why it lives."""

    def __init__(self, *of_unit) -> None:
        super().__init__(*of_unit)
        self.ends: dict[str, list[Mutant]] = {}

    def _end(self, members, end):
        super()._end(members, end)
        self.ends.setdefault(end, []).append(members[0][0])

    def _keep(self, members, why):
        super()._keep(members, why)
        self.ends.setdefault(why, []).append(members[0][0])


def of_itself(name, mutant):
    """What the proof itself says of a unit with a mutant in it."""
    proof = NAMED[name].proof
    population = obligations.population(proof)
    script = population.script + mutant.command + "\nwrite_verilog unit.v\n"
    with TemporaryDirectory() as work:
        directory = Path(work)
        population.write(directory)
        tools.yosys(script, directory)
        text = (directory / "unit.v").read_text(encoding="ascii")
    return prove(replace(proof, hooks={}, cuts={}), text)


@pytest.mark.parametrize("name", ["fifo", "axi_lite"])
def test_the_proof_itself_agrees(monkeypatch, name, seed):
    monkeypatch.setattr(mutant_proofs, "Judge", Remembering)
    judge = mutant_proofs.judge(NAMED[name])
    with Bar("mutants") as progress:
        judgement = judge.judge(progress)
    rng = random.Random(seed)
    refused = 0
    for end, mutants in judge.ends.items():
        for mutant in rng.sample(mutants, min(SHOWN, len(mutants))):
            result = of_itself(name, mutant)
            proved = result.verdict == Verdict.PROVED
            if end in (EQUAL, HIDDEN, SAME, AFTER, FULFILS):
                # What changes nothing may still fold an assertion, which the proof tells.
                assert proved or "constantly true" in result.detail, f"{mutant}: {end}, {result}"
            else:
                assert not proved, f"{mutant}: {end}"
            refused += not proved
    assert refused >= SHOWN
    assert sum(judgement.ends.values()) + len(judgement.alive) > 1000


def test_a_trace_that_shows_nothing_is_an_error(monkeypatch):
    """The solver and the simulation of what it found check each other."""
    monkeypatch.setattr(Mutants, "refused", lambda *_: 0)
    with Bar("mutants") as progress, pytest.raises(SimulationError, match="shows no failure"):
        mutant_proofs.judge(NAMED["fifo"]).judge(progress)


def test_what_an_output_shows_is_not_equal_by_the_proof(monkeypatch):
    """Claims that say every output would refuse it: without them its end is an error."""
    contract = Contract(NAMED["fifo"])
    monkeypatch.setattr(mutant_proofs, "contract", lambda _: contract)
    monkeypatch.setattr(Mutants, "refused", lambda *_: 0)
    monkeypatch.setattr(Questions, "covering", lambda _: {})
    for question in ("step_fails", "base_fails"):
        monkeypatch.setattr(Questions, question, lambda *_: None)
    judge = mutant_proofs.judge(NAMED["fifo"])
    judge._left = judge._left[::20]  # many are of words that the first cycles do not reach
    with Bar("mutants") as progress, pytest.raises(SimulationError, match="no claim says an out"):
        judge.judge(progress)


def test_a_reset_is_hidden_where_payload_is_not_valid_alone():
    """Each register of the requests that is not reset: those of AW's payload are hidden."""
    contract = Contract(NAMED["write_requests"])
    found, hidden = contract.found, {True: 0, False: 0}
    payload = set(found.valid_bits())
    for mutants in contract.own().values():
        mutant, site = mutants[0]
        if "-mode const0" in mutant.command and "-port SRST" in mutant.command:
            image = contract.image(site)
            other = contract.questions.reset_otherwise(image)
            assert contract.questions.hidden(image) == (other <= payload), mutant
            hidden[other <= payload] += 1
    assert hidden[True] >= 1
    assert hidden[False] >= 3


def test_a_unit_whose_proof_does_not_go_through_is_an_error(monkeypatch):
    monkeypatch.setattr(Questions, "step_fails", lambda *_: object())
    with pytest.raises(SimulationError, match="does not go through without mutants"):
        Contract(NAMED["axi_lite"])


def test_every_unit_has_cells_of_a_platform_and_of_its_proof():
    """Each pattern finds something, and every cell of a DMA is in a unit."""
    paths = set(mutant_units.netlist().places.values())
    found = {about(path) for path in paths}
    assert found >= set(UNITS)
    dma = [path for path in paths if ".dma." in path]
    assert dma
    assert [path for path in dma if about(path) is None] == []


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.others], ids=lambda u: u.named)
def test_the_other_parts_of_a_unit_are_there(unit):
    pins = mutant_pins.read(obligations.population(unit.proof), wires=False)
    paths = [path.removeprefix("$memory") for path in (*pins.places.values(), *pins.named)]
    assert [part for part in unit.others if not any(p.startswith(part) for p in paths)] == []
    assert any(unit.owns(path) for path in paths)
