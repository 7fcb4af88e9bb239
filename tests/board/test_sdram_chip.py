"""The model of the SDRAM chip finds each command that a data sheet forbids, and keeps what is
written.
"""

from collections.abc import Iterator
from ctypes import CDLL, c_char_p, c_double, c_int, c_void_p
from pathlib import Path

import pytest

from scegrad.board.generate import sources
from scegrad.build.toolchain import Toolchain

MHZ = 100.0
"""A cycle has 10 ns."""

MODE, REFRESH, PRECHARGE, ACTIVATE, WRITE, READ, NONE = 0, 1, 2, 3, 4, 5, 7

ALL = 1 << 10

READY = 20_000
"""The duration of power-up, in cycles of 10 ns."""


class Chip:
    """The model; a command, then cycles without one."""

    def __init__(self, library: CDLL) -> None:
        self._library = library
        self._chip = library.chip_create(MHZ)

    def __call__(self, code: int, rest: int = 0, *, bank: int = 0, at: int = 0, dq: int = 0) -> int:
        """An edge with a command, and ``rest`` without; returns what is driven at the end."""
        driven = self._library.chip_clock(self._chip, code, bank, at, dq, 0)
        for _ in range(rest):
            driven = self._library.chip_clock(self._chip, NONE, 0, 0, 0, 0)
        return int(driven)

    @property
    def fault(self) -> str:
        return self._library.chip_fault(self._chip).decode().partition(" at cycle")[0]

    def initialise(self, refreshes: int = 8) -> None:
        self(NONE, READY)
        self(PRECHARGE, 1, at=ALL)
        for _ in range(refreshes):
            self(REFRESH, 6)
        self(MODE, 1, at=2 << 4)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> CDLL:
    output = tmp_path_factory.mktemp("chip") / "chip.so"
    source = Path(__file__).with_name("chip.cpp")
    Toolchain.find().share([source], ("-O1", f"-I{sources() / 'sim'}"), output)
    found = CDLL(str(output))
    found.chip_create.restype, found.chip_create.argtypes = c_void_p, [c_double]
    found.chip_clock.argtypes = [c_void_p, *[c_int] * 5]
    found.chip_fault.restype, found.chip_fault.argtypes = c_char_p, [c_void_p]
    found.chip_free.argtypes = [c_void_p]
    return found


@pytest.fixture
def chip(library: CDLL) -> Iterator[Chip]:
    made = Chip(library)
    yield made
    library.chip_free(made._chip)


def test_a_word_is_read_after_two_cycles(chip: Chip) -> None:
    chip.initialise()
    chip(ACTIVATE, 1, bank=2, at=77)
    chip(WRITE, 1, bank=2, at=5, dq=0x1234)
    assert chip(READ, 0, bank=2, at=5) == -1
    assert chip(NONE) == 0x1234
    assert chip(NONE) == -1
    chip(NONE, 3)
    chip(PRECHARGE, 1, at=ALL)
    chip(REFRESH, 6)
    assert chip.fault == ""


@pytest.mark.parametrize(
    ("commands", "fault"),
    [
        ([(ACTIVATE, 0), (READ, 0)], "tRCD"),
        ([(ACTIVATE, 4), (PRECHARGE, 0), (ACTIVATE, 0)], "tRP"),
        ([(ACTIVATE, 2), (PRECHARGE, 0)], "tRAS"),
        ([(ACTIVATE, 4), (WRITE, 0), (PRECHARGE, 0)], "tWR"),
        ([(ACTIVATE, 4), (PRECHARGE, 1), (REFRESH, 0), (ACTIVATE, 0)], "tRFC"),
        ([(ACTIVATE, 0), (ACTIVATE, 0)], "ACTIVATE of an open bank"),
        ([(READ, 0)], "READ or WRITE of a closed bank"),
        ([(ACTIVATE, 0), (REFRESH, 0)], "REFRESH with an open bank"),
        ([(ACTIVATE, 2), (READ, 0), (NONE, 0), (WRITE, 0)], "a WRITE while the chip drives DQ"),
        ([(NONE, 7100)], "tREFI"),
    ],
)
def test_each_breach_is_found(chip: Chip, commands: list[tuple[int, int]], fault: str) -> None:
    chip.initialise()
    chip(NONE, 2)
    assert chip.fault == ""
    for code, rest in commands:
        chip(code, rest)
    assert chip.fault == fault


def test_power_up_and_refreshes_before_the_mode(library: CDLL) -> None:
    hasty, lazy = Chip(library), Chip(library)
    hasty(PRECHARGE, 1, at=ALL)
    assert hasty.fault == "a command before power-up is over"
    lazy.initialise(refreshes=7)
    assert lazy.fault == "fewer than 8 refreshes before the mode register"
