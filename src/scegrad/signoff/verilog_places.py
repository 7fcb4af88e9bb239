"""From which line of Python each line of a generated Verilog comes.

    component ──► Verilog with attributes ``src`` ──► statements ──► a place for each line
    Verilog that was judged ───── must be the same ───────┘

A statement comes from the line of its own ``src``. A register of a pipeline, and a port of a
stream, have one in a helper, which says nothing: the line counts that names them in the file of
their module. An inner wire without any comes from where it is used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from scegrad.signoff.places import line_of

_RTL = (Path(__file__).resolve().parents[1] / "rtl").resolve()

_HELPERS = ("rtl/datapath/pipeline.py",)
"""Files with the registers of others."""

_STAGES = ("rtl/datapath/arithmetic.py", "rtl/datapath/anchor.py")
"""Files of what several pipelines do, which name registers too."""

_INSIDE = re.compile(r'\(\* src = "([^"]*)" \*\) ')
_BEFORE = re.compile(r' *\(\* src = "([^"]*)" \*\)')
_OTHER = re.compile(r" *\(\*.*\*\)")
_TARGETS = (
    re.compile(r"^  assign (.*?) = "),
    re.compile(r"(\w+)(?: ?\[[^\]]*\])* <= "),
    re.compile(r"^  function (?:\[[^\]]*\] )?(\w+);"),
)
_DECLARED = re.compile(r"^  (?:wire|reg|input|output)(?: reg| wire)? (?:\[[^\]]*\] )?(\w+)\b")
_NAME = re.compile(r"\b[A-Za-z_]\w*")
_PRIVATE = re.compile(r"_\d+_")
_NUMBERS = re.compile(r"(_\d+)+$")

_DEPTH = 6
"""How many inner wires lead from a statement to one that has a place."""


@dataclass
class Statement:
    """Lines that belong together, and the sources that their attributes name."""

    sources: list[str]
    lines: list[str] = field(default_factory=list)

    @cached_property
    def targets(self) -> list[str]:
        """The names that it drives."""
        text = "\n".join(self.lines)
        found = [part for pattern in _TARGETS for part in pattern.findall(text)]
        return [name for part in found for name in _NAME.findall(part)]

    @property
    def places(self) -> list[str]:
        """The places in the hardware's sources that it names."""
        every = (place(each) for source in self.sources for each in source.split("|"))
        return [each for each in every if each]


def place(source: str) -> str:
    """``file#Lnumber`` of an attribute ``src``; nothing if that is not in the hardware's
    sources.
    """
    path, _, line = source.rpartition(":")
    resolved = Path(path).resolve()
    if not resolved.is_relative_to(_RTL):
        return ""
    return f"rtl/{resolved.relative_to(_RTL).as_posix()}#L{line.partition('.')[0]}"


class Module:
    """The statements of one module; ``source`` is the line where its Python begins."""

    def __init__(self, source: str) -> None:
        self.source = place(source)
        self.statements: list[Statement] = []

    @cached_property
    def _declared(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for each in self.statements:
            if name := _DECLARED.match(each.lines[0]):
                found.setdefault(name[1], []).extend(each.places)
        return found

    @cached_property
    def _users(self) -> dict[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for each in self.statements:
            names = set(_NAME.findall("\n".join(each.lines))) - set(each.targets)
            if not _DECLARED.match(each.lines[0]):
                for name in filter(_PRIVATE.fullmatch, names):
                    found.setdefault(name, []).append(each)
        return found

    def place(self, statement: Statement) -> str:
        """The place of a statement; the beginning of the module if nothing better is known."""
        helper = next(iter(statement.places), "")
        return self._own(statement, _DEPTH) or self.source or helper

    def _own(self, statement: Statement, depth: int) -> str:
        declared = (each for name in statement.targets for each in self._declared.get(name, ()))
        return (
            self._best(statement.places)
            or self._best(list(declared))
            or next((found for name in statement.targets if (found := self._named(name))), "")
            or (self._used(statement, depth - 1) if depth else "")
        )

    def _used(self, statement: Statement, depth: int) -> str:
        users = (each for name in statement.targets for each in self._users.get(name, ()))
        return next((found for each in users if (found := self._own(each, depth))), "")

    def _best(self, places: list[str]) -> str:
        """The first that is in no helper, in the file of the module if there is one."""
        fit = [each for each in places if not each.startswith(_HELPERS)]
        return next((each for each in fit if self._mine(each)), next(iter(fit), ""))

    def _mine(self, found: str) -> bool:
        return found.partition("#")[0] == self.source.partition("#")[0]

    def _named(self, name: str) -> str:
        """The line that names a signal in the module's file, or in those of common stages."""
        own = self.source.partition("#")[0]
        stem = _NUMBERS.sub("", name)
        for path in (own, *_STAGES) if own.startswith("rtl/datapath/") else (own,):
            line = line_of(path, stem.replace("__", ".")) or line_of(path, stem) if path else 0
            if line and not _PRIVATE.fullmatch(name):
                return f"{path}#L{line}"
        return ""


def modules(text: str) -> Iterator[Module]:
    """The modules of a Verilog with attributes ``src``."""
    module, before = Module(""), ""
    for line in text.splitlines():
        if own := _BEFORE.fullmatch(line):
            before = own[1]
        elif _is_code(line):
            plain = _INSIDE.sub("", line)
            if plain.startswith("module "):
                module, before = Module(before), ""
            if before or not re.match(r"   |  end", plain) or not module.statements:
                module.statements.append(Statement([]))
            statement = module.statements[-1]
            statement.sources += [before] if before else _INSIDE.findall(line)
            statement.lines.append(plain)
            before = ""
            if plain == "endmodule":
                yield module


def places(annotated: str, verilog: str) -> list[str]:
    """The place of each line of ``verilog``, of which ``annotated`` is the text with attributes; no
    text where there is none. Raises ``ValueError`` if they differ.
    """
    found = [
        (line, module.place(statement))
        for module in modules(annotated)
        for statement in module.statements
        for line in statement.lines
    ]
    lines = verilog.splitlines()
    start, first = _first(lines), _first([line for line, _ in found])
    # A platform has another list of ports and more attributes; what follows is the same.
    code = [i for i in range(start, len(lines)) if _is_code(lines[i])]
    count = len(found) - first
    if [lines[i] for i in code[:count]] != [line for line, _ in found[first:]]:
        raise ValueError("the Verilog with its sources is another one")
    result = [""] * len(lines)
    for i, (_, there) in zip(code, found[first:], strict=False):
        result[i] = there
    return result


def _is_code(line: str) -> bool:
    return bool(line) and not line.startswith("//") and not _OTHER.fullmatch(line)


def _first(lines: list[str]) -> int:
    """The first line behind the list of ports of the first module."""
    start = next(i for i, line in enumerate(lines) if line.startswith("module "))
    return 1 + next(i for i, line in enumerate(lines) if i >= start and line.endswith(");"))
