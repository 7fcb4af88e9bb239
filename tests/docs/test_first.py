"""The first pages: their steps work, and end as the pages say."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from scegrad.fpga.command import write_platform
from scegrad.generate import fault, timing
from scegrad.generate.maker import ROOT
from scegrad.rtl.dma import writer
from scegrad.tb.runner import BenchError
from scegrad.tools.places import VARIABLE

FIRST = ROOT / "docs" / "first"

pytestmark = pytest.mark.whole


def test_the_notebook_runs_from_the_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel shows its pictures itself
    notebook = nbformat.read(FIRST / "data.ipynb", as_version=4)
    kernel = {"kernel_name": "python3", "resources": {"metadata": {"path": str(tmp_path)}}}
    NotebookClient(notebook, timeout=600, **kernel).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    assert "1180 cycles" in "".join(output.get("text", "") for output in outputs)


def test_the_python_of_the_first_page_prints_what_it_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = (FIRST / "data.md").read_text("utf-8")
    program, said = re.findall(r"```python\n(.*?)```\n+(?:It prints `(.*?)`)?", page, re.DOTALL)[-1]
    exec(program, {})
    assert capsys.readouterr().out.strip() == said


def test_the_notebook_is_kept_without_its_outputs() -> None:
    notebook = nbformat.read(FIRST / "data.ipynb", as_version=4)
    assert not [cell.id for cell in notebook.cells if cell.get("outputs")]


@pytest.mark.parametrize("name", ["data", "verilog", "c"])
def test_a_page_followed_in_one_shell(name: str, tmp_path: Path) -> None:
    """All commands of a page, one after the other as a reader types them, end with what it shows.

    A page that went into a folder and not back had a last command that was not found. Lines are
    compared by words, since pages and terminals fold them.
    """
    if missing := [tool for tool in ("iverilog", "vvp") if not shutil.which(tool)]:
        pytest.skip(f"no {' and no '.join(missing)} on this machine")
    page = (FIRST / f"{name}.md").read_text("utf-8")
    for room in ("docs", "sw"):
        (tmp_path / room).symlink_to(ROOT / room)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "out" / "first").mkdir(parents=True)
    for path, program in re.findall(r"as `(out/[^`]+)`.*?```python\n(.*?)```", page, re.DOTALL):
        (tmp_path / path).write_text(program, "utf-8")
    blocks = re.findall(r"^```(.*?)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    commands = [text for language, text in blocks if language == "sh"]
    assert commands.pop(0) == "make environment\n"
    done = subprocess.run(
        ["bash", "-c", "".join(commands)], capture_output=True, text=True, cwd=tmp_path
    )
    said = " ".join((done.stdout + done.stderr).split())
    shown = [text for language, text in blocks if not language]
    wanted = [" ".join(text.split()) for text in shown if "..." not in text]
    assert wanted
    assert not [text for text in wanted if text not in said], said


@pytest.fixture(scope="module")
def design(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the page's design, compiled by Icarus as ``design``."""
    if shutil.which("iverilog") is None:
        pytest.skip("no iverilog on this machine")
    folder = tmp_path_factory.mktemp("design")
    write_platform(str(FIRST / "verilog" / "mine.toml"), folder)
    sources = ["scegrad_mine.v", *map(str, sorted((FIRST / "verilog").glob("*.v")))]
    subprocess.run(["iverilog", "-g2005", "-o", "design", *sources], check=True, cwd=folder)
    return folder


def simulate(design: Path, *options: str) -> str:
    """Run the compiled design; returns its output."""
    command = ["vvp", "design", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=design).stdout


def assert_kept(vcd: str) -> None:
    """Compare the waveform of the design with the trace of the timing diagram."""
    cure = "renew it by waves.keep(timing.trace(...), ...), then scegrad generate drawings"
    assert timing.trace(vcd) == json.loads((ROOT / timing.TRACE).read_text("utf-8")), cure


def test_the_design_prints_what_its_page_says(design: Path) -> None:
    assert simulate(design) in (FIRST / "verilog.md").read_text("utf-8")
    assert_kept((design / "design.vcd").read_text("utf-8"))


def test_the_timing_diagram_is_drawn_from_an_fst(design: Path) -> None:
    """Icarus writes an FST file under the name in ``$dumpfile``."""
    if shutil.which("fst2vcd") is None:
        pytest.skip("no fst2vcd on this machine (GTKWave)")
    simulate(design, "-fst")
    command = ["fst2vcd", str(design / "design.vcd")]
    assert_kept(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_the_fault_is_found_where_its_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's program, on the RTL with the page's mistake.

    It has its own cache: the Verilog is kept under a hash of its sources, which here differ from
    the RTL that runs.
    """
    if missing := [tool for tool in ("iverilog", "fst2vcd") if not shutil.which(tool)]:
        pytest.skip(f"no {' and no '.join(missing)} on this machine (fst2vcd: GTKWave)")
    page = (FIRST / "bench.md").read_text("utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    right, wrong = re.findall(r"^[-+](self.*)$", page, re.MULTILINE)
    source = Path(writer.__file__).read_text("utf-8")
    assert source.count(right) == 1
    broken: dict = {"__name__": writer.__name__}
    exec(source.replace(right, wrong), broken)
    monkeypatch.setattr(writer.Writer, "elaborate", broken["Writer"].elaborate)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BenchError) as failure:
        exec(program, {})
    said = re.findall(r"^(?: *[\d.]+ns|[A-Z]\w+:).*", page, re.M)
    assert len(said) == 3
    assert not [word for line in said for word in line.split() if word not in str(failure.value)]
    vcd = subprocess.run(["fst2vcd", "bench.fst"], capture_output=True, text=True, check=True)
    cure = "renew it by waves.keep(fault.trace(...), ...), then scegrad generate drawings"
    assert fault.trace(vcd.stdout) == json.loads((ROOT / fault.TRACE).read_text("utf-8")), cure


def test_the_threads_compile() -> None:
    """They run in eight cores' memories, whose simulator takes minutes to build."""
    flags = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'sw' / 'include'}"]
    subprocess.run(["gcc", *flags, str(FIRST / "threads.c")], check=True)
