"""Results of long measurements, each kept at once: one SQLite file, which survives a kill at any
moment.

    records      key (text, primary), value (JSON), checksum of both

The record with the empty key is the header: it describes the content of the file. Each record is
one transaction, on disk when ``add`` returns. SQLite does not notice a changed byte in a value:
hence the checksum.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from scegrad.errors import RequestError
from scegrad.files import OutputDirectory

HEADER = ""
"""The key of the header."""

WAIT = 30
"""Seconds to wait for a transaction of another process."""

Records = dict[str, Any]


class Store:
    """Records by key, open for adding; a second process is refused. A context manager.

    A new file without a record is removed on exit, and so is its new directory. ``compared`` names
    the fields of ``header`` that must agree with those of an existing file; else the file is
    refused. ``fresh``: an existing file is removed, not continued. Raises ``RequestError``.
    """

    def __init__(
        self,
        path: Path,
        header: Mapping[str, Any],
        compared: tuple[str, ...],
        *,
        fresh: bool = False,
    ) -> None:
        self.path = path
        self.header = dict(header)
        self.records: Records = {}
        self._compared, self._fresh = compared, fresh
        self._lock = FileLock(f"{path}.lock")

    def __enter__(self) -> "Store":
        """Read the records of the file."""
        self._directory = OutputDirectory(self.path.parent)
        self._made = False
        with ExitStack() as undo:
            undo.enter_context(self._directory)
            with _told(self.path):
                try:
                    self._lock.acquire(timeout=0)
                except Timeout:
                    raise RequestError(f"{self.path.parent} is in use by another process") from None
            undo.callback(self._release)
            self._open()
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file, for another process to use."""
        self._file.close()
        self._release()
        self._directory.__exit__()

    def _release(self) -> None:
        """Release the lock; remove an empty file while nobody else can use it."""
        if self._made and not self.records:
            for path in (self.path, Path(self._lock.lock_file)):
                path.unlink(missing_ok=True)
        self._lock.release()

    def _open(self) -> None:
        if self._fresh:  # only now: before, it may have belonged to another process
            with _told(self.path):
                self.path.unlink(missing_ok=True)
        self._made = not self.path.exists()
        if self.path.exists() and self.path.stat().st_size:
            found, self.records = read(self.path)
            if found:  # there is no table if the run was killed before it wrote its header
                check_header(self.path, found, self.header, self._compared)
                self.header = self._merged(found)
        with _told(self.path):
            self._file = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)
            self._file.execute("PRAGMA synchronous = FULL")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS"
                " records (key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum TEXT NOT NULL)"
            )
            self._put("REPLACE", HEADER, self.header)

    def _merged(self, found: Records) -> Records:
        """The header of the file; its lists get the new entries."""
        result = dict(found)
        for key, value in self.header.items():
            if isinstance(value, list):
                old = found.get(key, [])
                result[key] = old + [item for item in value if item not in old]
        return result

    def add(self, key: str, value: Any) -> None:
        """Add a record; it is on disk when this returns. Raises ``RequestError`` if the key is
        taken.
        """
        if key in self.records:
            raise RequestError(f"{self.path} already has a record of {key}")
        with _told(self.path):
            self._put("INSERT", key, value)
        self.records[key] = value

    def replace(self, key: str, value: Any) -> None:
        """Add a record, in place of the one with its key if there is one; it is on disk when this
        returns.
        """
        with _told(self.path):
            self._put("REPLACE", key, value)
        self.records[key] = value

    def _put(self, verb: str, key: str, value: Any) -> None:
        text = json.dumps(value, separators=(",", ":"))
        self._file.execute(
            f"{verb} INTO records VALUES (?, ?, ?)", (key, text, _checksum(key, text))
        )


def read(path: Path) -> tuple[Records, Records]:
    """Header and records of a file, also while another process adds to it; without a header it has
    no records yet.

    Raises ``RequestError`` if there is no such file or if it is damaged.
    """
    if not path.is_file():
        what = "not a file of results" if path.exists() else "no such file"
        raise RequestError(f"{path}: {what}")
    with _told(path), closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as file:
        file.execute("BEGIN")  # nobody writes in the meantime
        begun = file.execute("SELECT 1 FROM sqlite_master WHERE name = 'records'").fetchone()
        size = file.execute("PRAGMA page_count").fetchone()[0]
        size *= file.execute("PRAGMA page_size").fetchone()[0]
        if path.stat().st_size != size:
            raise RequestError(f"{path} is not as it was written: {_CURE}")
        rows = (
            file.execute("SELECT key, value, checksum FROM records ORDER BY rowid").fetchall()
            if begun
            else []
        )
    records: Records = {}
    for key, text, checksum in rows:
        if checksum != _checksum(key, text):
            raise RequestError(f"{path}: the record of {key or 'the header'} is damaged: {_CURE}")
        records[key] = json.loads(text)
    return records.pop(HEADER, {}), records


def check_header(
    path: Path, found: Mapping[str, Any], due: Mapping[str, Any], compared: tuple[str, ...]
) -> None:
    """Raise ``RequestError`` if the header of the file differs from the expected one."""
    for key in compared:
        if found.get(key) != due[key]:
            raise RequestError(
                f"{path} holds results of another {key}, {found.get(key)}, not of {due[key]}:"
                " choose another directory"
            )


def _checksum(key: str, text: str) -> str:
    return hashlib.sha256(f"{key} {text}".encode(errors="replace")).hexdigest()[:16]


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


_CURE = "delete it, or take another directory"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of SQLite and the file system, as ``RequestError`` with the name of the file."""
    try:
        yield
    except sqlite3.OperationalError as error:  # full, read-only, locked
        raise RequestError(f"{path}: {_line(error)}") from error
    except (sqlite3.Error, UnicodeError) as error:
        raise RequestError(f"{path} is damaged ({_line(error)}): {_CURE}") from error
    except OSError as error:
        raise RequestError(f"{error.filename or path}: {error.strerror}") from error
