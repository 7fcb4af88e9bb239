"""Simulators as child processes: each ends with its parent, and folders of dead processes are
removed.
"""

import ctypes
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PARENT = "SCEGRAD_PARENT"
"""Environment variable: the process that a simulator works for."""

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>: the signal that a process gets when its parent dies."""

_NAME = re.compile(r"scegrad-(\d+)-")


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder named after this process.

    A process that is killed leaves its folders behind: those of dead processes are removed first.
    """
    for path in Path(tempfile.gettempdir()).glob("scegrad-*-*"):
        found = _NAME.match(path.name)
        with suppress(OSError):
            if found and path.lstat().st_uid == os.getuid() and not _alive(int(found[1])):
                shutil.rmtree(path)
    with tempfile.TemporaryDirectory(prefix=f"scegrad-{os.getpid()}-") as name:
        yield Path(name)


def mend_environment() -> None:
    """Let child processes have a folder for temporary files: Icarus fails if TMPDIR is none."""
    if not Path(os.environ.get("TMPDIR", "/")).is_dir():
        os.environ["TMPDIR"] = tempfile.gettempdir()


def _alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def die_with_parent() -> None:
    """In a simulator: end when the process that started it ends, for any reason."""
    parent = os.environ.get(PARENT)
    if parent is None:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it ended before it could be watched
        os._exit(1)
