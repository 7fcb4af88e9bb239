"""The mutants of a platform: which of them its regression tells from the platform itself.

    regression of ``coverage_runs``, which checks results, guards and protocol
        │ runs once, on the platform itself
        ▼
    trace: inputs and outputs of every port in every cycle
        │ its inputs for each mutant, until a handshake differs
        ▼
    killed: in that cycle, by a handshake or by what it carries

Up to the first difference a mutant gets what the regression would have given it, and what differs
is wrong to whoever looks at the ports: a handshake in another cycle, of which the benches keep the
number, or another address, length, strobe, byte or response.
"""

import ctypes
import random
import re
from collections.abc import Callable, Iterator
from ctypes import POINTER, byref, c_int, c_uint32, c_uint64, c_void_p
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scegrad.build.cache import cached, content_key
from scegrad.build.driver import software_directory
from scegrad.build.model_text import clock_gates, constant_tables
from scegrad.build.simulator import harness_directory, ports_header, verilog
from scegrad.build.toolchain import Toolchain
from scegrad.errors import SimulationError
from scegrad.platforms import Platform
from scegrad.progress import announced
from scegrad.signoff import coverage_runs, edge_requests
from scegrad.sim.clib import Functions, declare
from scegrad.sim.simulation import Simulation
from scegrad.tools.places import cache_directory

ROUNDS, EDGES = 6, 2000
"""Soak rounds of the trace, and its requests at the edges."""

_PORT = re.compile(r"^  (input|output) (?:reg |wire )?(?:\[\d+:0\] )?(\w+);", re.MULTILINE)
_CHANNEL = re.compile(r"([sm]_axil?_(?:\w+_)?)(aw|ar|w|b|r)([a-z]+)")


class Kind(IntEnum):
    """How a mutant differs, as in ``sw/mutants/row.h``."""

    SAME = 0
    HANDSHAKE = 1
    PAYLOAD = 2


@dataclass(frozen=True)
class Trace:
    """What every port showed before each clock edge, a row of bytes a cycle; ``jobs`` ran."""

    rows: NDArray[np.uint8]
    jobs: int


def pins_header(top: str, text: str) -> str:
    """The C++ header with the pins of a top module, the clock aside, each output with the pins
    that say when it counts.
    """
    start = text.index(f"module {top}(")
    ports = _PORT.findall(text[start : text.index("endmodule", start)])
    inputs = [name for way, name in ports if way == "input" and name != "clk"]
    outputs = [_counted(name) for way, name in ports if way == "output"]
    return "\n".join(
        [
            f"// Pins of {top}: which are driven, and when which output counts.",
            "#pragma once",
            f"#define SCE_INPUTS(PIN) {' '.join(f'PIN({name})' for name in inputs)}",
            f"#define SCE_OUTPUTS(ALWAYS, READY, PAYLOAD, DATA) {' '.join(outputs)}",
            "",
        ]
    )


def _counted(name: str) -> str:
    """An output in the macro of its kind, with the pins that say when it counts."""
    pins = condition(name)
    kinds = {0: "ALWAYS", 1: "READY" if name.endswith("ready") else "PAYLOAD", 2: "DATA"}
    return f"{kinds[len(pins)]}({', '.join((name, *pins))})"


def condition(name: str) -> tuple[str, ...]:
    """The pins that are high if an output counts: none for valid and irq, valid for ready and
    payload, and strobes before it for data.
    """
    found = _CHANNEL.fullmatch(name)
    if found is None or found[3] == "valid":
        return ()
    valid = f"{found[1]}{found[2]}valid"
    return (f"{found[1]}wstrb", valid) if found[2] + found[3] == "wdata" else (valid,)


@cache
def trace(platform: Platform) -> Trace:
    """The regression. Raises ``BuildError``, and ``SoakError`` if a check of it fails."""

    def run(simulation: Simulation) -> int:
        jobs = coverage_runs.run_regression(platform, simulation, ROUNDS)
        rng = random.Random(EDGES)
        return jobs + edge_requests.run(rng, platform, simulation, EDGES)

    return record(platform, verilog(platform), run)


def record(platform: Platform, source: Path, run: Callable[[Simulation], int]) -> Trace:
    """What the ports of a platform, of which ``source`` is the Verilog, show while ``run`` has its
    simulation; it returns how many jobs ran. Raises what it raises, and ``BuildError``.
    """
    library = recording_library(platform, source)
    rows, size = c_void_p(), c_uint64()
    function = ctypes.CDLL(str(library)).sce_trace
    function.argtypes = [POINTER(c_void_p), POINTER(c_uint64)]
    function.restype = c_uint64
    with Simulation(library) as simulation:
        jobs = run(simulation)
        count = function(byref(rows), byref(size))
        assert rows.value
        held = (ctypes.c_uint8 * (count * size.value)).from_address(rows.value)
        return Trace(np.frombuffer(held, np.uint8).reshape(count, size.value).copy(), jobs)


def recording_library(platform: Platform, source: Path) -> Path:
    """The library of a platform that records, as ``sim.Simulation`` takes it; built now where it is
    not there yet. Raises ``BuildError``.
    """
    tools, text = Toolchain.find(), source.read_text(encoding="ascii")
    harness = sorted(harness_directory().glob("*.cpp"))
    files = [*_own("row.h", "tap.cpp"), *sorted(harness_directory().glob("*.[ch]*"))]
    pins, ports = pins_header(platform.top_name, text), ports_header(platform)

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


class MutantPlatform:
    """The Verilated netlist of a group, made of the Verilog ``source`` of a platform, as a library
    built in ``work``.
    """

    def __init__(self, platform: Platform, source: Path, netlist: bytes, work: Path) -> None:
        tools, model = Toolchain.find(), work / "model"
        model.mkdir()
        (work / "mutants.v").write_bytes(netlist)
        text = source.read_text(encoding="ascii")  # the netlist has its pins in another order
        (model / "pins.h").write_text(pins_header(platform.top_name, text), encoding="ascii")
        objects = tools.model(
            [work / "mutants.v"], platform.top_name, list(_own("replay.cpp")), model
        )
        self._library = ctypes.CDLL(str(tools.link(objects, work / "mutants.so")))
        declare(self._library, _FUNCTIONS)

    def first_differences(
        self, found: Trace, numbers: list[int]
    ) -> Iterator[tuple[int, int, Kind]]:
        """Of each mutant its number, and the cycle and kind of its first difference, 0 and ``SAME``
        for none.

        Raises ``SimulationError`` if the netlist without a mutation does not do what was recorded.
        """
        if self._library.sce_replay_bytes() != found.rows.shape[1]:
            raise SimulationError("the netlist has other ports than the platform")
        if (cycle := self._replay(found, 0)[0]) != 0:
            raise SimulationError(f"the netlist without a mutation differs in cycle {cycle}")
        for number in numbers:
            yield number, *self._replay(found, number)

    def _replay(self, found: Trace, number: int) -> tuple[int, Kind]:
        kind = c_int()
        rows = found.rows
        cycle = self._library.sce_replay(rows.ctypes.data, len(rows), number, byref(kind))
        return cycle, Kind(kind.value)


_FUNCTIONS: Functions = {
    "sce_replay_bytes": (c_uint64, []),
    "sce_replay": (c_uint64, [c_void_p, c_uint64, c_uint32, POINTER(c_int)]),
}


def _own(*names: str) -> Iterator[Path]:
    return (software_directory() / "mutants" / name for name in names)
