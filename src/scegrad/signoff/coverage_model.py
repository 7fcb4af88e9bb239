"""Models that count what runs: a lane, or a platform without its lanes, built with Verilator's
coverage of lines, branches, expressions and toggles.

The lanes of a platform are left out, since they are measured separately, with their own stimuli.
"""

import ctypes
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from scegrad.build.cache import cached, content_key
from scegrad.build.driver import library_name, link_library, software_directory
from scegrad.build.model_text import clock_gates, constant_tables
from scegrad.build.simulator import harness_directory, ports_header, verilog
from scegrad.build.toolchain import Toolchain
from scegrad.platforms import Platform
from scegrad.progress import announced
from scegrad.sweep.native import build_lane
from scegrad.sweep.unit import LaneDesign
from scegrad.tools.places import cache_directory

FLAGS = ("--coverage-line", "--coverage-expr", "--coverage-toggle")
"""Lines include branches. ``--coverage`` would ask for user points too, of which there are none."""

LANES = re.compile(r"_(half_)?lane(_\w+)?$|_rom$")
"""Modules of a platform that are part of a lane."""

_MODULES = re.compile(r"^module (\w+).*?^endmodule", re.MULTILINE | re.DOTALL)


def platform_model(platform: Platform, lanes: re.Pattern[str] = LANES) -> Path:
    """The library of a platform that counts, as ``sim.Simulation`` takes it. Raises
    ``BuildError``.
    """
    tools, text = Toolchain.find(), verilog(platform).read_text(encoding="ascii")
    parts = [text, lanes.pattern, tools.identity(), *FLAGS]

    def make(work: Path) -> Path:
        with announced(f"{platform.name}: building the simulator that counts (once)"):
            objects = _platform_objects(platform, text, lanes, tools, work)
            (work / "driver").mkdir()
            return link_library(work / "driver", platform, "sim", objects).parent

    home = cache_directory() / f"coverage-{platform.name}-{_key(parts, harness_directory())}"
    return cached(home, make) / library_name(platform)


def _platform_objects(
    platform: Platform, text: str, lanes: re.Pattern[str], tools: Toolchain, work: Path
) -> list[Path]:
    model, harness = work / "model", harness_directory()
    model.mkdir()
    (model / "ports.h").write_text(ports_header(platform), encoding="ascii")
    text = model_text(text)
    (model / "design.v").write_text(text, encoding="ascii")
    (model / "left_out.vlt").write_text(left_out(text, lanes), encoding="ascii")
    return tools.model(
        [Path("left_out.vlt"), Path("design.v")],
        platform.top_name,
        [*sorted(harness.glob("*.cpp")), *_counting()],
        model,
        includes=(harness, harness / "fst"),
        flags=FLAGS,
    )


def model_text(text: str) -> str:
    """The Verilog of a platform's model, line for line as the coverage counts it."""
    return clock_gates(constant_tables(text))


def left_out(text: str, lanes: re.Pattern[str]) -> str:
    """Verilator's control file by which the modules of a pattern do not count."""
    lines = ["`verilator_config"]
    for found in _MODULES.finditer(text):
        if lanes.search(found[1]):
            first = text.count("\n", 0, found.start()) + 1
            last = first + found[0].count("\n")
            lines.append(f'coverage_off -file "design.v" -lines {first}-{last}')
    return "\n".join(lines) + "\n"


def lane_model(design: LaneDesign) -> Path:
    """The library of a lane that counts, as ``sweep.native.Lane`` takes it. Raises
    ``BuildError``.
    """
    tools = Toolchain.find()
    parts = [design.verilog, tools.identity(), *FLAGS]

    def make(work: Path) -> Path:
        with announced(f"{design.fmt_name}: building the lane that counts (once)"):
            build_lane(design, tools, work, FLAGS, _counting())
        return work / "result"

    key = _key(parts, software_directory() / "lane")
    return cached(cache_directory() / f"coverage-{design.fmt_name}-{key}", make) / "lane.so"


def counts(library: Path) -> str:
    """What the model made last in this thread, of that library, has counted so far, as Verilator
    writes it; it must be there still.
    """
    with TemporaryDirectory(prefix="scegrad-") as work:
        path = Path(work) / "coverage.dat"
        function = ctypes.CDLL(str(library)).sce_sim_coverage
        function.argtypes, function.restype = [ctypes.c_char_p], None
        function(str(path).encode())
        return path.read_text(encoding="ascii")


def _counting() -> tuple[Path, ...]:
    return (software_directory() / "coverage" / "coverage.cpp",)


def _key(parts: list[str], *folders: Path) -> str:
    files = [*_counting(), *(path for folder in folders for path in sorted(folder.rglob("*")))]
    return content_key(
        [*(part.encode() for part in parts), *(p.read_bytes() for p in files if p.is_file())]
    )
