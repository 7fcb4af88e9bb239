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
    """``file#Lnumber`` of a signal's path such as ``lane.subtract.total_6[3]``; the line of the
    class if no line names the signal.
    """
    module = max((key for key in MODULES if signal.startswith(f"{key}.")), key=len, default="")
    path = MODULES.get(module, _FALLBACK)
    stem = _STEM.search(signal.removeprefix(f"{module}."))
    return f"{path}#L{_line(path, stem[1] if stem else '')}"


@cache
def _line(path: str, name: str) -> int:
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    patterns = [rf"\b{re.escape(name)}\b.*=|[\"']{re.escape(name)}[\"']", r"^class "]
    for pattern in patterns if name else patterns[1:]:
        for number, line in enumerate(lines, start=1):
            if re.search(pattern, line):
                return number
    return 1
