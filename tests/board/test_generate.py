"""The Verilog of the board: facts that are in two files agree."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from scegrad.board.board import Board
from scegrad.board.generate import NAME, board_verilog, write_verilog
from scegrad.board.protocol import BAUD, CLOCK_HZ, PRIVATE_BYTES, SHARED_BYTES
from scegrad.build.toolchain import Toolchain
from scegrad.fpga.bitstream import TOP, sources
from scegrad.fpga.waivers import write_waivers
from scegrad.litedram import sdram
from scegrad.litedram.chip import Chip
from scegrad.platforms import FT78NE
from tests.elaboration import never_elaborated


def test_text() -> None:
    text = board_verilog()
    assert "\\" not in text, "an escaped name"
    assert not re.search(r"\[8191\] = ", text), "a large memory is initialised word by word"
    assert len(re.findall(rf"\[{PRIVATE_BYTES // 8 - 1}:0\];", text)) == 8, "eight lanes"
    ports = re.search(rf"^module {NAME}\(([^)]*)\)", text, re.MULTILINE)
    assert ports is not None
    names = set("".join(ports[1].split()).split(","))
    own = {name for name in names if not name.startswith(("m_axi_shared_", "host__"))}
    assert own == {"clk", "rst", "rx", "tx", "led"}


def test_the_sdram_is_initialised_as_its_data_sheets_ask() -> None:
    steps = sdram.sequence(CLOCK_HZ // 1_000_000)
    commands = [step.low for step in steps]
    refresh, mode = ("ras_n", "cas_n"), ("ras_n", "cas_n", "we_n")
    assert commands == [(), ("ras_n", "we_n"), *[refresh] * 8, mode, ()]
    assert steps[0].cycles * 1e9 / CLOCK_HZ >= 200e3
    assert steps[1].address == 1 << 10, "all banks"
    assert steps[-2].address == 2 << 4, "burst length 1, CAS latency 2"
    assert CLOCK_HZ == sdram.SYS_MHZ * 1_000_000
    refresh = 64e-3 / 8192 * CLOCK_HZ  # 468.75 cycles: LiteDRAM alone would take 469
    assert re.search(rf"timer_count\w* = 9'd{int(refresh) - 1};", sdram.verilog())
    assert Chip(sdram.CHIP, sdram.SYS_MHZ, 16).size == SHARED_BYTES


def test_clock_and_baud_are_those_of_the_protocol() -> None:
    top = (sources() / "ulx3s.v").read_text()
    parameters = {name: int(value) for name, value in re.findall(r"\.(CLK\w+_DIV)\((\d+)\)", top)}
    feedback = parameters["CLKFB_DIV"] * parameters["CLKOS2_DIV"]
    vco = 25_000_000 * feedback // parameters["CLKI_DIV"]
    assert '.FEEDBK_PATH("CLKOS2")' in top and 400e6 <= vco <= 800e6, "the VCO's range"
    for output in ("CLKOP", "CLKOS"):
        assert vco // parameters[f"{output}_DIV"] == CLOCK_HZ
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
        *(f"sdram_{name}" for name in ("clk", "cke", "cs_n", "ras_n", "cas_n", "we_n")),
        *(f"sdram_ba[{i}]" for i in range(2)),
        *(f"sdram_a[{i}]" for i in range(13)),
        *(f"sdram_dm[{i}]" for i in range(2)),
        *(f"sdram_dq[{i}]" for i in range(16)),
    }
    assert (
        set(re.findall(r'LOCATE COMP "([^"]+)"', constraints))
        == ports
        == set(re.findall(r'IOBUF PORT "([^"]+)"', constraints))
    )
    assert all(re.search(rf"\b{re.escape(port.split('[')[0])}\b", top) for port in ports)


@never_elaborated()
def test_more_cores_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^ft78ne has 8 cores, but the board has memory for 1$"):
        Board(FT78NE)


@pytest.mark.whole
def test_lint_has_nothing_to_say(tmp_path: Path) -> None:
    board, memory = write_verilog(tmp_path)
    theirs = tmp_path / "theirs.vlt"  # LiteDRAM's text is not ours to lint
    rules = ("", "-rule COMBDLY ")
    lines = [f'lint_off {rule}-file "*/{memory.name}"' for rule in rules]
    theirs.write_text("\n".join(["`verilator_config", *lines, ""]))
    control = write_waivers(board)
    cells = [sources() / "sim" / name for name in ("ehxplll.v", "ecp5_io.v")]
    files = [*cells, sources() / "ulx3s.v", board, memory]
    root = Toolchain.find().verilator
    verilator = [
        str(root / "bin" / "verilator_bin"),
        "--lint-only",
        "-Wall",
        "--top-module",
        TOP,
        control,
        theirs,
    ]
    icarus = ["iverilog", "-g2005", "-Wall", "-s", TOP, "-o", str(tmp_path / "icarus")]
    for command in (verilator, icarus):
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
        said = [line for line in done.stderr.splitlines() if f"{memory.name}:" not in line]
        assert command is verilator or said == []
