"""The proof of one unit: its Verilog, a top with assertions from ``formal/``, and a solver that
finds an invariant or checks ours.

    component ──► Verilog ──┐
    formal/NAME.sv ─────────┴──► Yosys ──► SMT2 ──► smtbmc: base case and induction step, covers
                                       └─► AIGER ──► abc: property-directed reachability

Registers start with any value, and the first cycle is a reset, so that a proof holds after every
power-up. Inner registers that an invariant speaks of become outputs of the unit (``hooks``).
"""

import json
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from amaranth.hdl import Const, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from scegrad.errors import BuildError
from scegrad.rtl.verilog import to_verilog
from scegrad.signoff import inner, statements, tools, unit_decision
from scegrad.signoff.case import hashed
from scegrad.signoff.result import CaseResult, Verdict

UNIT = "unit"
"""The name of a unit's module in its top."""

LIMIT = 900
"""Seconds that one run of a solver may take, unless a proof says otherwise."""

_MODEL = """
read_verilog unit.v
hierarchy -top unit
proc
flatten
{kept}
opt_clean
{hooks}
read_verilog -formal -sv top.sv
hierarchy -check -top {name}
proc
flatten
opt_clean
memory_map
setattr -unset init w:u.*
opt -full
async2sync
chformal -lower
dffunmap
setundef -undriven -anyseq
"""

_MISSING = re.compile(r"selection contains 0 elements .*: w:(\S+)")

_RESIZED = re.compile(r"Resizing cell port \w+\.u\.(\w+) from (\d+) bits to (\d+) bits")

_INCLUDE = re.compile(r'^ *`include "(\w+\.svh)"\n', re.MULTILINE)
_SIZES = "`SIZES"


@dataclass(frozen=True)
class Proof:
    """A unit and what is claimed of it in ``formal/<name>.sv``, at one size.

    ``build`` takes the ``sizes`` by their names; so does the top, in capitals, as the parameters
    of its module. ``at`` says whose sizes these are, if it is not the small one.
    ``depth`` is that of induction, or None if abc finds the invariant by itself. ``covers`` is
    how many cycles its covers may take (a claim about what cannot happen is empty) and the base
    case are checked. ``hooks`` names inner signals by the output that shows them, and a memory of
    four bytes as ``memory[3:0][7:0]``; ``cuts`` by the
    input that drives them in place of what does in the unit: their assumptions in the top are what
    other proofs show. ``quick`` proofs are part of ``make test``. ``apart``: each assertion is
    decided by itself (``induction``), and a failure is looked for in as many cycles as the covers.
    ``numbers`` are hooks that may have fewer bits in a unit that is broken: the top sees zeros
    before them, and the claims decide. ``exact``: the claims say what every output is in every
    cycle in which it counts, so that a mutant with which they hold is equal.
    """

    name: str
    build: Callable[..., wiring.Component]
    claim: str
    depth: int | None = None
    covers: int = 20
    hooks: Mapping[str, str] = field(default_factory=dict)
    cuts: Mapping[str, str] = field(default_factory=dict)
    quick: bool = True
    limit: float = LIMIT
    apart: bool = False
    numbers: tuple[str, ...] = ()
    exact: bool = False
    sizes: Mapping[str, int] = field(default_factory=dict)
    at: str = ""

    @property
    def case(self) -> str:
        """The name with its size: no other proof has it."""
        return f"{self.name}@{self.at}" if self.at else self.name

    def verilog(self) -> str:
        """The Verilog of the unit as the sources have it now."""
        return to_verilog(Plain(self.build(**self.sizes)), UNIT)

    @property
    def source(self) -> Path:
        """The top with the assertions."""
        return tools.FORMAL / f"{self.name}.sv"

    def top(self) -> str:
        """The top as it is compiled: with its sizes, and the files that it includes, in their
        places.
        """
        return self.sized(_included(self.source))

    def sized(self, text: str) -> str:
        """A top with its sizes in their place."""
        return text.replace(
            _SIZES, ", ".join(f"{name.upper()} = {size}" for name, size in self.sizes.items())
        )

    def subject(self, verilog: str) -> str:
        """The hash of the unit's Verilog, without the comment before it, and of all that is claimed
        of it.
        """
        settings = [self.depth, self.covers, dict(self.hooks), dict(self.cuts), self.apart]
        module = verilog[verilog.index("module ") :]
        return hashed([module, self.top(), _MODEL, json.dumps(settings)])


def named(path: str, *signals: str) -> dict[str, str]:
    """Hooks for signals of one module: ``h_`` and the name."""
    return {f"h_{signal}": f"{path}.{signal}" for signal in signals}


class Plain(wiring.Component):
    """A component with the members alone that are no constants, as ports can be."""

    def __init__(self, inner: wiring.Component):
        self._inner = inner
        self._paths = {}
        members = {}
        for path, member, value in inner.signature.flatten(inner):
            if not isinstance(value, Const):
                name = "__".join(map(str, path))
                self._paths[name] = value
                members[name] = member
        super().__init__(members)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.inner = self._inner
        for name, value in self._paths.items():
            port = getattr(self, name)
            inward = self.signature.members[name].flow is In
            m.d.comb += value.eq(port) if inward else port.eq(value)
        return m


def prove(proof: Proof, verilog: str | None = None) -> CaseResult:
    """Run a proof; the Verilog of another, broken, unit may stand in for the unit's own."""
    started = time.monotonic()
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        (directory / "unit.v").write_text(verilog or proof.verilog(), encoding="ascii")
        top = proof.sized(proof.source.read_text(encoding="ascii"))
        (directory / statements.TOP).write_text(top, encoding="ascii")
        for included in tools.FORMAL.glob("*.svh"):
            shutil.copy(included, directory)
        missed = _compile(proof, directory)
        verdict, detail = (
            (Verdict.VACUOUS, missed) if missed else unit_decision.decide(proof, directory)
        )
        trace = unit_decision.trace(proof, directory, verdict, detail)
        detail = statements.told(detail, proof.source)
    return CaseResult(verdict, detail, time.monotonic() - started, trace=trace)


def _compile(proof: Proof, directory: Path) -> str:
    """Make the models of a unit in its top; returns what they do not have in common, or nothing."""
    script = _MODEL.format(kept=kept(proof), hooks=hooks(proof), name=proof.name)
    smt = f"{script}\nwrite_smt2 -wires model.smt2\n"
    if proof.depth is None:
        smt += (
            "delete t:$cover\ntechmap\nopt -full -nodffe"
            " -nosdff\naigmap\nopt_clean\nwrite_aiger -zinit model.aig\n"
        )
    try:
        log = tools.yosys(smt, directory)
    except BuildError as error:
        missing = _MISSING.search(str(error))
        if not missing:
            raise BuildError(statements.told(str(error), proof.source, words=False)) from error
        return f"the unit has no signal {missing[1]}"
    for port, top, unit in _RESIZED.findall(log):
        if port not in proof.numbers or int(unit) > int(top):
            return f"{port} has {unit} bits in the unit, but {top} in the top"
    return ""


def kept(proof: Proof) -> str:
    """Lines that keep what the proof names, and make registers of memories if it names one."""
    return inner.kept(proof.hooks, proof.cuts)


def hooks(proof: Proof) -> str:
    """Lines that make ports of what the proof names."""
    return inner.shown(proof.hooks, proof.cuts)


def _included(path: Path) -> str:
    """A file with each ``include`` replaced by the file, as Yosys does it."""
    text = path.read_text(encoding="ascii")
    return _INCLUDE.sub(lambda found: _included(path.with_name(found[1])), text)
