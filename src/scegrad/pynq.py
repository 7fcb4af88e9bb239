"""The unit in a Zynq under PYNQ: overlay, buffers and jobs, over the same job sequence.

    overlay = PynqOverlay("scegrad_zynq7000.bit", "zynq7000.toml")
    gradient = overlay.gradient(logits, labels)            # NumPy arrays, copied in and out

    x, y, g = (overlay.allocate((1 << 20,), "fp32") for _ in range(3))
    counters = overlay.run(x, y, g)                        # arrays in the unit's memory

The package ``pynq`` of the board's image is imported when an overlay is loaded, and not before.
This module was not run on a board: the tests run it on the simulated unit behind memory with
caches.
"""

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from scegrad.errors import RequestError, check_choice
from scegrad.formats import FORMATS, Format
from scegrad.job import sequence
from scegrad.job.job import Counters, Job
from scegrad.platforms import Platform, platform_of
from scegrad.registers import offset

CELL = "scegrad"
"""The unit's name in the block design of ``scegrad_<platform>_zynq.tcl``."""

CLOCK_HZ = 100_000_000
"""The unit's clock in that design."""


GRACE_SECONDS = 1.0
"""Seconds that are added to a limit in cycles: Linux may suspend the process for longer than a job
takes.
"""


class Mmio(Protocol):
    """The used part of ``pynq.MMIO``."""

    def read(self, offset: int, /) -> int:
        """The 32-bit word at an offset."""
        ...

    def write(self, offset: int, data: int, /) -> None:
        """Write a 32-bit word."""
        ...


class MmioRegisters:
    """The registers of a unit in the processor's address space, as ``sequence.execute`` uses them.

    The registers are polled: ``clock_hz`` converts limits in clock cycles into time.
    """

    def __init__(self, mmio: Mmio, clock_hz: float = CLOCK_HZ) -> None:
        self._mmio = mmio
        self._clock_hz = clock_hz

    def read32(self, offset: int, /) -> int:
        """The value of a register."""
        return int(self._mmio.read(offset))

    def write32(self, offset: int, value: int, /) -> None:
        """Write a register."""
        self._mmio.write(offset, value)

    def wait(self, limit: int, /) -> None:
        """Let time pass until irq is high; raises ``TimeoutError`` after ``limit`` cycles."""
        pending, enable = (offset(name) for name in ("IRQ_PENDING", "IRQ_ENABLE"))
        end = time.monotonic() + limit / self._clock_hz + GRACE_SECONDS
        while not self.read32(pending) & self.read32(enable):
            if time.monotonic() > end:
                raise TimeoutError(f"no unit ended within {limit} cycles")


class PynqUnit:
    """A unit behind ``mmio``, with memory from ``allocate`` (as ``pynq.allocate``: ``shape`` and
    ``dtype``, giving an array with ``device_address``, ``flush``, ``invalidate`` and
    ``freebuffer``).

    Raises ``RuntimeError`` if the hardware is not that of the platform.
    """

    def __init__(
        self,
        mmio: Mmio,
        allocate: Callable[..., Any],
        platform: str | Path | Platform,
        clock_hz: float = CLOCK_HZ,
    ) -> None:
        self.platform = platform_of(platform)
        self._allocate = allocate
        self._registers = MmioRegisters(mmio, clock_hz)
        self._registers.write32(offset("IRQ_PENDING"), 0xFFFF_FFFF)
        sequence.execute(sequence.identify_and_enable(self.platform), self._registers)

    def allocate(self, shape: tuple[int, ...], fmt: str) -> Any:
        """A new array of a format, in memory that the unit reaches. Raises ``RequestError``."""
        return self._allocate(shape=shape, dtype=self._format(fmt).dtype)

    def run(
        self, logits: Any, labels: Any, gradient: Any, core_mask: int | None = None
    ) -> Counters:
        """Run a shared job on arrays from ``allocate``; returns the unit's counters.

        Raises ``RequestError`` and what a job raises.
        """
        fmt = self._format_of(logits)
        if {(each.dtype, each.size) for each in (labels, gradient)} != {(fmt.dtype, logits.size)}:
            raise RequestError("logits, labels and gradient must have one dtype and one size")
        x, y, g = (each.device_address for each in (logits, labels, gradient))
        mask = self.platform.all_cores if core_mask is None else core_mask
        job = Job(self.platform, fmt, False, x, y, g, logits.size, mask)
        for each in (logits, labels, gradient):
            each.flush()  # the output too: a late write-back would overwrite results
        counters = sequence.execute(sequence.run(job), self._registers)
        gradient.invalidate()
        return counters

    def gradient(self, logits: Any, labels: Any) -> np.ndarray:
        """The gradient of arrays in any memory, in the dtype and shape of ``logits``.

        Raises ``RequestError`` and what a job raises.
        """
        logits, labels = np.asarray(logits), np.asarray(labels)
        fmt = self._format_of(logits)
        if (labels.dtype, labels.shape) != (logits.dtype, logits.shape):
            raise RequestError("logits and labels must have one dtype and one shape")
        if not logits.size:
            return np.empty_like(logits)
        buffers = [self._allocate(shape=logits.shape, dtype=fmt.dtype) for _ in range(3)]
        try:
            buffers[0][:], buffers[1][:] = logits, labels
            self.run(*buffers)
            return np.array(buffers[2])
        finally:
            for buffer in buffers:
                buffer.freebuffer()

    def _format_of(self, array: Any) -> Format:
        found = next((name for name, fmt in FORMATS.items() if fmt.dtype == array.dtype), None)
        return self._format(found or str(array.dtype))

    def _format(self, name: str) -> Format:
        check_choice("format", name, tuple(self.platform.formats))
        return FORMATS[name]


class PynqOverlay(PynqUnit):
    """A bitstream loaded by PYNQ, with the unit as cell ``scegrad`` of its block design.

    ``platform`` is the platform of the bitstream. Raises ``RequestError`` if PYNQ is not installed
    or the design has no such cell.
    """

    def __init__(
        self, bitstream: str | Path, platform: str | Path | Platform, clock_hz: float = CLOCK_HZ
    ) -> None:
        try:
            pynq = importlib.import_module("pynq")
        except ImportError as error:
            raise RequestError(
                "the package pynq is not installed: use the image of a PYNQ board"
            ) from error
        self.overlay = pynq.Overlay(str(bitstream))
        if CELL not in self.overlay.ip_dict:
            raise RequestError(
                f"{bitstream} has no cell {CELL}, but {sorted(self.overlay.ip_dict)}"
            )
        super().__init__(getattr(self.overlay, CELL).mmio, pynq.allocate, platform, clock_hz)
