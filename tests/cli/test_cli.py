"""The command line: its files, its output, and its exit status."""

import errno
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer

from scegrad import cli
from scegrad.backends import dispatch
from scegrad.backends.model import run_model
from scegrad.errors import WavesError
from scegrad.formats import FORMATS
from scegrad.job.job import Counters
from scegrad.model import golden
from scegrad.registers import VERSION
from scegrad.request.request import Request
from scegrad.request.result import Progress, Result
from scegrad.run import report

from .lines import MODEL, call


def test_run_writes_the_gradient(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", "x.npy", "y.npy", "-o", "g.npy", *MODEL) == 0
    result = np.load("g.npy")
    expected = golden.gradient(np.load("x.npy"), np.load("y.npy"))
    assert result.tobytes() == expected.tobytes()
    assert result.shape == (20, 5)
    out, err = capsys.readouterr()
    assert out == "ft78ne fp32 shared (model): 100 elements by the golden model -> g.npy\n"
    assert not err
    Path("new").touch()
    assert Path("g.npy").stat().st_mode == Path("new").stat().st_mode


def test_run_in_fp16(files: Path) -> None:
    assert call("run", "x16.npy", "y16.npy", "-o", "g.npy", "--platform", "mt7004", *MODEL) == 0
    assert (
        np.load("g.npy").tobytes()
        == golden.gradient(np.load("x16.npy"), np.load("y16.npy")).tobytes()
    )


def test_run_converts_to_the_format(files: Path) -> None:
    assert call("run", "x64.npy", "y.npy", "-o", "g.npy", "--format", "fp32", *MODEL) == 0
    assert (
        np.load("g.npy").tobytes() == golden.gradient(np.load("x.npy"), np.load("y.npy")).tobytes()
    )


def test_an_output_is_replaced_as_a_whole(files: Path) -> None:
    Path("g.npy").write_text("old")
    Path("link.npy").symlink_to("g.npy")
    assert call("run", "x.npy", "y.npy", "-o", "link.npy", *MODEL) == 0
    assert Path("link.npy").is_symlink()
    assert np.load("g.npy").shape == (20, 5)


def test_a_device_is_written_and_not_replaced(files: Path) -> None:
    assert call("run", "x.npy", "y.npy", "-o", os.devnull, *MODEL) == 0
    assert Path(os.devnull).is_char_device()


def test_report_of_the_model(files: Path) -> None:
    assert call("run", "x.npy", "y.npy", "-o", "g.npy", "--report", "a/b", *MODEL) == 0
    assert sorted(path.name for path in Path("a/b").iterdir()) == ["gradient.png", "report.json"]
    report = json.loads(Path("a/b/report.json").read_text())
    assert (report["elements"], report["shape"], report["cycles"]) == (100, [20, 5], None)
    assert 0.25 < report["worst_error_ulp"] <= 0.501
    assert Path("a/b/gradient.png").read_bytes().startswith(b"\x89PNG")


def test_a_mismatch_is_exit_status_1(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(request: Request, progress: Progress | None) -> Result:
        gradient = run_model(request, progress).gradient.reshape(-1)
        gradient[7] += 1
        return request.result(gradient, Counters(50, *[0] * 7))

    monkeypatch.setitem(dispatch.RUNNERS, "verilator", wrong)
    assert call("run", "x.npy", "y.npy", "-o", "g.npy") == 1
    line = (
        "ft78ne fp32 shared (verilator): 100 elements in 50 cycles (2.000 per cycle), MISMATCH:"
        " 1 elements differ from the golden model"
    )
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{line} -> g.npy"
    fmt = FORMATS["fp32"]
    x, y, got = (np.load(name)[1, 2] for name in ("x.npy", "y.npy", "g.npy"))
    due = golden.gradient(x[None], y[None])[0]
    told = [fmt.text(int(value.view("u4"))) for value in (x, y, got, due)]
    assert second == "  [1, 2] x {}, y {}, got {}, expected {}".format(*told)


@pytest.mark.parametrize("line", ["--help", ""])
def test_help(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*line.split()) == 0
    assert "Usage: scegrad" in capsys.readouterr().out


def test_the_entry_point(files: Path) -> None:
    command = [sys.executable, "-m", "scegrad", "run", "none.npy", "y.npy", "-o", "g.npy"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "scegrad: none.npy cannot be read: No such file or directory\n"


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of bash, in which ``scegrad`` is this package."""
    text = f'scegrad() {{ {shlex.quote(sys.executable)} -m scegrad "$@"; }}\n{line}'
    return subprocess.run(
        ["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def test_pipes(files: Path) -> None:
    line = (
        "cat x.npy | scegrad run /dev/stdin <(cat y.npy) -o /dev/stdout --backend model"
        " | cat > g.npy; scegrad run x.npy y.npy -o >(cat > h.npy) --backend model; wait"
    )
    done = shell(line, files)
    assert done.stderr.endswith("100 elements by the golden model -> /dev/stdout\n"), done.stderr
    for name in ("g.npy", "h.npy"):
        due = golden.gradient(np.load("x.npy"), np.load("y.npy"))
        assert np.load(name).tobytes() == due.tobytes()


def test_standard_output_may_be_a_file(files: Path) -> None:
    line = "(echo before; scegrad run x.npy y.npy -o /dev/stdout --backend model) > both"
    assert shell(line, files).returncode == 0
    assert Path("both").read_bytes().startswith(b"before\n\x93NUMPY")


def full() -> int:
    """A file that accepts no data."""
    return os.open("/dev/full", os.O_WRONLY)


def broken() -> int:
    """A pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.parametrize("line", ["run x.npy y.npy -o g.npy --backend model", "--help"])
@pytest.mark.parametrize(
    ("place", "reason"), [(full, "No space left on device"), (broken, "Broken pipe")]
)
def test_text_that_cannot_be_printed_is_one_line(
    files: Path, line: str, place: Callable[[], int], reason: str
) -> None:
    """Also without PYTHONUNBUFFERED: then Python prints when it ends, and says errors itself."""
    out = place()
    done = subprocess.run(
        [sys.executable, "-m", "scegrad", *line.split()],
        env={name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"},
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(out)
    assert (done.returncode, done.stderr) == (2, f"scegrad: standard output: {reason}\n")


def test_a_closed_standard_file_is_no_other_file(files: Path) -> None:
    """The output then goes nowhere, and never into a file of the command."""
    due = golden.gradient(np.load("x.npy"), np.load("y.npy")).tobytes()
    run = "scegrad run x.npy y.npy --backend model"
    for number, line in enumerate(
        [
            f"{run} -o g0.npy <&- >&- 2>&-",
            f"{run} -o /dev/stdout 2>&- > g1.npy",
            f"{run} -o /dev/stdout 2>&- | cat > g2.npy",
        ]
    ):
        assert shell(line, files).returncode == 0
        assert np.load(f"g{number}.npy").tobytes() == due
        assert Path(f"g{number}.npy").stat().st_size == 128 + len(due)
    lost = shell(f"{run} -o /dev/stdout >&-", files)
    assert (lost.returncode, len(lost.stderr.splitlines())) == (2, 1)
    assert shell("scegrad run none.npy y.npy -o g.npy 2>&-", files).stdout == ""


def test_a_platform_from_a_pipe(files: Path) -> None:
    text = Path(__file__).parents[2] / "platforms" / "zynq7000.toml"
    line = f"scegrad run x.npy y.npy -o g.npy --backend model --platform <(cat {text})"
    assert shell(line, files).stdout.startswith("zynq7000 fp32")


def test_an_input_is_overwritten_if_that_is_said(files: Path) -> None:
    due = golden.gradient(np.load("x.npy"), np.load("y.npy"))
    assert call("run", "x.npy", "y.npy", "-o", "x.npy", "--overwrite-input", *MODEL) == 0
    assert np.load("x.npy").tobytes() == due.tobytes()


def test_names_are_printed_as_one_line_that_no_terminal_obeys(files: Path) -> None:
    name = "a\nb\x1b[31m\r[X].npy"
    (files / name).write_bytes(b"nothing")
    seen = r"a\nb\x1b[31m\r[X]"
    done = shell(f"scegrad run {shlex.quote(name)} y.npy -o out.npy", files)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"scegrad: {seen}.npy is not an .npy file\n"
    done = shell(f"scegrad run x.npy y.npy -o {shlex.quote(name)} --backend model", files)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f" -> {seen}.npy\n")
    done = shell(f"scegrad sample -o {shlex.quote(name[:-4])}", files)
    assert done.stdout == f"{seen}/logits.npy\n{seen}/labels.npy\n"


def test_names_of_any_bytes(files: Path) -> None:
    done = shell("scegrad run x.npy y.npy -o $'\\xff.npy' --backend model", files)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("-> \\udcff.npy\n")


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "nonsense"])
def test_a_report_from_a_notebook(files: Path, backend: str) -> None:
    line = f"MPLBACKEND={backend} scegrad run x.npy y.npy -o g.npy --report r --backend model"
    done = shell(line, files)
    assert (done.returncode, done.stderr) == (0, "")
    assert Path("r/gradient.png").is_file()


def test_a_report_that_fails_leaves_nothing(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(report, "gradient_picture", fail)
    before = sorted(files.rglob("*"))
    assert call("run", "x.npy", "y.npy", "-o", "g.npy", "--report", "r", *MODEL) == 2
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert sorted(files.rglob("*")) == before


def test_waves_on_a_full_disk_name_their_file(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Request, progress: Progress | None) -> Result:
        raise WavesError(f"waves cannot be written to {request.waves}: No space left on device")

    monkeypatch.setitem(dispatch.RUNNERS, "verilator", fail)
    before = sorted(files.rglob("*"))
    assert call("run", "x.npy", "y.npy", "-o", "g.npy", "--waves", "w.fst") == 2
    line = "scegrad: waves cannot be written to w.fst: No space left on device\n"
    assert capsys.readouterr().err == line
    assert sorted(files.rglob("*")) == before


def test_no_memory_is_one_line(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Request, progress: Progress | None) -> Result:
        np.empty(1 << 58)
        raise AssertionError

    monkeypatch.setitem(dispatch.RUNNERS, "model", fail)
    before = sorted(files.rglob("*"))
    assert call("run", "x.npy", "y.npy", "-o", "g.npy", *MODEL) == 2
    err = capsys.readouterr().err
    assert err.startswith("scegrad: not enough memory: Unable to allocate 2.00 EiB")
    assert err.count("\n") == 1
    assert sorted(files.rglob("*")) == before


def test_a_job_out_of_time_is_a_failure_of_the_hardware(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Request, progress: Progress | None) -> Result:
        raise TimeoutError("no interrupt came within 9 cycles")

    monkeypatch.setitem(dispatch.RUNNERS, "model", fail)
    assert call("run", "x.npy", "y.npy", "-o", "g.npy", *MODEL) == 1
    assert capsys.readouterr().err == "scegrad: no interrupt came within 9 cycles\n"


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--version") == 0
    assert capsys.readouterr().out == f"scegrad {VERSION}\n"


def test_shells_complete_lines() -> None:
    environment = {
        **os.environ,
        "_SCEGRAD_COMPLETE": "complete_bash",
        "COMP_WORDS": "scegrad run --for",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [sys.executable, "-m", "scegrad"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["--format"]


def commands() -> list[list[str]]:
    """Every command, and every command of a group."""
    return [
        [name, *more]
        for name, command in typer.main.get_command(cli.app).commands.items()
        for more in ([], *([other] for other in getattr(command, "commands", {})))
    ]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_help_of_every_command_does_nothing_else(
    words: list[str], files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(files.rglob("*"))
    assert call(*words, "--help") == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"Usage: scegrad {' '.join(words)}")
    assert not err
    assert sorted(files.rglob("*")) == before


@pytest.mark.whole
def test_run_on_the_simulated_hardware(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        call("run", "x.npy", "y.npy", "-o", "g.npy", "--report", "report", "--core-mask", "0b101")
        == 0
    )
    assert (
        np.load("g.npy").tobytes() == golden.gradient(np.load("x.npy"), np.load("y.npy")).tobytes()
    )
    assert "100 elements in" in (out := capsys.readouterr().out)
    assert "bit for bit the golden model -> g.npy" in out
    report = json.loads(Path("report/report.json").read_text())
    assert report["mismatches_against_golden_model"] == 0
    assert report["cycles"] == report["counters"]["cycles"] > 0
    assert sorted(path.name for path in Path("report").iterdir()) == [
        "gradient.png",
        "report.json",
        "timeline.png",
    ]
