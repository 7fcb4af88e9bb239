"""The cases ``wiring/...``: what connects the units of a platform, pin by pin.

Top, cluster and cores are flattened, with the units that have proofs of their own as boxes:

    control ──► job, start, abort ──► cluster.dma, each core's dma; deal, gather
    m_axi_* ◄─► a dma ◄─► datapath; cluster.dma ◄─► deal, gather ◄─► each core's datapath
    busy, done, status, counters of each dma ──► control ──► readout

``links`` has what is expected, from docs/registers.md, docs/hardware.md and docs/composition.md:
each input pin of a box and each port, and the pins that drive it. Bit by bit it is the same net, or
the gates between give the expected value for every value of these pins. Every input pin must be in
the table; clocks, resets and what opens a clock gate are left out. AxSIZE and AxBURST are constant
in the whole unit.
"""

import itertools
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scegrad.build.simulator import verilog
from scegrad.platforms import PLATFORMS, Platform
from scegrad.signoff import tools
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import SHARED_ONLY, platform_hash
from scegrad.signoff.netlist import Bit, Module, Netlist
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.signoff.wiring_links import Link, bursts, in_control, links

SCRIPT = """
read_verilog unit.v
hierarchy -top {top}
proc
setattr -mod -set keep_hierarchy 1 *_control *_dma *_deal *_gather *_datapath *_dealt *_gate
setattr -mod -set keep_hierarchy 1 *_readout *_axi_lite *_job_checker *_reader *_writer
flatten
select {top} {top}_control
opt_clean
techmap
aigmap
opt_clean
select -clear
write_json unit.json
"""

FLAT = """
read_verilog unit.v
hierarchy -top {top}
proc
flatten
opt_expr
opt_clean
write_json flat.json
"""

FREE = re.compile(r".*_gate:.*|.*:(clk|rst)(_\d+)?\[0\]")
"""Input pins of which nothing is claimed: clocks, resets, and what opens a clock gate."""


class MissingError(Exception):
    """The netlist has no such pin, or a bit depends on a pin that it should not."""


@dataclass
class Boxes:
    """A module of boxes, gates and registers, and the modules of the boxes."""

    module: Module
    modules: dict[str, Module]

    def __post_init__(self) -> None:
        self.netlist = Netlist(self.module)

    def pins(self, reference: str) -> list[tuple[str, Bit]]:
        """The bits that a reference of ``Link`` names, the lowest first, each with its name."""
        found: list[tuple[str, Bit]] = []
        for each in reference.split():
            head, _, bits = each.partition("[")
            box, _, path = head.rpartition(":")
            part, _, pin = path.rpartition(".") if box else ("", "", path)
            name, nets = self._box_pin(box, part, pin) if box else (pin, self._net(pin))
            label = f"{box}:{name}" if box else name
            low, _, past = bits.rstrip("]").partition(":")
            chosen = slice(int(low), int(past or int(low) + 1)) if bits else slice(None)
            found += [(f"{label}[{i}]", bit) for i, bit in enumerate(nets)][chosen]
        return found

    def _net(self, name: str) -> list[Bit]:
        """The bits of a net of the module itself."""
        if name not in self.module["netnames"]:
            raise MissingError(f"there is no net {name}")
        return self.netlist.net(name)

    def _box_pin(self, box: str, part: str, pin: str) -> tuple[str, list[Bit]]:
        """Name and bits of a box's pin; Amaranth may have put a number after its name."""
        cell = self.module["cells"].get(box)
        if not cell:
            raise MissingError(f"there is no part {box}")
        wanted = _of_part(self.modules[cell["type"]], part, pin) if part else [pin]
        pattern = re.compile(rf"(?:{'|'.join(wanted)})(?:_\d+)?")
        names = [name for name in cell["connections"] if pattern.fullmatch(name)]
        if len(names) != 1:
            raise MissingError(f"{box} has {len(names)} pins {part} {pin}")
        return names[0], cell["connections"][names[0]]

    def inputs(self) -> Iterator[str]:
        """The name of every bit that the module gives to a port or to a box."""
        for name, bits in self.netlist.ports("output"):
            yield from (f"{name}[{i}]" for i in range(len(bits)))
        for name, cell in self.module["cells"].items():
            if cell["type"] in self.modules:
                for pin, bits in cell["connections"].items():
                    if cell["port_directions"][pin] == "input":
                        yield from (f"{name}:{pin}[{i}]" for i in range(len(bits)))

    def value(self, bit: Bit, known: dict[Bit, int]) -> int:
        """The value of a bit that follows from others; what is found on the way is added."""
        if bit in known:
            return known[bit]
        if bit not in self.netlist.gates:
            raise MissingError(f"it depends on {self.netlist.names.get(bit, bit)}")
        pins = [self.value(each, known) for each in self.netlist.gates[bit]]
        known[bit] = pins[0] & pins[1] if len(pins) == 2 else 1 - pins[0]
        return known[bit]

    def wrong(self, link: Link) -> str:
        """The first bit of a link that is not as it should be, and why; empty if all are."""
        sink, sources = self.pins(link.sink), [self.pins(each) for each in link.sources]
        if any(len(bits) not in (1, len(sink)) or len(bits) > len(sink) for bits in sources):
            return f"{link.sink} has {len(sink)} bits"
        for i, (name, bit) in enumerate(sink):
            mine = [bits[i if len(bits) > 1 else 0][1] for bits in sources]
            if link.register:
                bit = self.netlist.registers.get(bit, bit)
            try:
                if not (self._follows(bit, mine, link.rule) if link.rule else [bit] == mine):
                    return f"{name} does not follow {' and '.join(link.sources)}"
            except MissingError as error:
                return f"{name}: {error}"
        return ""

    def _follows(self, bit: Bit, sources: list[Bit], rule: Callable[..., int]) -> bool:
        """Whether a bit is what the rule says for all values of its sources."""
        for values in itertools.product((0, 1), repeat=len(sources)):
            known: dict[Bit, int] = {"0": 0, "1": 1, **dict(zip(sources, values, strict=True))}
            if self.value(bit, known) != rule(*values):
                return False
        return True


