"""Makes ``.venv`` with the packages of ``requirements.lock`` and this checkout, unless it is there
for just that.

    python3 tools/environment.py            from the root of the checkout, as `make` does

An environment works in one place with one Python: a copied or moved checkout gets a new one, and so
does one whose ``pyproject.toml`` or ``requirements.lock`` has changed.
"""

import argparse
import hashlib
import os
import platform
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / ".made-for"
LOCK = ROOT / "requirements.lock"

INTERVAL = 15
"""Seconds between two lines of progress where there is no terminal."""


def wanted() -> str:
    """For what the environment has to be: a line each for the place, the Python, and the
    packages.
    """
    files = [ROOT / "pyproject.toml", LOCK]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    python = f"{platform.python_implementation()} {platform.python_version()} {platform.machine()}"
    return "\n".join([str(ROOT), python, digest, ""])


def packages() -> int:
    """Packages in the lock, for this Python or another."""
    return len(set(re.findall(r"^[\w.-]+(?===)", LOCK.read_text("utf-8"), re.MULTILINE)))


class Progress:
    """Shows how many packages are there, while pip unpacks them without a word."""

    def __init__(self, total: int) -> None:
        self.total, self.start, self.over = total, time.monotonic(), threading.Event()
        self.thread = threading.Thread(target=self.show, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def show(self) -> None:
        """Show a line that changes on a terminal, new lines elsewhere."""
        terminal = sys.stderr.isatty()
        while not self.over.wait(1 if terminal else INTERVAL):
            there = len(list(VENV.glob("lib/python*/site-packages/*.dist-info")))
            text = f"{there} of {self.total} packages, {time.monotonic() - self.start:.0f} s"
            print(text, end="\r" if terminal else "\n", file=sys.stderr, flush=True)
        if terminal:
            print(file=sys.stderr)


def make() -> None:
    """Make the environment; raises ``CalledProcessError``."""
    total, start = packages(), time.monotonic()
    print(f"installing {total} packages into .venv: 1.5 GB, some two minutes", file=sys.stderr)
    # Not the Python of an environment that is activated: it may be the one that is replaced.
    base = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([base, "-m", "venv", "--clear", str(VENV)], check=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    with Progress(total):
        subprocess.run([*pip, "--quiet", "--requirement", str(LOCK)], check=True, cwd=ROOT)
        # setuptools is in the lock: nothing else is fetched to build with.
        here = ["--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
        subprocess.run([*pip, *here], check=True, cwd=ROOT)
    print(f".venv is ready, after {time.monotonic() - start:.0f} s", file=sys.stderr)


def main() -> int:
    """Make the environment if it is not there for this checkout; returns the exit status."""
    if sys.version_info < OLDEST:
        print("Python is older than 3.11: set PYTHON to a newer one", file=sys.stderr)
        return 1
    text = wanted()
    found = STAMP.read_text("utf-8") if STAMP.is_file() else ""
    if found == text:
        return 0
    if found:
        reason = next(
            what
            for what, old, new in zip(
                ("for another place", "for another Python", "for other packages"),
                found.split("\n"),
                text.split("\n"),
                strict=False,
            )
            if old != new
        )
        print(f".venv was made {reason}: making it again", file=sys.stderr)
    try:
        make()
    except subprocess.CalledProcessError as error:
        print(f"the environment could not be made: {error.cmd[0]} failed", file=sys.stderr)
        return 1
    STAMP.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    # It takes no argument: --help says so, and anything else is refused.
    argparse.ArgumentParser(description=__doc__).parse_args()
    os.chdir(ROOT)
    sys.exit(main())
