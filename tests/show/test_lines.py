"""Lines of results on a terminal and in a file."""

import fcntl
import io
import os
import pty
import struct
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from scegrad.show.lines import folded

LINE = (
    "  [0] x 1.3823367357254028 (0x3fb0f069), y 0.015384321101009846 (0x3c7c0e85), got"
    " 0.015384321101009846 (0x3c7c0e85), expected 0.7839816808700562 (0x3f48b306): 1.28949e+07 ulp"
)


@pytest.fixture
def terminal(request: pytest.FixtureRequest) -> Iterator[TextIO]:
    """A terminal of as many columns as the test's parameter says."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, request.param, 0, 0))
    with os.fdopen(theirs, "w") as stream:
        yield stream
    os.close(ours)


@pytest.mark.parametrize("terminal", [40, 80], indirect=True)
def test_a_terminal_breaks_no_number(terminal: TextIO) -> None:
    found = folded(LINE, terminal).splitlines()
    assert len(found) > 1
    assert all(len(line) <= os.get_terminal_size(terminal.fileno()).columns for line in found)
    assert " ".join(found).split() == LINE.split()
    assert found[0].startswith("  [0]") and found[1].startswith("      ")


@pytest.mark.parametrize("terminal", [0, 400], indirect=True)
def test_there_is_room(terminal: TextIO) -> None:
    assert folded(LINE, terminal) == LINE


@pytest.mark.parametrize("terminal", [3], indirect=True)
def test_too_narrow_for_a_word(terminal: TextIO) -> None:
    assert folded(LINE, terminal).split() == LINE.split()


def test_a_file_gets_the_line_as_it_is() -> None:
    assert folded(LINE, io.StringIO()) == LINE
    assert folded(LINE, None) == LINE  # sys.stdout, if it was closed before Python started
    with Path(os.devnull).open("w") as stream:
        assert folded(LINE, stream) == LINE
