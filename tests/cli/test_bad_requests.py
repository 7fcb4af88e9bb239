"""Bad requests: one line that says what is right, status 2, and nothing is written."""

import shlex
from pathlib import Path

import pytest

from scegrad.platforms import CHOICES
from scegrad.sim.dram import PRESETS

from .lines import MODEL, call


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("run none.npy y.npy -o g.npy", "none.npy cannot be read: No such file or directory"),
        ("run x.npy none.npy -o g.npy", "none.npy cannot be read: No such file or directory"),
        ("run folder y.npy -o g.npy", "folder cannot be read: Is a directory"),
        ("run text.npy y.npy -o g.npy", "text.npy is not an .npy file"),
        ("run empty.npy y.npy -o g.npy", "empty.npy is not an .npy file"),
        ("run z.npz y.npy -o g.npy", "z.npz is not an .npy file"),
        ("run cut.npy y.npy -o g.npy", "cut.npy is not an .npy file of numbers: "),
        (
            "run objects.npy y.npy -o g.npy",
            "objects.npy is not an .npy file of numbers: Object arrays cannot be loaded",
        ),
        (
            "run ints.npy ints.npy -o g.npy",
            "logits are int64, labels int64, which do not say the format of the gradient: give it,"
            " --format fp32",
        ),
        ("run x64.npy x64.npy -o g.npy", "elements are float64, but must be"),
        (
            "run x.npy y16.npy -o g.npy",
            "logits are float32, labels float16, but the types must agree",
        ),
        (
            "run x.npy short.npy -o g.npy",
            "logits have shape (20, 5), labels (3, 5), but the shapes must agree",
        ),
        (
            "run x.npy y.npy -o g.npy --core-mask 0",
            "core mask is 0x0, but ft78ne has core 0 to core 7",
        ),
        (
            "run x.npy y.npy -o g.npy --core-mask 0x100",
            "core mask is 0x100, but ft78ne has core 0 to core 7",
        ),
        (
            "run x.npy y.npy -o g.npy --core-mask all",
            "Invalid value for '--core-mask': 'all' is not a number",
        ),
        ("run x16.npy y16.npy -o g.npy", "ft78ne does not compute fp16"),
        ("run x.npy y.npy -o g.npy --format fp16", "ft78ne does not compute fp16"),
        ("run x.npy y.npy -o g.npy --format bf16", "format is 'bf16', but must be fp32 or fp16"),
        (
            "run x.npy y.npy -o g.npy --platform ft",
            f"platform is 'ft', but must be {' or '.join(CHOICES)}",
        ),
        ("run x.npy y.npy -o g.npy --memory l2", "memory is 'l2', but must be shared or private"),
        (
            "run x.npy y.npy -o g.npy --backend vcs",
            "backend is 'vcs', but must be verilator or icarus or model or uart:DEVICE",
        ),
        (
            "run x.npy y.npy -o g.npy --in-place both",
            "in_place is 'both', but must be logits or labels",
        ),
        ("run x.npy y.npy -o g.npy --latency -1", "latency is -1, but must be 0"),
        (
            "run x.npy y.npy -o g.npy --dram ddr9",
            f"dram is 'ddr9', but must be {' or '.join(PRESETS)}",
        ),
        (
            "run x.npy y.npy -o g.npy --dram ddr3-1600 --core-mhz 0",
            "a clock must be 1 to 10000 MHz",
        ),
        (
            "run x.npy y.npy -o g.npy --core-mhz 100",
            "core_mhz was given, but matters only beside a DRAM",
        ),
        (
            "run x.npy y.npy -o g.npy --dram ddr3-1600 --latency 3",
            "latency and dram were both given",
        ),
        (
            "run x.npy y.npy -o g.npy --dram ddr3-1600 --memory private",
            "dram was given, but private memory is not DRAM: use --memory shared",
        ),
        (
            "run large.npy large.npy -o g.npy --memory private",
            "3 arrays of 50000 fp32 elements (3 x 200000 bytes) do not fit L2 of core 0",
        ),
        (
            "run x.npy y.npy -o none/g.npy",
            "none/g.npy cannot be written: No such file or directory",
        ),
        ("run x.npy y.npy -o folder", "folder cannot be written: it is a directory"),
        (
            "run x.npy y.npy -o new/",
            "Invalid value for '--output' / '-o': 'new/' names a directory",
        ),
        (
            "run x.npy y.npy -o g.npy --backend verilator --waves w/",
            "waves is 'w/', but must be the path of a file",
        ),
        (
            "verilog -o out --platform none/pipe",
            "none/pipe cannot be read: No such file or directory",
        ),
        ("run x.npy y.npy -o /proc/g.npy", "/proc/g.npy cannot be written: "),
        (
            "run x.npy y.npy -o g.npy --report text.npy",
            "text.npy cannot be written: it is not a directory",
        ),
        (
            "run x.npy y.npy -o g.npy --report text.npy/x",
            "text.npy/x cannot be written: Not a directory",
        ),
        (
            "run x.npy y.npy -o g.npy --waves w.fst",
            "the backend model has no waves to choose: use verilator or icarus",
        ),
        (
            "run x.npy y.npy -o g.npy --latency 0",
            "the backend model has no latency to choose: use verilator or icarus",
        ),
        (
            "run x.npy y.npy -o g.npy --dram ddr3-1600",
            "the backend model has no dram to choose: use verilator or icarus",
        ),
        (
            "run x.npy y.npy -o g.npy --platform ecp5_demo --backend uart:/nowhere",
            "/nowhere cannot be opened: No such file or directory",
        ),
        (
            "run x.npy y.npy -o g.npy --backend uart:/dev/x --latency 9",
            "the backend uart:/dev/x has no latency to choose",
        ),
        (
            "run x.npy y.npy -o g.npy --backend uart:/dev/x --waves w.fst",
            "the backend uart:/dev/x has no waves to choose",
        ),
        (
            "run x.npy y.npy -o g.npy --backend verilator --waves none/w.fst",
            "none/w.fst cannot be written: ",
        ),
        (
            "run x.npy y.npy -o g.fst --backend verilator --waves g.fst",
            "g.fst cannot be both the gradient and the waves",
        ),
        (
            "run x.npy y.npy -o g.npy --backend verilator --waves w.vcd",
            "waves is 'w.vcd', but the waveform is written in FST: name it w.fst",
        ),
        ("run x.npy y.npy", "Missing option '--output' / '-o'."),
        (
            "run x.npy y.npy -o x.npy",
            "x.npy cannot be both the logits and the gradient: choose another name, or say --over",
        ),
        ("run x.npy y.npy -o ./y.npy", "y.npy cannot be both the labels and the gradient"),
        (
            "run x.npy y.npy -o folder/report.json --report folder",
            "folder/report.json cannot be both the gradient and a file of the report: choose",
        ),
        ("run x.npy y.npy -o ''", "the value of -o is empty"),
        ("run x.npy y.npy --output=", "the value of --output is empty"),
        ("verilog -o ''", "the value of -o is empty"),
        ("'' x.npy", "an argument is empty"),
        ("signoff -o out ''", "an argument is empty"),
        ("run x.npy -o g.npy", "Missing argument 'LABELS.npy'."),
        ("run x.npy y.npy -o g.npy --fast", "No such option: --fast"),
        ("runs", "No such command 'runs'."),
        ("verilog -o text.npy", "text.npy cannot be written: it is not a directory"),
        (
            "verilog -o out --platform ft",
            f"platform is 'ft', but must be {' or '.join(CHOICES)}",
        ),
        ("verilog", "Missing option '--output' / '-o'."),
        (
            "bench --quick -o out --platform tiny.toml",
            "the bench's 3 arrays of 262144 fp32 elements (3 x 1048576 bytes) do not fit BRAM",
        ),
        (
            "bench --profile -o out --platform tiny.toml",
            "the bench's 3 arrays of 65536 fp32 elements (3 x 262144 bytes) do not fit BRAM",
        ),
    ],
)
def test_a_bad_request_is_one_line_and_leaves_nothing(
    files: Path, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    before = {path: path.stat().st_mtime_ns for path in files.rglob("*")}
    words = shlex.split(line)
    if words[0] == "run" and "--backend" not in words:
        words += MODEL
    assert call(*words) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith(f"scegrad: {message}"), err
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert {path: path.stat().st_mtime_ns for path in files.rglob("*")} == before
