"""One simulated unit behind LiteDRAM, as a handle: the Python side of the C interface in
``sw/litedram/sce_litedram.h``.
"""

from ctypes import CDLL, POINTER, Structure, byref, c_int, c_uint32, c_uint64, c_void_p
from dataclasses import dataclass

import numpy as np

from scegrad.errors import SimulationError
from scegrad.litedram.bench import library, region
from scegrad.litedram.chip import Chip
from scegrad.platforms import Platform
from scegrad.sim.clib import Functions, declare


class _Plan(Structure):
    _fields_ = [
        ("addresses", c_uint32 * 3),
        ("size", c_uint32),
        ("burst_beats", c_uint32),
        ("turn_bytes", c_uint32),
        ("lag_bytes", c_uint32),
        ("outstanding", c_uint32),
    ]


_FUNCTIONS: Functions = {
    "create": (c_void_p, []),
    "free": (None, [c_void_p]),
    "write32": (c_int, [c_void_p, c_uint32, c_uint32]),
    "read32": (c_int, [c_void_p, c_uint32, POINTER(c_uint32)]),
    "run": (c_uint64, [c_void_p, c_uint64]),
    "irq": (c_int, [c_void_p]),
    "write": (c_int, [c_void_p, c_uint32, c_void_p, c_uint32]),
    "read": (c_int, [c_void_p, c_uint32, c_void_p, c_uint32]),
    "ideal": (c_uint64, [c_void_p, POINTER(_Plan)]),
}


@dataclass(frozen=True)
class Manner:
    """How the ideal manager asks: bursts of ``burst_bytes``, one input for ``turn_bytes``, writes
    ``lag_bytes`` behind the reads, ``outstanding`` bursts of either direction in flight.
    """

    burst_bytes: int
    turn_bytes: int
    lag_bytes: int
    outstanding: int


class LiteDramSimulation:
    """The unit of ``platform`` behind LiteDRAM for ``chip``; an ``Access`` for ``job.sequence``.

    Use it as a context manager. The memory is at the platform's largest shared region, up to its
    own size. Raises ``BuildError`` if it cannot be built, and ``SimulationError`` for an access
    that is not answered.
    """

    def __init__(self, platform: Platform, chip: Chip) -> None:
        self._port_bytes = chip.port_bits // 8
        self._library = CDLL(str(library(platform, chip)))
        declare(self._library, {f"sce_litedram_{name}": f for name, f in _FUNCTIONS.items()})
        where = region(platform)
        self._base, self._end = where.base, where.base + min(where.size, chip.size)
        self._handle = self._library.sce_litedram_create()
        if not self._handle:
            raise MemoryError("there is no room for another simulation")

    def __enter__(self) -> "LiteDramSimulation":
        """The handle itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Free the handle."""
        handle, self._handle = self._handle, None
        if handle:
            self._library.sce_litedram_free(handle)

    def _call(self, name: str, *arguments: object) -> None:
        if getattr(self._library, f"sce_litedram_{name}")(self._handle, *arguments):
            raise SimulationError(f"LiteDRAM's bench has not answered: {name} {arguments[0]}")

    def read32(self, offset: int, /) -> int:
        """The value of a register."""
        value = c_uint32()
        self._call("read32", offset, byref(value))
        return value.value

    def write32(self, offset: int, value: int, /) -> None:
        """Write a register."""
        self._call("write32", offset, value)

    def wait(self, limit: int, /) -> None:
        """Let time pass until irq is high; raises ``TimeoutError`` after ``limit`` cycles."""
        self._library.sce_litedram_run(self._handle, limit)
        if not self._library.sce_litedram_irq(self._handle):
            raise TimeoutError(f"no interrupt came within {limit} cycles")

    def _check(self, address: int, size: int) -> None:
        if not self._base <= address <= address + size <= self._end:
            raise SimulationError(
                f"{size} bytes at {address:#x} are outside the memory,"
                f" {self._base:#x} to {self._end - 1:#x}"
            )

    def write(self, address: int, data: np.ndarray) -> None:
        """Write an array through the controller, byte by byte as it lies in memory."""
        content = np.ascontiguousarray(data)
        self._check(address, content.nbytes)
        self._call("write", address, content.ctypes.data, content.nbytes)

    def read(self, address: int, size: int) -> np.ndarray:
        """``size`` bytes through the controller."""
        self._check(address, size)
        content = np.zeros(size, "u1")
        self._call("read", address, content.ctypes.data, size)
        return content

    def ideal(self, addresses: tuple[int, int, int], size: int, manner: Manner) -> int:
        """Cycles of the ideal manager: it reads two arrays of ``size`` bytes and writes a third."""
        for address in addresses:
            self._check(address, size)
        plan = _Plan(
            (c_uint32 * 3)(*addresses),
            size,
            manner.burst_bytes // self._port_bytes,
            manner.turn_bytes,
            manner.lag_bytes,
            manner.outstanding,
        )
        cycles = int(self._library.sce_litedram_ideal(self._handle, byref(plan)))
        if not cycles:
            raise SimulationError("LiteDRAM has not answered the ideal manager")
        return cycles
