"""The Verilog of the board: what the tools need not be told twice."""

import gc
import os
import re
import subprocess
from pathlib import Path

import pytest

from scegrad.board.board import Board
from scegrad.board.generate import NAME, board_verilog
from scegrad.board.protocol import BAUD, CLOCK_HZ, MEMORY_BYTES
from scegrad.build.toolchain import Toolchain
from scegrad.fpga.bitstream import TOP, sources
from scegrad.fpga.waivers import write_waivers
from scegrad.platforms import FT78NE


def test_text() -> None:
    text = board_verilog()
    assert "\\" not in text, "an escaped name"
    assert not re.search(r"\[8191\] = ", text), "a large memory is initialised word by word"
    assert len(re.findall(rf"\[{MEMORY_BYTES // 8 - 1}:0\];", text)) == 16, (
        "eight lanes of two memories"
    )
    ports = re.search(rf"^module {NAME}\(([^)]*)\)", text, re.MULTILINE)
    assert ports is not None and set(ports[1].replace(" ", "").split(",")) == {
        "clk",
        "rst",
        "rx",
        "tx",
        "led",
    }


def test_clock_and_baud_are_those_of_the_protocol() -> None:
    top = (sources() / "ulx3s.v").read_text()
    parameters = {name: int(value) for name, value in re.findall(r"\.(CLK\w+_DIV)\((\d+)\)", top)}
    assert 25_000_000 * parameters["CLKFB_DIV"] // parameters["CLKI_DIV"] == CLOCK_HZ
    assert 400e6 <= CLOCK_HZ * parameters["CLKOP_DIV"] <= 800e6, "the VCO's range"
    assert CLOCK_HZ % BAUD == 0


def test_every_port_has_a_pin() -> None:
    constraints, top = ((sources() / name).read_text() for name in ("ulx3s.lpf", "ulx3s.v"))
    ports = {
        "clk_25mhz",
        "ftdi_txd",
        "ftdi_rxd",
        "btn[1]",
        "wifi_gpio0",
        *(f"led[{i}]" for i in range(8)),
    }
    assert (
        set(re.findall(r'LOCATE COMP "([^"]+)"', constraints))
        == ports
        == set(re.findall(r'IOBUF PORT "([^"]+)"', constraints))
    )
    assert all(re.search(rf"\b{re.escape(port.split('[')[0])}\b", top) for port in ports)


@pytest.mark.filterwarnings(
    "ignore::amaranth.hdl.UnusedElaboratable"
)  # what is refused is never elaborated
def test_more_cores_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^ft78ne has 8 cores, but the board has memory for 1$"):
        Board(FT78NE)
    gc.collect()  # while the warning is ignored


@pytest.mark.whole
def test_lint_has_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.v").write_text(board_verilog())
    control = write_waivers(tmp_path / f"{NAME}.v")
    files = [sources() / "sim" / "ehxplll.v", sources() / "ulx3s.v", tmp_path / f"{NAME}.v"]
    root = Toolchain.find().verilator
    verilator = [
        str(root / "bin" / "verilator_bin"),
        "--lint-only",
        "-Wall",
        "--top-module",
        TOP,
        control,
    ]
    for command in (verilator, ["iverilog", "-g2005", "-Wall", "-s", TOP, "-o", os.devnull]):
        done = subprocess.run(
            [*command, *files],
            env={**os.environ, "VERILATOR_ROOT": str(root)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, "%" in done.stdout + done.stderr) == (0, False), (
            done.stdout + done.stderr
        )
        assert command is verilator or done.stderr == ""