def _of_part(inside: Module, name: str, pin: str) -> list[str]:
    """The pin of a box to which that of a part in it leads; ``port_64`` is any of 64 bits that has
    no name of its own.
    """
    part, nameless = inside["cells"].get(name), re.fullmatch(r"port_(\d+)", pin)
    found = [
        bits
        for port, bits in (part["connections"].items() if part else ())
        if part["port_directions"][port] == "output"
        and (
            re.fullmatch(r"port_\d+", port) and len(bits) == int(nameless[1])
            if nameless
            else port == pin
        )
    ]
    return [outer for outer, port in inside["ports"].items() if port["bits"] in found]


def decide(text: str, platform: Platform) -> CaseResult:
    """Whether a platform is connected as it should be. Raises ``BuildError``."""
    started = time.monotonic()
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        (directory / "unit.v").write_text(text, encoding="ascii")
        tools.yosys(SCRIPT.format(top=platform.top_name), directory)
        modules = json.loads((directory / "unit.json").read_text())["modules"]
        tools.yosys(FLAT.format(top=platform.top_name), directory)
        flat = json.loads((directory / "flat.json").read_text())["modules"][platform.top_name]
    whole = Boxes(modules[platform.top_name], modules)
    control = Boxes(modules[f"{platform.top_name}_control"], modules)
    expected = [(whole, link) for link in links(platform)]
    expected += [(control, link) for link in in_control(platform)]
    verdict, detail, count = Verdict.PROVED, "", 0
    claimed: set[str] = set()
    try:
        for boxes, link in expected:
            names = [name for name, _ in boxes.pins(link.sink)]
            count += len(names)
            claimed |= {*names} if boxes is whole else set()
            if wrong := boxes.wrong(link):
                verdict, detail = Verdict.REFUTED, wrong
                break
        else:
            left = [name for name in whole.inputs() if name not in claimed]
            if left := [name for name in left if not FREE.fullmatch(name)]:
                verdict, detail = Verdict.VACUOUS, f"nothing is claimed of {left[0]}"
            elif changing := varying(flat, bursts(platform)):
                verdict, detail = Verdict.REFUTED, changing
    except MissingError as error:
        verdict, detail = Verdict.VACUOUS, str(error)
    detail = detail or f"{count:,} bits are connected as expected"
    return CaseResult(verdict, detail, time.monotonic() - started, {"bits": count})


def varying(flat: Module, due: Iterable[tuple[str, int]]) -> str:
    """The first port that does not always have its value, or nothing."""
    for name, value in due:
        bits = flat["ports"][name]["bits"]
        if bits != [str(value >> i & 1) for i in range(len(bits))]:
            return f"{name} is not always {value}"
    return ""


def cases() -> list[SignoffCase]:
    """A case of each platform, and of one without private memory."""
    return [_case(platform) for platform in (*PLATFORMS.values(), SHARED_ONLY)]


def _case(platform: Platform) -> SignoffCase:
    table = Path(__file__).with_name("wiring_links.py")

    def run() -> CaseResult:
        return decide(verilog(platform).read_text(encoding="ascii"), platform)

    return SignoffCase(
        f"wiring/{platform.name}",
        "registers, DMAs, deal, gather, datapaths and ports are connected as the table of links"
        " says, every bit",
        "src/scegrad/signoff/wiring_links.py",
        True,
        once(lambda: hashed([platform_hash(platform), SCRIPT, FLAT, FREE.pattern, table])),
        run,
    )
