"""A failed assertion is named by its file in the checkout and its text."""

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
    top = f"an included line\n{SOURCE}"

    def told(place: str) -> str:
        return statements.told(f"Assert failed in some: {place}, in cycle 3", top, source)

    before, after = "Assert failed in some: formal/some.sv", ", in cycle 3"
    assert told("top.sv:4") == f"{before}:3: assert (a | b){after}"
    assert told("top.sv:4.9-5.15 ($assert$top.sv:4$12)") == f"{before}:3: assert (a | b){after}"
    assert told("$assert$top.sv:4$12") == f"{before}:3: assert (a | b){after}"
    assert told("top.sv:6") == f"{before}: assert (c){after}"  # twice in the source
    assert told("top.sv:1") == f"{before}: an included line module top{after}"
    assert told("axi.svh:4").endswith(f"axi.svh:4{after}")


def test_a_proof_tells_its_assertion():
    proof = BY_NAME["planner"]
    with broken(Breakage(Planner, "elaborate", "offset.eq(0)", "offset.eq(offset)")):
        detail = prove(proof).detail
    text = proof.source.read_text().splitlines()
    place, statement = detail.removeprefix("Assert failed in planner: ").split(": ", 1)
    name, number = place.split(":")
    assert name == "formal/planner.sv"
    assert text[int(number) - 1].strip().startswith(statement)
