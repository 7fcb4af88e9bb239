"""Files for Vivado and Quartus: what they name is there, and the ports are named as those tools infer interfaces."""

import gc
import re
from pathlib import Path

import pytest

from scegrad.cli import _status
from scegrad.fpga.vendor import interfaces, signals, write_vendor_files
from scegrad.platforms import Platform
from scegrad.rtl.top import Top

SMALL = Platform("small", cores=2, formats=("fp32",), shared_data_bits=64)


@pytest.mark.filterwarnings(
    "ignore::amaranth.hdl.UnusedElaboratable"
)  # only the ports are looked at
def test_every_port_is_in_an_interface() -> None:
    ports = list(Top(SMALL).signature.members)
    gc.collect()  # while the warning is ignored
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
    assert named == {"scegrad_small.v", "scegrad_small.xdc", "scegrad_small.sdc"}
    for path in paths:
        assert "Not run in the vendor's tool here" in path.read_text()


def test_the_command_writes_them(tmp_path: Path) -> None:
    assert _status(["verilog", "--platform", "ecp5_demo", "-o", str(tmp_path)]) == 0
    suffixes = {path.name.removeprefix("scegrad_ecp5_demo") for path in tmp_path.iterdir()}
    assert suffixes == {".v", ".f", ".vlt", ".veo", ".xdc", ".sdc", ".qip", "_vivado.tcl"}
