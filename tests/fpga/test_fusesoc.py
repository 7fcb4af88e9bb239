"""FuseSoC runs the core file's targets, and the bench passes with the right registers only."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scegrad.build.toolchain import Toolchain
from scegrad.fpga.fusesoc import bench, write_core
from scegrad.fpga.waivers import write_waivers
from scegrad.platforms import FT78NE, Platform
from scegrad.rtl.verilog import write_verilog

TINY = replace(
    FT78NE,
    name="tiny",
    cores=1,
    formats=("fp16",),
    shared_data_bits=64,
    private=(),
    burst_beats=4,
    read_buffer_beats=8,
    write_buffer_beats=8,
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all files that the core file names."""
    directory = tmp_path_factory.mktemp("core")
    verilog, _ = write_verilog(TINY, directory)
    write_waivers(verilog)
    write_core(TINY, directory)
    return directory


def run(target: str, cores: Path, build: Path) -> subprocess.CompletedProcess[str]:
    """FuseSoC from PyPI with our Verilator first on the path."""
    pytest.importorskip("fusesoc", reason="FuseSoC: pip install fusesoc")
    root = Toolchain.find().verilator
    folders = {name: str(build) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    path = f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "fusesoc.main", "--cores-root", str(cores), "run"]
    return subprocess.run(
        [*command, f"--target={target}", f"--build-root={build}", f"scegrad:scegrad:{TINY.name}"],
        cwd=build,
        env={**os.environ, **folders, "PATH": path, "VERILATOR_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("target", ["lint", "sim"])
def test_fusesoc(target: str, written: Path, tmp_path: Path) -> None:
    done = run(target, written, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert target == "lint" or "PASS" in done.stdout + done.stderr


@pytest.mark.whole
def test_fusesoc_synth(written: Path, tmp_path: Path) -> None:
    if not Path("/usr/bin/yosys").exists():
        pytest.skip("Debian's Yosys is not there: apt-get install yosys")
    done = run("synth", written, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (netlist,) = tmp_path.rglob("*.json")
    assert "TRELLIS_FF" in netlist.read_text()


def simulate(platform: Platform, verilog: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "tb.v").write_text(bench(platform))
    compiled = subprocess.run(
        ["iverilog", "-g2005", "-Wall", "-o", "tb.vvp", "tb.v", str(verilog)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert compiled.stderr == ""
    return subprocess.run(
        ["vvp", "-n", "tb.vvp"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_bench_of_another_platform_fails(written: Path, tmp_path: Path) -> None:
    verilog = written / f"{TINY.top_name}.v"
    assert simulate(TINY, verilog, tmp_path).stdout.splitlines()[-1].startswith("PASS")
    done = simulate(replace(TINY, formats=("fp16", "fp32")), verilog, tmp_path)
    assert done.returncode != 0
    assert "register 008 is 00000201, but must be 00000301" in done.stdout + done.stderr
