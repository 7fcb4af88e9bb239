"""All single mutations of a design that Yosys makes: in a list, or some in one netlist whose
input ``mutsel`` turns on one of them, 0 none.

    Verilog ──► proc; flatten ──► mutate -list: all of them
                              └─► mutate -ctrl mutsel 10 number, for each of some ──► Verilog

A mutation inverts a bit of one cell's port, sticks it at 0 or 1, or turns it over where another bit
of that port is 0 or 1. Clocks are left as they are, and so are the ports of a memory that nothing
uses: the former are no logic, the latter nothing at all.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from scegrad.signoff import tools
from scegrad.signoff.result import CaseResult, Verdict

SELECT_BITS = 10
"""Bits of ``mutsel``: a netlist has fewer mutants than it can select."""

_FLAT = """
read_verilog design.v
hierarchy -top {top}
{before}
proc
flatten
opt_clean
{prepare}
memory_collect
"""

_LIST = "mutate -list 100000000 -seed 1 -none -o list.txt {top}\n"

_LEFT_OUT = re.compile(r"-port (CLK|(RD|WR)_CLK|RD_ARST|RD_SRST)\b")
_CELL = re.compile(r"-cell (\S+)")
_SHOWN = re.compile(r"-mode (\S+) .*?-cell (\S+) -port (\S+) -portbit (\S+)")
_WIRE = re.compile(r"-wire (\S+) -wirebit (\S+)")
_SOURCE = re.compile(r"-src \S+\.v:(\d+)")


@dataclass(frozen=True)
class Mutant:
    """One mutation, as the command of Yosys that makes it."""

    command: str

    def under(self, number: int) -> str:
        """The command that makes it if ``mutsel`` is ``number``."""
        control = f"mutate -ctrl mutsel {SELECT_BITS} {number} "
        return self.command.replace("mutate ", control, 1)

    @property
    def cell(self) -> str:
        """The cell that it is in."""
        found = _CELL.search(self.command)
        assert found
        return found[1].removeprefix("\\")

    @property
    def line(self) -> int:
        """The line of the Verilog that it is in; 0 if that is not known."""
        found = _SOURCE.findall(self.command)
        return int(found[-1]) if found else 0

    @property
    def signal(self) -> str:
        """The wire that is mutated, by its path; the cell if the wire has no name."""
        wire, cell = _WIRE.search(self.command), _CELL.search(self.command)
        return f"{wire[1]}[{wire[2]}]" if wire else _plain(cell[1] if cell else "")

    def __str__(self) -> str:
        """How it is shown: mode, signal, and the port of the cell."""
        found = _SHOWN.search(self.command)
        assert found
        mode, cell, port, bit = found.groups()
        return f"{mode} {self.signal} at {port}[{bit}] of {_plain(cell)}, line {self.line}"


def _plain(cell: str) -> str:
    return cell.replace("\\", "").removeprefix("$flatten")


@dataclass(frozen=True)
class Population:
    """All mutants of one design.

    ``top`` is the module in ``verilog``; ``before`` are lines of the script before it is flattened,
    such as modules that stay whole and are not mutated; ``prepare`` those after it, such as more
    outputs.
    """

    name: str
    verilog: str
    top: str
    prepare: str = ""
    before: str = ""

    @cached_property
    def mutants(self) -> list[Mutant]:
        """Every mutant, in Yosys's order."""
        with TemporaryDirectory(prefix="scegrad-") as work:
            directory = Path(work)
            self.write(directory)
            tools.yosys(self.script + _LIST.format(top=self.top), directory)
            lines = (directory / "list.txt").read_text(encoding="ascii").splitlines()
        return [Mutant(line) for line in lines if _CELL.search(line) and not _LEFT_OUT.search(line)]

    @property
    def script(self) -> str:
        """The lines that make the netlist, before any mutation."""
        return _FLAT.format(top=self.top, before=self.before, prepare=self.prepare)

    def mutated(self, mutants: list[Mutant]) -> str:
        """The lines that make the netlist with mutants, counted from 1."""
        return self.script + "".join(
            f"{mutant.under(number)}\n" for number, mutant in enumerate(mutants, start=1)
        )

    def run(self, mutants: list[Mutant], rest: str, result: str, work: Path) -> bytes:
        """The file ``result`` that further lines make of the mutated netlist in ``work``."""
        self.write(work)
        tools.yosys(f"{self.mutated(mutants)}{rest}\n", work)
        return (work / result).read_bytes()

    def write(self, directory: Path) -> None:
        """Write the files that the script reads."""
        (directory / "design.v").write_text(self.verilog, encoding="ascii")


@dataclass
class Judgement:
    """The verdicts of a group: the number of mutants with each verdict, and the living ones with
    their reasons.
    """

    ends: dict[str, int]
    alive: list[dict[str, str]]

    def count(self, end: str, number: int = 1) -> None:
        """Count this many more mutants with this verdict."""
        self.ends[end] = self.ends.get(end, 0) + number

    def keep(self, mutant: Mutant, why: str, unit: str = "") -> None:
        """Add a living mutant, of the unit that a case is about if there is one."""
        self.alive.append({"mutant": str(mutant), "why": why} | ({"unit": unit} if unit else {}))

    def result(self, seconds: float) -> CaseResult:
        """The judgement as the result of its case."""
        total = sum(self.ends.values()) + len(self.alive)
        told = [f"{count} {end}" for end, count in self.ends.items()]
        told += [f"{len(self.alive)} alive"] if self.alive else []
        verdict = Verdict.ALIVE if self.alive else Verdict.PROVED
        data = {"mutants": total, "ends": self.ends, "alive": self.alive}
        return CaseResult(verdict, f"{total} mutants: {', '.join(told)}", seconds, data)
