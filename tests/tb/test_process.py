"""Simulators end with the process that started them, and their folders do not stay."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from scegrad.tb.process import mend_environment, scratch

CHILD = (
    "from scegrad.tb.process import die_with_parent; die_with_parent(); print('up', flush=True);"
)
PARENT = """
import os, subprocess, sys
child = subprocess.Popen(
    [sys.executable, "-c", sys.argv[1]],
    env={**os.environ, "SCEGRAD_PARENT": str(os.getpid())},
)
print(child.pid, flush=True)
child.wait()
"""


def test_a_simulator_ends_with_its_parent() -> None:
    child = CHILD + " import time; time.sleep(600)"
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, child], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        said = {parent.stdout.readline().strip(), parent.stdout.readline().strip()}
        pid = int(next(iter(said - {"up"})))
        parent.send_signal(signal.SIGKILL)
        # The pipe closes when the last process that has it ends: this would hang if one lived on.
        assert parent.stdout.read() == ""
    while not ended(pid):  # its files close a little before it has ended
        time.sleep(0.01)


def ended(pid: int) -> bool:
    """Whether a process is gone, or a zombie that nobody has asked for yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_parent_that_has_ended_already_is_noticed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env={**os.environ, "SCEGRAD_PARENT": "1"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")


@pytest.mark.parametrize(
    ("value", "due"), [("/nowhere", tempfile.gettempdir()), ("/", "/"), (None, None)]
)
def test_temporary_files_have_a_folder(
    value: str | None, due: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", value or "")
    if value is None:
        monkeypatch.delenv("TMPDIR")
    mend_environment()
    assert os.environ.get("TMPDIR") == due


def test_folders_of_dead_processes_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
        dead = tmp_path / f"scegrad-{ended.pid}-x"
    mine, other = tmp_path / f"scegrad-{os.getpid()}-x", tmp_path / "scegrad-notes-x"
    for path in (dead, mine, other):
        (path / "deep").mkdir(parents=True)
    with scratch() as folder:
        assert sorted(tmp_path.iterdir()) == sorted([mine, other, folder])
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])
