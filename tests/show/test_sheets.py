"""The tables of the commands, with recorded content, at usual widths of terminals."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scegrad.bench import command as bench
from scegrad.bench import masks
from scegrad.bench.measure import Measurement
from scegrad.demo import command as demo
from scegrad.demo.training import TrainingHistory
from scegrad.formats import FP16
from scegrad.fpga import command as fpga
from scegrad.fpga.measure import UnitMeasurement
from scegrad.generate.bench import MEASURED
from scegrad.generate.maker import recorded
from scegrad.platforms import MT7004
from scegrad.show.table import UNBOUNDED, Sheet
from scegrad.sweep import speed

from .test_table import printed


@dataclass
class _Task:
    name: str = "breast cancer"
    labels: Any = field(default=None, repr=False)


def bench_sheet() -> Sheet:
    return bench.sheet([Measurement.of(record) for record in recorded(MEASURED)["lines"]])


def fpga_sheet() -> Sheet:
    return fpga.sheet([UnitMeasurement(**line) for line in recorded(Path("docs/fpga.json"))])


def demo_sheet() -> Sheet:
    history = TrainingHistory([0.1], [1.0])
    run = demo.Run(
        _Task(),  # type: ignore[arg-type]  # the name is all that the table asks for
        MT7004,
        FP16,
        history,
        history,
        elements=1_437_600,
        cycles=1_179_922,
        worst=0.500186,
        mismatches=2,
    )
    return demo.sheet([run, run])


def masks_sheet() -> Sheet:
    return masks.sheet([masks.MaskLine(**record) for record in recorded(MEASURED)["masks"]])


def speed_sheet() -> Sheet:
    return speed.sheet(dict.fromkeys(speed.SPACES, (1_234_567.8, 23_456_789.0)))


SHEETS = [bench_sheet, fpga_sheet, demo_sheet, masks_sheet, speed_sheet]


@pytest.mark.parametrize("width", [80, 200, UNBOUNDED])
@pytest.mark.parametrize("sheet_of", SHEETS)
def test_fits_and_shortens_nothing(sheet_of: Any, width: int) -> None:
    sheet = sheet_of()
    lines = printed(sheet, width)
    assert max(map(len, lines)) <= width
    words = set(" ".join(lines).split())
    for row in sheet.rows:
        assert {word for cell in row for word in cell.split()} <= words


@pytest.mark.parametrize("sheet_of", SHEETS)
def test_wide_and_piped_have_a_line_for_each_row(sheet_of: Any) -> None:
    sheet = sheet_of()
    assert printed(sheet, 200) == printed(sheet, UNBOUNDED)
    assert len(printed(sheet, 200)) == 3 + len(sheet.rows)


@pytest.mark.parametrize("sheet_of", [fpga_sheet, demo_sheet, speed_sheet])
def test_at_80_too_where_only_headings_have_to_break(sheet_of: Any) -> None:
    sheet = sheet_of()
    lines = printed(sheet, 80)
    groups = {tuple(row[: sheet.groups]) for row in sheet.rows} if sheet.groups else ()
    rule = next(k for k, line in enumerate(lines) if line.startswith("───"))
    assert len(lines) - rule - 1 == len(sheet.rows) + len(groups)
