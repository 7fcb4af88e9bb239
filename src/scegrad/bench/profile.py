"""Where the time of the fast simulation goes, part by part, with clock gates and with wires.

The Verilated model is built once more, with a C++ function for each block of the Verilog, and
sampled by gprof's clock, which counts processor time: nothing is added to the functions. Blocks
that do not share a function are slower (two to three times), so the figures are shares, not times.
"""

import bisect
import inspect
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scegrad.bench.measure import fitting
from scegrad.build import model_text
from scegrad.build.cache import cached, content_key
from scegrad.build.driver import software_directory
from scegrad.build.model_text import clock_gates, constant_tables
from scegrad.build.simulator import harness_directory, ports_header, verilog
from scegrad.build.toolchain import Toolchain
from scegrad.errors import BuildError, SimulationError
from scegrad.formats import FORMATS
from scegrad.platforms import Platform
from scegrad.progress import announced
from scegrad.registers import FORMAT_CODES, REGISTER
from scegrad.show.table import Sheet, numbers, texts
from scegrad.tools.places import cache_directory

ELEMENTS = 1 << 16
SECONDS = 20

PARTS = {
    "fp32 lanes": ("core_datapath_lane",),
    "fp16 lanes": ("core_datapath_half_lane", "core_datapath_rom"),
    "rest of the cores": ("core",),
    "private DMAs": ("core_dma",),
    "shared DMA": ("cluster_dma",),
    "deal and gather": ("cluster_deal", "cluster_gather"),
    "registers": ("control",),
    "ports and scheduling": ("",),
}
"""Parts, and how the names of their modules begin after that of the top; the longest counts."""

SURROUNDINGS = "memory and clock"
"""The parts outside the model: ``sw/sim`` and the C library."""

