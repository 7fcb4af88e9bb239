"""``scegrad generate``: every maker by name, checked and made."""

from pathlib import Path

import pytest

from scegrad.cli import _status
from scegrad.errors import RequestError
from scegrad.generate import accuracy_pictures, bench_pictures, command
from scegrad.generate.maker import ROOT, Generator


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two makers in place of the checkout's."""
    (tmp_path / "pyproject.toml").touch()

    def maker(name: str) -> Generator:
        return Generator(name, "facts", lambda root: {Path(name): name})

    makers = {name: maker(name) for name in ("one", "two")}
    monkeypatch.setattr(command, "GENERATORS", makers)
    return tmp_path


def test_those_that_are_named_or_all(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.generate_files([], check=True, root=checkout) == 2
    assert not (checkout / "one").exists()
    assert command.generate_files(["two"], check=False, root=checkout) == 0
    assert not (checkout / "one").exists()
    assert command.generate_files([], check=True, root=checkout) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "one does not agree with facts: run `scegrad generate one`"
    assert command.generate_files([], check=False, root=checkout) == 0
    assert command.generate_files([], check=True, root=checkout) == 0


def test_pictures_are_those_of_accuracy_and_bench(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    for module in (accuracy_pictures, bench_pictures):
        name = module.__name__.rpartition(".")[2]
        monkeypatch.setattr(module, "main", lambda name=name: drawn.append(name))
    command.generate_files([], check=False, root=checkout)
    assert not drawn
    command.generate_files(["pictures"], check=False, root=checkout)
    assert drawn == ["accuracy_pictures", "bench_pictures"]


def test_bad_requests(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="name is 'three', but must be one or two or pictures"):
        command.generate_files(["three"], check=True, root=checkout)
    with pytest.raises(RequestError, match="pictures cannot be checked"):
        command.generate_files(["pictures"], check=True, root=checkout)
    with pytest.raises(RequestError, match="is not a checkout"):
        command.generate_files([], check=True, root=tmp_path / "elsewhere")


def test_the_checkout_is_up_to_date() -> None:
    assert command.generate_files([], check=True, root=ROOT) == 0


def test_names_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["generate", "registers", "--check"]) == 0
    assert _status(["generate", "nothing"]) == 2
    assert "name is 'nothing', but must be registers or bench" in capsys.readouterr().err
