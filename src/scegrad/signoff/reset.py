"""The cases ``reset/...``: after one cycle of reset, a platform's power-up state is forgotten.

Two copies of the netlist have the same inputs from the reset on, and any two states before it. By
induction over the cycles after it, these bits are equal in both copies:

    registers that reset sets      always: they are all that decides, so every handshake is equal
    registers beside a valid bit   while it is set: tags, strobes, the last beat of a burst
    other registers, memories      never: they hold data, and reach no other port than WDATA

A solver decides the step of the induction, for every state and input at once. That written data are
those of the job, from any state, is what the proofs of units say (docs/composition.md).
"""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from scegrad.build.simulator import verilog
from scegrad.platforms import PLATFORMS, Platform
from scegrad.signoff import tools
from scegrad.signoff.aig import Literal
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import SHARED_ONLY, platform_hash
from scegrad.signoff.netlist import Bit, Graph, Netlist
from scegrad.signoff.result import CaseResult, Verdict

SCRIPT = """
read_verilog unit.v
hierarchy -top {top}
proc
flatten
setattr -unset init w:*
setattr -set keep 1 w:*.writer.buffer.fifo.i__payload
delete t:$mul t:$scopeinfo
memory_collect
opt_clean
opt_dff -nodffe
select -set kept w:*.rotate.rest_* w:*.buffer.from_hold w:*.buffer.until_last %u %u %ci1:+[Q]
select -set data t:$dff @kept %d
delete @data
select -clear
dffunmap
opt_clean
techmap
aigmap
opt_clean
write_json unit.json
"""
"""Registers without a reset, and products, are dropped before gates are made of the rest: each of
their bits may be anything in each copy, which claims more.
"""

BESIDE = (
    (r"(.*\.reader\.rotate\.)rest_(\d+)", "{0}valid_{1}"),  # bit 0: the array of a word
    (r"(.*\.writer\.)beats__payload", "{0}beats__valid"),  # strobes and the last beat, after data
    (r"m_axi_shared_(?:wstrb|wlast)", "cluster.dma.writer.loaded"),
    (r"m_axi_l2_(\d+)_(?:wstrb|wlast)", "cluster.core_{0}.unit.dma.writer.loaded"),
)
"""Signals that count beside a valid bit, and this bit."""

BUFFERED = re.compile(r"(.*\.writer\.)beats__payload")
"""Words of a buffer that hold more than data. That a word comes out as it came in, and when, is
what ``unit/reset_fifo`` proves; here it is enough that equal words go in.
"""

SECONDS = 600
"""The time limit of the solver."""


def netlist(text: str, top: str) -> Netlist:
    """The gates of a Verilog module."""
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        (directory / "unit.v").write_text(text, encoding="ascii")
        tools.yosys(SCRIPT.format(top=top), directory)
        return Netlist(json.loads((directory / "unit.json").read_text())["modules"][top])


@dataclass
class Copies:
    """Two copies of a netlist and the step of the induction."""

    netlist: Netlist
    reset: set[Bit] = field(default_factory=set)
    beside: dict[Bit, Bit] = field(default_factory=dict)
    """Bits that count beside a valid bit, which is set by reset."""

    def __post_init__(self) -> None:
        self._find_reset()
        self._find_beside()
        leaves = {*self.netlist.names, *self.netlist.registers} - self.netlist.gates.keys()
        free = [str(bit) for bit in leaves if not isinstance(bit, str)]
        self.graph = Graph([*free, *(f"{bit}'" for bit in free)])
        self._inputs = {bit for _, bits in self.netlist.ports("input") for bit in bits}
        self.wanted = [*self.netlist.registers.values(), *self.netlist.names]
        self.first = self.netlist.literals(self.graph, self._first, self.wanted)
        self.second = self.netlist.literals(self.graph, self._second, self.wanted)

    def _find_reset(self) -> None:
        """The registers whose next value is a constant under reset, whatever the state."""
        (rst,) = self.netlist.module["ports"]["rst"]["bits"]
        leaves = sorted({*self.netlist.names, *self.netlist.registers}, key=str)
        graph = Graph(map(str, leaves))
        found = self.netlist.literals(
            graph,
            lambda bit: 1 if bit == rst else graph.inputs[str(bit)],
            self.netlist.registers.values(),
        )
        data = {bit for name, bits in self.netlist.ports("output") for bit in bits if _data(name)}
        self.reset = {q for q, d in self.netlist.registers.items() if found[d] < 2} - data
        self._zero = {q for q in self.reset if found[self.netlist.registers[q]] == 0}

    def _find_beside(self) -> None:
        for name, net in self.netlist.module["netnames"].items():
            for pattern, valid in BESIDE:
                if match := re.fullmatch(pattern, name):
                    (flag,) = self.netlist.net(valid.format(*match.groups()))
                    bits = net["bits"]
                    if BUFFERED.fullmatch(name):
                        bits = _beside_data(bits)
                    elif "rest_" in name:
                        bits = bits[:1]
                    if flag in self._zero:
                        self.beside |= dict.fromkeys(bits, flag)

    def _first(self, bit: Bit) -> Literal:
        return self.graph.inputs[str(bit)]

    def _second(self, bit: Bit) -> Literal:
        """What the second copy has: the same, something else, or the same beside a valid bit."""
        same, other = self.graph.inputs[str(bit)], self.graph.inputs[f"{bit}'"]
        if flag := self.beside.get(bit):
            valid = self.graph.inputs[str(flag)]
            return self.graph.either(
                self.graph.both(valid, same), self.graph.both(valid ^ 1, other)
            )
        return same if bit in self._inputs or bit in self.reset else other

    def obligations(self) -> Iterator[tuple[str, Literal]]:
        """What must be equal after the step and at the ports: a name, and what says that it is
        not.
        """
        names, registers = self.netlist.names, self.netlist.registers
        for q, d in registers.items():
            if flag := self.beside.get(q):
                yield names[q], self._differ(d, registers[flag])
            elif q in self.reset:
                yield names[q], self._differ(d)
        for name, bits in self.netlist.ports("output"):
            if not _data(name):
                valid = re.sub("_w(strb|last)$", "_wvalid", name)
                flag = self.netlist.net(valid)[0] if valid != name else None
                for bit in bits:
                    yield name, self._differ(bit, flag)
        for name in self.netlist.module["netnames"]:
            if match := BUFFERED.fullmatch(name):
                fifo = f"{match[1]}buffer.fifo."
                (flag,) = self.netlist.net(f"{fifo}i__valid")
                for bit in [flag, *self.netlist.net(f"{fifo}o__ready")]:
                    yield name, self._differ(bit)
                for bit in _beside_data(self.netlist.net(f"{fifo}i__payload")):
                    yield name, self._differ(bit, flag)

    def _differ(self, bit: Bit, valid: Bit | None = None) -> Literal:
        """Whether the copies differ in a bit, while a valid bit is set in either of them."""
        found = self.graph.differ(self.first[bit], self.second[bit])
        if valid is None:
            return found
        either = self.graph.either(self.first[valid], self.second[valid])
        return self.graph.both(found, either)


