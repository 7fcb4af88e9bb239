"""The runner: it tells failures from successes, builds once, and gives Verilator room to
optimise.
"""

import re
import tempfile
from pathlib import Path

import pytest

from scegrad.tb.runner import (
    SIMULATORS,
    BenchError,
    PublicPortsVerilator,
    build,
    control_file,
    design_of,
    read_results,
    run_bench,
)

from .axi_copy import AxiCopy

BENCH = "tests.tb.runner_bench"


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_a_failing_test_is_named_and_its_log_is_kept(
    simulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(BenchError) as caught:
        run_bench(AxiCopy(), BENCH, simulator)
    said = r"SCEGRAD_SEED=\d+: failed fails; the log is (\S+)\n"
    found = re.search(said, str(caught.value))
    assert found
    assert "AssertionError: assert" in Path(found[1]).read_text()
    assert [str(path) for path in tmp_path.iterdir()] == [found[1]]


def test_a_run_without_tests_fails() -> None:
    with pytest.raises(BenchError, match="no test ran"):
        run_bench(AxiCopy(), BENCH, "icarus", tests=["nothing_of_this_name"])


def test_a_crash_fails() -> None:
    with pytest.raises(BenchError, match="without results"):
        run_bench(AxiCopy(), BENCH, "icarus", tests=["leaves"])


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "without results"), ("", "without results"), ("<testsuites/>", "no test ran")],
)
def test_results_that_tell_nothing(tmp_path: Path, content: str | None, message: str) -> None:
    file = tmp_path / "results.xml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BenchError, match=message):
        read_results(file, "x", "")


def test_seed_and_parameters_reach_the_bench() -> None:
    result = run_bench(AxiCopy(), BENCH, "icarus", {"answer": [42]}, tests=["passes"], seed=17)
    assert result.tests == ("passes",)
    assert result.seed == 17
    assert "Seeding Python random module with 17" in result.log
    assert "parameters {'answer': [42]}" in result.log


def test_waves_of_every_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCEGRAD_WAVES", str(tmp_path / "waves"))
    for _ in range(2):
        run_bench(AxiCopy(), BENCH, "icarus", tests=["passes"])
    found = sorted(path.name for path in (tmp_path / "waves").iterdir() if path.stat().st_size)
    assert found == [f"runner_bench-axicopy-icarus{ending}.fst" for ending in ("-2", "")]


@pytest.mark.parametrize(
    "simulator", ["icarus", pytest.param("verilator", marks=pytest.mark.whole)]
)
def test_waves(simulator: str, tmp_path: Path) -> None:
    file = tmp_path / "waves.fst"
    run_bench(AxiCopy(), BENCH, simulator, tests=["passes"], waves=file)
    assert file.stat().st_size > 100


def test_builds_are_kept_and_keyed() -> None:
    design = design_of(AxiCopy())
    folder = build(design, "icarus")
    before = (folder / "sim.vvp").stat().st_mtime_ns
    assert build(design, "icarus") == folder
    assert (folder / "sim.vvp").stat().st_mtime_ns == before
    assert build(design_of(AxiCopy(beats=8)), "icarus") != folder


def test_only_ports_are_public() -> None:
    design = design_of(AxiCopy())
    text = control_file(design)
    assert 'public_flat_rw -module "axicopy" -var "clk"' in text
    assert 'public_flat_rd -module "axicopy" -var "done"' in text
    assert len(text.splitlines()) == 1 + len(design.ports)
    folder = build(design, "verilator")
    assert "--public-flat-rw" not in (folder / "build.log").read_text()
    header = (folder / "Vtop___024root.h").read_text()
    assert "m_axi_araddr" in header
    assert "public" not in (folder / "Vtop.mk").read_text()


def test_verilators_own_code_is_compiled_once_for_all() -> None:
    log = (build(design_of(AxiCopy()), "verilator") / "build.log").read_text()
    assert "-o verilator.o" in log
    assert "-o verilated" not in log


def test_cocotbs_flag_is_dropped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands = []
    monkeypatch.setattr(
        PublicPortsVerilator, "_execute", lambda self, cmds, cwd: commands.extend(cmds)
    )
    PublicPortsVerilator().build(sources=[], hdl_toplevel="top", build_dir=tmp_path)
    assert commands
    assert not any("--public-flat-rw" in command for command in commands)


def test_unknown_simulator() -> None:
    with pytest.raises(
        ValueError, match="simulator is 'vcs', but must be one of icarus, verilator"
    ):
        build(design_of(AxiCopy()), "vcs")
