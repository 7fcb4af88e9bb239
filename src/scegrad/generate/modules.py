"""The page of the hardware's modules: purpose, latency, size and test of each.

The list comes from the instances in the platform's top module and its core.
"""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

from amaranth.hdl import Elaboratable, Fragment
from amaranth.lib import wiring

from scegrad.formats import FORMATS
from scegrad.generate.maker import ROOT, Generator
from scegrad.platforms import ECP5_DEMO
from scegrad.rtl.black_box import BlackBox
from scegrad.rtl.clock_gate import VERILOG
from scegrad.rtl.datapath.datapath import Datapath
from scegrad.rtl.top import Top

PAGE, SIZES = Path("docs/reference/modules.md"), Path("docs/modules.json")

HEAD = ("module", "what it does", "latency", "size", "test")

NAMES = {"latency": "", "request_latency": " to the request", "start_latency": " to the start"}
"""Properties that give a latency in cycles, and the end of these cycles."""

KINDS = {"luts": "LUT4", "ff": "FF", "multipliers": "MULT18X18D", "rams": "DP16KD"}
"""The parts of a size, with the tools' names."""

Parts = dict[type, list[wiring.Component]]

Named = tuple[wiring.Component, str]
"""A module, and its name in the Verilog without that of the platform."""


def parts() -> Parts:
    """The modules of ``ecp5_demo`` by class, in the order in which they contain each other.

    It has both formats, so no module of the hardware is missing.
    """
    found: Parts = {}
    for part, _ in named_parts():
        found.setdefault(type(part), []).append(part)
    return found


def named_parts() -> Iterator[Named]:
    """The modules with their names; equal ones have one module in the Verilog, of one name."""
    for part, name in _inside(Top(ECP5_DEMO)):
        ours = type(part).__module__.startswith("scegrad.rtl")
        if isinstance(part, wiring.Component) and ours and not isinstance(part, BlackBox):
            yield part, name


def _inside(top: Elaboratable) -> Iterator[tuple[Elaboratable, str]]:
    """A module with its submodules; a black box stands for a module that is built once, beside
    it.
    """
    waiting = [(Fragment.get(top, VERILOG), "")]
    while waiting:
        fragment, path = waiting.pop(0)
        for part in fragment.origins or ():
            yield part, path
            boxes = getattr(part, "black_boxes", {})
            waiting[:0] = [
                (Fragment.get(box, VERILOG), f"{path}_{name}") for name, box in boxes.items()
            ]
        waiting[:0] = [(inner, f"{path}_{name}") for inner, name, *_ in fragment.subfragments]


def summary(kind: type) -> str:
    """The first sentence of a class's docstring, in one line."""
    text = " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())
    sentence = re.match(r"(.+?)[.](?= |$)", text)
    return (sentence[1] if sentence else text).replace("``", "`").replace("|", r"\|")


def latency(instances: list[wiring.Component]) -> str:
    """The latency of a module in cycles: several values if its instances differ, "" if it states
    none.
    """
    cells = []
    if isinstance(instances[0], Datapath):
        return ", ".join(f"{instances[0].latency(name)} in {name}" for name in FORMATS)
    for name, what in NAMES.items():
        values = {getattr(part, name, None) for part in instances}
        if numbers := sorted(value for value in values if isinstance(value, int)):
            cells.append(" or ".join(map(str, numbers)) + what)
    return ", ".join(cells)


def sizes(root: Path = ROOT) -> dict[type, str]:
    """The size of each module's largest instance."""
    measured = json.loads((root / SIZES).read_text(encoding="utf-8"))
    found: dict[type, dict[str, int]] = {}
    for part, path in named_parts():
        # Equal modules whose names end in numbers share one module without a number.
        for name in (path.lstrip("_"), re.sub(r"_\d+", "", path).lstrip("_")):
            size = measured.get(name, {"luts": -1})
            if size["luts"] > found.get(type(part), {"luts": -1})["luts"]:
                found[type(part)] = size
    return {kind: _words(size) for kind, size in found.items()}


def _words(size: dict[str, int]) -> str:
    return ", ".join(f"{size[key]:,} {name}" for key, name in KINDS.items() if size[key]) or "none"


def _test(path: Path) -> str:
    """The test that mirrors a file of ``rtl/``, or the one of the folder around it."""
    own = Path("tests") / path.with_name(f"test_{path.name}")
    around = Path("tests") / path.parent / f"test_{path.parent.name}.py"
    whole = Path("tests/tb/test_system.py")
    return next(str(test) for test in (own, around, whole) if (ROOT / test).is_file())


def table(root: Path = ROOT) -> str:
    """The modules as a table."""
    measured = sizes(root)
    lines = [HEAD, ("---",) * len(HEAD)]
    for kind, instances in parts().items():
        path = Path(*kind.__module__.split(".")[1:]).with_suffix(".py")
        name = kind.__name__.lstrip("_")
        cells = (f"`{name}`<br>`{path}`", summary(kind), latency(instances))
        lines.append((*cells, measured.get(kind, ""), f"`{_test(path)}`"))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def generated(root: Path = ROOT) -> dict[Path, str]:
    """The page."""
    return {PAGE: GENERATOR.page(PAGE, {"modules": table(root)}, root)}


GENERATOR = Generator("modules", "rtl", generated)