def _beside_data(bits: list[Bit]) -> list[Bit]:
    """The bits of a word after its data, which are a power of two."""
    return bits[1 << (len(bits).bit_length() - 1) :]


def _data(port: str) -> bool:
    """Whether a port carries data, which registers without a reset reach."""
    return port.endswith("_wdata")


def decide(text: str, top: str) -> CaseResult:
    """Whether a module forgets its power-up state. Raises ``BuildError``."""
    started = time.monotonic()
    copies = Copies(netlist(text, top))
    due = list(copies.obligations())
    hard = [(name, literal) for name, literal in due if literal]
    verdict, detail = _solve(copies.graph, hard)
    counts = {
        "equal": len(due),
        "solved": len(hard),
        "reset": len(copies.reset - copies.beside.keys()),
        "beside": len(copies.beside),
    }
    if not (counts["reset"] and counts["beside"]):
        verdict, detail = Verdict.VACUOUS, "the netlist has no registers of these kinds"
    return CaseResult(verdict, detail or told(counts), time.monotonic() - started, counts)


def told(counts: dict[str, int]) -> str:
    """The figures of a proof in words."""
    return (
        f"{counts['equal']:,} bits equal, {counts['solved']} of them by a solver;"
        f" {counts['reset']:,} registers set by reset, {counts['beside']} bits beside a valid bit"
    )


def _solve(graph: Graph, hard: list[tuple[str, Literal]]) -> tuple[Verdict, str]:
    """Refuted with the name of a bit that may differ."""
    for name, literal in hard:
        if literal == 1:
            return Verdict.REFUTED, f"{name} differs"
    groups = [("all", [literal for _, literal in hard])]
    groups += [(name, [literal]) for name, literal in hard]
    with TemporaryDirectory(prefix="scegrad-") as work:
        for number, (name, literals) in enumerate(groups):
            found = 0
            for literal in literals:
                found = graph.either(found, literal)
            graph.outputs["differs"] = found
            cnf = graph.cnf("differs")
            answer = tools.kissat(cnf, Path(work), SECONDS) if not isinstance(cnf, bool) else cnf
            if answer is None:
                return Verdict.OPEN, "out of time"
            if number == 0 and answer is False:
                return Verdict.PROVED, ""
            if number and answer is not False:
                return Verdict.REFUTED, f"{name} may differ"
    return Verdict.REFUTED, "some bit may differ"


def cases() -> list[SignoffCase]:
    """A case of each platform, and of one without private memory; small ones are quick."""
    return [_case(platform) for platform in (*PLATFORMS.values(), SHARED_ONLY)]


def _case(platform: Platform) -> SignoffCase:
    settings = [SCRIPT, repr(BESIDE), BUFFERED.pattern]

    def run() -> CaseResult:
        return decide(verilog(platform).read_text(encoding="ascii"), platform.top_name)

    return SignoffCase(
        f"reset/{platform.name}",
        "one cycle of reset: from any two power-up states, all ports are equal ever after (WDATA"
        " aside: unit proofs)",
        "src/scegrad/signoff/reset.py",
        platform.cores <= 2,
        once(lambda: hashed([platform_hash(platform), *settings])),
        run,
    )
