"""The build of the simulator: the header of ports, the cache, two processes at the same time, and
the message if it fails.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scegrad.build import simulator as build
from scegrad.build.driver import c_compiler
from scegrad.build.toolchain import Toolchain
from scegrad.errors import BuildError
from scegrad.platforms import MT7004, PLATFORMS, Platform
from tests.conftest import without_builds
from tests.sim.copier import COPIER, verilog


@pytest.fixture
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setenv("SCEGRAD_CACHE", str(cache))
    return cache


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=list(PLATFORMS))
def test_ports_header_names_every_port_and_region(platform: Platform) -> None:
    text = build.ports_header(platform)
    assert f"#define SCE_SIM_PORTS {platform.cores + 1}" in text
    assert f"PORT(0, m_axi_shared, {platform.shared_data_bits // 8})" in text
    for k in range(platform.cores):
        assert f"PORT({k + 1}, m_axi_l2_{k}, 8)" in text
        for region in platform.private_of(k):
            assert f"REGION({k + 1}, {region.base:#x}u, {region.end:#x}u)" in text
    for region in platform.shared:
        assert f"REGION(0, {region.base:#x}u, {region.end:#x}u)" in text


def test_design_key_depends_on_the_platform() -> None:
    keys = {build._design_key(platform) for platform in (*PLATFORMS.values(), COPIER)}
    assert len(keys) == len(PLATFORMS) + 1
    assert build._design_key(MT7004) == build._design_key(MT7004)


def warnings(tools: Toolchain, folder: Path, model: Path) -> str:
    """What the compiler says of our C++ around a model; a build has -w because of the C++ that
    Verilator writes.
    """
    system = [
        model,
        tools.verilator / "include",
        tools.verilator / "include" / "vltstd",
        folder / "fst",
    ]
    flags = [
        "-std=c++20",
        "-Wall",
        "-Wextra",
        "-c",
        f"-I{folder}",
        *(f"-isystem{path}" for path in system),
    ]
    sources = sorted(map(str, folder.glob("*.cpp")))
    assert sources
    return subprocess.run(
        [*tools.cxx, *flags, *sources], cwd=model, capture_output=True, text=True, check=False
    ).stderr


@pytest.mark.whole
def test_our_cpp_around_a_platform_has_no_warning(tmp_path: Path) -> None:
    tools = Toolchain.find()
    (tmp_path / "ports.h").write_text(build.ports_header(COPIER))
    tools.verilate([verilog(tmp_path)], COPIER.top_name, tmp_path, waves=True)
    assert warnings(tools, build.harness_directory(), tmp_path) == ""


@pytest.mark.whole
def test_our_cpp_around_a_lane_has_no_warning(tmp_path: Path) -> None:
    tools = Toolchain.find()
    (tmp_path / "design.h").write_text('#define SCE_LANE_RTL ""\n#define SCE_LANE_BITS 32\n')
    (tmp_path / "lane.v").write_text("""
        module lane(
            input clk, rst, valid, input [31:0] logit, label,
            output reg done, output reg [31:0] gradient,
            output reg s_valid, sticky, output reg [46:0] s, output reg [7:0] k
        );
        endmodule
    """)
    tools.verilate([tmp_path / "lane.v"], "lane", tmp_path, waves=False)
    software = build.harness_directory().parent
    assert (
        warnings(tools, software / "lane", tmp_path) + warnings(tools, software / "exact", tmp_path)
        == ""
    )


BUILD = """
import sys
from pathlib import Path
from scegrad.build import simulator as build, cache
from tests.conftest import without_builds
from tests.sim.copier import COPIER
print(build.library(COPIER, source=Path(sys.argv[1])))
"""


@pytest.mark.whole
def test_two_processes_build_once(fresh_cache: Path, tmp_path: Path) -> None:
    source = verilog(tmp_path, bits=64)
    command = [sys.executable, "-c", BUILD, str(source)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=900) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    paths = {Path(out.strip()) for out, _ in outputs}
    assert len(paths) == 1
    assert paths.pop().is_file()
    assert sum("building the simulator (once)" in error for _, error in outputs) == 1
    assert not list(fresh_cache.glob("tmp-*"))


def test_broken_verilog_is_one_line(fresh_cache: Path, tmp_path: Path) -> None:
    source = tmp_path / "broken.v"
    source.write_text("module scegrad_copier(input clk);\n  assign nothing = clk\nendmodule\n")
    with pytest.raises(
        BuildError, match=r"^verilator_bin failed with status 1: %Error.*syntax error"
    ) as caught:
        build.library(COPIER, source=source)
    assert "\n" not in str(caught.value)
    assert not list(fresh_cache.glob("tmp-*"))


def test_missing_compiler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(BuildError, match=r"^no g\+\+ and nothing like it was found: apt-get "):
        Toolchain.find()


@pytest.mark.parametrize(("variable", "find"), [("CC", c_compiler), ("CXX", Toolchain.find)])
def test_no_other_compiler_in_place_of_one_that_is_missing(
    variable: str, find: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "arm-nowhere-gcc -O1")
    with pytest.raises(BuildError, match=f"^{variable} is arm-nowhere-gcc, but there is no such"):
        find()


def test_cache_that_cannot_be_made_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCEGRAD_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(BuildError, match="cannot be written: Not a directory; set SCEGRAD_CACHE"):
        build.library(COPIER, source=verilog(tmp_path))


@pytest.mark.whole
def test_a_library_cut_in_half_is_built_again(tmp_path: Path) -> None:
    """In a cache with a name that is hard to quote; what is loaded after the damage would end the
    process by a signal.
    """
    cache = without_builds(tmp_path / "a b,c\"d$HOME'e")
    np.save(tmp_path / "x.npy", np.linspace(-3, 3, 50, dtype=np.float32))
    command = ["run", "x.npy", "x.npy", "-o", "dst.npy", "--platform", "ecp5_demo"]

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "-m", "scegrad", *command],
            cwd=tmp_path,
            env={**os.environ, "SCEGRAD_CACHE": str(cache)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "bit for bit the golden model" in done.stdout
        return done.stderr

    assert "not as it was built" not in run()
    assert run() == ""
    [library] = cache.rglob("libscegrad_*.so")
    library.write_bytes(library.read_bytes()[: library.stat().st_size // 2])
    assert f"{library.parent} is not as it was built: building it again" in run()
    assert run() == ""


@pytest.mark.skipif(shutil.which("clang++") is None, reason="clang++ is not installed")
def test_a_model_that_clang_made_can_be_loaded(tmp_path: Path) -> None:
    tools = Toolchain(Toolchain.find().verilator, ("clang++",))
    (tmp_path / "empty.v").write_text("module empty(clk);\n  input clk;\nendmodule\n")
    objects = tools.model([Path("empty.v")], "empty", [], tmp_path)
    ctypes.CDLL(str(tools.link(objects, tmp_path / "empty.so")))
