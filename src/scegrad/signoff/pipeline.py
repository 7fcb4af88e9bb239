"""The pipeline is a function: a walk over a lane's netlist that counts the registers on every path.

If every path from an input to an output has the same number of registers, and no state feeds back,
then an output depends only on the inputs that number of cycles before: one cycle stands for all.
"""

import json
from collections import defaultdict, deque
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scegrad.signoff import tools
from scegrad.signoff.lane import FLAT
from scegrad.sweep.unit import LaneDesign

IGNORED = ("clk", "rst")
"""Inputs that hold still while pairs go through: reset is over, and clears nothing but ``valid``.
"""

Bit = int
Cell = dict[str, Any]


class UnevenError(Exception):
    """The netlist is not a function of the inputs a fixed time ago; the message names the place."""


def depths(design: LaneDesign) -> dict[str, int]:
    """Registers between the inputs and each output; raises ``UnevenError`` if two paths differ."""
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        (directory / "lane.v").write_text(design.verilog, encoding="ascii")
        script = FLAT.format(top=LaneDesign.TOP) + "opt_clean\nwrite_json lane.json\n"
        tools.yosys(script, directory)
        module = json.loads((directory / "lane.json").read_text())["modules"][LaneDesign.TOP]
    return _walk(module)


def _walk(module: dict[str, Any]) -> dict[str, int]:
    """Give each bit its depth, a cell when all of its inputs have one."""
    depth: dict[Bit, int | None] = {}
    for name, port in module["ports"].items():
        if port["direction"] == "input":
            depth.update(dict.fromkeys(port["bits"], None if name in IGNORED else 0))
    cells: dict[str, Cell] = module["cells"]
    readers: dict[Bit, list[str]] = defaultdict(list)
    missing: dict[str, int] = {}
    for name, cell in cells.items():
        needed = {bit for bit in _inputs(cell) if not isinstance(bit, str) and bit not in depth}
        missing[name] = len(needed)
        for bit in needed:
            readers[bit].append(name)
    ready = deque(name for name, count in missing.items() if not count)
    done = 0
    while ready:
        name = ready.popleft()
        done += 1
        for bit, value in _outputs(name, cells[name], depth).items():
            depth[bit] = value
            for reader in readers.pop(bit, ()):
                missing[reader] -= 1
                if not missing[reader]:
                    ready.append(reader)
    if done != len(cells):
        stuck = next(name for name, count in missing.items() if count)
        raise UnevenError(f"{_named(stuck, cells[stuck])} feeds back to itself")
    return {
        name: _common(f"output {name}", port["bits"], depth) or 0
        for name, port in module["ports"].items()
        if port["direction"] == "output"
    }


def _inputs(cell: Cell) -> list[Bit | str]:
    return [
        bit
        for port, bits in cell["connections"].items()
        if cell["port_directions"][port] == "input" and port != "CLK"
        for bit in bits
    ]


def _outputs(name: str, cell: Cell, depth: dict[Bit, int | None]) -> dict[Bit, int | None]:
    """The depths of a cell's outputs: a register's bit by bit and one more, any other cell's all
    alike.
    """
    connections = cell["connections"]
    if cell["type"] == "$dff":
        pairs = zip(connections["D"], connections["Q"], strict=True)
        found = {q: _common(name, [d], depth) for d, q in pairs}
        return {q: None if d is None else d + 1 for q, d in found.items()}
    if any(mark in cell["type"] for mark in ("ff", "latch", "memwr")):
        raise UnevenError(f"{_named(name, cell)} is state of another kind")
    value = _common(_named(name, cell), _inputs(cell), depth)
    return {
        bit: value
        for port, bits in connections.items()
        if cell["port_directions"][port] == "output"
        for bit in bits
    }


def _common(place: str, bits: list, depth: dict[Bit, int | None]) -> int | None:
    """The depth that all bits have, those aside that never change."""
    found = {depth.get(bit) for bit in bits if not isinstance(bit, str)} - {None}
    if len(found) > 1:
        raise UnevenError(
            f"{place}: paths of {sorted(d for d in found if d is not None)} registers meet"
        )
    return next(iter(found), None)


def _named(name: str, cell: Cell) -> str:
    return f"{cell['type']} {name}"
