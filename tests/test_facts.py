"""Facts that stand in a second file because of what that file is (make, C, a page): each agrees
with the place where it is changed.
"""

import re
from dataclasses import fields

import pytest

from scegrad.generate.maker import ROOT
from scegrad.job.job import Counters
from scegrad.platforms import FT78NE, PLATFORMS, REGISTERS_BUS
from scegrad.registers import UNIT_REGISTERS
from scegrad.request.settings import Settings
from scegrad.rtl.dma.job import CountersLayout
from scegrad.sim.dram import PRESETS

SPELLED = (
    "board/ulx3s.v",
    "sw/sim/lite_manager.cpp",
    "platforms/litex/unit.py",
    "src/scegrad/fpga/fusesoc.py",
    "src/scegrad/fpga/zynq.py",
    "src/scegrad/signoff/exclusions.py",
)
"""Files in other languages, and patterns, that contain names of the top module's buses."""


def text(path: str) -> str:
    """A file of the checkout."""
    return (ROOT / path).read_text(encoding="utf-8")


def table(page: str, *heads: str) -> list[list[str]]:
    """The rows of all tables of a page whose headings begin with these cells."""
    rows: list[list[str]] = []
    inside = False
    for line in text(page).splitlines():
        cells = [cell.strip("` ") for cell in line.split("|")[1:-1]]
        if line.startswith("|") and inside:
            rows.append(cells)
        inside = line.startswith("|") and (inside or cells[: len(heads)] == list(heads))
    assert rows, f"{page} has no table that begins with {heads}"
    return [row for row in rows if row[0] != "---"]


def test_make_goes_over_the_platforms() -> None:
    assert re.findall(r"^PLATFORMS := (.*)$", text("Makefile"), re.MULTILINE) == [
        " ".join(PLATFORMS)
    ]


def test_readme_has_cores_and_formats_of_each_platform() -> None:
    first, *_ = table("README.md", "", *PLATFORMS)
    assert first[1:] == [
        f"{each.cores}, {' and '.join(each.formats)}" for each in PLATFORMS.values()
    ]


@pytest.mark.parametrize("name", PLATFORMS)
def test_pages_and_help_name_each_platform(name: str) -> None:
    option = next(field for field in fields(Settings) if field.name == "platform")
    assert name in option.metadata["help"]
    assert name in [row[0] for row in table("docs/glossary.md", "term")]
    assert f"drawings/{name}.svg" in text("docs/hardware.md")


@pytest.mark.parametrize("path", SPELLED)
def test_files_that_spell_ports_name_the_buses_of_the_top_module(path: str) -> None:
    buses = (REGISTERS_BUS, *FT78NE.ports, r"m_axi_\w+")  # the last one in a pattern
    spelled = re.findall(r"\b(?:s_axil|m_axi)[\w\\+]*", text(path))
    assert spelled
    for name in spelled:
        assert any(name == bus or name.startswith(f"{bus}_") for bus in buses), name


def test_counters_are_those_of_the_registers() -> None:
    """Python, C and the gateware, which counts bytes in place of elements, name the same."""
    registers = [register.name.lower() for register in UNIT_REGISTERS[2:]]
    assert [field.name for field in fields(Counters)] == registers
    struct = re.search(
        r"struct scegrad_counters \{(.*?)\}", text("sw/include/scegrad.h"), re.DOTALL
    )
    assert struct
    assert re.findall(r"^ +uint32_t (\w+);$", struct[1], re.MULTILINE) == registers
    counted = [
        "elements" if name == "written_bytes" else name for name in dict(CountersLayout.members)
    ]
    assert counted == registers


def test_dram_presets_are_those_of_the_model() -> None:
    (listed,) = re.findall(r"kPresets\[\] = \{(.*)\};", text("sw/sim/dram_presets.cpp"))
    assert tuple(re.findall(r'"(.*?)"', listed)) == PRESETS


def test_contributing_names_files_and_tests_that_are_there() -> None:
    """In the table "where to change": what to edit, and ``path::test`` of what guards it."""
    rows = table("CONTRIBUTING.md", "to change")
    named = [each for row in rows for cell in (row[1], row[3]) for each in cell.split("`, `")]
    assert len(rows) == 12
    for each in named:
        path, _, test = each.partition("::")
        assert (ROOT / path).exists(), each
        assert not test or re.search(rf"^ *(async )?def {test}\(", text(path), re.MULTILINE), each
