"""``make bitstream``: the bitstream of the board ULX3S, with the figures of Yosys and nextpnr."""

import json
import shutil
from pathlib import Path

from scegrad.board.generate import TOP, sources, write_verilog
from scegrad.board.protocol import CLOCK_HZ
from scegrad.errors import BuildError, printable
from scegrad.files import OutputDirectory
from scegrad.fpga.tools import ULX3S_85F, clock, critical_path, place_and_route, run, synthesise

SEEDS = (1, 2, 3, 4)
"""Seeds of the placement; the first one that reaches the clock is used."""


def _routed(directory: Path) -> tuple[int, dict]:
    """The first seed with which place and route reaches the clock, and its report."""
    wanted, options = CLOCK_HZ / 1e6, ["--lpf", "ulx3s.lpf", "--textcfg", f"{TOP}.config"]
    reached = []
    for seed in SEEDS:
        title = f"ulx3s: place and route, seed {seed}"
        report = place_and_route(f"{TOP}.json", ULX3S_85F, seed, wanted, directory, title, *options)
        reached.append(clock(report))
        if reached[-1] >= wanted:
            return seed, report
    clocks = ", ".join(f"{mhz:g}" for mhz in reached)
    raise BuildError(
        f"{TOP} reaches {clocks} MHz with seeds {', '.join(map(str, SEEDS))}, but its clock is"
        f" {wanted:g} MHz"
    )


def build(directory: Path) -> dict:
    """Write ``ulx3s.bit`` and its intermediate files; returns cells, seed, clock and critical path.

    Raises ``BuildError`` if no seed reaches the clock.
    """
    for name in ("ulx3s.v", "ulx3s.lpf"):
        shutil.copyfile(sources() / name, directory / name)
    files = " ".join(file.name for file in (*write_verilog(directory), directory / "ulx3s.v"))
    cells = synthesise(files, TOP, "synth_ecp5", directory, "ulx3s: synth_ecp5")
    seed, report = _routed(directory)
    result = {
        "part": ULX3S_85F.name,
        "speed": ULX3S_85F.speed,
        "seed": seed,
        "cells": cells,
        "mhz": clock(report),
        "path": critical_path(report),
    }
    (directory / f"{TOP}.report.json").write_text(json.dumps(result, indent=1) + "\n")
    run(
        "ecppack",
        "--compress",
        f"{TOP}.config",
        "--bit",
        f"{TOP}.bit",
        directory=directory,
        log="ecppack.log",
        title="ulx3s: ecppack",
    )
    return result


def main(target: Path) -> None:
    """Build into a directory and print the result. Raises ``RequestError``, ``BuildError``."""
    with OutputDirectory(target) as output:
        result = build(output.path)
    print(
        f"{printable(target / TOP)}.bit: {result['mhz']:g} MHz after routing with seed"
        f" {result['seed']} (clock: {CLOCK_HZ / 1e6:g} MHz)"
    )
