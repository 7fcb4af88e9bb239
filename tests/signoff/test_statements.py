"""A failed assertion is named by its file in the checkout and its text."""

import re

from scegrad.rtl.dma.bursts import Planner
from scegrad.signoff import statements
from scegrad.signoff.proofs import BY_NAME
from scegrad.signoff.unit import prove

from .broken import Breakage, broken

SOURCE = """module top;
    always @* begin
        assert (a |  // why
            b);
        assert (c);
        assert (d); assert (e);
        assert (c);
    end
"""


def test_places_become_statements(tmp_path):
    source = tmp_path / "some.sv"
    source.write_text(SOURCE)
    (tmp_path / "axi.svh").write_text("wire a;\nassume (a);  // AXI\n")

    def told(place: str) -> str:
        return statements.told(f"Assert failed in some: {place}, in cycle 3", source)

    before, after = "Assert failed in some: formal/", ", in cycle 3"
    assert told("top.sv:3") == f"{before}some.sv:3: assert (a | b){after}"
    long = "top.sv:3.9-4.15 ($assert$top.sv:3$12)"
    assert told(long) == f"{before}some.sv:3: assert (a | b){after}"
    assert told("$assert$top.sv:3$12") == f"{before}some.sv:3: assert (a | b){after}"
    assert told("top.sv:7") == f"{before}some.sv:7: assert (c){after}"  # the second of two
    assert told("axi.svh:2.1-2.9") == f"{before}axi.svh:2: assume (a){after}"
    error = statements.told("yosys failed: top.sv:3: ERROR: syntax", source, words=False)
    assert error == "yosys failed: formal/some.sv:3: ERROR: syntax"


def test_a_proof_tells_its_assertion():
    proof = BY_NAME["planner"]
    with broken(Breakage(Planner, "elaborate", "offset.eq(0)", "offset.eq(offset)")):
        detail = prove(proof).detail
    text = proof.source.read_text().splitlines()
    first = re.split("; |, in cycle", detail.removeprefix("Assert failed in planner: "))[0]
    place, statement = first.split(": ", 1)
    name, number = place.split(":")
    assert name == "formal/planner.sv"
    assert text[int(number) - 1].strip().startswith(statement)
