"""The overlay class over a fake of PYNQ whose hardware is the simulated unit: buffers have a cache,
so that a missing flush or invalidate is found.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from scegrad.build.simulator import library
from scegrad.errors import RequestError
from scegrad.job.job import JobRefused
from scegrad.model import golden
from scegrad.platforms import platform_of
from scegrad.pynq import PynqOverlay, PynqUnit
from scegrad.sim.simulation import Simulation

pytestmark = pytest.mark.whole

SLOW = 1.0
"""A clock in Hz by which no limit is reached, however slow the machine is."""

ZYNQ = platform_of(Path(__file__).parents[1] / "platforms" / "zynq7000.toml")


class Buffer(np.ndarray):
    """What the processor sees; memory has it after ``flush``."""

    def flush(self) -> None:
        self.board.write(self.device_address, np.asarray(self))

    def invalidate(self) -> None:
        seen = self.board.read(self.device_address, self.nbytes)
        np.asarray(self).reshape(-1)[:] = seen.view(self.dtype)

    def freebuffer(self) -> None:
        self.freed.append(self.device_address)


class Board:
    """A unit's registers, each access of which takes some cycles, and its memory."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation, self.top, self.freed = simulation, ZYNQ.shared[0].base, []

    def read(self, offset: int) -> int:
        self.simulation.run(20)
        return self.simulation.read32(offset)

    def write(self, offset: int, data: int) -> None:
        self.simulation.write32(offset, data)

    def allocate(self, shape: tuple[int, ...], dtype: Any) -> Buffer:
        buffer = np.full(shape, 7, dtype).view(Buffer)
        buffer.device_address, buffer.board, buffer.freed = self.top, self.simulation, self.freed
        self.top += -(-buffer.nbytes // 4096) * 4096
        return buffer


@pytest.fixture
def board() -> Iterator[Board]:
    with Simulation(library(ZYNQ)) as simulation:
        simulation.reset()
        yield Board(simulation)


@pytest.fixture
def unit(board: Board) -> PynqUnit:
    return PynqUnit(board, board.allocate, ZYNQ, SLOW)


def operands(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 5, count).astype("f4"), rng.random(count, "f4")


def test_gradient_of_arrays_anywhere(unit: PynqUnit, board: Board, seed: int) -> None:
    x, y = (each.reshape(50, 20) for each in operands(1000, seed))
    for _ in range(2):
        found = unit.gradient(x, y)
        assert found.shape == x.shape and type(found) is np.ndarray
        np.testing.assert_array_equal(found, golden.gradient(x, y))
    assert len(board.freed) == 6
    assert unit.gradient(x[:0], y[:0]).shape == (0, 20)


def test_job_on_buffers(unit: PynqUnit, seed: int) -> None:
    x, y, g = (unit.allocate((300,), "fp32") for _ in range(3))
    x[:], y[:] = operands(300, seed)
    assert unit.run(x, y, g).elements == 300
    np.testing.assert_array_equal(np.asarray(g), golden.gradient(np.asarray(x), np.asarray(y)))


def test_what_is_refused(unit: PynqUnit, board: Board, seed: int) -> None:
    x, y = operands(8, seed)
    for bad, message in (
        ((x.astype("f2"), y.astype("f2")), "format is 'fp16', but must be fp32"),
        ((x.astype("f8"), y.astype("f8")), "format is 'float64', but must be fp32"),
        ((x, y[:4]), "one dtype and one shape"),
    ):
        with pytest.raises(RequestError, match=message):
            unit.gradient(*bad)
    buffers = [unit.allocate((8,), "fp32") for _ in range(3)]
    with pytest.raises(JobRefused):
        unit.run(*buffers, core_mask=2)
    with pytest.raises(RequestError, match="one dtype and one size"):
        unit.run(*buffers[:2], buffers[2][:4])
    with pytest.raises(RuntimeError, match="register CAPABILITIES reads"):
        PynqUnit(board, board.allocate, "ft78ne", SLOW)


def test_a_unit_that_does_not_answer(unit: PynqUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scegrad.pynq.time.monotonic", iter(range(0, 10**9, 60)).__next__)
    with pytest.raises(TimeoutError, match="no unit ended within 5 cycles"):
        unit._registers.wait(5)


def test_overlay(board: Board, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setitem(sys.modules, "pynq", None)
    with pytest.raises(RequestError, match="the package pynq is not installed"):
        PynqOverlay("unit.bit", ZYNQ)
    cells = {"scegrad": SimpleNamespace(mmio=board)}

    def load(path: str) -> SimpleNamespace:
        return SimpleNamespace(ip_dict=cells, **cells)

    fake = SimpleNamespace(Overlay=load, allocate=board.allocate)
    monkeypatch.setitem(sys.modules, "pynq", fake)
    x, y = operands(33, seed)
    found = PynqOverlay(Path("unit.bit"), ZYNQ, SLOW).gradient(x, y)
    np.testing.assert_array_equal(found, golden.gradient(x, y))
    cells.clear()
    with pytest.raises(RequestError, match=r"unit\.bit has no cell scegrad, but \[\]"):
        PynqOverlay("unit.bit", ZYNQ)
