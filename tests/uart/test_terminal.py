"""``scegrad run --backend uart:DEVICE`` on the whole board, simulated at its pins, behind a
pseudo-terminal: .npy in, .npy out.
"""

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scegrad.api import run_job
from scegrad.backends import uart
from scegrad.board.board import ULX3S
from scegrad.board.protocol import CLOCK_HZ
from scegrad.cli import _status
from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.job.job import Job
from scegrad.job.placement import GUARD_BYTES
from scegrad.model import golden
from scegrad.uart.link import TIMEOUT_VARIABLE, Link
from scegrad.uart.terminal import Terminal
from tests.board.reference import damaged

pytestmark = pytest.mark.whole

TIMEOUT = 4.0
"""Seconds until a request is repeated: the simulated board is hundreds of times slower than a real
one.
"""


LOCKED, RUNNING = 0x80, 0x40
"""LEDs: the PLL has locked; reset is over."""


class Damaged(Terminal):
    """A board on a line that damages the bytes."""

    def __init__(self, damage: Callable[[bytes], bytes]) -> None:
        self._damage = damage
        super().__init__()

    def damage(self, content: bytes, to_board: bool) -> bytes:
        return self._damage(content)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TIMEOUT_VARIABLE, str(TIMEOUT))


def run(
    directory: Path, device: str, dtype: type, memory: str, count: int, seed: int
) -> tuple[int, np.ndarray | None]:
    """The exit status, and the gradient if there is one, which must be the golden model's."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(0, 4, count).astype(dtype), rng.random(count).astype(dtype)
    np.save(directory / "x.npy", x)
    np.save(directory / "y.npy", y)
    files = [str(directory / name) for name in ("x.npy", "y.npy", "g.npy")]
    status = _status(
        [
            "run",
            *files[:2],
            "-o",
            files[2],
            "--platform",
            "ecp5_demo",
            "--memory",
            memory,
            "--backend",
            f"uart:{device}",
        ]
    )
    if not Path(files[2]).exists():
        return status, None
    gradient = np.load(files[2])
    assert (gradient.view(np.uint8) == golden.gradient(x, y).view(np.uint8)).all()
    return status, gradient


def test_a_job(tmp_path: Path, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    with Terminal() as board:
        assert board.pins.leds & LOCKED and board.pins.leds & RUNNING
        for dtype, memory in ((np.float32, "shared"), (np.float16, "private")):
            assert run(tmp_path, board.device, dtype, memory, 37, seed)[0] == 0
            assert "37 elements in" in capfd.readouterr().out


def test_progress_within_a_slice(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uart, "PIECE", 64)
    x, y = np.random.default_rng(seed).random((2, 40), "f4")
    seen: list[tuple[int, int]] = []
    with Terminal() as board:
        settings = {"platform": "ecp5_demo", "backend": f"uart:{board.device}"}
        run_job(x, y, progress=lambda done, total: seen.append((done, total)), **settings)
    assert len(seen) == 9 and seen == sorted(set(seen)) and seen[-1] == (40, 40)


def test_megabytes_in_one_job_in_sdram(seed: int) -> None:
    count, fmt = (1 << 18) + 77, FORMATS["fp32"]
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 1 << 32, (2, count), "u4").view("f4")
    size, base = 4 * count, ULX3S.shared[0].base
    places = [4 + 4 * int(rng.integers(1, 1 << 10)) + k * (size + 8192) for k in range(3)]
    first, end = places[2] - GUARD_BYTES, places[2] + size + GUARD_BYTES
    with Terminal() as board, Link(board.device) as link:
        memory = board.pins.memory
        for place, array in zip(places, (x, y), strict=False):
            memory[place : place + size] = array.view("u1")
        memory[first:end] = 0xA5
        job = Job(ULX3S, fmt, False, *(base + place for place in places), count, 1)
        sequence.execute(sequence.identify_and_enable(ULX3S), link)
        before = board.pins.counts
        counters = sequence.execute(sequence.run(job), link)
        _, reads, writes, _, refreshes = np.subtract(board.pins.counts, before)
        link.write(base, b"abcd1234")
        assert link.read(base, 2) == memory[:8].tobytes() == b"abcd1234"
        found, fault = memory[first:end].tobytes(), board.pins.fault
    guard = b"\xa5" * GUARD_BYTES
    assert found == guard + golden.gradient(x, y).tobytes() + guard
    assert fault == "", "a command that the chip's data sheet forbids"
    assert 2 * reads >= 2 * size and 2 * writes >= size
    assert refreshes >= counters.cycles / CLOCK_HZ / 7.9e-6
    assert 3 * size / 2 / counters.cycles >= 0.85, "share of the peak of 16 bits"


def test_noise_never_gives_a_wrong_gradient(
    tmp_path: Path, seed: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with Damaged(damaged(random.Random(seed), 0.02)) as board:
        status, gradient = run(tmp_path, board.device, np.float32, "shared", 9, seed)
    said = capfd.readouterr().err
    assert (status, gradient is None) == (0, False) or (
        status == 1 and gradient is None and said.count("\n") == 1
    ), said


def test_the_cable_is_pulled(tmp_path: Path, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    with Terminal() as board:
        puller = threading.Thread(
            target=lambda: (time.sleep(0.3), board.__exit__(None, None, None))
        )
        puller.start()
        status, gradient = run(tmp_path, board.device, np.float32, "shared", 2000, seed)
        puller.join()
    assert status == 1 and gradient is None
    assert "was the cable unplugged?" in capfd.readouterr().err


def test_the_button_resets(seed: int) -> None:
    with Terminal() as board, Link(board.device) as link:
        assert link.read32(0) == 0x53434547
        for pressed in (True, False):
            board.pins.press(pressed)
            while bool(board.pins.leds & RUNNING) == pressed:
                time.sleep(0.01)
        with pytest.raises(Exception, match="forgotten this session"):
            link.read32(0)
