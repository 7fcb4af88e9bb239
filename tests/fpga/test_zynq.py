"""The Zynq's block design and device tree: each name in them exists once, at the right place."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from scegrad.build.driver import software_directory
from scegrad.fpga import zynq
from scegrad.lib.command import build_libraries
from scegrad.platforms import ECP5_DEMO, Region, platform_of
from scegrad.pynq import CELL, CLOCK_HZ

FOLDER = Path(__file__).parents[2] / "platforms"
ZYNQ, LINUX = (platform_of(FOLDER / name) for name in ("zynq7000.toml", "zynq/linux.toml"))


def run_design(board_part: bool) -> list[tuple[str, ...]]:
    """The script's calls of Vivado's commands, in a Tcl interpreter that records them; a query
    returns its own argument.
    """
    tkinter = pytest.importorskip("tkinter", reason="Tcl: Python without tkinter")
    tcl, calls = tkinter.Tcl(), []

    def command(name: str, *words: str) -> str:
        calls.append((name, *words))
        return words[-1] if name.startswith("get_") and words else "current"

    for name in (
        *("create_project", "current_project", "current_fileset", "source", "set_property"),
        *("create_bd_design", "create_bd_cell", "apply_bd_automation", "connect_bd_net"),
        *("connect_bd_intf_net", "assign_bd_address", "validate_bd_design", "save_bd_design"),
        *("make_wrapper", "add_files", "launch_runs", "wait_on_run", "write_hw_platform"),
        *(f"get_{what}" for what in ("bd_cells", "bd_pins", "bd_intf_pins", "bd_addr_spaces")),
        *("get_bd_addr_segs", "get_files"),
    ):
        tcl.createcommand(name, lambda *words, name=name: command(name, *words))
    arguments = "xc7z010clg400-1 some.com:board:part0:1.0" if board_part else ""
    tcl.eval(f"set argv [list {arguments}]; set argc [llength $argv]")
    tcl.eval(zynq.block_design(ZYNQ))
    return calls


@pytest.mark.parametrize("board_part", [False, True])
def test_block_design(board_part: bool) -> None:
    calls = run_design(board_part)
    nets = {words[2]: words[1] for words in calls if words[0] == "connect_bd_net"}
    assert {pin for pin, net in nets.items() if net == "ps7/FCLK_CLK0"} == {
        *("ps7/M_AXI_GP0_ACLK", "ps7/S_AXI_HP0_ACLK", "scegrad/clk", "reset/slowest_sync_clk"),
        *("registers/aclk", "memory/aclk"),
    }
    assert nets["scegrad/rst"] == "reset/peripheral_reset", "active high"
    assert nets["ps7/IRQ_F2P"] == "scegrad/irq"
    buses = [words[1:] for words in calls if words[0] == "connect_bd_intf_net"]
    assert [bus for pair in buses for bus in pair if bus.startswith("scegrad/")] == [
        "scegrad/s_axil",
        "scegrad/m_axi_shared",
    ]
    assert ("create_bd_cell", "-type", "module", "-reference", ZYNQ.top_name, CELL) in calls
    (registers, memory) = [words for words in calls if words[0] == "assign_bd_address"]
    assert registers[1:5] == ("-offset", "0x43c00000", "-range", "4096")
    assert registers[-1] == "scegrad/s_axil/reg0" and memory[-1].endswith("HP0_DDR_LOWOCM")
    frequency = {words[2]: words for words in calls if words[0] == "set_property"}
    assert any(f"CONFIG.PCW_FPGA0_PERIPHERAL_FREQMHZ {CLOCK_HZ // 10**6} " in k for k in frequency)
    assert ("launch_runs" in [words[0] for words in calls]) == board_part


def test_device_tree(tmp_path: Path) -> None:
    assert "reserved-memory" not in zynq.device_tree(ZYNQ)
    text = zynq.device_tree(LINUX)
    assert "reg = <0x18000000 0x8000000>;  // DDR" in text and "no-map" not in text
    if shutil.which("dtc") is None:
        pytest.skip("the device tree's compiler is not there: apt-get install device-tree-compiler")
    board = (
        "/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>;\n"
        'intc: interrupt-controller@f8f01000 { compatible = "arm,cortex-a9-gic";'
        " reg = <0xf8f01000 0x1000>; interrupt-controller; #interrupt-cells = <3>; }; };\n"
    )
    for platform in (ZYNQ, LINUX):
        (tmp_path / "board.dts").write_text(board + zynq.device_tree(platform))
        done = subprocess.run(
            ["dtc", "-W", "no-interrupt_provider", "-o", "board.dtb", "board.dts"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_platforms_that_do_not_fit_have_no_such_files(tmp_path: Path) -> None:
    high = replace(ZYNQ, shared=(Region("DDR", 0x4000_0000, 0x1000),))
    low = replace(ZYNQ, shared=(Region("OCM", 0, 0x1000),))
    for platform in (ECP5_DEMO, replace(ZYNQ, shared_data_bits=128), high, low):
        assert zynq.write_zynq_files(platform, tmp_path) == []
    names = [path.name for path in zynq.write_zynq_files(LINUX, tmp_path)]
    assert names == ["scegrad_zynq_linux_zynq.tcl", "scegrad_zynq_linux.dtsi"]


def test_library_of_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``CC=`` as docs/fpga.md has it; a program of the library's links to it."""
    compiler = "arm-linux-gnueabihf-gcc"
    if shutil.which(compiler) is None:
        pytest.skip("no compiler for the Zynq: apt-get install gcc-arm-linux-gnueabihf")
    monkeypatch.setenv("CC", compiler)
    build_libraries(tmp_path, str(FOLDER / "zynq" / "linux.toml"), "board")
    source = software_directory() / "examples" / "shared_fp32.c"
    command = [compiler, str(source), f"-I{tmp_path}", f"-L{tmp_path}", "-lscegrad_zynq_linux"]
    subprocess.run([*command, "-o", str(tmp_path / "program")], check=True)
    assert (tmp_path / "libscegrad_zynq_linux.so").read_bytes()[18:20] == b"\x28\x00", "Arm"
