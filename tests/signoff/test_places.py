"""The line in the sources to which a mutant that lives has a link."""

import re

import pytest

from scegrad.signoff import hole_places, verilog_places
from scegrad.signoff.places import ROOT

DOES = {r" \+ ": "+", r" \^ ": "^", r" \* ": "*", r" << ": "<<"}
"""Operators of Verilog, and what the line of Python has for them."""


def line_at(place: str) -> str:
    path, _, number = place.partition("#L")
    return (ROOT / path).read_text(encoding="utf-8").splitlines()[int(number) - 1]


def hole(case: str, mutant: str, why: str = "", unit: str = "") -> dict[str, str]:
    return {"case": case, "mutant": mutant, "why": why, "unit": unit}


@pytest.mark.parametrize("name", ["lane16", "lane32"])
def test_the_line_of_a_cell_says_what_it_does(name):
    text, found = hole_places.judged(name).text().splitlines(), hole_places.lines(name)
    assert len(found) == len(text)
    wrong, right = [], 0
    for line, place in zip(text, found, strict=True):
        for operator, word in DOES.items():
            if re.match(f"  assign [^?]*{operator}", line):
                right += word in line_at(place)
                wrong += [] if word in line_at(place) else [(line, place)]
    assert right >= 20 and right > 3 * len(wrong), wrong


def test_a_register_leads_to_the_line_that_names_it():
    text = hole_places.judged("lane32").text().splitlines()
    line = next(i for i, code in enumerate(text) if "total_6 <=" in code)
    mutant = f"inv lane.subtract.total_6[3] at Q[3] of lane.subtract.$procdff$1, line {line}"
    place = hole_places.place_of_hole(hole("mutants/lane32/000", mutant))
    assert place.startswith("rtl/datapath/") and "total" in line_at(place)


@pytest.mark.parametrize(
    ("unit", "file"),
    [
        ("planner", "rtl/dma/bursts.py"),
        ("counters", "rtl/dma/counters.py"),
        ("axi_lite", "rtl/control/axi_lite.py"),
        ("datapath", "rtl/datapath/datapath.py"),
    ],
)
def test_a_mutant_of_a_unit_is_in_the_file_of_the_unit(unit, file):
    case = f"mutants/proof/{unit}"
    text = hole_places.judged(f"proof/{unit}").text().splitlines()
    start = next(i for i, line in enumerate(text) if line.startswith("module unit_inner("))
    end = text.index("endmodule", start)
    lines = [i for i in range(start, end) if re.match("  (assign|always) ", text[i])]
    for i in lines[:: max(1, len(lines) // 20)]:
        for cell in (f"inner.$and$design.v:{i + 1}$15", "$auto$ff.cc:337:slice$118"):
            found = hole_places.place_of_hole(
                hole(case, f"inv {cell} at A[0] of {cell}, line {i + 1}")
            )
            assert found.partition("#")[0] == file
            assert not line_at(found).startswith("class "), text[i]


def test_a_mutant_of_a_platform_leads_to_its_line():
    text = hole_places.judged("platform").text().splitlines()
    register = next(i for i, line in enumerate(text) if re.search(r" blocks_left <= ", line))
    cell = "$auto$ff.cc:337:slice$18228"
    mutant = f"inv {cell} at D[4] of {cell}, line {register + 1}"
    found = hole_places.place_of_hole(hole("mutants/dma-core/000", mutant))
    assert found.startswith("rtl/dma/") and "blocks_left" in line_at(found)


FF = "inv $auto$ff.cc:337:slice$18 at D[4] of $auto$ff.cc:337:slice$18, line 0"
DIFFERS = "the traces show no difference; some state does, in "


@pytest.mark.parametrize(
    ("found", "file", "word"),
    [
        (hole("mutants/proof/fifo", FF), "rtl/fifo.py", "class Fifo"),
        (hole("mutants/proof/gather", FF), "rtl/deal.py", "class Gather"),
        (
            hole("mutants/proof/write_buffer", "inv inner.fifo._1_[0] at Y[0] of a, line 0"),
            "rtl/fifo.py",
            "class ",
        ),
        (hole("mutants/readout", FF), "rtl/control/readout.py", "class Readout"),
        (
            hole("mutants/deal/000", FF, f"{DIFFERS}cluster.dma.writer.buffer.rest; no proof"),
            "rtl/dma/write_buffer.py",
            "rest",
        ),
        (
            hole("mutants/deal/000", FF, f"{DIFFERS}m_axi_l2_0_awaddr", "mutants/proof/deal"),
            "rtl/deal.py",
            "class Deal",
        ),
        (hole("mutants/control/000", FF, f"{DIFFERS}irq; no"), "rtl/control/control.py", "irq"),
        (hole("mutants/lane32/000", "inv lane.round._1_[0] at Y[0] of a, line 0"), "", "class "),
    ],
)
def test_without_a_line_the_names_decide(found, file, word):
    place = hole_places.place_of_hole(found)
    assert place.startswith(file)
    assert word in line_at(place)


def test_another_verilog_is_refused():
    made = hole_places.judged("proof/planner")
    annotated = hole_places.to_verilog_with_sources(made.build(), made.top)
    assert verilog_places.places(annotated, made.text())
    with pytest.raises(ValueError, match="another"):
        verilog_places.places(annotated, made.text().replace(" + ", " - ", 1))


def test_an_error_leaves_the_names_and_is_told_once(monkeypatch, capsys):
    def fail(name: str) -> hole_places.Judged:
        raise OSError(name)

    hole_places.lines.cache_clear()
    monkeypatch.setattr(hole_places, "judged", fail)
    mutant = "inv lane.round._1_[0] at Y[0] of lane.round.$and$1, line 400"
    place = hole_places.place_of_hole(hole("mutants/lane32/000", mutant))
    hole_places.lines.cache_clear()
    assert hole_places.place_of_hole(hole("mutants/lane32/000", mutant)) == place
    hole_places.lines.cache_clear()
    assert capsys.readouterr().err == "no lines for mutants of lane32: OSError: lane32\n"
    assert place.startswith("rtl/datapath/round.py") and "class Round" in line_at(place)
    assert hole_places.place_of_hole(hole("mutants/proof/none", FF)) == "rtl/top.py#L1"
    assert "no place for mutants of mutants/proof/none: StopIteration" in capsys.readouterr().err