_FUNCTION = re.compile(r"__PROF__\w+?__l(\d+)")
_MODULE = re.compile(r"^module (\w+)\(", re.MULTILINE)
_LINE = re.compile(r"^ *[\d.]+ +[\d.]+ +([\d.]+) +(?:\d+ +[\d.]+ +[\d.]+ +)?(\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Profile:
    """Of one platform and format: samples of each part, and cycles and microseconds of the run."""

    platform: str
    fmt: str
    gates: bool
    samples: dict[str, float]
    cycles: int
    microseconds: int

    @property
    def times(self) -> dict[str, float]:
        """Nanoseconds per cycle of each part."""
        scale = self.microseconds * 1e3 / self.cycles / sum(self.samples.values())
        return {part: value * scale for part, value in self.samples.items()}

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def measure(platform: Platform, fmt: str, *, gates: bool) -> Profile:
    """Profile shared jobs on every core. Raises ``BuildError`` and ``SimulationError``."""
    program = _program(platform, gates)
    where = fitting(platform, FORMATS[fmt], ELEMENTS)
    mode = FORMAT_CODES[fmt] << REGISTER["MODE"].field("FORMAT").low
    words = [
        where.logits,
        where.labels,
        where.gradient,
        ELEMENTS,
        platform.all_cores,
        mode,
        SECONDS,
    ]
    with tempfile.TemporaryDirectory() as directory:
        command = [str(program), *map(str, words)]
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SimulationError(f"a job of the profile did not end: {' '.join(command)}")
        said = _run(["gprof", "-b", "-p", str(program), "gmon.out"], Path(directory))
    cycles, microseconds = map(int, done.stdout.split())
    text = verilog(platform).read_text(encoding="ascii")
    return Profile(
        platform.name, fmt, gates, shares(said, text, platform.top_name), cycles, microseconds
    )


def shares(flat: str, text: str, top: str) -> dict[str, float]:
    """Seconds of each part: of gprof's ``flat`` profile of the model of the Verilog ``text``."""
    found = list(_MODULE.finditer(text))
    first_lines = [text.count("\n", 0, match.start()) + 1 for match in found]
    names = [match[1].removeprefix(top).lstrip("_") for match in found]
    seconds = dict.fromkeys([*PARTS, SURROUNDINGS], 0.0)
    for line in _LINE.finditer(flat):
        block = _FUNCTION.search(line[2])
        if block:
            module = names[bisect.bisect(first_lines, int(block[1])) - 1]
        seconds[_part(module) if block else _outside(line[2])] += float(line[1])
    return {part: value for part, value in seconds.items() if value}


def _part(module: str) -> str:
    """The part that a module belongs to."""
    begins = [(start, part) for part, starts in PARTS.items() for start in starts]
    return max((start, part) for start, part in begins if module.startswith(start))[1]


def _outside(function: str) -> str:
    """The part of a function that is no block of the Verilog."""
    return "ports and scheduling" if "Vtop" in function else SURROUNDINGS


def _program(platform: Platform, gates: bool) -> Path:
    """The program that runs the jobs, built if it is not there. Raises ``BuildError``."""
    tools, source = Toolchain.find(), verilog(platform)
    harness, driver = harness_directory(), software_directory() / "profile" / "profile.cpp"
    files = [*sorted(harness.glob("*.cpp")), *sorted(harness.glob("*.h")), driver, source]
    flags = ("--prof-cfuncs",)
    words = [tools.identity(), *flags, str(gates), inspect.getsource(model_text)]
    key = content_key([*(path.read_bytes() for path in files), *(word.encode() for word in words)])

    def make(work: Path) -> Path:
        (work / "ports.h").write_text(ports_header(platform), encoding="ascii")
        text = constant_tables(source.read_text(encoding="ascii"))
        if gates:
            text = clock_gates(text)
        (work / source.name).write_text(text, encoding="ascii")
        with announced(f"{platform.name}: building the profile (once)") as progress:
            objects = tools.model(
                [Path(source.name)],
                platform.top_name,
                [*sorted(harness.glob("*.cpp")), driver],
                work,
                includes=(harness, harness / "fst", harness.parent / "include"),
                flags=flags,
                progress=progress,
            )
            # gprof's clock comes with the start code of -pg; it knows addresses of the file alone.
            command = [*tools.cxx, "-pg", "-no-pie", "-pthread", "-o", "profile"]
            _run([*command, *map(str, objects)], work)
        return work / "profile"

    return cached(cache_directory() / f"profile-{platform.name}-{key}", make)


def _run(command: list[str], directory: Path) -> str:
    """The output of a command. Raises ``BuildError``."""
    if shutil.which(command[0]) is None:
        raise BuildError(f"{command[0]} was not found: a profile needs gprof, of the binutils")
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{command[0]} failed: {(done.stderr.splitlines() or ['no output'])[0]}")
    return done.stdout


HEADINGS = ("platform", "format", "part", "with wires", "with gates")


def rows(profiles: Iterable[Profile]) -> list[tuple[str, ...]]:
    """For each part: its time with wires for gates, and with gates; a cycle with wires is 100.

    ``profiles`` come in pairs, without gates and with.
    """
    items = list(profiles)
    result = []
    for wires, gates in zip(items[::2], items[1::2], strict=True):
        whole = sum(wires.times.values())
        for part in [*PARTS, SURROUNDINGS]:
            values = [100 * item.times.get(part, 0.0) / whole for item in (wires, gates)]
            if any(values):
                result.append((wires.platform, wires.fmt, part, *(f"{v:.1f}" for v in values)))
        total = 100 * sum(gates.times.values()) / whole
        result.append((wires.platform, wires.fmt, "all", "100.0", f"{total:.1f}"))
    return result


def sheet(profiles: Iterable[Profile]) -> Sheet:
    """The rows for a terminal."""
    columns = texts(*HEADINGS[:3]) + numbers(*HEADINGS[3:])
    title = "time of the fast simulation, part by part"
    return Sheet(title, columns, [list(row) for row in rows(profiles)], groups=2)
