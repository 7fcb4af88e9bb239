"""The designs that are signed off, as the sources have them now, each made once in a process."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from scegrad.build.simulator import harness_directory, verilog
from scegrad.formats import FORMATS
from scegrad.platforms import ECP5_DEMO, PLATFORMS, Platform
from scegrad.signoff.case import hashed
from scegrad.signoff.failures import kept
from scegrad.sweep.unit import LaneDesign, design

SHARED_ONLY = replace(ECP5_DEMO, name="shared_only", cores=2, shared_data_bits=128, private=())
"""Cores without private memory (``private = []``), which no platform of the library has."""

_made: set[str] = set()


@kept
def lane_design(fmt_name: str) -> LaneDesign:
    """The lane of a format."""
    found = design(FORMATS[fmt_name])
    _made.add(f"lane of {fmt_name}")
    return found


@kept
def platform_hash(platform: Platform) -> str:
    """The hash of a platform's Verilog, from its first module on."""
    text = verilog(platform).read_text(encoding="ascii")
    if PLATFORMS.get(platform.name) == platform:
        _made.add(platform.name)
    return hashed([text[text.index("module ") :]])


SOAK_FRONT = ("cli.py", "command.py")
"""Of the soak: they choose what runs, and print what it found."""

GOLDEN = (
    *("golden", "design", "tables"),
    *("unpack", "sigmoid16", "sigmoid32", "subtract", "round", "pack"),
)
"""Modules of the golden model."""


@kept
def stimuli_hash() -> str:
    """The hash of the sources that decide what coverage, mutants of a platform and soak have run,
    and what is right: random jobs and requests, the memories of the simulation, which refuse stray
    accesses, and the golden model.
    """
    return hashed(stimuli())


def stimuli() -> list[Path]:
    """These sources, in order."""
    package = Path(__file__).resolve().parents[1]
    soak = [path for path in (package / "soak").glob("*.py") if path.name not in SOAK_FRONT]
    names = ("coverage_runs.py", "edge_requests.py", "far_requests.py")
    requests = [package / "signoff" / name for name in names]
    scenarios = package / "tb" / "scenarios.py"
    return sorted([*soak, scenarios, *requests, *memories(), *golden_model()])


def memories() -> list[Path]:
    """The files of the simulation and its memories."""
    found = [each for each in harness_directory().glob("*") if each.suffix in (".cpp", ".h")]
    return [*found, Path(__file__).resolve().parents[1] / "sim" / "simulation.py"]


def golden_model() -> list[Path]:
    """The files of the golden model."""
    model = Path(__file__).resolve().parents[1] / "model"
    return [*(model / f"{name}.py" for name in GOLDEN), model / "sigmoid_tables.json"]


DESIGNS: Mapping[str, Callable[[], str]] = {
    "lane of fp16": lambda: lane_design("fp16").rtl,
    "lane of fp32": lambda: lane_design("fp32").rtl,
} | {name: partial(platform_hash, platform) for name, platform in PLATFORMS.items()}
"""The designs that the page names by the hash of their Verilog."""


def made() -> dict[str, str]:
    """The hashes of those whose Verilog this process has made."""
    return {name: make() for name, make in DESIGNS.items() if name in _made}
