"""Drawings: they agree with the platforms, registers and measurements, and are well-formed."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scegrad.generate import drawings, fault, fpga, plan, timing, waves
from scegrad.generate.maker import ROOT
from scegrad.platforms import ECP5_DEMO, FT78NE
from scegrad.registers import REGISTERS

VCD = """$timescale 1ps $end
$scope module top $end
$var wire 1 ! clk $end
$var reg 12 a reg_address [11:0] $end
$var reg 1 i irq $end
$scope module inner $end
$var wire 1 n irq $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
0!
b0 a
1n
{steps}"""


def words(svg: str) -> set[str]:
    """The texts of a drawing."""
    return {each.text or "" for each in ElementTree.fromstring(svg).iter() if each.text}


def test_every_drawing_is_well_formed_and_says_what_it_shows() -> None:
    made = drawings.generated(ROOT)
    kept = {path.relative_to(ROOT) for path in (ROOT / drawings.FOLDER).glob("*.svg")}
    assert set(made) == kept, "renew docs/drawings: scegrad generate drawings"
    for text in made.values():
        assert next(ElementTree.fromstring(text).iter("{http://www.w3.org/2000/svg}title")).text


def test_a_platform_is_drawn_from_its_fields() -> None:
    assert {"m_axi_shared, 512", "Core 7", "2 x 192 beats in"} <= words(
        drawings.platform_drawing(FT78NE, ROOT)
    )
    wide = replace(ECP5_DEMO, shared_data_bits=256, read_buffer_beats=64, private=())
    assert {"m_axi_shared, 256", "2 x 64 beats in"} <= words(drawings.platform_drawing(wide, ROOT))
    assert "L2" not in words(drawings.platform_drawing(wide, ROOT))


def test_a_platforms_clock_is_the_measured_one(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    figures = {"unit": "top", "platform": "ecp5_demo", "part": "P", "speed": 8}
    figures["mhz"] = {"1": 120.5, "2": 99.0}
    (tmp_path / fpga.MEASURED).write_text(json.dumps([{"unit": "lane32"}, figures]))
    assert drawings.clock(ECP5_DEMO, tmp_path) == "clk: 99 to 120.5 MHz in P-8"
    other = "clk; ecp5_demo reached 99 to 120.5 MHz in P-8"
    assert drawings.clock(FT78NE, tmp_path) == other
    assert other in words(drawings.platform_drawing(FT78NE, tmp_path))


def test_every_field_and_every_room_is_named() -> None:
    named = ", ".join(words(drawings.register_drawing()))
    assert not [f.name for r in REGISTERS for f in r.fields if f.name not in named]
    assert {room for rooms in plan.FLOORS for room in rooms} <= words(drawings.plan_drawing())


def test_signals_are_sampled_before_each_rising_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "SIGNALS", {"irq": ("irq", "black")})
    monkeypatch.setattr(timing, "BEFORE", 1)
    start, irq = "b101000 a\n", "1i\n"
    steps = [
        f"#{2 * n + 1}\n1!\n{s}#{2 * n + 2}\n0!\n"
        for n, s in enumerate(["", start, "", irq, "", ""])
    ]
    assert timing.trace(VCD.format(steps="".join(steps))) == {"irq": [0, 0, 0, 1, 1]}


def test_the_clock_may_change_first_or_last_at_its_edge() -> None:
    changes = "#1\n1!\n1i\n#2\n0!\n#3\n0i\n1!\n#4\n0!\n#5\n1!\n"
    assert waves.samples(VCD.format(steps=changes), ["irq"]) == ([0, 1, 3], {"irq": [0, 1, 0]})


def test_a_waveform_that_lacks_a_signal_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^the waveform lacks awaddr, wdata$"):
        waves.samples(VCD.format(steps="#1\n1!\n"), ["wdata", "irq", "awaddr"])


def test_the_fault_is_marked_in_its_cycle() -> None:
    seen = words(fault.drawings(ROOT)[fault.TRACE.with_suffix(".svg")])
    assert {"FF", "should be 0F", "00000000 BEF440F1", "0C000000", "11"} <= seen
    page = (ROOT / "docs/first/bench.md").read_text("utf-8")
    times = {word for word in seen if word.endswith(" ns")}
    assert times == set(re.findall(r"^\| (\d+ ns) ", page, re.MULTILINE))


def test_a_stale_drawing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    assert drawings.GENERATOR.run(tmp_path, check=True) == 0
    (tmp_path / "docs").unlink()
    traces = ("drawings/job.json", "drawings/fault.json", "fpga.json")
    for kept in (*traces, "accuracy/fp32-logits-1.json", "accuracy/libraries.json"):
        copy = tmp_path / "docs" / kept
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / "docs" / kept).read_bytes())
    assert drawings.GENERATOR.run(tmp_path, check=False) == 0
    stale = tmp_path / "docs/drawings/plan.svg"
    stale.write_text(stale.read_text().replace("backends", "back ends"))
    assert drawings.GENERATOR.run(tmp_path, check=True) == 1
    assert "plan.svg does not agree" in capsys.readouterr().err
