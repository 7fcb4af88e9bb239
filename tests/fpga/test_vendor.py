"""Files for Vivado and Quartus: the names in them exist, and the tools can infer interfaces from
the names of the ports.
"""

import re
from pathlib import Path

import pytest
from amaranth.hdl import Shape
from amaranth.lib.wiring import Out

from scegrad.cli import _status
from scegrad.fpga.vendor import interfaces, platform_designer, signals, write_vendor_files
from scegrad.platforms import Platform
from scegrad.rtl.top import Top
from tests.elaboration import never_elaborated

SMALL = Platform("small", cores=2, formats=("fp32",), shared_data_bits=64)


@never_elaborated()
def test_every_port_is_in_an_interface() -> None:
    ports = list(Top(SMALL).signature.members)
    found = interfaces(ports)
    assert set(found) == {"s_axil", "m_axi_shared", "m_axi_l2_0", "m_axi_l2_1"}
    assert set(ports) - {f"{name}_{signal}" for name, each in found.items() for signal in each} == {
        "irq"
    }
    for name, each in found.items():
        assert len(each) == len(set(each)) and set(each) == signals(lite=name == "s_axil")


def test_files_name_each_other(tmp_path: Path) -> None:
    paths = write_vendor_files(SMALL, tmp_path)
    assert sorted(path.name for path in paths) == sorted(path.name for path in tmp_path.iterdir())
    named = {
        name
        for path in paths
        for name in re.findall(
            r"scegrad_small\.\w+", path.read_text().replace("scegrad_small: ", "")
        )
    }
    assert named == {"scegrad_small.v", "scegrad_small.xdc"}
    for path in paths:
        assert "Not run in the vendor's tool here" in path.read_text()


def test_the_command_writes_them(tmp_path: Path) -> None:
    assert _status(["verilog", "--platform", "ecp5_demo", "-o", str(tmp_path)]) == 0
    suffixes = {path.name.removeprefix("scegrad_ecp5_demo") for path in tmp_path.iterdir()}
    plain = {".v", ".f", ".vlt", ".veo", ".rdl", ".json", ".core", "_tb.v", "component.xml"}
    assert suffixes == plain | {
        ".xdc",
        ".sdc",
        ".qip",
        "_vivado.tcl",
        "_hw.tcl",
    }


def test_no_constraint_reaches_a_design_that_contains_the_module(tmp_path: Path) -> None:
    write_vendor_files(SMALL, tmp_path)
    vivado = (tmp_path / "scegrad_small_vivado.tcl").read_text()
    assert (
        "USED_IN {out_of_context synthesis implementation} [get_files scegrad_small.xdc]" in vivado
    )
    assert "sdc" not in (tmp_path / "scegrad_small.qip").read_text().lower()


@never_elaborated()
def test_platform_designer_gets_every_port() -> None:
    """The script in a Tcl interpreter whose commands only record their arguments."""
    tkinter = pytest.importorskip("tkinter", reason="Tcl: Python without tkinter")
    tcl, calls = tkinter.Tcl(), []
    for name in (
        *("set_module_property", "add_fileset", "set_fileset_property", "add_fileset_file"),
        *("add_interface", "add_interface_port", "set_interface_property"),
    ):
        tcl.createcommand(name, lambda *words, name=name: calls.append((name, *words)))
    tcl.eval("proc package args {}")
    tcl.eval(platform_designer(SMALL))
    kinds = {words[1]: words[2:] for words in calls if words[0] == "add_interface"}
    assert kinds == {
        "clk": ("clock", "end"),
        "rst": ("reset", "end"),
        "irq": ("interrupt", "end"),
        "s_axil": ("axi4lite", "end"),
        **dict.fromkeys(SMALL.ports, ("axi4", "start")),
    }
    ports = {words[2]: words for words in calls if words[0] == "add_interface_port"}
    members = Top(SMALL).signature.members
    assert ports.keys() == {"clk", "rst", *members}
    for name, member in members.items():
        _, bus, _, signal, way, width = ports[name]
        assert name == bus == signal or name == f"{bus}_{signal}"
        assert way == ("Output" if member.flow is Out else "Input")
        assert int(width) == Shape.cast(member.shape).width
