"""The functions of ``sw/sim/sce_sim.h`` as ctypes sees them, in the library that C programs use;
the rest of ``sim`` uses them.
"""

import ctypes
import os
import threading
from ctypes import POINTER, c_char_p, c_int, c_uint32, c_uint64, c_void_p
from functools import cache
from pathlib import Path

from scegrad.errors import SimulationError
from scegrad.sim.clib import Functions, declare
from scegrad.sim.dram import DramStructure, StatsStructure

ABI = 3
"""Version of the C interface that this module speaks."""


class MemoryStructure(ctypes.Structure):
    """``sce_sim_memory``."""

    _fields_ = [
        ("latency", c_uint32),
        ("outstanding", c_uint32),
        ("stall", c_uint32),
        ("seed", c_uint64),
    ]


class TrafficStructure(ctypes.Structure):
    """``sce_sim_traffic``."""

    _fields_ = [
        (name, c_uint64)
        for name in ("bursts_read", "read_beats", "bursts_written", "write_beats", "write_bytes")
    ]


_FUNCTIONS: Functions = {
    "abi": (c_int, []),
    "ports": (c_int, []),
    "traces": (c_int, []),
    "create": (c_void_p, []),
    "free": (None, [c_void_p]),
    "error": (c_char_p, [c_void_p]),
    "failed": (c_int, [c_void_p]),
    "forked": (None, [c_void_p]),
    "reset": (c_int, [c_void_p, c_uint32]),
    "set_memory": (c_int, [c_void_p, c_int, POINTER(MemoryStructure)]),
    "set_dram": (c_int, [c_void_p, c_int, POINTER(DramStructure)]),
    "get_dram_stats": (c_int, [c_void_p, c_int, POINTER(StatsStructure)]),
    "write": (c_int, [c_void_p, c_uint64, c_void_p, c_uint64]),
    "read": (c_int, [c_void_p, c_uint64, c_void_p, c_uint64]),
    "release": (c_int, [c_void_p, c_uint64, c_uint64]),
    "attach": (c_int, [c_void_p, c_uint64, c_void_p, c_uint64]),
    "used_bytes": (c_uint64, [c_void_p]),
    "window": (c_int, [c_void_p, c_uint64, c_uint64, c_uint32]),
    "windows_clear": (c_int, [c_void_p]),
    "violations": (c_uint64, [c_void_p, c_void_p, c_uint64]),
    "violations_clear": (c_int, [c_void_p]),
    "fault": (c_int, [c_void_p, c_uint64, c_uint64, c_uint32, c_uint32]),
    "faults_clear": (c_int, [c_void_p]),
    "write32": (c_int, [c_void_p, c_uint32, c_uint32]),
    "read32": (c_int, [c_void_p, c_uint32, POINTER(c_uint32)]),
    "run": (c_uint64, [c_void_p, c_uint64, c_int]),
    "irq": (c_int, [c_void_p]),
    "cycle": (c_uint64, [c_void_p]),
    "clock_bare": (None, [c_void_p, c_uint64]),
    "get_traffic": (c_int, [c_void_p, c_int, POINTER(TrafficStructure)]),
    "record": (c_int, [c_void_p, c_uint64]),
    "events": (c_uint64, [c_void_p, POINTER(c_void_p)]),
    "events_lost": (c_uint64, [c_void_p]),
    "waves_open": (c_int, [c_void_p, c_char_p]),
    "waves_close": (c_int, [c_void_p]),
}


_OPENING = threading.Lock()


def _open(path: Path) -> ctypes.CDLL:
    """The library, without the memory windows that it maps for C programs; raises ``OSError``."""
    # A constructor maps the windows while dlopen() runs, before any function can be called: only
    # the environment can prevent it. The lock keeps two threads from undoing each other.
    with _OPENING:
        before = os.environ.get("SCEGRAD_WINDOWS")
        os.environ["SCEGRAD_WINDOWS"] = "0"
        try:
            return ctypes.CDLL(str(path))
        finally:
            if before is None:
                del os.environ["SCEGRAD_WINDOWS"]
            else:
                os.environ["SCEGRAD_WINDOWS"] = before


@cache
def load(path: Path) -> ctypes.CDLL:
    """The library with the types of its functions; raises ``SimulationError`` if it is not one of
    ours.
    """
    try:
        library = _open(path)
        declare(library, {f"sce_sim_{name}": types for name, types in _FUNCTIONS.items()})
    except (OSError, AttributeError) as error:
        raise SimulationError(f"{path} is not a simulator library: {error}") from error
    if library.sce_sim_abi() != ABI:
        raise SimulationError(
            f"{path} speaks version {library.sce_sim_abi()} of the interface, but must speak {ABI}"
        )
    return library
