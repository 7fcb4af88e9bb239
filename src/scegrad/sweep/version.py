"""Which code makes the records of a sweep: its hash, by which the machines of a cluster are
compared.
"""

import hashlib
from functools import cache
from pathlib import Path

PARTS = ("formats.py", "model", "sweep", "sw/exact", "sw/lane")
"""The parts of the package that decide a record; the lane itself comes as Verilog."""

SUFFIXES = (".py", ".json", ".cpp", ".h")


@cache
def code() -> str:
    """The first 16 digits of the SHA-256 of those files."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for part in PARTS:
        root = (package / part).resolve()
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        for path in files:
            if path.suffix in SUFFIXES:
                digest.update(f"{part} {path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
