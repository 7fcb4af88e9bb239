"""The store: killed, damaged, joined by hand, of another kind, in use. Each case gives one line,
and finished records are kept.
"""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scegrad.build.store import Store, read
from scegrad.errors import RequestError

HEADER = {"version": 1, "what": "test", "tools": [{"a": "1"}]}
COMPARED = ("version", "what")


def store(path: Path, **changed: object) -> Store:
    return Store(path, HEADER | changed, COMPARED)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "deep" / "store.sqlite"
    with store(path) as opened:
        for key in ("one", "two", "three"):
            opened.add(key, {"value": key * 1000})
    return path


def test_reopened_and_read_while_open(filled: Path) -> None:
    with store(filled) as opened:
        assert list(opened.records) == ["one", "two", "three"]
        opened.add("four", 4)
        assert read(filled) == (HEADER, opened.records)


def test_tools_that_made_records_are_all_named(filled: Path) -> None:
    with store(filled, tools=[{"a": "2"}]):
        pass
    with store(filled):
        pass
    assert read(filled)[0]["tools"] == [{"a": "1"}, {"a": "2"}]


def test_a_kill_leaves_what_was_added(tmp_path: Path) -> None:
    """The process is killed during a transaction: earlier records are kept, the open transaction is
    rolled back.
    """
    path = tmp_path / "store.sqlite"
    program = f"""
import os, signal
from pathlib import Path
from scegrad.build.store import Store
with Store(Path({str(path)!r}), {HEADER!r}, {COMPARED!r}) as opened:
    opened.add("one", 1)
    opened._file.execute("PRAGMA cache_size = 1")
    opened._file.execute("BEGIN")
    for k in range(2000):
        opened._put("INSERT", f"lost {{k}}", "x" * 1000)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -9
    assert path.with_name(f"{path.name}-journal").is_file(), "the transaction was not underway"
    with store(path) as opened:
        assert opened.records == {"one": 1}


def test_killed_before_the_header(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.touch()
    with store(path) as opened:
        opened.add("one", 1)
    assert read(path) == (HEADER, {"one": 1})


def test_every_damaged_byte_is_seen_or_harmless(filled: Path) -> None:
    whole = filled.read_bytes()
    due, messages = read(filled), []
    for at in range(0, len(whole), 7):
        filled.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            assert read(filled) == due
        except RequestError as error:
            messages.append(str(error))
    assert len(messages) > len(whole) // 7 // 4
    assert all(str(filled) in message and "\n" not in message for message in messages)


@pytest.mark.parametrize("content", [b"", b"{}\n" * 500, b"SQLite format 3\0" + bytes(4080)])
def test_what_is_no_store_is_one_line(filled: Path, content: bytes) -> None:
    filled.write_bytes(content or b"\0" * 5000)
    with pytest.raises(RequestError, match=r"store\.sqlite is damaged .*: delete it"):
        read(filled)


def test_a_directory_in_its_place_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").mkdir()
    with pytest.raises(RequestError, match=r"ledger\.sqlite: not a file of results$"):
        read(tmp_path / "ledger.sqlite")


def test_two_joined_by_hand_are_refused(filled: Path) -> None:
    content = filled.read_bytes()
    filled.write_bytes(content + content)
    with pytest.raises(RequestError, match=r"store\.sqlite is not as it was written: delete it"):
        read(filled)


def test_a_cut_file_is_refused(filled: Path) -> None:
    content = filled.read_bytes()
    for length in (100, 4096, len(content) - 1, len(content) - 4096):
        filled.write_bytes(content[:length])
        with pytest.raises(RequestError, match=r"store\.sqlite"):
            read(filled)


def test_another_table_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE records (a TEXT)")
        file.commit()
    with pytest.raises(RequestError, match=r"store\.sqlite: no such column"):
        read(path)


def test_of_another_kind_is_refused(filled: Path) -> None:
    with (
        pytest.raises(RequestError, match=r"results of another what, test, not of x: choose"),
        store(filled, what="x"),
    ):
        pass


def test_one_process_at_a_time(filled: Path) -> None:
    with store(filled), pytest.raises(RequestError, match="is in use by"), store(filled):
        pass


def test_a_key_twice_is_refused(filled: Path) -> None:
    with store(filled) as opened, pytest.raises(RequestError, match="already has a record of one"):
        opened.add("one", 1)


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match="file"), store(tmp_path / "file" / "store.sqlite"):
        pass


def test_nothing_is_left_of_a_store_without_records(tmp_path: Path) -> None:
    with store(tmp_path / "a" / "b" / "kept"):
        assert (tmp_path / "a" / "b" / "kept").is_file()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mine").write_text("")
    with store(tmp_path / "kept"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    with pytest.raises(RequestError), store(tmp_path / "a" / ("x" * 300)):
        pass
    assert not (tmp_path / "a").exists()


def test_a_fresh_one_replaces_no_file_that_is_in_use(filled: Path) -> None:
    fresh = Store(filled, {"version": 1}, ("version",), fresh=True)
    with store(filled) as first:
        with pytest.raises(RequestError, match="in use by another process"):
            fresh.__enter__()
        kept = dict(first.records)
    assert read(filled)[1] == kept != {}
    with fresh:
        assert fresh.records == {}
