"""Twins of a platform's mutants in units by themselves, and what the units' proofs say of them."""

import re

import pytest

from scegrad.progress import Bar
from scegrad.signoff import mutant_units, mutants_in_units
from scegrad.signoff.mutant_twins import Twins, statements
from scegrad.signoff.mutation import Judgement
from scegrad.signoff.proved_units import UNITS, about

pytestmark = pytest.mark.whole

ROTATE = next(unit for unit in UNITS if unit.named == "rotate")

MODULE = """module one(a, b, x);
  assign _00_ = a & b;
  assign _01_ = a | _00_;
  assign x = ~ _01_;
endmodule
"""

RENUMBERED = """module other(b, a, x_7);
  assign _10_ = b ^ a;
  assign x_7 = ~ _03_;
  assign _03_ = a | _02_;
  assign _02_ = a & b;
endmodule
"""


def test_a_statement_is_the_same_under_other_numbers():
    one, other = statements(MODULE), statements(RENUMBERED)
    assert one[4] == other[3]
    assert one[3] == other[4]
    assert one[2] == other[5]
    assert other[2] not in one.values()
    assert statements(MODULE.replace("a & b", "a & a"))[4] != one[4]


@pytest.fixture(scope="module")
def classes():
    """The classes of mutants in the shared DMA's rotate."""
    found = mutant_units.classes()["dma-shared"].items()
    places = mutant_units.netlist().places
    return [members for kind, members in found if kind and about(places[members[0][0].cell])]


def of_unit(classes, unit):
    places = mutant_units.netlist().places
    return [members for members in classes if about(places[members[0][0].cell]) is unit]


def judged(classes):
    judgement = Judgement({}, [])
    with Bar("mutants") as progress:
        listed = [(members, "it lives") for members in classes]
        mutants_in_units.judge(mutant_units.cells(), listed, judgement, progress)
    return judgement


def test_mutants_of_a_platform_are_refused_by_the_proof_of_their_unit(classes):
    mine = of_unit(classes, ROTATE)
    judgement = judged(mine)
    refused = judgement.ends[mutants_in_units.BY_PROOF]
    assert refused > 0.5 * sum(map(len, mine))
    for each in judgement.alive:
        assert each["unit"] == ROTATE.name
        assert each["why"].startswith("it lives; ")


def test_a_mutant_without_a_twin_lives(classes, monkeypatch):
    monkeypatch.setattr(Twins, "site", lambda *_: None)
    mine = of_unit(classes, ROTATE)[:20]
    judgement = judged(mine)
    assert not judgement.ends
    assert {each["why"] for each in judgement.alive} == {f"it lives; {mutants_in_units.NO_TWIN}"}


def test_a_twin_is_at_the_same_port_bit_and_statement(classes):
    """Of the unit's netlist the twin's pin is named here, and its statement compared."""
    inside = mutant_units.cells()
    twins = mutants_in_units.twins(ROTATE, inside)
    alone = twins.alone
    pins = {node: pin for pin, node in alone.pins.nodes.items()}
    seen = 0
    for members in of_unit(classes, ROTATE):
        mutant = members[0][0]
        path = re.match(ROTATE.places, inside.pins.places[mutant.cell])
        site = twins.site(mutant, path[0])
        if site is None:
            continue
        cell, port, bit = pins[site[0]]
        assert f"-port {port} -portbit {bit}" in mutant.command.replace("\\", "")
        if "Q" not in inside.ports[mutant.cell]:
            assert inside.places[mutant.cell].statement == alone.places[cell].statement
        seen += 1
    assert seen > 100
