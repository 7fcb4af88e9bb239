"""What is built is made once, is there as a whole or not at all, and goes when nobody has used it for long."""

import os
import time
from pathlib import Path

import pytest
from filelock import FileLock

from scegrad.build import cache
from scegrad.build.cache import KEPT_DAYS, content_key, kept
from scegrad.errors import BuildError


def written(text: str):
    def make(work: Path) -> Path:
        (work / "made").write_text(text)
        return work / "made"

    return make


def never(work: Path) -> Path:
    raise AssertionError("made again")


def age(path: Path, days: float) -> None:
    os.utime(path, (time.time() - days * 86400,) * 2)


def test_made_once_file_or_folder(tmp_path: Path) -> None:
    assert kept(tmp_path / "deep" / "file", written("a")).read_text() == "a"
    assert kept(tmp_path / "deep" / "file", never).read_text() == "a"
    assert (
        kept(tmp_path / "folder", lambda work: written("b")(work).parent)
        .joinpath("made")
        .read_text()
        == "b"
    )
    assert kept(tmp_path / "folder", never).is_dir()
    assert not list(tmp_path.rglob("tmp-*"))


def test_nothing_is_left_of_what_failed(tmp_path: Path) -> None:
    def fail(work: Path) -> Path:
        (work / "half").write_text("half")
        raise BuildError("no")

    with pytest.raises(BuildError, match=r"^no$"):
        kept(tmp_path / "home", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["home.lock"]
    assert kept(tmp_path / "home", written("whole")).read_text() == "whole"


def test_what_nobody_used_goes_when_something_is_built(tmp_path: Path) -> None:
    for name in ("old", "used", "locked", "young"):
        kept(tmp_path / name, written(name))
    (tmp_path / "tmp-killed").mkdir()
    (tmp_path / "foreign").write_text("not ours")
    for name in ("old", "used", "locked"):
        age(tmp_path / name, KEPT_DAYS + 1)
    age(tmp_path / "young", KEPT_DAYS - 1)
    age(tmp_path / "tmp-killed", 2)
    age(tmp_path / "foreign", 10 * KEPT_DAYS)
    kept(tmp_path / "used", never)
    with FileLock(tmp_path / "locked.lock"):
        kept(tmp_path / "new", written("new"))
    names = {path.name for path in tmp_path.iterdir() if path.suffix != ".lock"}
    assert names == {"used", "locked", "young", "foreign", "new"}


def test_another_process_that_hangs_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "LOCK_LIMIT", 0.1)
    with (
        FileLock(tmp_path / "home.lock"),
        pytest.raises(BuildError, match=r"^another process held .*home\.lock for 0\.1 seconds$"),
    ):
        kept(tmp_path / "home", never)


def test_keys_tell_parts_apart() -> None:
    assert len({content_key(parts) for parts in ([b"ab", b"c"], [b"a", b"bc"], [b"abc"], [])}) == 4
