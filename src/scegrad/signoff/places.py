"""Where in the sources a signal of a netlist comes from: the file of its module and the line that
names it.
"""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

MODULES = {
    "lane.sigmoid.rom": "rtl/datapath/rom.py",
    "rom": "rtl/datapath/rom.py",
    "lane.unpack": "rtl/datapath/unpack.py",
    "lane.sigmoid": "rtl/datapath/sigmoid32.py",
    "lane.subtract": "rtl/datapath/subtract.py",
    "lane.round": "rtl/datapath/round.py",
    "lane.pack": "rtl/datapath/pack.py",
    "lane": "rtl/datapath/lane.py",
}
"""Files of modules, by the beginning of a signal's path; the longest counts."""

_FALLBACK = "rtl/datapath/lane.py"
_STEM = re.compile(r"([a-z][a-z_]*?)(_\d+)*(\[\d+\])?$")


def place(signal: str) -> str:
    """``file#Lnumber`` of a signal's path such as ``lane.subtract.total_6[3]``, in a lane or in a
    platform; the line of the class if no line names the signal.
    """
    if PLATFORM_PATH.match(signal):
        parts = [part for part in signal.split(".")[:-1] if part.rstrip("_0123456789") in NODES]
        path = NODES[parts[-1].rstrip("_0123456789")]
        stem = _STEM.search(signal.split(".")[-1])
        return f"{path}#L{_line(path, stem[1] if stem else '')}"
    module = max((key for key in MODULES if signal.startswith(f"{key}.")), key=len, default="")
    path = MODULES.get(module, _FALLBACK)
    stem = _STEM.search(signal.removeprefix(f"{module}."))
    return f"{path}#L{_line(path, stem[1] if stem else '')}"


def _line(path: str, name: str) -> int:
    """The line of a file that names a signal, else that of its first class."""
    return (name and line_of(path, name)) or _first(path, r"^class ") or 1


def line_of(path: str, name: str) -> int:
    """The first line of a file that drives a signal or makes it; 0 if none does."""
    word = re.escape(name)
    driven = rf"\b{word}(\[.*?\])?(\.eq\(| = )"
    return _first(path, driven) or _first(path, rf"\b{word}\b.*=|[\"']{word}[\"']")


@cache
def _first(path: str, pattern: str) -> int:
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    found = (number for number, line in enumerate(lines, start=1) if re.search(pattern, line))
    return next(found, 0)


PARTS = {
    "top": "rtl/top.py",
    "cluster": "rtl/cluster.py",
    "core": "rtl/core.py",
    "deal": "rtl/deal.py",
    "gather": "rtl/deal.py",
    "control": "rtl/control/control.py",
    "axi_lite": "rtl/control/axi_lite.py",
    "job_checker": "rtl/control/checker.py",
    "readout": "rtl/control/readout.py",
    "dma": "rtl/dma/dma.py",
    "counters": "rtl/dma/counters.py",
    "reader": "rtl/dma/reader.py",
    "reader_labels": "rtl/dma/realign.py",
    "fifo": "rtl/fifo.py",
    "rotate": "rtl/dma/rotate.py",
    "writer": "rtl/dma/writer.py",
    "buffer": "rtl/dma/write_buffer.py",
    "planner": "rtl/dma/bursts.py",
    "responses": "rtl/dma/bursts.py",
    "datapath": "rtl/datapath/datapath.py",
    "results": "rtl/fifo.py",
    "dealt": "rtl/fifo.py",
    "gate": "rtl/clock_gate.py",
    "unpack": "rtl/datapath/unpack.py",
    "sigmoid": "rtl/datapath/sigmoid32.py",
    "rom": "rtl/datapath/rom.py",
    "subtract": "rtl/datapath/subtract.py",
    "round": "rtl/datapath/round.py",
    "pack": "rtl/datapath/pack.py",
    "lane": "rtl/datapath/lane.py",
}
"""Files of modules of a platform, by a part of their names; the last part counts that is here."""

NODES = {
    **PARTS,
    "unit": "rtl/core.py",
    "requests": "rtl/dma/bursts.py",
    "logits": "rtl/dma/realign.py",
    "labels": "rtl/dma/realign.py",
    "gradient": "rtl/control/checker.py",
    "overlap_logits": "rtl/control/checker.py",
    "overlap_labels": "rtl/control/checker.py",
}
"""Files of a platform's modules, by their names as instances."""

PLATFORM_PATH = re.compile(r"(control|cluster)\.")
"""How the path of a signal inside a platform begins."""

_POINT = re.compile(r"\w+ (\w+):\d+ \(?([a-z][a-z_]*?)?(?:_\d+)*(?:\[|:|==| |$)")


def place_of_point(point: str) -> str:
    """``file#Lnumber`` of a point of the coverage such as ``toggle core_dma:12 fault[3]:0->1``; the
    line of the class if no line names its signal.
    """
    found = _POINT.match(point)
    module = found[1] if found else point.split()[1].partition(":")[0]
    ends = {part: f"_{module}_".rfind(f"_{part}_") + len(part) for part in PARTS}
    there = [part for part in PARTS if f"_{part}_" in f"_{module}_"]
    path = PARTS[max(there, key=lambda part: (ends[part], len(part)), default="top")]
    return f"{path}#L{_line(path, (found[2] or '') if found else '')}"
