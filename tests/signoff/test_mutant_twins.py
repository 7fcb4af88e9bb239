"""Twins of a platform's mutants in units by themselves, and what the units' proofs say of them."""

import re

import pytest
from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from scegrad.progress import Bar
from scegrad.rtl.fifo import Fifo
from scegrad.rtl.verilog import to_verilog
from scegrad.signoff import mutant_pins, mutant_units, mutants_in_units, obligations
from scegrad.signoff.mutant_nodes import MODES
from scegrad.signoff.mutant_twins import Cells, Twins, statements
from scegrad.signoff.mutation import Judgement, Population
from scegrad.signoff.proofs import fifo_proof
from scegrad.signoff.proved_units import UNITS, about
from scegrad.signoff.unit import Plain

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


REGISTER = """module one(clk, rst, x);
  always @(posedge clk)
    if (rst) x <= 2'h0;
    else x <= _00_;
  assign _00_ = ~ x;
endmodule
"""


def test_the_statement_of_a_register_is_all_of_its_lines():
    for old, new in (("2'h0", "3'h0"), ("~ x", "- x"), ("else x", "else y")):
        assert statements(REGISTER)[2] != statements(REGISTER.replace(old, new))[2]
    assert statements(REGISTER)[2] == statements(REGISTER.replace("_00_", "_1_"))[2]


class Buffers(wiring.Component):
    """Two buffers of other depths, and their words of three bits."""

    i: In(stream.Signature(3, always_ready=True))
    o: Out(stream.Signature(3))
    p: Out(stream.Signature(3))

    def elaborate(self, platform: object) -> Module:
        m = Module()
        for depth, out in ((4, self.o), (8, self.p)):
            fifo = m.submodules[f"of_{depth}"] = Fifo(width=3, depth=depth)
            m.d.comb += [fifo.i.valid.eq(self.i.valid), fifo.i.payload.eq(self.i.payload)]
            connect(m, fifo.o, flipped(out))
        return m


def cells_of(population: Population, named=None) -> Cells:
    return Cells(population, mutant_pins.read(population, wires=False), named or {})


@pytest.fixture(scope="module")
def buffers():
    """The mutants of two buffers, as a platform has them."""
    verilog = to_verilog(Plain(Buffers()), "buffers")
    return Population("buffers", verilog, "buffers", mutant_units.TRIM)


def alone(depth: int, width: int = 1) -> Cells:
    proof = fifo_proof(depth=depth, width=width)
    return cells_of(obligations.population(proof), proof.hooks)


@pytest.fixture(scope="module")
def twins(buffers):
    """The twins in a buffer of each depth, of words of one bit."""
    inside = cells_of(buffers)
    return {depth: Twins(inside, alone(depth)) for depth in (4, 8)}


def sites(twins, population, path, name, port):
    """The mutants of a port of a register or memory, each with its twin."""
    places = twins._inside.pins.places
    return [
        (mutant, twins.site(mutant, path))
        for mutant in population.mutants
        if places[mutant.cell] == path + name and f"-port {port} " in mutant.command
    ]


def test_the_size_of_an_instance_fits_best(twins):
    for depth, other in ((4, 8), (8, 4)):
        path = f"inner.of_{depth}."
        assert twins[depth].fit(path) > twins[other].fit(path) > (0, -1000)


def test_a_register_of_another_width_is_no_twin(twins, buffers):
    for port in ("Q", "D", "EN"):
        for depth, other in ((4, 8), (8, 4)):
            path = f"inner.of_{depth}."
            mine = sites(twins[depth], buffers, path, "level", port)
            assert mine
            assert all(site for _, site in mine)
            assert not any(s for _, s in sites(twins[other], buffers, path, "level", port))


