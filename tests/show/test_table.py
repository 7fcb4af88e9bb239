"""Tables at usual widths of terminals: no line is too long, no number is broken or shortened."""

import io
import os
import pty
import subprocess
import sys

import pytest
from rich.console import Console

from scegrad.show.table import UNBOUNDED, Sheet, numbers, output_console, show, texts

COLUMNS = [
    *texts("platform", "format", "memory"),
    *numbers("elements", "results per cycle", "worst error in ulp"),
]
ROWS = [
    ("ft78ne", "fp32", "private", "16,384", "0.996", "0.500186"),
    ("ft78ne", "fp32", "ddr3-1600, unit at 150 MHz", "268,435,456", "6.508", "0.5"),
    ("mt7004", "fp16", "ddr4-2400, unit at 1000 MHz, [arrays] off by 4, 60, 20", "7", "-", "0.5"),
]
SHEET = Sheet("what was measured", COLUMNS, ROWS, groups=2)


def printed(sheet: Sheet, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show(sheet, console)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [60, 80, 100, 200, UNBOUNDED])
def test_every_line_fits_and_every_number_is_whole(width: int) -> None:
    lines = printed(SHEET, width)
    assert max(map(len, lines)) <= width
    words = " ".join(lines).split()
    for row in ROWS:
        for cell in row:
            assert all(word in words for word in cell.split()), f"{cell} at {width}"
    assert not any("…" in line for line in lines)


def test_wide_is_one_line_for_each_row() -> None:
    lines = printed(SHEET, UNBOUNDED)
    assert len(lines) == 3 + len(ROWS), "title, headings, rule, rows"
    assert lines == printed(SHEET, 200)
    assert all(line.startswith(row[0]) for line, row in zip(lines[3:], ROWS, strict=True))


def test_narrow_has_the_groups_above_their_rows() -> None:
    lines = printed(SHEET, 60)
    assert [line for line in lines if line in ("ft78ne fp32", "mt7004 fp16")] == [
        "ft78ne fp32",
        "mt7004 fp16",
    ]
    assert len({line.rindex("0.5") for line in lines if "0.5" in line}) <= 2, "columns are aligned"


def test_too_narrow_for_anything_shortens_nothing() -> None:
    text = " ".join(printed(SHEET, 20))
    assert all(row[3] in text.split() and row[5] in text.split() for row in ROWS)


def test_rows_of_the_wrong_length() -> None:
    with pytest.raises(ValueError, match="each row of 'x' must have 6 cells"):
        Sheet("x", COLUMNS, [("1",)])


SCRIPT = f"""
from scegrad.show.table import *
show(Sheet({SHEET.title!r}, {COLUMNS!r}, {ROWS!r}, 2), output_console())
"""


def test_a_pipe_gets_the_same_whatever_the_environment() -> None:
    def output(columns: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "COLUMNS": columns},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        ).stdout

    assert output("40") == output("300")
    assert [line.rstrip() for line in output("80").splitlines()] == printed(SHEET, UNBOUNDED)


def test_a_terminal_is_asked_for_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0), os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        assert output_console().width < UNBOUNDED


def test_brackets_and_colons_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    output_console().print("written to [bold]x[/] and a[/b] :smile:")
    assert capsys.readouterr().out == "written to [bold]x[/] and a[/b] :smile:\n"
