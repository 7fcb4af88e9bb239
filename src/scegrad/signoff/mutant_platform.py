"""What a platform's ports show in every cycle while jobs run on it, for its mutants.

regression of ``coverage_runs``, which checks results, guards and protocol ─┐
jobs of ``far_requests``, on the platform without checks of places ─────────┤
▼
trace: every pin of every port before each clock edge
"""

import ctypes
import random
import re
from collections.abc import Callable, Iterator, Sequence
from ctypes import POINTER, byref, c_uint64, c_void_p
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from scegrad.build.cache import cached, content_key
from scegrad.build.driver import software_directory
from scegrad.build.model_text import clock_gates, constant_tables
from scegrad.build.simulator import harness_directory, ports_header, verilog
from scegrad.build.toolchain import Toolchain
from scegrad.platforms import Platform
from scegrad.progress import announced
from scegrad.signoff import coverage_runs, edge_requests, far_requests
from scegrad.sim.simulation import Simulation
from scegrad.tools.places import cache_directory

ROUNDS, EDGES = 6, 2000
"""Soak rounds of the regression, and its requests at the edges."""

FAR = 600
"""Jobs on arrays of any length."""

_PORT = re.compile(r"^  (input|output) (?:reg |wire )?(?:\[(\d+):0\] )?(\w+);", re.MULTILINE)
_REGION = re.compile(r"REGION\((\d+), \w+, \w+\)")
_CHANNEL = re.compile(r"([sm]_axil?_(?:\w+_)?)(aw|ar|w|b|r)([a-z]+)")


