"""The designs that are signed off, as the sources have them now, each made once in a process."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from scegrad.build.simulator import verilog
from scegrad.formats import FORMATS
from scegrad.platforms import PLATFORMS, Platform
from scegrad.signoff.case import hashed
from scegrad.signoff.failures import kept
from scegrad.sweep.unit import LaneDesign, design

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


@kept
def stimuli_hash() -> str:
    """The hash of the sources from which random jobs and requests follow: what coverage, mutants of
    a platform and soak have run changes with them.
    """
    root = Path(__file__).resolve().parents[1]
    sources = [*(root / "soak").glob("*.py"), root / "tb" / "scenarios.py"]
    names = ("coverage_runs.py", "edge_requests.py", "far_requests.py")
    sources += [root / "signoff" / name for name in names]
    return hashed(sorted(sources))


DESIGNS: Mapping[str, Callable[[], str]] = {
    "lane of fp16": lambda: lane_design("fp16").rtl,
    "lane of fp32": lambda: lane_design("fp32").rtl,
} | {name: partial(platform_hash, platform) for name, platform in PLATFORMS.items()}
"""The designs that the page names by the hash of their Verilog."""


def made() -> dict[str, str]:
    """The hashes of those whose Verilog this process has made."""
    return {name: make() for name, make in DESIGNS.items() if name in _made}
