"""An entry of the cache is built once, exists as a whole or not at all, and is removed after a long
time without use.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from scegrad.build import cache
from scegrad.build.cache import KEPT_DAYS, cached, content_key
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
    assert cached(tmp_path / "deep" / "file", written("a")).read_text() == "a"
    assert cached(tmp_path / "deep" / "file", never).read_text() == "a"
    assert (
        cached(tmp_path / "folder", lambda work: written("b")(work).parent)
        .joinpath("made")
        .read_text()
        == "b"
    )
    assert cached(tmp_path / "folder", never).is_dir()
    assert not list(tmp_path.rglob("tmp-*"))


def test_nothing_is_left_of_what_failed(tmp_path: Path) -> None:
    def fail(work: Path) -> Path:
        (work / "half").write_text("half")
        raise BuildError("no")

    with pytest.raises(BuildError, match=r"^no$"):
        cached(tmp_path / "home", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["home.lock"]
    assert cached(tmp_path / "home", written("whole")).read_text() == "whole"


def test_what_nobody_used_goes_when_something_is_built(tmp_path: Path) -> None:
    for name in ("old", "used", "locked", "young"):
        cached(tmp_path / name, written(name))
    (tmp_path / "tmp-killed").mkdir()
    (tmp_path / "foreign").write_text("not ours")
    for name in ("old", "used", "locked"):
        age(tmp_path / name, KEPT_DAYS + 1)
    age(tmp_path / "young", KEPT_DAYS - 1)
    age(tmp_path / "tmp-killed", 2)
    age(tmp_path / "foreign", 10 * KEPT_DAYS)
    cached(tmp_path / "used", never)
    with FileLock(tmp_path / "locked.lock"):
        cached(tmp_path / "new", written("new"))
    names = {path.name for path in tmp_path.iterdir() if path.suffix != ".lock"}
    ours = {"used", "locked", "young", "new"}
    assert names == {"foreign", *ours, *(f"{name}.sha256" for name in ours)}


def test_another_process_that_hangs_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "LOCK_LIMIT", 0.1)
    with (
        FileLock(tmp_path / "home.lock"),
        pytest.raises(BuildError, match=r"^another process held .*home\.lock for 0\.1 seconds$"),
    ):
        cached(tmp_path / "home", never)


def test_keys_tell_parts_apart() -> None:
    assert len({content_key(parts) for parts in ([b"ab", b"c"], [b"a", b"bc"], [b"abc"], [])}) == 4


def folder(work: Path) -> Path:
    made = work / "made"
    (made / "deep").mkdir(parents=True)
    (made / "deep" / "library.so").write_bytes(b"whole" * 1000)
    (made / "other").write_text("other")
    return made


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:2500]), True),
        (lambda path: path.write_bytes(bytes(5000)), True),
        (lambda path: path.write_bytes(b""), True),
        (lambda path: path.unlink(), True),
        (lambda path: path.parents[1].with_name("home.sha256").unlink(), False),
        (lambda path: path.parents[1].with_name("home.sha256").write_text("nonsense\n"), True),
        (lambda path: path.parents[1].with_name("home.sha256").write_bytes(b"\xff\xfe"), True),
    ],
    ids=["half", "zeroed", "empty", "missing", "no sums", "other sums", "damaged sums"],
)
def test_what_is_damaged_is_made_again(
    tmp_path: Path, damage: Callable[[Path], None], told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    damage(cached(home, folder) / "deep" / "library.so")
    assert (cached(home, folder) / "deep" / "library.so").read_bytes() == b"whole" * 1000
    said = f"{home} is not as it was built: building it again\n"
    assert capsys.readouterr().err == (said if told else "")
    cached(home, never)


def test_what_is_kept_inside_a_folder_later_does_not_count(tmp_path: Path) -> None:
    home = cached(tmp_path / "home", folder)
    cached(home / "inner", written("inner"))
    cached(home, never)


def test_a_warm_cache_that_cannot_be_written_serves(tmp_path: Path) -> None:
    """Even root finds no lock file in it: nothing was locked, nothing written."""
    home = cached(tmp_path / "cache" / "home", folder)
    (tmp_path / "cache" / "home.lock").unlink()
    before = sorted(tmp_path.rglob("*"))
    cached(home, never)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("mask", [0o002, 0o000])
def test_what_is_made_can_be_written_by_its_owner_alone(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)  # noqa: TID251 (no other thread runs)
    try:
        home = cached(tmp_path / "cache" / "home", folder)
    finally:
        os.umask(before)  # noqa: TID251 (as above)
    for path in (home.parent, home, *home.rglob("*")):
        assert not path.stat().st_mode & 0o022, path
    cached(home, never)


@pytest.mark.parametrize("part", ["", "home", "home.sha256", "home/deep/library.so"])
def test_what_others_may_write_is_refused(tmp_path: Path, part: str) -> None:
    home = cached(tmp_path / "cache" / "home", folder)
    path = home.parent / part
    path.chmod(path.stat().st_mode | 0o020)
    with pytest.raises(BuildError, match=rf"^{path} can be written by others, so it is not loaded"):
        cached(home, never)


def test_a_directory_such_as_tmp_serves(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o1777)
    cached(cached(tmp_path / "cache" / "home", folder), never)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_what_another_user_made_is_refused(tmp_path: Path) -> None:
    home = cached(tmp_path / "home", folder)
    os.chown(home / "deep" / "library.so", 12345, -1)
    with pytest.raises(BuildError, match=r"library\.so belongs to another user \(uid 12345\)"):
        cached(home, never)


def test_where_nothing_can_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        BuildError, match=r"file/cache cannot be written: Not a directory; set SCEGRAD_CACHE to a"
    ):
        cached(tmp_path / "file" / "cache" / "home", never)
