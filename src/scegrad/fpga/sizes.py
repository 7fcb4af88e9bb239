"""``scegrad fpga --modules``: the size of every module of a platform on an ECP5, including its
submodules, from one synthesis that keeps the hierarchy.

Yosys then merges no logic across the borders of modules, so the sum is more than the size of the
whole unit in ``docs/fpga.json``.
"""

import json
from functools import cache
from pathlib import Path

from scegrad.build.cache import cached, content_key
from scegrad.build.simulator import verilog
from scegrad.files import Output
from scegrad.fpga.tools import identity, synthesise
from scegrad.platforms import Platform, platform_of
from scegrad.tools.places import cache_directory

COMMAND = "synth_ecp5 -noflatten"

Sizes = dict[str, dict[str, int]]
"""``luts`` (two for a carry cell), ``ff``, ``multipliers`` and ``rams`` by module."""


def sizes(statistics: dict, top: str) -> Sizes:
    """The sizes in the output of Yosys' ``stat -json``, by name without the prefix of the top
    module, whose name is "".
    """
    modules = {name.lstrip("\\"): each for name, each in statistics["modules"].items()}

    @cache
    def count(module: str, cell: str) -> int:
        cells = modules[module]["num_cells_by_type"].items()
        inside = sum(n * count(name, cell) for name, n in cells if name in modules)
        return inside + dict(cells).get(cell, 0)

    return {
        module.removeprefix(top).removeprefix("_"): {
            "luts": count(module, "LUT4") + 2 * count(module, "CCU2C"),
            "ff": count(module, "TRELLIS_FF"),
            "multipliers": count(module, "MULT18X18D"),
            "rams": count(module, "DP16KD"),
        }
        for module in sorted(modules)
    }


def measure_modules(platform: Platform) -> Sizes:
    """Synthesise a platform; an earlier result is read from the cache. Raises ``BuildError``."""
    source, tools = verilog(platform), identity()

    def make(work: Path) -> Path:
        (work / "top.v").write_bytes(source.read_bytes())
        title = f"{platform.name}: {COMMAND}"
        synthesise("top.v", platform.top_name, COMMAND, work, title)
        return work / f"{platform.top_name}.stat.json"

    key = content_key([source.read_bytes(), f"{COMMAND} {tools}".encode()])
    statistics = cached(cache_directory("fpga") / f"modules-{key}.json", make)
    return sizes(json.loads(statistics.read_text("utf-8")), platform.top_name)


def write_modules(platform_name: str, output: Path) -> None:
    """Write the sizes as JSON, a module per line."""
    platform = platform_of(platform_name)
    output.parent.mkdir(parents=True, exist_ok=True)
    with Output(output) as file:
        lines = (
            f'  "{name}": {json.dumps(size)}' for name, size in measure_modules(platform).items()
        )
        file.temporary.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        file.commit()