def test_the_enable_of_one_bit_is_that_of_a_word_of_one_bit(twins, buffers):
    for depth, other in ((4, 8), (8, 4)):
        path = f"inner.of_{depth}."
        node, words = twins[depth].alone.pins.enables["inner.memory"]
        assert words == depth
        found = sites(twins[depth], buffers, path, "memory", "WR_EN")
        assert len(found) > 3 * 3
        for mutant, site in found:
            mode = re.search(r"-mode (\w+)", mutant.command)[1]
            plain = None if mode.startswith("cnot") else (node, MODES.index(mode), 0, 0)
            assert site == plain
        assert not any(s for _, s in sites(twins[other], buffers, path, "memory", "WR_EN"))


def test_words_of_more_bits_have_no_enable_of_one_bit(twins, buffers):
    wide = Twins(twins[4]._inside, alone(4, width=2))
    assert not wide.alone.pins.enables
    assert not any(s for _, s in sites(wide, buffers, "inner.of_4.", "memory", "WR_EN"))


LANES = """module lanes(clk, en, at, d, q);
  input clk; input [1:0] en, at, d; output [1:0] q;
  reg [1:0] memory [3:0];
  always @(posedge clk) begin
    if (en[0]) memory[at][0] <= d[0];
    if (en[1]) memory[at][1] <= d[1];
  end
  assign q = memory[at];
endmodule
"""


def test_bits_with_enables_of_their_own_have_no_twin():
    whole = re.sub(r"if .en\[0.*\n.*", "if (en[0]) memory[at] <= d;", LANES)
    for verilog, twin in ((LANES, False), (whole, True)):
        population = Population("lanes", verilog, "lanes", mutant_units.TRIM)
        twins = Twins(cells_of(population), alone(4))
        found = sites(twins, population, "", "memory", "WR_EN")
        assert any(site for _, site in found) is twin


COUNTER = """module counter(clk, rst, by, count);
  input clk; input rst; input [3:0] by; output [3:0] count;
  reg [3:0] count; initial count = 4'h0;
  reg [3:0] held; initial held = 4'h0;
  wire [3:0] _0_;
  assign _0_ = count + held;
  always @(posedge clk)
    if (rst) count <= 4'h0;
    else count <= _0_;
  always @(posedge clk)
    if (rst) held <= 4'h0;
    else held <= by;
endmodule
"""
TOP = """module top(clk, rst, by, count);
  input clk; input rst; input [3:0] by; output [3:0] count;
  counter inner(.clk(clk), .rst(rst), .by(by), .count(count));
endmodule
"""


def counters(old="", new=""):
    """The mutants of a counter by even numbers, which may be another one, and their twins in one by
    any numbers.
    """
    even = TOP.replace(".by(by)", ".by({by[3:1], 1'b0})") + COUNTER.replace(old, new)
    inside = Population("top", even, "top", mutant_units.TRIM)
    unit = Population("top", TOP + COUNTER, "top", mutant_units.TRIM)
    named = {"count": "inner.count"}
    twins = Twins(cells_of(inside, named), cells_of(unit, named))
    return twins, [(m, twins.site(m, "inner.")) for m in inside.mutants]


def test_bits_above_constant_ones_are_found_by_name():
    twins, found = counters()
    pins = {node: pin for pin, node in twins.alone.pins.nodes.items()}
    seen = set()
    for mutant, site in found:
        port, bit = re.search(r"-port (\S+) -portbit (\d+)", mutant.command).groups()
        if port == "SRST":  # the unit's resets one bit more
            assert site is None
        else:
            assert pins[site[0]][1:] == (port, int(bit) + 1)
        seen.add(port)
    assert seen == {"A", "B", "Y", "D", "Q", "SRST"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count + held", "count + by"),  # what no register gives
        ("count + held", "held + count"),
        ("count + held", "count + {held[2:0], 1'b0}"),
    ],
)
def test_an_adder_of_other_bits_has_no_twin(old, new):
    _, found = counters(old, new)
    adders = [site for mutant, site in found if "$add" in mutant.cell]
    assert adders
    assert not any(adders)


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
