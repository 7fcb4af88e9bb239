"""The size of each module: with its submodules, counted once per instance."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scegrad.cli import app
from scegrad.fpga import sizes
from scegrad.generate import modules
from scegrad.platforms import ECP5_DEMO

STATISTICS = {
    "modules": {
        "\\top_core_lane": {"num_cells_by_type": {"LUT4": 10, "CCU2C": 3, "MULT18X18D": 2}},
        "\\top_core": {"num_cells_by_type": {"TRELLIS_FF": 7, "top_core_lane": 2}},
        "\\top": {"num_cells_by_type": {"LUT4": 1, "DP16KD": 1, "top_core": 1}},
    }
}


def size(luts: int, ff: int, multipliers: int, rams: int) -> dict[str, int]:
    return {"luts": luts, "ff": ff, "multipliers": multipliers, "rams": rams}


def test_a_module_has_the_size_of_what_it_contains() -> None:
    assert sizes.sizes(STATISTICS, "top") == {
        "": size(33, 7, 4, 1),
        "core": size(32, 7, 4, 0),
        "core_lane": size(16, 0, 2, 0),
    }


def test_the_file_is_what_yosys_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def synthesise(source: str, top: str, command: str, directory: Path, title: str) -> None:
        assert (directory / source).read_text("ascii") == "module top"
        (directory / f"{top}.stat.json").write_text(json.dumps(STATISTICS), "utf-8")

    (tmp_path / "x.v").write_text("module top", "ascii")
    monkeypatch.setenv("SCEGRAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sizes, "synthesise", synthesise)
    monkeypatch.setattr(sizes, "identity", lambda: "tools 1")
    monkeypatch.setattr(sizes, "verilog", lambda platform: tmp_path / "x.v")
    sizes.write_modules(ECP5_DEMO.name, tmp_path / "new" / "modules.json")
    written = json.loads((tmp_path / "new" / "modules.json").read_text("utf-8"))
    assert written == sizes.sizes(STATISTICS, ECP5_DEMO.top_name)


def test_units_and_modules_are_two_requests() -> None:
    result = CliRunner().invoke(app, ["fpga", "top", "--modules", "x.json"])
    assert "--modules measures all modules: leave out units" in str(result.exception)


def test_every_module_has_a_size() -> None:
    found = modules.sizes()
    assert not [kind for kind in modules.parts() if not found.get(kind)]
    assert found[next(kind for kind in found if kind.__name__ == "Sigmoid16")].endswith(" FF")
