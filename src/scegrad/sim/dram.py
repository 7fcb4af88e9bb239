"""The DRAM timing model of ``sw/sim/dram.cpp``: its parameters and presets, and the model alone for
benches that bring their own bus.

The model is written once, in C++, and serves the ports of the fast simulation, of the cocotb
benches and of the ideal manager; see docs/memory.md.
"""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_uint32, c_uint64, c_void_p
from dataclasses import astuple, dataclass, fields, replace
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from scegrad.sim.clib import Functions, declare, records

if TYPE_CHECKING:
    import numpy as np

PRESETS = ("ddr3-1600", "ddr4-2400")
"""Names of memories that ``preset`` knows; their parameters are in ``sw/sim/dram_presets.cpp``."""


COMMAND = [("clock", "<u8"), ("kind", "<u4"), ("bank", "<u4"), ("row", "<u4"), ("unused", "<u4")]
"""A command on the DRAM's bus; ``kind`` is of ``Command``, ``bank`` is bank * bank_groups + group.
"""


class Command(IntEnum):
    """Kinds of command."""

    ACTIVATE = 0
    PRECHARGE = 1
    READ = 2
    WRITE = 3
    REFRESH = 4


class DramError(ValueError):
    """Raised for inconsistent DRAM parameters; the message is one line."""


@dataclass(frozen=True)
class Dram:
    """One channel of DRAM and its controller, in the words of ``sce_sim_dram`` in
    ``sw/sim/sce_dram.h``, which describes each field.
    """

    memory_mhz: int
    core_mhz: int
    bus_bytes: int
    bank_groups: int
    banks_per_group: int
    row_bytes: int
    cl: int
    cwl: int
    trcd: int
    trp: int
    tras: int
    twr: int
    trtp: int
    trrd_s: int
    trrd_l: int
    tfaw: int
    tccd_s: int
    tccd_l: int
    twtr_s: int
    twtr_l: int
    trfc: int
    trefi: int
    frontend: int
    read_queue: int
    write_queue: int
    write_high: int
    write_low: int
    read_turn: int
    write_turn: int
    age_limit: int
    base: int
    size: int
    sram_latency: int

    @property
    def column_bytes(self) -> int:
        """Bytes of one access: 8 words of the data bus."""
        return 8 * self.bus_bytes

    @property
    def peak(self) -> float:
        """Bytes that the data bus can move in a cycle of the unit's clock."""
        return 2 * self.bus_bytes * self.memory_mhz / self.core_mhz

    def structure(self) -> "DramStructure":
        """As the C interface takes it; raises ``DramError`` if the parameters are not valid."""
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0 <= value < 1 << 32:
                raise DramError(f"{item.name} is {value}, but must be 0 to {(1 << 32) - 1}")
        structure = DramStructure(*astuple(self))
        problem = _library().sce_sim_dram_problem(byref(structure))
        if problem:
            raise DramError(problem.decode())
        return structure


@dataclass(frozen=True)
class DramStats:
    """The counts of a memory: clocks, columns moved, commands given, and changes between reading
    and writing.
    """

    clocks: int
    read_columns: int
    write_columns: int
    activates: int
    precharges: int
    refreshes: int
    turns: int


class DramStructure(ctypes.Structure):
    """``sce_sim_dram``."""

    _fields_ = [(item.name, c_uint32) for item in fields(Dram)]


class StatsStructure(ctypes.Structure):
    """``sce_sim_dram_stats``."""

    _fields_ = [(item.name, c_uint64) for item in fields(DramStats)]

    def stats(self) -> DramStats:
        """The same as a dataclass."""
        return DramStats(*(getattr(self, item.name) for item in fields(DramStats)))


_FUNCTIONS: Functions = {
    "sce_sim_dram_bytes": (c_uint32, []),
    "sce_sim_dram_preset": (c_int, [c_char_p, POINTER(DramStructure)]),
    "sce_sim_dram_problem": (c_char_p, [POINTER(DramStructure)]),
    "sce_dram_create": (c_void_p, [POINTER(DramStructure), c_uint32]),
    "sce_dram_free": (None, [c_void_p]),
    "sce_dram_accept": (c_uint32, [c_void_p, c_uint32, c_uint32, c_uint32, c_int, c_uint64]),
    "sce_dram_tick": (None, [c_void_p, c_uint64]),
    "sce_dram_ready": (c_uint32, [c_void_p, c_uint32, c_uint64]),
    "sce_dram_retire": (None, [c_void_p, c_uint32]),
    "sce_dram_room": (c_uint32, [c_void_p]),
    "sce_dram_clear": (None, [c_void_p]),
    "sce_dram_get_stats": (None, [c_void_p, POINTER(StatsStructure)]),
    "sce_dram_record": (None, [c_void_p, c_uint64]),
    "sce_dram_commands": (c_uint64, [c_void_p, POINTER(c_void_p)]),
    "sce_dram_ideal": (
        c_uint64,
        [
            POINTER(DramStructure),
            c_uint32,
            c_uint32,
            POINTER(c_uint32),
            c_uint32,
            c_uint32,
            c_uint32,
            c_uint32,
            POINTER(StatsStructure),
        ],
    ),
}


