"""``scegrad fpga``: refused requests, the reading of reports, and one measured unit."""

import json
from pathlib import Path

import pytest

from scegrad.cli import _status
from scegrad.errors import RequestError
from scegrad.fpga.command import merged, seeds_of
from scegrad.fpga.measure import ECP5_CELLS
from scegrad.fpga.tools import clock, critical_path, source_name

STAGES = [
    ("clk-to-q", 0.4, "unit.lane.delta_18_TRELLIS_FF_Q_5", None),
    ("routing", 1.5, "unit.lane.high_low_18_MULT18X18D_P9", "unit.lane.delta_18[5]"),
    ("logic", 3.0, "unit.lane.high_low_18_MULT18X18D_P9", None),
    ("setup", 0.1, "unit.lane.high_low_19_TRELLIS_FF_Q_32", None),
]


def path(start: str, stages: list) -> dict:
    return {
        "from": start,
        "to": "posedge clk",
        "path": [
            {"type": kind, "delay": ns, "to": {"cell": cell}, **({"net": net} if net else {})}
            for kind, ns, cell, net in stages
        ],
    }


def test_critical_path() -> None:
    report = {
        "critical_paths": [
            path("posedge clk", STAGES[:2]),
            path("posedge clk", STAGES),
            path("<async>", STAGES * 2),
        ]
    }
    assert [(stage["kind"], stage["name"]) for stage in critical_path(report)] == [
        ("clk-to-q", "lane.delta_18"),
        ("routing", "lane.delta_18[5]"),
        ("logic", "lane.high_low_18"),
        ("setup", "lane.high_low_19"),
    ]


def test_clock_is_the_slowest() -> None:
    assert clock({"fmax": {"a": {"achieved": 155.449}, "b": {"achieved": 160}}}) == 155.4


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("unit.a.b_TRELLIS_FF_Q", "a.b"),
        ("a_LUT4_Z_1", "a"),
        ("top.rom.memory_DP16KD", "top.rom.memory"),
    ],
)
def test_source_name(name: str, source: str) -> None:
    assert source_name(name) == source


def test_seeds() -> None:
    assert seeds_of("3,1,3") == (3, 1)
    assert seeds_of(f"{(1 << 31) - 1}") == ((1 << 31) - 1,)
    for text in ("", "1,", "a", "-1", "1 2", f"{1 << 31}", "1" * 20, "1" * 5000):
        with pytest.raises(RequestError, match="seeds are"):
            seeds_of(text)


def test_other_lines_are_kept() -> None:
    def line(unit: str, mhz: float, platform: str = "p") -> dict:
        return {"platform": platform, "unit": unit, "mhz": mhz}

    kept = [line("lane32", 1), line("top", 2), line("top", 3, "a")]
    assert merged(kept, [line("top", 5), line("dma", 4)]) == [
        line("top", 3, "a"),
        line("lane32", 1),
        line("dma", 4),
        line("top", 5),
    ]


def test_a_foreign_file_is_not_overwritten(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"mine": 1}')
    assert _status(["fpga", "lane16", "-o", str(file)]) == 2
    assert "was not written by this command" in capfd.readouterr().err
    assert file.read_text() == '{"mine": 1}'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("fpga lane", "unit is 'lane', but must be lane32 or lane16 or datapath"),
        ("fpga lane16 --platform ft78ne", "ft78ne has no lane16: it does not compute fp16"),
        ("fpga lane16 --seeds x", "seeds are 'x'"),
        ("fpga lane16 --frequency 0", "frequency is 0 MHz, but must be 1 to 1000"),
    ],
)
def test_bad_requests(
    line: str, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _status([*line.split(), "-o", str(tmp_path / "x.json")]) == 2
    said = capfd.readouterr().err
    assert message in said and said.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.whole
@pytest.mark.usefixtures("empty_cache")
def test_a_unit_is_measured_and_kept(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    texts = []
    for name in ("one.json", "two.json"):
        assert _status(["fpga", "lane16", "--seeds", "1", "-o", str(tmp_path / name)]) == 0
        texts.append((tmp_path / name).read_text())
        assert ("place and route" in capfd.readouterr().err) == (name == "one.json"), (
            "the second comes from the cache"
        )
    assert texts[0] == texts[1]
    (measured,) = json.loads(texts[0])
    assert (
        tuple(measured["cells"]) == ECP5_CELLS
        and measured["cells"]["MULT18X18D"] == measured["xilinx"]["DSP48E1"] == 0
    )
    assert measured["mhz"]["1"] > 100 and len(measured["path"]) > 2


def test_the_verilog_that_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["fpga", "lane16", "--verilog", str(tmp_path / "out")]) == 0
    paths = [tmp_path / "out" / f"ecp5_demo_lane16{suffix}.v" for suffix in ("", "_harness")]
    assert capsys.readouterr().out.split() == list(map(str, paths))
    for path, module in zip(paths, ("bare", "harness"), strict=True):
        assert f"module {module}(" in path.read_text()
    assert (
        _status(["fpga", "lane16", "--platform", "ft78ne", "--verilog", str(tmp_path / "none")])
        == 2
    )
    assert not (tmp_path / "none").exists()
