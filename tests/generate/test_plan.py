"""The plan of the package: rooms import downwards only, and the rooms of facts load alone."""

import subprocess
import sys

import pytest

from scegrad.generate import plan

FLOOR = {room: number for number, rooms in enumerate(plan.FLOORS) for room in rooms}


def test_every_room_is_on_a_floor() -> None:
    rooms = {room for room, _ in plan.files()} - set(plan.OUTSIDE)
    assert rooms - {"sw"} == set(FLOOR), "src/scegrad/generate/plan.py names every room, no other"


def test_rooms_import_downwards_only() -> None:
    found = plan.arrows()
    assert len(found) > 50, "the imports were not found"
    wrong = {
        f"{start} -> {to}": places
        for (start, to), places in found.items()
        if start not in plan.OUTSIDE and FLOOR[to] >= FLOOR[start]
    }
    assert not wrong


def test_an_import_upwards_is_seen(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from scegrad.cli import main\n    import scegrad.api\n")
    assert list(plan.imported(bad)) == [("cli", 2), ("api", 3)]


def test_an_import_inside_a_function_has_its_reason(tmp_path) -> None:
    found = {str(path): plan.unexplained_imports(path) for _, path in plan.files()}
    assert not {path: lines for path, lines in found.items() if lines}
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    import json\n")
    assert plan.unexplained_imports(bad) == [2]


def test_the_root_is_small() -> None:
    modules = [
        path for room, path in plan.files() if path.stem == room and path.parent.name == "scegrad"
    ]
    assert len(modules) <= 12


def test_the_facts_load_alone() -> None:
    program = "import sys, scegrad.formats; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "scegrad.formats" in loaded
    assert len([name for name in loaded if name.split(".")[0] == "scegrad"]) <= 5
    assert not {"amaranth", "rich"} & set(loaded)
