"""The simulated board behind a pseudo-terminal, for programs that expect a serial device.

    scegrad terminal          prints the device and runs until it is interrupted

Behind it is the Verilated top module of the ULX3S with its pins; bytes pass bit by bit, in the real
number of clock cycles.
"""

import os
import tempfile
import termios
import threading
import tty
from ctypes import (
    CDLL,
    POINTER,
    c_char_p,
    c_double,
    c_int,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
    create_string_buffer,
)
from pathlib import Path

import numpy as np

from scegrad.board.generate import TOP, sources, write_verilog
from scegrad.board.protocol import BAUD, CLOCK_HZ, SHARED_BYTES
from scegrad.build.cache import cached, content_key
from scegrad.build.toolchain import Toolchain
from scegrad.progress import announced
from scegrad.sim.clib import Functions, declare
from scegrad.tools.places import cache_directory

SLICE = 4_000
"""Clock cycles between two reads of the pseudo-terminal: the time of a few bytes."""

ROOM = 1 << 16

POWER_UP = 14_000
"""Clock cycles until the SDRAM is initialised and the unit's reset ends."""


def library() -> Path:
    """The Verilated board as a library, built now if necessary. Raises ``BuildError``."""
    tools, folder = Toolchain.find(), sources()
    cells = [folder / "ulx3s.v", folder / "sim" / "ehxplll.v", folder / "sim" / "ecp5_io.v"]
    harness = [folder / "sim" / "board_sim.cpp"]
    with tempfile.TemporaryDirectory() as place:
        texts = {file.name: file.read_text("ascii") for file in write_verilog(Path(place))}
    files = [*cells, *harness, folder / "sim" / "sdram_chip.h"]
    parts = [*texts.values(), tools.identity(), *(file.read_text("utf-8") for file in files)]
    key = content_key([part.encode() for part in parts])

    def make(work: Path) -> Path:
        with announced("building the board"):
            for name, text in texts.items():
                (work / name).write_text(text, encoding="ascii")
            made = [work / name for name in texts]
            objects = tools.model(
                [*made, *cells],
                TOP,
                harness,
                work,
                includes=(folder / "sim",),
                flags=("--pins-inout-enables",),
            )
            return tools.link(objects, work / "board.so")

    return cached(cache_directory() / f"ulx3s-{key}.so", make)


_FUNCTIONS: Functions = {
    "sce_board_create": (c_void_p, [c_uint32, c_double]),
    "sce_board_free": (None, [c_void_p]),
    "sce_board_send": (None, [c_void_p, c_void_p, c_uint32]),
    "sce_board_queued": (c_uint32, [c_void_p]),
    "sce_board_take": (c_uint32, [c_void_p, c_void_p, c_uint32]),
    "sce_board_press": (None, [c_void_p, c_int]),
    "sce_board_leds": (c_uint32, [c_void_p]),
    "sce_board_run": (None, [c_void_p, c_uint32]),
    "sce_board_words": (POINTER(c_uint8), [c_void_p]),
    "sce_board_counts": (None, [c_void_p, c_void_p]),
    "sce_board_fault": (c_char_p, [c_void_p]),
}


class Pins:
    """The board at its serial pins: bytes in and out; only ``run`` lets time pass."""

    def __init__(self) -> None:
        self._library = CDLL(str(library()))
        declare(self._library, _FUNCTIONS)
        self._board = self._library.sce_board_create(CLOCK_HZ // BAUD, CLOCK_HZ / 1e6)
        self._buffer = (c_uint8 * ROOM)()
        self.run(POWER_UP)

    def run(self, cycles: int) -> None:
        """Let clock cycles pass."""
        self._library.sce_board_run(self._board, cycles)

    def send(self, content: bytes) -> None:
        """Queue bytes for the board."""
        self._library.sce_board_send(
            self._board, create_string_buffer(content, len(content)), len(content)
        )

    @property
    def queued(self) -> int:
        """The number of bytes that are not yet sent to the board."""
        return int(self._library.sce_board_queued(self._board))

    @property
    def leds(self) -> int:
        """The LEDs, LED 0 in bit 0."""
        return int(self._library.sce_board_leds(self._board))

    def press(self, pressed: bool) -> None:
        """Press or release the reset button."""
        self._library.sce_board_press(self._board, pressed)

    @property
    def memory(self) -> np.ndarray:
        """The bytes of the SDRAM chip, for direct access while no job runs; no simulated time
        passes.
        """
        return np.ctypeslib.as_array(self._library.sce_board_words(self._board), (SHARED_BYTES,))

    @property
    def counts(self) -> tuple[int, ...]:
        """Of the SDRAM chip: clock cycles, reads, writes, activates, refreshes."""
        found = (c_uint64 * 5)()
        self._library.sce_board_counts(self._board, found)
        return tuple(found)

    @property
    def fault(self) -> str:
        """The first command that broke a rule of the chip; empty if there was none."""
        return self._library.sce_board_fault(self._board).decode()

    def take(self) -> bytes:
        """The bytes from the board since the last call."""
        return bytes(self._buffer[: self._library.sce_board_take(self._board, self._buffer, ROOM)])

    def close(self) -> None:
        """Free the model."""
        board, self._board = self._board, None
        if board is not None:
            self._library.sce_board_free(board)


class Terminal:
    """A pseudo-terminal with the board behind it, run by its own thread; ``device`` is its path.

    ``damage`` is called with the bytes of either direction (``True``: to the board) and returns the
    bytes that arrive.
    """

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave, termios.TCSANOW)
        os.set_blocking(self._master, False)
        self.device = os.ttyname(self._slave)
        self.pins = Pins()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def damage(self, content: bytes, to_board: bool) -> bytes:
        """The bytes of ``content`` that arrive; here, all of them."""
        return content

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                if content := os.read(self._master, 1024):
                    self.pins.send(self.damage(content, True))
            except (BlockingIOError, OSError):
                pass
            self.pins.run(SLICE)
            if content := self.damage(self.pins.take(), False):
                os.write(self._master, content)

    def __enter__(self) -> "Terminal":
        """The terminal itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and free the board; the device then vanishes like an unplugged one. Further calls do
        nothing.
        """
        if self._stop.is_set():
            return
        self._stop.set()
        self._thread.join()
        self.pins.close()
        os.close(self._master)
        os.close(self._slave)


def main() -> None:
    """Serve until interrupted. Raises ``BuildError``."""
    with Terminal() as terminal:
        print(terminal.device, flush=True)
        threading.Event().wait()
