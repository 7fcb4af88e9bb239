"""The translation units of a model: a few files for the C++ compiler instead of about fifty.

    Vtop___024root__0.cpp  Vtop_core__0.cpp ...  -> unit_fast0.cpp ..3   every cycle
    Vtop__Trace__0.cpp ...                       -> unit_waves.cpp       writes waves
    Vtop___024root__0__Slow.cpp ...              -> unit_slow.cpp        once
    abi.cpp simulation.cpp ...                   -> unit_harness.cpp     every cycle

Each file includes the headers of the whole model, and these take the compiler longer than most of
the files themselves. Fewer files, and no optimisation of code that runs once, halve the time of a
build.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FAST = "-O2"
LITTLE = "-O1"
SLOW = "-O0"
"""Optimisation levels of three kinds of code: code that runs in every cycle; code that runs little
in a cycle (it writes waves, or is Verilator's own); code that runs once.
"""

PARTS = 4
"""Number of units for the code of every cycle, which are compiled at the same time."""

SMALL = 300_000
"""Below this number of bytes that code stays one unit."""


@dataclass(frozen=True)
class Unit:
    """A file for the compiler, its optimisation level, and its bytes of C++ (the longest file goes
    first).
    """

    source: Path
    level: str
    size: int


def model_units(directory: Path, harness: Iterable[Path]) -> list[Unit]:
    """Write the units of the model in ``directory`` and of the C++ around it; the code that runs
    most comes first.

    The order matters for the linker, which keeps the first of several copies of a function.
    """
    sources = sorted(directory.glob("Vtop*.cpp"))
    slow = [path for path in sources if "Slow" in path.name]
    waves = [path for path in sources if "__Trace" in path.name and path not in slow]
    fast = [path for path in sources if path not in slow and path not in waves]
    groups = [(f"fast{k}", FAST, part) for k, part in enumerate(_parts(fast))]
    groups += [("harness", FAST, list(harness)), ("waves", LITTLE, waves), ("slow", SLOW, slow)]
    return [_unit(directory, *group) for group in groups if group[2]]


def runtime_units(include: Path, waves: bool) -> list[Unit]:
    """Verilator's own code, from its folder ``include``; a model calls it at its beginning and end,
    a little in each cycle, and to write waves.
    """
    levels = {"verilated": LITTLE, "verilated_threads": SLOW} | (
        {"verilated_fst_c": LITTLE} if waves else {}
    )
    return plain_units([include / f"{name}.cpp" for name in levels], *levels.values())


def plain_units(sources: Iterable[Path], *levels: str) -> list[Unit]:
    """``sources`` unchanged, each with its level, or all with the level of code of every cycle."""
    paths = list(sources)
    return [
        Unit(path, level, path.stat().st_size)
        for path, level in zip(paths, levels or [FAST] * len(paths), strict=True)
    ]


def _parts(sources: list[Path]) -> list[list[Path]]:
    """``sources`` in parts of about equal size, the largest first."""
    sizes = {path: path.stat().st_size for path in sources}
    count = PARTS if sum(sizes.values()) > SMALL else 1
    parts: list[list[Path]] = [[] for _ in range(count)]
    for path in sorted(sources, key=lambda path: (-sizes[path], path.name)):
        min(parts, key=lambda part: sum(sizes[each] for each in part)).append(path)
    return [part for part in parts if part]


def _unit(directory: Path, name: str, level: str, sources: list[Path]) -> Unit:
    """One file that includes ``sources`` by name. The compiler searches their folders, so its
    output has no paths.
    """
    unit = directory / f"unit_{name}.cpp"
    unit.write_text("".join(f'#include "{path.name}"\n' for path in sources), encoding="utf-8")
    return Unit(unit, level, sum(path.stat().st_size for path in sources))
