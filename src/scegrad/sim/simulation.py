"""One simulated unit with its memories, as a handle: the Python side of the C interface in
``sw/sim/sce_sim.h``.

Time advances only inside ``read32``, ``write32``, ``run`` and ``reset``, and the same calls give
the same cycles.
"""

import os
from ctypes import byref, c_uint32
from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag
from pathlib import Path

import numpy as np

from scegrad.axi import Resp
from scegrad.errors import SimulationError, WavesError
from scegrad.registers import SHARED
from scegrad.sim.clib import records
from scegrad.sim.dram import Dram, DramStats, StatsStructure
from scegrad.sim.library import MemoryStructure, TrafficStructure, load

OUT_OF_MEMORY = "out of memory"
"""The library's message if its memories found no room."""

ALL_PORTS = -1
SHARED_PORT = 0


def port_of(unit: int) -> int:
    """The number of the port that a unit's jobs use: port k + 1 is that of core k."""
    return SHARED_PORT if unit == SHARED else unit + 1


class Direction(IntFlag):
    """Kinds of access to memory."""

    READ = 1
    WRITE = 2


class Channel(IntEnum):
    """Channels of an AXI port, as numbers in events."""

    AR = 0
    R = 1
    AW = 2
    W = 3
    B = 4


class Breach(IntEnum):
    """Kinds of violation."""

    OUTSIDE_REGION = 1
    OUTSIDE_WINDOW = 2
    BAD_BURST = 3
    BAD_LAST = 4


EVENT = np.dtype(
    [("cycle", "<u8"), ("address", "<u4"), ("beats", "<u2"), ("port", "u1"), ("channel", "u1")]
)
"""One accepted beat: of AR and AW the address and length of the burst, of the others the address of
the beat or burst.
"""

VIOLATION = np.dtype(
    [("cycle", "<u8"), ("address", "<u4"), ("port", "<u4"), ("kind", "<u4"), ("access", "<u4")]
)


@dataclass(frozen=True)
class Memory:
    """How the memory behind a port behaves.

    ``latency``      cycles from AR to the first R beat, and from the last of AW and W to B; 0 is a
                     memory that answers at once
    ``outstanding``  bursts of either direction that are accepted before the first of them is
                     answered
    ``stall``        how often, out of 256, each channel pauses for a cycle; ``seed`` starts the
                     generator that decides
    """

    latency: int = 0
    outstanding: int = 64
    stall: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Traffic:
    """The traffic of a port since the handle was made; ``write_bytes`` counts strobed bytes."""

    bursts_read: int
    read_beats: int
    bursts_written: int
    write_beats: int
    write_bytes: int

    def __sub__(self, earlier: "Traffic") -> "Traffic":
        """The traffic since ``earlier``."""
        return Traffic(
            *(getattr(self, item.name) - getattr(earlier, item.name) for item in fields(Traffic))
        )