@cache
def _library() -> ctypes.CDLL:
    # The build loads when a memory is made: help texts need the names of the presets alone.
    from scegrad.build.simulator import dram_library

    library = ctypes.CDLL(str(dram_library()))
    declare(library, _FUNCTIONS)
    if library.sce_sim_dram_bytes() != ctypes.sizeof(DramStructure):
        raise DramError("the DRAM model's C interface is not the one that this module speaks")
    return library


def preset(name: str, *, core_mhz: int | None = None) -> Dram:
    """The memory of that name, beside a unit clocked at ``core_mhz`` (1,000 unless given); raises
    ``DramError``.
    """
    structure = DramStructure()
    if _library().sce_sim_dram_preset(name.encode(), byref(structure)):
        raise DramError(f"dram is {name!r}, but must be one of {', '.join(PRESETS)}")
    dram = Dram(*(getattr(structure, item.name) for item in fields(Dram)))
    if core_mhz is not None:
        dram = replace(dram, core_mhz=core_mhz)
        dram.structure()
    return dram


class DramModel:
    """The timing of one memory behind an AXI port of ``port_bytes``; moves no data. ``cycle`` is a
    monotonic counter of clock cycles.
    """

    def __init__(self, dram: Dram, port_bytes: int) -> None:
        self._library = _library()
        self._handle = c_void_p(self._library.sce_dram_create(byref(dram.structure()), port_bytes))
        if not self._handle:
            raise DramError(f"port_bytes is {port_bytes}, but must be 1 or more")

    def __del__(self) -> None:
        """Free the model."""
        if handle := getattr(self, "_handle", None):
            self._library.sce_dram_free(handle)

    def accept(self, ident: int, address: int, beats: int, *, write: bool, cycle: int) -> int:
        """A burst is complete for the memory: a read with its AR, a write with AW and its last W;
        returns its token.
        """
        return int(self._library.sce_dram_accept(self._handle, ident, address, beats, write, cycle))

    def tick(self, cycle: int) -> None:
        """The handshakes of a cycle are over; call it once per cycle."""
        self._library.sce_dram_tick(self._handle, cycle)

    def ready(self, token: int, cycle: int) -> int:
        """After the tick of ``cycle``: the beats of a read that may be taken at the next; 1 for a
        write whose response may be.
        """
        return int(self._library.sce_dram_ready(self._handle, token, cycle))

    def retire(self, token: int) -> None:
        """The burst has been answered to its end."""
        self._library.sce_dram_retire(self._handle, token)

    @property
    def room_reads(self) -> bool:
        """Whether an AR may be accepted in the cycle after the last tick."""
        return bool(self._library.sce_dram_room(self._handle) & 1)

    @property
    def room_writes(self) -> bool:
        """Whether an AW may be accepted in the cycle after the last tick."""
        return bool(self._library.sce_dram_room(self._handle) & 2)

    def clear(self) -> None:
        """Discard everything, as reset requires."""
        self._library.sce_dram_clear(self._handle)

    def record(self, room: int) -> None:
        """Record up to this many commands from now on."""
        self._library.sce_dram_record(self._handle, room)

    def commands(self) -> "np.ndarray":
        """The recorded commands, an array of ``COMMAND``."""
        return records(self._library.sce_dram_commands, self._handle, COMMAND)

    def stats(self) -> DramStats:
        """The counts of the memory."""
        found = StatsStructure()
        self._library.sce_dram_get_stats(self._handle, byref(found))
        return found.stats()


def ideal(
    dram: Dram,
    addresses: tuple[int, int, int],
    size: int,
    *,
    port_bytes: int,
    burst_beats: int,
    turn_bytes: int = 4096,
    lag_bytes: int = 0,
    outstanding: int = 64,
) -> tuple[int, DramStats]:
    """Cycles of the ideal manager, and the counts of the memory: see ``sce_dram_ideal``.

    It reads two arrays of ``size`` bytes and writes a third, at ``addresses``, over a port of
    ``port_bytes`` in bursts of up to ``burst_beats``, turns from one input to the other every
    ``turn_bytes``, and writes ``lag_bytes`` behind what it reads.
    """
    found = StatsStructure()
    places = (c_uint32 * 3)(*addresses)
    structure = byref(dram.structure())
    cycles = _library().sce_dram_ideal(
        structure,
        port_bytes,
        burst_beats,
        places,
        size,
        turn_bytes,
        lag_bytes,
        outstanding,
        byref(found),
    )
    return int(cycles), found.stats()
