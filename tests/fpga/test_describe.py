"""SystemRDL and JSON of the registers agree with the register table in every offset and bit."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scegrad.fpga import describe
from scegrad.fpga.describe import fields_of, registers_of, to_json, to_rdl
from scegrad.fpga.ipxact import component
from scegrad.generate import registers
from scegrad.platforms import FT78NE, MT7004, Platform
from scegrad.registers import REGISTERS, Access, Register, Status

NO_PRIVATE = replace(FT78NE, name="no_private", private=())
each = pytest.mark.parametrize("platform", [FT78NE, MT7004, NO_PRIVATE], ids=lambda p: p.name)

Bits = tuple[str, int, int, int | None, tuple[bool, bool, bool]]

FREE = Register("FREE", 0x80, Access.RO, "Counts freely.", reset=None)


def part(reset: int | None, low: int, width: int) -> int | None:
    """The reset value of a field, from that of its register."""
    return None if reset is None else reset >> low & (1 << width) - 1


def table(platform: Platform) -> dict[tuple[str, int], set[Bits]]:
    """Name, first and last bit, reset, and (readable, writable, 1 clears) of each register's
    fields.
    """
    found = {}
    for name, offset, register in registers_of(platform):
        reset, access = register.reset_on(platform), register.access
        ways = (access is not Access.WO, access is not Access.RO, access is Access.RW1C)
        found[name, offset] = {
            (f.name, f.low, f.low + f.width - 1, part(reset, f.low, f.width), ways)
            for f in fields_of(register)
        }
    return found


def fields_read(rdl: Any, node: Any) -> set[Bits]:
    """A register's fields as the SystemRDL compiler has them, in the form of ``table``."""
    found = set()
    for field in node.fields():
        clears = field.get_property("onwrite") is rdl.rdltypes.OnWriteType.woclr
        ways = (field.is_sw_readable, field.is_sw_writable, clears)
        reset = field.get_property("reset")
        found.add((field.inst_name, field.low, field.high, reset, ways))
    return found


@each
def test_systemrdl(platform: Platform, tmp_path: Path) -> None:
    rdl = pytest.importorskip("systemrdl", reason="SystemRDL: pip install systemrdl-compiler")
    (tmp_path / "map.rdl").write_text(to_rdl(platform))
    compiler = rdl.RDLCompiler()
    compiler.compile_file(str(tmp_path / "map.rdl"))
    top = compiler.elaborate(platform.top_name).top
    found = {}
    for node in top.descendants(unroll=True):
        if not isinstance(node, rdl.node.RegNode):
            continue
        name = node.get_rel_path(top).replace("[", "_").replace("]", "").replace(".", "_")
        found[name, node.absolute_address] = fields_read(rdl, node)
    assert found == table(platform)


@each
def test_json(platform: Platform) -> None:
    whole = json.loads(to_json(platform))
    assert whole["name"] == platform.top_name
    found = {}
    for register in whole["registers"]:
        access, reset = register["access"], register["reset"]
        ways = (access != "wo", access != "ro", access == "rw1c")
        found[register["name"], register["offset"]] = {
            (
                field["name"],
                field["low"],
                field["low"] + field["width"] - 1,
                part(reset, field["low"], field["width"]),
                ways,
            )
            for field in register["fields"]
        }
    assert found == table(platform)
    assert {name: code for name, (code, _) in whole["status_codes"].items()} == {
        status.name: int(status) for status in Status
    }


def test_a_register_without_a_fixed_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (describe, registers):
        monkeypatch.setattr(module, "REGISTERS", (*REGISTERS, FREE))
    assert FREE.reset_on(MT7004) is None
    test_json(MT7004)
    test_systemrdl(MT7004, tmp_path)
    described = component(MT7004).split("<spirit:name>FREE")[1].split("</spirit:register>")[0]
    assert "spirit:field" in described and "spirit:reset" not in described
    assert "| 0x080 | `FREE` | ro | none | Counts freely. |" in registers.TABLES["registers"]()


def test_cores_without_a_port_have_no_registers() -> None:
    names = {name for name, *_ in registers_of(NO_PRIVATE)}
    assert "SHARED_STATUS" in names and not any(name.startswith("CORE_0") for name in names)