class Simulation:
    """A handle on one simulated unit, fresh from reset, with empty memories; free it with ``close``
    or a ``with`` statement.

    ``library`` is a path from ``build.library``. Every method raises ``SimulationError`` if a
    request is refused, and ``MemoryError`` if there is no room for the simulated memories.
    """

    def __init__(self, library: Path) -> None:
        self._library = load(library)
        self._open: int | None = self._library.sce_sim_create()
        if self._open is None:
            raise MemoryError("there is no room for another simulation")

    @property
    def _handle(self) -> int:
        if self._open is None:
            raise SimulationError("the simulation has been closed")
        return self._open

    def __enter__(self) -> "Simulation":
        """The handle itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Free the handle."""
        self.close()

    def close(self) -> None:
        """Free the handle, if that was not done before; ``WavesError`` if waves could not be
        written to their end.
        """
        if self._open is None:
            return
        try:
            if not self._library.sce_sim_failed(self._open):
                self.close_waves()
        finally:
            handle, self._open = self._open, None
            self._library.sce_sim_free(handle)

    def _call(self, name: str, *arguments: object) -> None:
        if getattr(self._library, f"sce_sim_{name}")(self._handle, *arguments):
            raise self._error()

    def _error(self) -> Exception:
        """The library's message about the call that it refused."""
        message = self._library.sce_sim_error(self._handle).decode()
        if message == OUT_OF_MEMORY:
            return MemoryError("the simulated memories found no more room")
        return SimulationError(message)

    # Time and registers

    def reset(self, cycles: int = 4) -> None:
        """Hold ``rst`` for some cycles; transfers in flight are discarded, the memories keep their
        contents.
        """
        self._call("reset", cycles)

    def read32(self, offset: int) -> int:
        """The value of the register at an offset, by an AXI4-Lite read."""
        value = c_uint32()
        self._call("read32", offset, byref(value))
        return value.value

    def write32(self, offset: int, value: int) -> None:
        """Write the register at an offset, by an AXI4-Lite write."""
        self._call("write32", offset, value)

    def run(self, cycles: int, *, until_irq: bool = False) -> int:
        """Clock the model ``cycles`` times, or until ``irq`` is high; returns how often."""
        done = int(self._library.sce_sim_run(self._handle, cycles, until_irq))
        if self._library.sce_sim_failed(self._handle):
            raise self._error()
        return done

    def clock_bare(self, cycles: int) -> None:
        """Clock the model alone, without its memories: simulation speed is compared with this."""
        self._library.sce_sim_clock_bare(self._handle, cycles)

    @property
    def irq(self) -> bool:
        """Whether ``irq`` is high."""
        return bool(self._library.sce_sim_irq(self._handle))

    @property
    def cycle(self) -> int:
        """Clock cycles since the handle was made."""
        return int(self._library.sce_sim_cycle(self._handle))

    # Memory

    def write(self, address: int, data: bytes | np.ndarray) -> None:
        """Put bytes into memory, without simulated time; an array is written as its elements lie in
        memory, in C order.
        """
        content = (
            np.frombuffer(data, "u1") if isinstance(data, bytes) else np.ascontiguousarray(data)
        )
        self._call("write", address, content.ctypes.data, content.nbytes)

    def read(self, address: int, size: int) -> np.ndarray:
        """``size`` bytes of memory, without simulated time, as an array of ``uint8``; unwritten
        bytes are 0.
        """
        content = np.empty(size, "u1")
        self._call("read", address, content.ctypes.data, size)
        return content

    def release(self, address: int, size: int) -> None:
        """Free the whole 4 KiB pages in a range, which then read 0."""
        self._call("release", address, size)

    def attach(self, address: int, data: np.ndarray) -> None:
        """Make a C-contiguous array of whole 4 KiB pages the memory at ``address``, in place; it
        must outlive its use here.
        """
        if not data.flags.c_contiguous:
            raise SimulationError("only an array that is contiguous in memory can be attached")
        self._call("attach", address, data.ctypes.data, data.nbytes)

    @property
    def used_bytes(self) -> int:
        """Bytes that the memories take: those of the pages that were written."""
        return int(self._library.sce_sim_used_bytes(self._handle))

    def set_memory(self, memory: Memory, port: int = ALL_PORTS) -> None:
        """Give the memory behind a port, or behind all, another behaviour; only while nothing is in
        flight.
        """
        for name in ("latency", "outstanding", "stall", "seed"):
            if not 0 <= getattr(memory, name) < 1 << 32:
                raise SimulationError(
                    f"{name} is {getattr(memory, name)}, but must be 0 to {(1 << 32) - 1}"
                )
        self._call(
            "set_memory",
            port,
            byref(MemoryStructure(memory.latency, memory.outstanding, memory.stall, memory.seed)),
        )

    def set_dram(self, dram: Dram, port: int = SHARED_PORT) -> None:
        """Make the memory behind a port a DRAM whose time begins with its first burst; only while
        nothing is in flight there.
        """
        self._call("set_dram", port, byref(dram.structure()))

    def dram_stats(self, port: int = SHARED_PORT) -> DramStats:
        """The counts of the DRAM behind a port since ``set_dram`` or the last reset."""
        found = StatsStructure()
        self._call("get_dram_stats", port, byref(found))
        return found.stats()

    # Permitted accesses, violations and traffic

    def allow(self, address: int, size: int, access: Direction) -> None:
        """Declare a window: from the first one on, accesses outside all windows are answered DECERR
        and are violations.
        """
        self._call("window", address, size, int(access))

    def clear_windows(self) -> None:
        """Remove all windows: again, everything that the ports reach is allowed."""
        self._call("windows_clear")

    def fault(self, address: int, size: int, access: Direction, response: Resp) -> None:
        """Answer accesses to a range with SLVERR or DECERR; a write of such a byte is not carried
        out.
        """
        self._call("fault", address, size, int(access), int(response))

    def clear_faults(self) -> None:
        """Answer normally again."""
        self._call("faults_clear")

    def violations(self) -> list[str]:
        """The accesses that broke the rules, the first 64 of them, in words."""
        records = np.zeros(64, VIOLATION)
        count = int(
            self._library.sce_sim_violations(self._handle, records.ctypes.data, len(records))
        )
        return [
            f"{Breach(kind).name} on port {port}: {Direction(access).name} at {address:#x}, cycle"
            f" {cycle}"
            for cycle, address, port, kind, access in records[:count].tolist()
        ]

    def clear_violations(self) -> None:
        """Clear the violations."""
        self._call("violations_clear")

    def traffic(self, port: int) -> Traffic:
        """The traffic of a port."""
        counts = TrafficStructure()
        if self._library.sce_sim_get_traffic(self._handle, port, byref(counts)):
            raise SimulationError(f"there is no port {port}")
        return Traffic(*(getattr(counts, name) for name, *_ in counts._fields_))

    def record(self, room: int) -> None:
        """Record up to this many events from now on and clear earlier ones; 0 stops this."""
        self._call("record", room)

    def events(self) -> np.ndarray:
        """The recorded events, an array of ``EVENT``."""
        return records(self._library.sce_sim_events, self._handle, EVENT)

    @property
    def events_lost(self) -> int:
        """Events that there was no room for."""
        return int(self._library.sce_sim_events_lost(self._handle))

    def open_waves(self, path: Path) -> None:
        """Write waves as FST from now on; only a library built with ``waves`` can."""
        try:
            self._call("waves_open", os.fsencode(path))
        except SimulationError as error:
            raise WavesError(str(error)) from error

    def close_waves(self) -> None:
        """End the waves' file; raises ``WavesError`` if they could not be written to it."""
        try:
            self._call("waves_close")
        except SimulationError as error:
            raise WavesError(str(error)) from error
