"""Every tool reads the output of ``scegrad verilog``, and gives no warning without a waiver."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from scegrad.build.simulator import verilog as kept
from scegrad.fpga import waivers
from scegrad.fpga.template import write_template
from scegrad.platforms import FT78NE, MT7004, Platform, platform_of
from scegrad.rtl.verilog import write_verilog
from tests.tb.platforms import SMALL

EXAMPLES = sorted((Path(__file__).parents[2] / "platforms").glob("*.toml"))
DEBIAN_VERILATOR, DEBIAN_YOSYS = Path("/usr/bin/verilator"), Path("/usr/bin/yosys")

READ = [
    SMALL,
    *(pytest.param(platform_of(path), marks=pytest.mark.whole) for path in EXAMPLES),
    pytest.param(FT78NE, marks=pytest.mark.whole),
    pytest.param(MT7004, marks=pytest.mark.whole),
]
each = pytest.mark.parametrize("platform", READ, ids=lambda platform: platform.name)


LINT = cache(waivers.lint)


@pytest.fixture(autouse=True)
def _lint_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waivers are made from the messages that a test looks at."""
    monkeypatch.setattr(waivers, "lint", LINT)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[Platform, Path]:
    """The Verilog of each platform that a test requested."""
    return {}


@pytest.fixture
def verilog(
    platform: Platform, written: dict[Platform, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The platform's Verilog, which is kept for all tests, with its waivers beside it."""
    if platform not in written:
        path = tmp_path_factory.mktemp(platform.name) / f"{platform.top_name}.v"
        written[platform] = Path(shutil.copyfile(kept(platform), path))
        waivers.write_waivers(path)
    return written[platform]


def said(command: list[str], verilog: Path) -> str:
    """The output of a command in the folder of the Verilog; it must succeed."""
    done = subprocess.run(
        command, cwd=verilog.parent, capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@each
def test_verilator(verilog: Path) -> None:
    raw = waivers.lint(verilog)
    strange = [message for message in raw if not message.kind and message.rule != "DECLFILENAME"]
    assert not strange, "what is of no kind that is waived is a fault"
    assert waivers.lint(verilog, verilog.with_suffix(".vlt")) == []


@each
def test_debian_verilator(verilog: Path) -> None:
    if not DEBIAN_VERILATOR.exists():
        pytest.skip("Debian's Verilator is not there: apt-get install verilator")
    lint = [str(DEBIAN_VERILATOR), "--lint-only", "-Wall"]
    assert said([*lint, verilog.with_suffix(".vlt").name, verilog.name], verilog) == ""


@each
def test_debian_yosys(verilog: Path) -> None:
    if not DEBIAN_YOSYS.exists():
        pytest.skip("Debian's Yosys is not there: apt-get install yosys")
    script = f"read_verilog {verilog.name}; hierarchy -check -top {verilog.stem}; proc"
    assert said([str(DEBIAN_YOSYS), "-q", "-p", f"{script}; check -assert"], verilog) == ""


@each
def test_slang(verilog: Path) -> None:
    driver = pytest.importorskip("pyslang.driver", reason="slang: pip install pyslang").Driver()
    driver.addStandardArgs()
    assert driver.parseCommandLine(f"slang --std 1364-2005 {verilog}")
    assert driver.processOptions() and driver.parseAllSources()
    found = driver.createCompilation().getAllDiagnostics()
    assert [str(item.code) for item in found if item.isError()] == []


def test_a_fault_is_not_waived(tmp_path: Path) -> None:
    """A truncating assignment, and an undriven signal, beside waived lines."""
    path = tmp_path / "top.v"
    path.write_text(
        "module top(input [3:0] a, input [1:0] b, output [3:0] sum, output [2:0] cut);\n"
        "  wire [1:0] undriven;\n"
        "  assign sum = a + b;\n"
        "  assign cut = a ^ {2{undriven}};\n"
        "endmodule\n"
    )
    rules = {message.rule for message in waivers.lint(path, waivers.write_waivers(path))}
    assert rules == {"WIDTHTRUNC", "UNDRIVEN"}


def test_waivers_name_lines_and_reasons(tmp_path: Path) -> None:
    verilog, _ = write_verilog(replace(SMALL, name="named", cores=1), tmp_path)
    text = waivers.write_waivers(verilog).read_text()
    assert text.isascii() and text.startswith("`verilator_config\n")
    found = re.findall(r"^lint_off -rule (\w+) -file \"\*scegrad_named\.v\"(.*)$", text, re.M)
    assert len(found) == text.count("lint_off") < 100
    whole = [rule for rule, rest in found if "-lines" not in rest]
    assert whole == ["DECLFILENAME", "UNOPTFLAT"]
    assert all(re.search(r" // \S.*", rest) for _, rest in found)
    assert len(verilog.read_text().splitlines()) > max(
        int(last) for last in re.findall(r"-lines \d+-(\d+)", text)
    )


def test_a_file_that_verilator_cannot_read(tmp_path: Path) -> None:
    from scegrad.errors import BuildError

    path = tmp_path / "bad.v"
    path.write_text("module bad(;\n")
    with pytest.raises(BuildError, match=r"Verilator cannot read bad\.v: %Error"):
        waivers.lint(path)


def test_template_connects_every_port(tmp_path: Path) -> None:
    verilog = Path(shutil.copyfile(kept(SMALL), tmp_path / f"{SMALL.top_name}.v"))
    nets = re.findall(r"^  (?:in|out)put (\[\d+:0\] )?(\w+);$", _first_module(verilog), re.M)
    text = write_template(SMALL, tmp_path).read_text()
    assert sorted(re.findall(r"\.(\w+)\(\1\)", text)) == sorted(name for _, name in nets)
    widths = "".join(f"  wire {width}{name};\n" for width, name in nets)
    (tmp_path / "use.v").write_text(f"module use_it;\n{widths}{text}endmodule\n")
    command = ["iverilog", "-g2005", "-Wall", "-s", "use_it", "-o", "use", "use.v"]
    assert said([*command, verilog.name], verilog) == ""


def _first_module(verilog: Path) -> str:
    return verilog.read_text().partition("endmodule")[0]
