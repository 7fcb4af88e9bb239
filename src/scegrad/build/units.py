"""What the C++ compiler is given of a model: a few files instead of some fifty.

    Vtop___024root__0.cpp  Vtop_core__0.cpp ...  -> unit_fast0.cpp ..3   every cycle
    Vtop__Trace__0.cpp ...                       -> unit_waves.cpp       writes waves
    Vtop___024root__0__Slow.cpp ...              -> unit_slow.cpp        once
    abi.cpp simulation.cpp ...                   -> unit_harness.cpp     every cycle

Each file includes the headers of the whole model, which take the compiler longer than most of the
files behind them: fewer files, and no optimisation of what runs once, halve the time of a build.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FAST = "-O2"
LITTLE = "-O1"
SLOW = "-O0"
"""Optimisation of what runs every cycle; of what writes waves, and Verilator's own code, of which
a cycle calls little; and of what runs once.
"""

PARTS = 4
"""Units that what runs every cycle is cut into, to be compiled at the same time."""

SMALL = 300_000
"""Bytes below which it stays one unit."""


@dataclass(frozen=True)
class Unit:
    """A file for the compiler, how it optimises it, and bytes of C++, to begin with the longest."""

    source: Path
    level: str
    size: int


def model_units(directory: Path, harness: Iterable[Path]) -> list[Unit]:
    """Write the units of the model in ``directory`` and of the C++ around it; what runs most comes
    first.

    The order is that of the linker, which keeps the first of several copies of a function.
    """
    sources = sorted(directory.glob("Vtop*.cpp"))
    slow = [path for path in sources if "Slow" in path.name]
    waves = [path for path in sources if "__Trace" in path.name and path not in slow]
    fast = [path for path in sources if path not in slow and path not in waves]
    groups = [(f"fast{k}", FAST, part) for k, part in enumerate(_parts(fast))]
    groups += [("harness", FAST, list(harness)), ("waves", LITTLE, waves), ("slow", SLOW, slow)]
    return [_unit(directory, *group) for group in groups if group[2]]


def runtime_units(include: Path, waves: bool) -> list[Unit]:
    """Verilator's own code, of its folder ``include``; a model calls it when it begins and ends,
    a little in each cycle, and where it writes waves.
    """
    levels = {"verilated": LITTLE, "verilated_threads": SLOW} | (
        {"verilated_fst_c": LITTLE} if waves else {}
    )
    return plain_units([include / f"{name}.cpp" for name in levels], *levels.values())


def plain_units(sources: Iterable[Path], *levels: str) -> list[Unit]:
    """``sources`` as they are, with their levels, or all as what runs every cycle."""
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
    """One file that includes ``sources`` by name: the compiler looks in their folders, and no place
    is in what it makes.
    """
    unit = directory / f"unit_{name}.cpp"
    unit.write_text("".join(f'#include "{path.name}"\n' for path in sources), encoding="utf-8")
    return Unit(unit, level, sum(path.stat().st_size for path in sources))
