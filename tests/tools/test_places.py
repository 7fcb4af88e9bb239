"""The place of the cache under every setting of the environment; and the settings for other
tools.
"""

import errno
import os
import pwd
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.errors import RequestError
from scegrad.rtl.verilog import to_verilog
from scegrad.tools import places
from scegrad.tools.places import cache_directory, environment, wasm_environment

GIVEN = ("SCEGRAD_CACHE", "XDG_CACHE_HOME", "HOME")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As outside of a checkout."""
    monkeypatch.setattr(places, "checkout", lambda: None)


def test_a_checkout_keeps_it_below_build() -> None:
    root = places.checkout()
    assert root is not None
    assert cache_directory() == root / "build" / "sim"
    assert cache_directory("fpga") == root / "build" / "fpga"


def test_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCEGRAD_CACHE", "/chosen")
    assert cache_directory() == Path("/chosen")
    assert cache_directory("fpga") == Path("/chosen/fpga")


@pytest.mark.parametrize("chosen", ["cache", "./cache", "../cache", "~/cache"])
def test_a_relative_choice_is_refused(monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    monkeypatch.setenv("SCEGRAD_CACHE", chosen)
    with pytest.raises(RequestError, match=r"^SCEGRAD_CACHE is .*, but must be an absolute path$"):
        cache_directory()


@pytest.mark.usefixtures("installed")
def test_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert cache_directory() == Path("/home/somebody/.cache/scegrad/sim")
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")  # planted in the current directory
    assert cache_directory() == Path("/home/somebody/.cache/scegrad/sim")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert cache_directory() == Path("/cache/scegrad/sim")


@pytest.mark.usefixtures("installed")
def test_no_home_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: int) -> pwd.struct_passwd:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(RequestError, match=r"^there is no home directory: set SCEGRAD_CACHE to a"):
        cache_directory()
    monkeypatch.setenv("HOME", "relative")
    with pytest.raises(RequestError, match=r"^there is no home directory"):
        cache_directory()


def test_what_other_tools_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCEGRAD_CACHE", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    told = environment()
    assert told["HOME"] == told["XDG_CACHE_HOME"] == str(tmp_path / "wasm")
    assert told["YOWASP_CACHE_DIR"].startswith(told["HOME"])
    assert Path(told["TMPDIR"]).is_dir()
    monkeypatch.setenv("HOME", "/home/somebody")
    assert environment()["HOME"] == "/home/somebody"


def test_a_cache_that_yosys_cannot_write_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file stands in its place: root, too, cannot write there."""
    (tmp_path / "wasm").touch()
    monkeypatch.setenv("SCEGRAD_CACHE", str(tmp_path))
    with pytest.raises(
        RequestError, match=r"/wasm cannot be written: .*; set SCEGRAD_CACHE to a directory that"
    ):
        wasm_environment()
    with pytest.raises(RequestError, match=r"/wasm cannot be written: "):
        to_verilog(Wire(), "wire")
    monkeypatch.setenv("SCEGRAD_CACHE", str(tmp_path / "new"))
    assert wasm_environment() == environment()
    assert (tmp_path / "new" / "wasm").stat().st_mode & 0o022 == 0


def test_an_empty_cache_that_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setenv("SCEGRAD_CACHE", str(tmp_path))
    with pytest.raises(RequestError, match=r"/wasm cannot be written: Read-only file system; set"):
        wasm_environment()
    (tmp_path / "wasm" / "modules").mkdir()
    wasm_environment()


class Wire(wiring.Component):
    """A component as small as can be."""

    i: In(1)
    o: Out(1)

    def elaborate(self, _: object) -> Module:
        m = Module()
        m.d.comb += self.o.eq(self.i)
        return m


@pytest.mark.whole
@pytest.mark.parametrize("home", [None, "/proc/none", "relative"])
def test_the_first_verilog_needs_no_home(home: str | None, tmp_path: Path) -> None:
    """Yosys keeps its machine code in our cache, of which the name is hard to quote."""
    cache = tmp_path / "a b,c\"d$HOME'e"
    values = {**os.environ, "SCEGRAD_CACHE": str(cache), "TMPDIR": str(tmp_path / "missing")}
    if home is not None:
        values["HOME"] = home
    command = ["verilog", "--platform", "ecp5_demo", "-o", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "scegrad", *command],
        env=values,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list((cache / "wasm").rglob("*"))
