"""The environment of a checkout is built again if it was built for another checkout or other
packages.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PLACE, PYTHON, PACKAGES = range(3)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, in a checkout of two files, with an environment that is made without pip."""
    spec = importlib.util.spec_from_file_location("environment", ROOT / "tools" / "environment.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "requirements.lock").write_text("# pins\none==1\n")
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(script, "STAMP", tmp_path / ".venv" / ".made-for")
    (tmp_path / ".venv").mkdir()
    script.made = 0

    def make() -> None:
        script.made += 1

    monkeypatch.setattr(script, "make", make)
    return script


def made_again(script: ModuleType) -> bool:
    before = script.made
    assert script.main() == 0
    return bool(script.made > before)


def test_made_once(environment: ModuleType) -> None:
    assert made_again(environment)
    assert not made_again(environment)


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
def test_other_packages(
    environment: ModuleType, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made_again(environment)
    (environment.ROOT / name).write_text("# changed\n")
    assert made_again(environment)
    assert capsys.readouterr().err == ".venv was made for other packages: making it again\n"
    assert not made_again(environment)


def test_a_copy(
    environment: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its stamp came along, and names the original."""
    made_again(environment)
    copy = tmp_path / "a copy"
    copy.mkdir()
    for name in ("pyproject.toml", "requirements.lock"):
        (copy / name).write_bytes((tmp_path / name).read_bytes())
    monkeypatch.setattr(environment, "ROOT", copy)
    assert made_again(environment)
    assert capsys.readouterr().err == ".venv was made for another place: making it again\n"


def test_another_python(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made_again(environment)
    monkeypatch.setattr(environment.platform, "python_version", lambda: "3.99.1")
    assert made_again(environment)
    assert capsys.readouterr().err == ".venv was made for another Python: making it again\n"


def test_what_failed_is_not_taken_for_made(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise subprocess.CalledProcessError(1, ["pip"])

    with monkeypatch.context() as patch:
        patch.setattr(environment, "make", fail)
        assert environment.main() == 1
    assert "could not be made: pip failed" in capsys.readouterr().err
    assert made_again(environment)


def test_every_target_that_uses_it_makes_it() -> None:
    text = (ROOT / "Makefile").read_text()
    rules = [rule for rule in text.split("\n\n") if "$(BIN)/" in rule]
    assert len(rules) > 8
    for rule in rules:
        target, _, needs = rule.partition("\n")[0].partition(":")
        assert {"environment", "lib"} & set(needs.partition("##")[0].split()), target


@pytest.mark.parametrize(("word", "status"), [("--help", 0), ("--nonsense", 2)])
def test_help_makes_nothing(tmp_path: Path, word: str, status: int) -> None:
    (tmp_path / "tools").mkdir()
    copy = tmp_path / "tools" / "environment.py"
    copy.write_text((ROOT / "tools" / "environment.py").read_text())
    line = [sys.executable, str(copy), word]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert (done.stdout + done.stderr).startswith("usage: environment.py [-h]")
    assert [path.name for path in tmp_path.iterdir()] == ["tools"]


def test_make_help_fits_a_terminal() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert any(line.startswith("test ") and "min" in line for line in lines)
    assert [line for line in lines if len(line) > 80] == []


def test_the_lock_has_what_the_project_asks_for(environment: ModuleType) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "\nnumpy==" in lock and "\npytest==" in lock and "\nsetuptools==" in lock
    assert all("==" in line for line in lock.splitlines() if line and not line.startswith("#"))
