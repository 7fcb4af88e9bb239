"""The additions of ``tests/conftest.py`` to pytest: the command that repeats a failure,
``--waves``.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")

CHILD = """
import os

def test_seed(seed):
    assert not seed, f"seed is {seed}"

def test_waves():
    assert os.environ["SCEGRAD_WAVES"].endswith("/some/waves")
"""


def said(command: str, directory: Path) -> str:
    """The output of a shell command there, without the seed of this run."""
    done = subprocess.run(
        f"unset SCEGRAD_SEED; {command}",
        shell=True,
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("workers", ["", "-n 1"])
def test_a_failure_comes_with_the_command_that_repeats_it(tmp_path, workers):
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    (tmp_path / "test_child.py").write_text(CHILD)
    pytest_command = f"{sys.executable} -m pytest -q {workers} -p no:cacheprovider"
    first = said(f"{pytest_command} --waves some/waves", tmp_path)
    assert "1 failed, 1 passed" in first, first
    again = re.search(r"^again: (.*)$", first, re.MULTILINE)
    assert again, first
    second = said(again[1], tmp_path)
    assert "1 failed" in second, second
    seeds = re.findall(r"AssertionError: seed is (\d+)", first + second)
    assert len(seeds) >= 2
    assert len(set(seeds)) == 1
