"""The cases ``flush/...``: what lies between a DMA's operands and its results is empty after a
flush.

``unit/abort`` takes the datapath, and in a shared job what deals and gathers, as a part that the
DMA's ``flush`` empties. Here the netlist of a platform shows it: while ``flush`` is high, the next
value of every register there is the one that reset sets. Registers that reset leaves alone hold
data, which decide nothing (``reset/...``).
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scegrad.build.simulator import verilog
from scegrad.platforms import PLATFORMS, Platform
from scegrad.signoff import reset, tools
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import SHARED_ONLY, platform_hash
from scegrad.signoff.netlist import Bit, Graph, Netlist
from scegrad.signoff.result import CaseResult, Verdict

SCRIPT = reset.SCRIPT.replace(
    "flatten\n", "write_json parts.json\nflatten\nsetattr -set keep 1 w:*.dma.reader.halt\n"
)
"""The gates of ``reset``; the ``flush`` of a DMA is kept under its name in the reader, ``halt``."""

CORE = ("datapath", "dealt", "room")
"""Parts of a core between its operands and its results, lanes included."""


@dataclass(frozen=True)
class Flush:
    """A DMA that flushes: signals that are high, signals that are low, and the parts that this
    empties.
    """

    name: str
    high: tuple[str, ...]
    low: tuple[str, ...]
    parts: tuple[str, ...]


def flushes(platform: Platform) -> Iterator[Flush]:
    """The shared DMA, with all cores in its job, and each core's own."""
    cores = [f"cluster.core_{k}.unit" for k in range(platform.cores)]
    emptied = [f"{core}.{part}" for core in cores for part in CORE]
    shared = tuple(f"{core}.shared" for core in cores) if platform.l2_ports else ()
    parts = ("cluster.deal", "cluster.gather", *emptied)
    yield Flush("shared", ("cluster.dma.reader.halt", *shared), (), parts)
    for core in cores[: platform.l2_ports]:
        mine = tuple(f"{core}.{part}" for part in CORE)
        yield Flush(core, (f"{core}.dma.reader.halt",), (f"{core}.shared",), mine)


def left(
    netlist: Netlist, flush: Flush, nets: Mapping[str, set[str]]
) -> Iterator[tuple[str, int, list[str]]]:
    """Of each part how many registers reset sets, and the names of those that a flush does not set
    likewise.
    """
    (rst,) = netlist.module["ports"]["rst"]["bits"]
    after_reset = _next_values(netlist, {rst: 1})
    known = {netlist.net(name)[0]: 1 for name in flush.high}
    known |= {netlist.net(name)[0]: 0 for name in flush.low}
    after_flush = _next_values(netlist, known)
    known_nets = netlist.module["netnames"].keys()
    for part in flush.parts:
        bits = {bit for net in nets[part] & known_nets for bit in netlist.net(net)}
        mine = {q for q in bits & after_reset.keys() if after_reset[q] < 2}
        wrong = [netlist.names[q] for q in mine if after_flush[q] != after_reset[q]]
        yield part, len(mine), sorted(wrong)


def _next_values(netlist: Netlist, known: Mapping[Bit, int]) -> dict[Bit, int]:
    """The next value of each register, 0 or 1 where some known bits decide it."""
    cut = Netlist(netlist.module)
    for bit in known:
        cut.gates.pop(bit, None)
    free = sorted({*netlist.names, *netlist.registers} - known.keys(), key=str)
    graph = Graph(map(str, free))
    found = cut.literals(
        graph,
        lambda bit: known[bit] if bit in known else graph.inputs[str(bit)],
        netlist.registers.values(),
    )
    return {q: found[d] for q, d in netlist.registers.items()}


def _driven(modules: Mapping[str, Any], name: str, path: str) -> Iterator[str]:
    """The nets that a module drives, and those inside it, under their names after flattening."""
    module = modules[name]
    for net in module["netnames"]:
        if module["ports"].get(net, {}).get("direction") != "input":
            yield f"{path}.{net}"
    for inner, cell in module["cells"].items():
        if cell["type"] in modules:
            yield from _driven(modules, cell["type"], f"{path}.{inner}")


def _nets(modules: Mapping[str, Any], top: str, part: str) -> set[str]:
    """The nets of a part: of an instance, or a net."""
    name, *rest = part.split(".")
    module = modules[top]
    if not rest and name not in module["cells"]:
        return {name} & module["netnames"].keys()
    inner = module["cells"][name]["type"]
    found = _nets(modules, inner, ".".join(rest)) if rest else _driven(modules, inner, "")
    return {f"{name}.{net.removeprefix('.')}" for net in found}


def decide(text: str, platform: Platform) -> CaseResult:
    """Whether each flush of a platform empties its parts. Raises ``BuildError``."""
    started = time.monotonic()
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        (directory / "unit.v").write_text(text, encoding="ascii")
        tools.yosys(SCRIPT.format(top=platform.top_name), directory)
        parts = json.loads((directory / "parts.json").read_text())["modules"]
        module = json.loads((directory / "unit.json").read_text())["modules"][platform.top_name]
    netlist, count = Netlist(module), 0
    every = {part for flush in flushes(platform) for part in flush.parts}
    nets = {part: _nets(parts, platform.top_name, part) for part in every}
    for flush in flushes(platform):
        if missing := {*flush.high, *flush.low} - netlist.module["netnames"].keys():
            detail = f"the netlist has no net {min(missing)}"
            return CaseResult(Verdict.VACUOUS, detail, time.monotonic() - started)
        for part, registers, wrong in left(netlist, flush, nets):
            count += registers
            seconds = time.monotonic() - started
            if wrong:
                detail = f"{wrong[0]} keeps its value in a flush of {flush.name}"
                return CaseResult(Verdict.REFUTED, detail, seconds)
            if not registers:
                return CaseResult(Verdict.VACUOUS, f"{part} has no registers", seconds)
    detail = f"{count:,} registers are set as by reset"
    return CaseResult(Verdict.PROVED, detail, time.monotonic() - started, {"registers": count})


def cases() -> list[SignoffCase]:
    """A case of each platform, and of one without private memory; small ones are quick."""
    return [_case(platform) for platform in (*PLATFORMS.values(), SHARED_ONLY)]


def _case(platform: Platform) -> SignoffCase:
    def run() -> CaseResult:
        return decide(verilog(platform).read_text(encoding="ascii"), platform)

    return SignoffCase(
        f"flush/{platform.name}",
        "while a DMA flushes, all between its operands and its results is set as by reset",
        "src/scegrad/signoff/flush.py",
        platform.cores <= 2,
        once(lambda: hashed([platform_hash(platform), SCRIPT, repr([*flushes(platform)])])),
        run,
    )
