"""The C header and the HTML page that PeakRDL makes of our SystemRDL agree with ours in every
offset and bit.

Its IP-XACT importer reads ours in ``test_ipxact.py``.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scegrad.build.driver import software_directory
from scegrad.fpga.describe import fields_of, registers_of, to_rdl
from scegrad.platforms import Platform

from .test_describe import each, table


def elaborated(platform: Platform, folder: Path) -> Any:
    rdl = pytest.importorskip("systemrdl", reason="SystemRDL: pip install systemrdl-compiler")
    (folder / "map.rdl").write_text(to_rdl(platform))
    compiler = rdl.RDLCompiler()
    compiler.compile_file(str(folder / "map.rdl"))
    return compiler.elaborate(platform.top_name).top


def member(name: str) -> str:
    """``CORE_0_STATUS`` in PeakRDL's structures."""
    return re.sub(r"^SHARED_", "SHARED.", re.sub(r"^CORE_(\d+)_", r"CORE[\1].", name))


def assertions(platform: Platform) -> Iterator[str]:
    """PeakRDL's numbers on the left, those of ``scegrad_registers.h`` on the right."""
    top, seen = platform.top_name, set()
    for name, offset, register in registers_of(platform):
        unit = re.match(r"(SHARED|CORE_(\d+))_", name)
        block = f"SCEGRAD_UNIT_BLOCK({unit[2] or 'SCEGRAD_UNIT_SHARED'})" if unit else "0"
        ours = f"SCEGRAD_{'UNIT_' if unit else ''}{register.name}"
        yield f"offsetof({top}_t, {member(name)}) == {block} + {ours}_OFFSET"
        yield f"offsetof({top}_t, {member(name)}) == {offset}"
        kind = f"{'UNIT__' if unit else ''}{register.name}"
        reset = register.reset_on(platform)
        for field in () if kind in seen else fields_of(register):
            theirs = f"{top.upper()}__{kind}__{field.name}"
            if reset is not None:
                yield f"{theirs}_reset == {(reset & field.mask) >> field.low}"
            mask = f"{ours}_{field.name}_MASK" if register.fields else "0xffffffff"
            yield f"{theirs}_bm == {mask}"
            yield f"{theirs}_bp == {f'{ours}_{field.name}_SHIFT' if register.fields else 0}"
        seen.add(kind)


@each
def test_c_header(platform: Platform, tmp_path: Path) -> None:
    exporter = pytest.importorskip("peakrdl_cheader.exporter", reason="pip install peakrdl-cheader")
    exporter.CHeaderExporter().export(elaborated(platform, tmp_path), str(tmp_path / "map.h"))
    lines = ['#include "map.h"', "#include <stddef.h>", '#include "scegrad_registers.h"']
    lines += [f'_Static_assert({text}, "{text}");' for text in assertions(platform)]
    (tmp_path / "check.c").write_text("\n".join(lines) + "\n")
    command = ["gcc", "-std=c11", "-fsyntax-only", f"-I{software_directory() / 'include'}"]
    done = subprocess.run([*command, "check.c"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def addresses(nodes: list[dict], index: int) -> list[tuple[str, int]]:
    """Name and address of a node of PeakRDL's page, once per element if it is an array."""
    node = nodes[index]
    above = [("", 0)] if node["parent"] is None else addresses(nodes, node["parent"])
    if node["parent"] == 0:
        above = [("", 0)]
    found = []
    for prefix, base in above:
        for k in range(node.get("dims", [1])[0]):
            suffix = f"_{k}" if "dims" in node else ""
            place = base + int(node["offset"], 16) + k * int(node.get("stride", "0"), 16)
            found.append((f"{prefix}{node['name']}{suffix}", place))
    return [(f"{name}_", place) for name, place in found] if node["children"] else found


@each
def test_html(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_PYTHON_REFRESH", "quiet")  # it looks for git, which it does not need
    exporter = pytest.importorskip("peakrdl_html", reason="HTML: pip install peakrdl-html")
    exporter.HTMLExporter().export(elaborated(platform, tmp_path), str(tmp_path / "html"))
    nodes = json.loads((tmp_path / "html" / "data" / "ral-data-0.json").read_text())
    found = {
        at: {(f["name"], f["lsb"], f["msb"], int(f["reset"], 16)) for f in node["fields"]}
        for index, node in enumerate(nodes)
        if "fields" in node
        for at in addresses(nodes, index)
    }
    assert found == {  # a register without a fixed value is shown as 0
        at: {(name, low, high, reset or 0) for name, low, high, reset, _ in fields}
        for at, fields in table(platform).items()
    }