@dataclass(frozen=True)
class Trace:
    """The pins of each cycle, a row of bytes each, at the ``places`` in it (in bits) of the first
    bit of each port; ``jobs`` ran.
    """

    rows: NDArray[np.uint8]
    places: dict[str, int]
    jobs: int

    def bits(self, names: Sequence[str]) -> NDArray[np.uint8]:
        """The bits of some pins (``name[3]``), a row for each cycle."""
        found = np.empty((len(self.rows), len(names)), np.uint8)
        for column, name in enumerate(names):
            port, _, bit = name[:-1].partition("[")
            at = self.places[port] + int(bit)
            found[:, column] = self.rows[:, at // 8] >> at % 8 & 1
        return found


def _pins(top: str, text: str) -> dict[str, int]:
    """The width of each port of a top module, the clock aside."""
    start = text.index(f"module {top}(")
    ports = _PORT.findall(text[start : text.index("endmodule", start)])
    return {name: 1 + int(high or 0) for _, high, name in ports if name != "clk"}


def _header(pins: Sequence[str]) -> str:
    """The C++ header with the pins of a top module."""
    listed = " ".join(f"PIN({name})" for name in pins)
    title = "// Pins of a top module, without its clock.\n#pragma once\n"
    return f"{title}#define SCE_PINS(PIN) {listed}\n"


def _places(pins: dict[str, int]) -> tuple[dict[str, int], int]:
    """Where in a row each port begins, in bits, and the bytes of a row: Verilator has a port in the
    smallest integer that holds it, or in words of 32 bits.
    """

    def kind(width: int) -> type:
        for integer in (ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64):
            if width <= 8 * ctypes.sizeof(integer):
                return integer
        return ctypes.c_uint32 * (-(-width // 32))

    members = [(name, kind(width)) for name, width in pins.items()]
    row = type("Row", (ctypes.Structure,), {"_fields_": members})
    return {name: 8 * getattr(row, name).offset for name in pins}, ctypes.sizeof(row)


def condition(name: str) -> tuple[str, ...]:
    """The pins that are high if an output counts: none for valid and irq, valid for ready and
    payload, and strobes before it for data.
    """
    found = _CHANNEL.fullmatch(name)
    if found is None or found[3] == "valid":
        return ()
    valid = f"{found[1]}{found[2]}valid"
    return (f"{found[1]}wstrb", valid) if found[2] + found[3] == "wdata" else (valid,)


def conditions(name: str) -> tuple[str, ...]:
    """The same for one bit of an output, bits of pins."""
    port, _, bit = name[:-1].partition("[")
    return tuple(
        f"{pin}[{int(bit) // 8 if pin.endswith('wstrb') else 0}]" for pin in condition(port)
    )


@cache
def regression(platform: Platform) -> Trace:
    """The trace of the regression. Raises ``BuildError``, and ``SoakError`` if a check of it
    fails.
    """

    def run(simulation: Simulation) -> int:
        jobs = coverage_runs.run_regression(platform, simulation, ROUNDS)
        rng = random.Random(EDGES)
        return jobs + edge_requests.run(rng, platform, simulation, EDGES)

    return record(platform, verilog(platform), run)


@cache
def far(platform: Platform) -> Trace:
    """The trace of jobs on arrays of any length and place. Raises as ``regression``."""
    with TemporaryDirectory(prefix="scegrad-") as work:
        source = Path(work) / "unchecked.v"
        text = verilog(platform).read_text(encoding="ascii")
        source.write_text(far_requests.unchecked(text), encoding="ascii")
        rng = random.Random(FAR)
        ports = ports_anywhere(platform)
        return record(platform, source, lambda s: far_requests.run(rng, platform, s, FAR), ports)


def ports_anywhere(platform: Platform) -> str:
    """The header of the simulation's ports, with memory at every address."""
    return _REGION.sub(r"REGION(\1, 0u, 0xffffffffu)", ports_header(platform))


def record(
    platform: Platform, source: Path, run: Callable[[Simulation], int], ports: str | None = None
) -> Trace:
    """What the ports of a platform, of which ``source`` is the Verilog, show while ``run`` has its
    simulation; it returns how many jobs ran. ``ports`` is another header of the simulation's ports.
    Raises what ``run`` raises, and ``BuildError``.
    """
    library = recording_library(platform, source, ports or ports_header(platform))
    places, size_due = _places(_pins(platform.top_name, source.read_text(encoding="ascii")))
    rows, size = c_void_p(), c_uint64()
    function = ctypes.CDLL(str(library)).sce_trace
    function.argtypes = [POINTER(c_void_p), POINTER(c_uint64)]
    function.restype = c_uint64
    before = function(byref(rows), byref(size))
    with Simulation(library) as simulation:
        jobs = run(simulation)
        count = function(byref(rows), byref(size))
        assert rows.value
        held = (ctypes.c_uint8 * (count * size.value)).from_address(rows.value)
        assert size.value == size_due, "the compiler places the pins in another way"
        table = np.frombuffer(held, np.uint8).reshape(count, size.value)
        return Trace(table[before:].copy(), places, jobs)


def recording_library(platform: Platform, source: Path, ports: str) -> Path:
    """The library of a platform that records, as ``sim.Simulation`` takes it; built now where it is
    not there yet. Raises ``BuildError``.
    """
    tools, text = Toolchain.find(), source.read_text(encoding="ascii")
    harness = sorted(harness_directory().glob("*.cpp"))
    files = [*_own("row.h", "tap.cpp"), *sorted(harness_directory().glob("*.[ch]*"))]
    pins = _header(list(_pins(platform.top_name, text)))

    def make(work: Path) -> Path:
        (work / "ports.h").write_text(ports, encoding="ascii")
        (work / "pins.h").write_text(pins, encoding="ascii")
        (work / "design.v").write_text(clock_gates(constant_tables(text)), encoding="ascii")
        with announced(f"{platform.name}: building the simulator that records (once)"):
            objects = tools.model(
                [Path("design.v")],
                platform.top_name,
                [*_own("tap.cpp"), *harness],
                work,
                includes=(harness_directory(), harness_directory() / "fst"),
            )
            return tools.link(objects, work / "platform.so")

    texts = (text, tools.identity(), pins, ports)
    key = content_key([*(part.encode() for part in texts), *(path.read_bytes() for path in files)])
    return cached(cache_directory() / f"trace-{platform.name}-{key}.so", make)


def _own(*names: str) -> Iterator[Path]:
    return (software_directory() / "mutants" / name for name in names)
