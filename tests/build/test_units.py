"""The translation units of a model: every file once, in few units, at the right level."""

from pathlib import Path

from scegrad.build.units import FAST, LITTLE, PARTS, SLOW, SMALL, model_units

KINDS = {
    "Vtop__Trace__0.cpp": "unit_waves.cpp",
    "Vtop__Trace__0__Slow.cpp": "unit_slow.cpp",
    "Vtop___024root__0__Slow.cpp": "unit_slow.cpp",
    "Vtop__Syms__Slow.cpp": "unit_slow.cpp",
}
LEVELS = {"unit_waves.cpp": LITTLE, "unit_slow.cpp": SLOW}


def written(folder: Path, size: int) -> dict[str, list[str]]:
    """The units of a model with five files of ``size`` bytes that run every cycle: unit by unit,
    the names of their files.
    """
    (folder / "model").mkdir()
    (folder / "sw").mkdir()
    model = [*KINDS, *(f"Vtop___024root__{k}.cpp" for k in range(5))]
    for name in model:
        (folder / "model" / name).write_text("/" * size)
    harness = [folder / "sw" / name for name in ("abi.cpp", "waves.cpp")]
    for path in harness:
        path.write_text("")
    units = model_units(folder / "model", harness)
    texts = {unit.source.name: unit.source.read_text().splitlines() for unit in units}
    found = {name: [line.split('"')[1] for line in lines] for name, lines in texts.items()}
    included = sorted(name for names in found.values() for name in names)
    assert included == sorted([*model, "abi.cpp", "waves.cpp"])
    assert {unit.source.name: unit.level for unit in units if unit.level != FAST} == LEVELS
    assert {name: unit for unit, names in found.items() for name in names if name in KINDS} == KINDS
    return found


def test_a_large_model_is_cut_and_what_runs_most_comes_first(tmp_path: Path) -> None:
    units = list(written(tmp_path, SMALL // 4))
    assert units[:PARTS] == [f"unit_fast{k}.cpp" for k in range(PARTS)]
    assert units[PARTS:] == ["unit_harness.cpp", "unit_waves.cpp", "unit_slow.cpp"]


def test_a_small_model_is_one_unit(tmp_path: Path) -> None:
    assert "unit_fast1.cpp" not in written(tmp_path, 100)
