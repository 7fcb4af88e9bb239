"""The cache of everything that is built once: simulators, Verilog, netlists, measurements. The name
of each entry contains a hash of all its inputs.

    home             a file or a folder
    home.sha256      its files with their hashes, as `sha256sum` writes them
    home.lock        held by the process that builds it

Entries are loaded and run, so they are checked before. An entry that is not as it was built is
built again. An entry is refused if anybody but its owner may write it, or if its owner is neither
this user nor root. An entry that nobody used for ``KEPT_DAYS`` is removed when another one is built
beside it.
"""

import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from filelock import AcquireReturnProxy, FileLock, Timeout

from scegrad.errors import BuildError
from scegrad.progress import say
from scegrad.tools.places import VARIABLE, unwritable

LOCK_LIMIT = 1800
"""Seconds to wait for another process that builds the same entry."""

KEPT_DAYS = 60

_DAY = 24 * 3600
_TEMPORARY = "tmp-"
_SUMS = ".sha256"
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def content_key(parts: Iterable[bytes]) -> str:
    """A name for the result of ``parts``."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:16]


def cached(home: Path, make: Callable[[Path], Path]) -> Path:
    """Return ``home``, a file or a folder, building it first if it is missing or damaged.

    ``make(work)`` builds inside the empty folder ``work`` and returns the path of the finished file
    or folder, which is then renamed to ``home``. One process builds, others wait; ``home`` exists
    as a whole or not at all. Nothing is written if it exists and is undamaged, so a cache may be on
    a read-only file system. Raises ``BuildError``, and the errors of ``make``.
    """
    if not _sound(home):
        with _locked(home):
            if not _sound(home):
                if _beside(home, _SUMS).exists():
                    say(f"{home} is not as it was built: building it again")
                _build(home, make)
            _prune(home.parent)
    with suppress(OSError):  # a read-only cache can be used, too
        os.utime(home)
    return home


def _build(home: Path, make: Callable[[Path], Path]) -> None:
    try:
        _remove(home)
        # What cannot be removed now is removed later, with the remains of killed processes.
        with tempfile.TemporaryDirectory(
            dir=home.parent, prefix=_TEMPORARY, ignore_cleanup_errors=True
        ) as work:
            made = make(Path(work))
            sums = home.with_name(f"{_TEMPORARY}{home.name}{_SUMS}")
            sums.write_text(_listing(made), encoding="utf-8", errors="surrogateescape")
            for path in (made, sums, *made.rglob("*")):
                path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
            made.replace(home)
            sums.replace(_beside(home, _SUMS))
    except PermissionError as error:
        raise BuildError(f"{error.filename} cannot be replaced: delete {home}") from error


def _listing(home: Path) -> str:
    """Hash and path of each file; the path of a single file is empty."""
    return "".join(f"{_hash(path)}  {path.relative_to(home)}\n" for path in _files(home))


def _files(home: Path) -> list[Path]:
    return sorted(path for path in (home, *home.rglob("*")) if path.is_file())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sound(home: Path) -> bool:
    """Whether ``home`` exists and is as it was built; raises ``BuildError`` if another user may
    have written it.

    Files that came into a folder after it was built do not count: some folders get further files.
    """
    try:
        if not home.exists():
            return False
        _refuse_foreign(home.parent, home, _beside(home, _SUMS))
        lines = _beside(home, _SUMS).read_text("utf-8", "surrogateescape").splitlines()
        for line in lines:
            digest, _, name = line.partition("  ")
            path = home / name
            _refuse_foreign(path)
            if _hash(path) != digest:
                return False
        return bool(lines)
    except OSError:
        return False


def _refuse_foreign(*paths: Path) -> None:
    """Raise ``BuildError`` for a path that anybody but this user and root may write; ``OSError`` if
    it does not exist.
    """
    for path in paths:
        found = path.stat()
        if found.st_uid not in (0, os.geteuid()):
            raise BuildError(
                f"{path} belongs to another user (uid {found.st_uid}), whose files are not loaded:"
                f" set {VARIABLE} to a directory of your own"
            )
        # In a directory with the sticky bit, such as /tmp, nobody can replace another user's files.
        if found.st_mode & _OTHERS and not (path.is_dir() and found.st_mode & stat.S_ISVTX):
            raise BuildError(
                f"{path} can be written by others, so it is not loaded:"
                " chmod go-w it if you trust what is in it, or delete it"
            )


def _locked(home: Path) -> AcquireReturnProxy:
    """The lock of ``home``, held until the end of the ``with`` statement. Raises ``BuildError``."""
    lock = _beside(home, ".lock")
    try:
        home.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        return FileLock(lock, timeout=LOCK_LIMIT, mode=0o644).acquire()
    except Timeout as error:
        raise BuildError(f"another process held {lock} for {LOCK_LIMIT} seconds") from error
    except OSError as error:
        raise BuildError(unwritable(home.parent, error)) from error


def _beside(home: Path, suffix: str) -> Path:
    return home.with_name(f"{home.name}{suffix}")


def _prune(directory: Path) -> None:
    """Remove entries that were not used for ``KEPT_DAYS``, and the remains of killed processes."""
    now = time.time()
    for lock in directory.glob("*.lock"):
        home = lock.with_suffix("")
        if _age(home, now) > KEPT_DAYS * _DAY:
            with suppress(Timeout), FileLock(lock, timeout=0):  # held: in use
                if _age(home, now) > KEPT_DAYS * _DAY:
                    _remove(home)
    for left in directory.glob(f"{_TEMPORARY}*"):
        if _age(left, now) > _DAY:
            _remove(left)


def _age(path: Path, now: float) -> float:
    """Seconds since the path was used; 0 if it does not exist."""
    try:
        return now - path.stat().st_mtime
    except OSError:
        return 0


def _remove(path: Path) -> None:
    _beside(path, _SUMS).unlink(missing_ok=True)
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)  # the rest is as old the next time
    else:
        path.unlink(missing_ok=True)
