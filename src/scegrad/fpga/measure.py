"""``scegrad fpga``: size, clock and critical path of a unit on an ECP5, and its size on a 7-series
part.

The size is that of the unit alone. The clock is measured after routing, with the unit in a harness
that has registers at all of its ports. Results are kept under a hash of the Verilog, the options
and the versions of the tools.
"""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scegrad.build.cache import cached, content_key
from scegrad.fpga.tools import (
    LFE5U_85F,
    clock,
    critical_path,
    identity,
    place_and_route,
    synthesise,
)
from scegrad.platforms import Platform
from scegrad.progress import announced
from scegrad.tools.places import cache_directory

ECP5_CELLS = ("LUT4", "CCU2C", "TRELLIS_FF", "TRELLIS_DPR16X4", "MULT18X18D", "DP16KD")
XILINX_FLOPS = ("FDRE", "FDSE", "FDCE", "FDPE")

SYNTH_ECP5 = "synth_ecp5"
SYNTH_XILINX = "synth_xilinx -family xc7 -noiopad -noclkbuf"


@dataclass(frozen=True)
class UnitMeasurement:
    """Size and speed of a unit.

    ``cells``   ECP5 cells by type; ``luts`` LUT4 in all, two for every carry cell
    ``mhz``     clock after routing, by seed; ``path`` the critical path of the best: kind,
                nanoseconds, name
    ``xilinx``  LUT, CARRY4, FF, DSP48E1, RAMB18E1 and RAMB36E1 of a 7-series part
    """

    unit: str
    platform: str
    formats: tuple[str, ...]
    part: str
    speed: int
    target_mhz: float
    tools: str
    cells: dict[str, int]
    luts: int
    mhz: dict[str, float]
    path: list[dict]
    xilinx: dict[str, int]

    @property
    def best(self) -> float:
        """The highest clock of all seeds."""
        return max(self.mhz.values())


def measure(
    unit: str, platform: Platform, seeds: tuple[int, ...] = (1, 2, 3), mhz: float = 150
) -> UnitMeasurement:
    """Measure a unit of ``units.UNITS``; an earlier result is read from the cache. Raises
    ``BuildError``.
    """
    tools = identity()
    name = f"{platform.name} {unit}"
    bare, harness = verilog(unit, platform, name)
    work = cache_directory("fpga")
    cells = _cached(
        work,
        ["ecp5", bare, tools],
        lambda directory: _size(directory, bare, SYNTH_ECP5, f"{name}: synth_ecp5"),
    )
    slices = _cached(
        work,
        ["xilinx", bare, tools],
        lambda directory: _size(directory, bare, SYNTH_XILINX, f"{name}: synth_xilinx"),
    )
    reports = _clocks(work, harness, tools, seeds, mhz, name)
    best = max(reports, key=lambda seed: reports[seed]["mhz"])
    return UnitMeasurement(
        unit=unit,
        platform=platform.name,
        formats=platform.formats,
        part=LFE5U_85F.name,
        speed=LFE5U_85F.speed,
        target_mhz=mhz,
        tools=tools,
        cells={cell: cells.get(cell, 0) for cell in ECP5_CELLS},
        luts=cells.get("LUT4", 0) + 2 * cells.get("CCU2C", 0),
        mhz={str(seed): report["mhz"] for seed, report in reports.items()},
        path=reports[best]["path"],
        xilinx=_xilinx(slices),
    )


def verilog(unit: str, platform: Platform, name: str) -> tuple[str, str]:
    """The unit alone, as module ``bare``, and the unit in the harness, as module ``harness``."""
    # Amaranth: what is measured already comes from the cache.
    from scegrad.fpga.units import UNITS, Bare, Harness
    from scegrad.rtl.verilog import to_verilog

    with announced(f"{name}: generating Verilog"):
        return to_verilog(Bare(UNITS[unit](platform)), "bare"), to_verilog(
            Harness(UNITS[unit](platform)), "harness"
        )


def _size(directory: Path, verilog: str, command: str, title: str) -> dict:
    (directory / "bare.v").write_text(verilog, encoding="ascii")
    return synthesise("bare.v", "bare", command, directory, title)


def _clocks(
    work: Path, harness: str, tools: str, seeds: tuple[int, ...], mhz: float, name: str
) -> dict[int, dict]:
    """Clock and critical path by seed; the harness is synthesised when the first seed needs it."""
    # A result is kept even if its temporary folder cannot be removed; the next build in the cache
    # removes that folder.
    with tempfile.TemporaryDirectory(dir=work, prefix="tmp-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)

        def route(seed: int, _: Path) -> dict:
            if not (directory / "harness.json").is_file():
                (directory / "harness.v").write_text(harness, encoding="ascii")
                synthesise(
                    "harness.v",
                    "harness",
                    SYNTH_ECP5,
                    directory,
                    f"{name}: synth_ecp5 with the harness",
                )
            title = f"{name}: place and route, seed {seed}"
            report = place_and_route(
                "harness.json", LFE5U_85F, seed, mhz, directory, title, "--lpf-allow-unconstrained"
            )
            return {"mhz": clock(report), "path": critical_path(report)}

        key = ["clock", harness, tools, repr(LFE5U_85F), str(mhz)]
        return {seed: _cached(work, [*key, str(seed)], partial(route, seed)) for seed in seeds}


def _cached(work: Path, key: list[str], make: Callable[[Path], dict]) -> dict:
    """The result of ``make`` in an empty directory, or that of an earlier call with the same key,
    from its file.
    """

    def write(folder: Path) -> Path:
        made = folder / "result.json"
        made.write_text(json.dumps(make(folder)))
        return made

    return json.loads(
        cached(work / f"{content_key([json.dumps(key).encode()])}.json", write).read_text()
    )


def _xilinx(cells: dict[str, int]) -> dict[str, int]:
    luts = sum(count for cell, count in cells.items() if cell.startswith("LUT"))
    flops = sum(cells.get(cell, 0) for cell in XILINX_FLOPS)
    return {
        "LUT": luts,
        "FF": flops,
        **{cell: cells.get(cell, 0) for cell in ("CARRY4", "DSP48E1", "RAMB18E1", "RAMB36E1")},
    }
