"""What is built once and kept, under a name with a hash of all that went into it: simulators, Verilog, netlists, measurements.

It lies below ``build/`` of a checkout, below the user's cache directory for an installed package, or where the environment variable
``SCEGRAD_CACHE`` says. What nobody used for ``KEPT_DAYS`` is removed when something else is built beside it.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from scegrad.errors import BuildError

LOCK_LIMIT = 1800
"""Seconds to wait for another process that builds the same."""

KEPT_DAYS = 60

_DAY = 24 * 3600
_TEMPORARY = "tmp-"
_PACKAGE = Path(__file__).resolve().parents[1]


def checkout() -> Path | None:
    """The root of the checkout that this package is imported from, or None where it is installed elsewhere."""
    root = _PACKAGE.parents[1]
    return root if (root / "pyproject.toml").is_file() and (root / "sw" / "sim").is_dir() else None


def cache_directory(part: str = "sim") -> Path:
    """Where what is built is kept: simulators, or another ``part``."""
    if chosen := os.environ.get("SCEGRAD_CACHE"):
        return Path(chosen) if part == "sim" else Path(chosen) / part
    if root := checkout():
        return root / "build" / part
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scegrad" / part


def content_key(parts: Iterable[bytes]) -> str:
    """A name for what is made of ``parts``."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:16]


def kept(home: Path, make: Callable[[Path], Path]) -> Path:
    """``home``, a file or a folder; where it is not there, what ``make`` leaves in the empty folder that it gets, and returns the path of.

    One process makes it, others wait; it is there as a whole or not at all. Raises ``BuildError``, and what ``make`` raises.
    """
    with _locked(home):
        if not home.exists():
            # What cannot be removed now is removed with what killed processes left.
            with tempfile.TemporaryDirectory(
                dir=home.parent, prefix=_TEMPORARY, ignore_cleanup_errors=True
            ) as work:
                make(Path(work)).replace(home)
            _prune(home.parent)
        with suppress(OSError):  # somebody else's cache can be used, too
            os.utime(home)
    return home


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(
            f"{home.parent} cannot be made: {error.strerror}; set SCEGRAD_CACHE to a directory that can be written"
        ) from error
    try:
        with FileLock(_lock(home), timeout=LOCK_LIMIT):
            yield
    except Timeout as error:
        raise BuildError(f"another process held {_lock(home)} for {LOCK_LIMIT} seconds") from error


def _lock(home: Path) -> Path:
    return home.with_name(f"{home.name}.lock")


def _prune(directory: Path) -> None:
    """Remove what was not used for so long, and what a process that was killed left."""
    now = time.time()
    for lock in directory.glob("*.lock"):
        home = lock.with_suffix("")
        if _age(home, now) > KEPT_DAYS * _DAY:
            with suppress(Timeout), FileLock(lock, timeout=0):  # who holds it is using it
                if _age(home, now) > KEPT_DAYS * _DAY:
                    _remove(home)
    for left in directory.glob(f"{_TEMPORARY}*"):
        if _age(left, now) > _DAY:
            _remove(left)


def _age(path: Path, now: float) -> float:
    """Seconds since the path was used; 0 where it is not there."""
    try:
        return now - path.stat().st_mtime
    except OSError:
        return 0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)  # what is left is as old the next time
    else:
        path.unlink(missing_ok=True)
