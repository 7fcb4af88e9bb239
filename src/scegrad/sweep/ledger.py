"""The ledger of a sweep: a file of lines that is only ever appended to, so that it survives a kill at any moment.

    <first 16 digits of the SHA-256 of what follows> <JSON>

The first line is the header: the space, the RTL's hash, the versions of the tools. Each other line is the record of a shard, on disk before
the next one is written. A last line that a kill cut short is dropped when the ledger is opened; any other damage is refused.
"""

import hashlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from scegrad.errors import RequestError
from scegrad.sweep.shard import Record
from scegrad.sweep.spaces import Space

FILE = "ledger.jsonl"
VERSION = 1


class Ledger:
    """Records of one space on one RTL, open for appending; no second process can have it open. A context manager."""

    def __init__(self, directory: Path, space: Space, rtl: str):
        self.path = directory / FILE
        self.header = {"version": VERSION, "space": space.identity(), "rtl": rtl}
        self.records: dict[int, Record] = {}
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(directory / "ledger.lock")

    def __enter__(self) -> "Ledger":
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise RequestError(f"{self.path.parent} is in use by another sweep") from None
        try:
            self._open()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._lock.release()

    def _open(self) -> None:
        if self.path.exists():
            whole = self._read()
            os.truncate(self.path, whole)
        self._file = self.path.open("ab")
        if not self.path.stat().st_size:
            self._append(self.header)

    def _read(self) -> int:
        """Take over what the file holds; returns the length of its whole lines."""
        header, records, length = read(self.path)
        if header is None:
            return 0
        for key, due in self.header.items():
            if header.get(key) != due:
                raise RequestError(
                    f"{self.path} holds results of another {key}, {header.get(key)}, not of {due}: choose another directory"
                )
        self.records = records
        return length

    def add(self, record: Record) -> None:
        """Append the record of a shard; it is on disk when this returns."""
        if record["shard"] in self.records:
            raise RequestError(f"{self.path} already has a record of shard {record['shard']}")
        self._append(record)
        self.records[record["shard"]] = record

    def _append(self, what: dict[str, Any]) -> None:
        text = json.dumps(what, separators=(",", ":"))
        self._file.write(f"{_checksum(text)} {text}\n".encode())
        self._file.flush()
        os.fsync(self._file.fileno())


def read(path: Path) -> tuple[dict[str, Any] | None, dict[int, Record], int]:
    """Header, records by shard, and the length of the whole lines; the header is None where not even that is whole.

    Raises ``RequestError`` for a damaged line that is not the last one and for a shard that occurs twice.
    """
    text = path.read_bytes()
    lines = text.split(b"\n")
    torn = lines.pop()
    header, records, length = None, {}, len(text) - len(torn)
    for number, line in enumerate(lines, start=1):
        checksum, _, payload = line.decode(errors="replace").partition(" ")
        if checksum != _checksum(payload):
            raise RequestError(f"{path}: line {number} is damaged")
        value = json.loads(payload)
        if number == 1:
            header = value
        elif value["shard"] in records:
            raise RequestError(
                f"{path}: line {number} is a second record of shard {value['shard']}"
            )
        else:
            records[value["shard"]] = value
    return header, records, length


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
