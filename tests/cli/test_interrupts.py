"""Signals: one line, the status of the signal, and no file is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .lines import MODEL

INTERRUPTED = """
import os, signal, time
from scegrad import __main__
from scegrad.backends import dispatch

def run(request, progress):
    os.kill(os.getpid(), signal.Signals[os.environ["SIGNAL"]])
    time.sleep(60)

dispatch.RUNNERS["model"] = run
__main__.main()
"""

EARLY = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "scegrad.options":
            os.kill(os.getpid(), signal.Signals[os.environ["SIGNAL"]])

sys.meta_path.insert(0, Finder())
from scegrad import __main__
__main__.main()
"""


def heed_signals() -> None:
    """In the new process: what the shell ignores (``nohup``, ``&``) would be ignored there too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("program", "name", "status"),
    [
        (INTERRUPTED, "SIGINT", 130),
        (INTERRUPTED, "SIGTERM", 143),
        (INTERRUPTED, "SIGHUP", 129),
        (EARLY, "SIGINT", 130),
        (EARLY, "SIGTERM", 143),
        (EARLY, "SIGHUP", 129),
    ],
)
def test_a_signal_is_one_line_and_leaves_nothing(
    files: Path, program: str, name: str, status: int
) -> None:
    before = sorted(files.rglob("*"))
    line = ["run", "x.npy", "y.npy", "-o", "g.npy", "--report", "r", *MODEL]
    done = subprocess.run(
        [sys.executable, "-c", program, *line],
        env={**os.environ, "SIGNAL": name},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        preexec_fn=heed_signals,
    )
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "scegrad: interrupted\n")
    assert sorted(files.rglob("*")) == before
