"""Facts that a second file spells by its nature, each compared with its one place; and the table of
CONTRIBUTING.md that says where these places are.

It mirrors no source: each test reads files of several rooms.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from amaranth.hdl import Fragment, Module

from scegrad.axi import MAX_BURST_BEATS, PAGE_BYTES
from scegrad.generate.maker import ROOT
from scegrad.job.job import Counters
from scegrad.model.bounds import ALLOWANCE_BITS, HALF_LABEL_ULP
from scegrad.platforms import (
    ECP5_DEMO,
    FT78NE,
    MACHINES,
    MT7004,
    PLATFORMS,
    Platform,
)
from scegrad.registers import COUNTERS, UNIT_REGISTERS, Status
from scegrad.rtl.dma import dma
from scegrad.rtl.dma.counters import EVENTS
from scegrad.rtl.ports import CLOCK, INTERRUPT, RESET, buses
from scegrad.signoff import exclusions
from scegrad.sim.dram import PRESETS

PROOF = "formal/counters.sv"


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def columns(path: str, row: str) -> list[str]:
    """The cells of a Markdown row, but the first; ``row`` is a part of it, or its first cell."""
    (found,) = [line for line in text(path).splitlines() if line.startswith("|") and row in line]
    return [cell.strip(" `") for cell in found.split("|")[2:-1]]


def cores_and_formats(platform: Platform) -> str:
    return f"{platform.cores}, {' and '.join(platform.formats)}"


class TestCounters:
    """The counters of a job, in the order of the register table."""

    def test_python(self) -> None:
        assert [field.name for field in fields(Counters)] == [*COUNTERS], "src/scegrad/job/job.py"

    def test_c(self) -> None:
        (body,) = re.findall(
            r"struct scegrad_counters \{(.*?)\}", text("sw/include/scegrad.h"), re.S
        )
        assert re.findall(r"uint32_t (\w+);", body) == [*COUNTERS], "sw/include/scegrad.h"

    def test_proof(self) -> None:
        """The proof connects each event, and compares each counter at its place."""
        proof = text(PROOF)
        connected = set(re.findall(r"\.(\w+)\(\1\)", proof))
        others = {"clk", "rst", "clear", "running", "bytes", "counts"}
        assert connected == {*EVENTS, *others}, PROOF
        compared = [int(low) for low in re.findall(r"assert \(counts\[\d+:(\d+)\]", proof)]
        assert compared == [32 * place for place, _ in enumerate(COUNTERS)], PROOF

    def test_a_counter_that_nothing_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dma, "EVENTS", (*EVENTS, "forgotten"))
        message = "^the events in rtl/dma/dma.py lack forgotten, which src/scegrad/registers.py"
        unit, module = dma.Dma.of(ECP5_DEMO, 64, read_turn_beats=16), Module()
        with pytest.raises(ValueError, match=message):
            unit._count(module)
        monkeypatch.undo()
        module.submodules.unit = unit
        Fragment.get(module, None)

    def test_they_are_all_registers_after_the_state(self) -> None:
        state = [r.name for r in UNIT_REGISTERS if r.name.lower() not in COUNTERS]
        assert state == ["STATUS", "FAULT_ADDRESS"]


def test_the_refusals_on_the_page() -> None:
    """``What is refused`` has an item for each, in the order in which they are reported."""
    part = text("docs/registers.md").split("## What is refused")[1].split("\n## ")[0]
    items = re.findall(r"^\d+\. `(\w+)`", part, re.MULTILINE)
    assert items == [status.name for status in Status if status.refusal], "docs/registers.md"


class TestPlatforms:
    """Pages and the Makefile name each platform."""

    def test_makefile(self) -> None:
        (found,) = re.findall(r"^PLATFORMS := (.+)$", text("Makefile"), re.MULTILINE)
        assert found.split() == [*PLATFORMS], "PLATFORMS in Makefile"

    def test_readme(self) -> None:
        assert columns("README.md", "| | `ft78ne`") == [*PLATFORMS], "the table of README.md"
        told = columns("README.md", "| cores, formats |")
        assert told == [*map(cores_and_formats, PLATFORMS.values())], "the table of README.md"
        libraries = " and ".join(f"`libscegrad_{platform.name}.so`" for platform in MACHINES)
        assert f"`make lib` writes {libraries}." in text("README.md")

    @pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
    def test_glossary(self, platform: Platform) -> None:
        words = {1: "one core", 2: "two cores", 4: "four cores", 8: "eight cores"}
        cores = words.get(platform.cores, f"{platform.cores} cores")
        start = f"| `{platform.name}` | a platform: {cores}, {' and '.join(platform.formats)}, "
        assert start in text("docs/glossary.md"), f"docs/glossary.md has no row {start}"

    @pytest.mark.parametrize("name", PLATFORMS)
    def test_drawing(self, name: str) -> None:
        drawing = f"(drawings/{name}.svg)"
        assert drawing in text("docs/hardware.md"), f"docs/hardware.md has no {drawing}"


class TestPorts:
    """Files that spell the names of the top module's ports."""

    NAMES = frozenset(
        port.name for each in (FT78NE, MT7004) for bus in buses(each) for port in bus.ports
    )
    FILES = (
        ("docs", (".md", ".v", ".gtkw")),
        ("sw", (".c", ".cpp", ".h")),
        ("board", (".py", ".v")),
        *((folder, (".py",)) for folder in ("rtl", "src", "tb", "platforms")),
    )

    def test_each_is_a_port(self) -> None:
        """In code, comments and pages: a name, or the beginning of one, as in ``s_axil_*``."""
        wrong: set[str] = set()
        for folder, kinds in self.FILES:
            for path in (ROOT / folder).rglob("*.*"):
                if path.suffix not in kinds:
                    continue
                for spelled in re.findall(r"\b(?:s_axil|m_axi)\w*", path.read_text("utf-8")):
                    if not any(name.startswith(spelled) for name in self.NAMES):
                        wrong.add(f"{path.relative_to(ROOT)} {spelled}")
        assert not wrong, f"no such port: {sorted(wrong)}"

    def test_page(self) -> None:
        """The table ``Ports`` has a row for each."""
        part = text("docs/registers.md").split("## Ports")[1]
        cells = re.findall(r"^\| `(\w+)(?:_<k>)?(?:_\*)?` \|", part, re.MULTILINE)
        named = [CLOCK, RESET, INTERRUPT, *(bus.name for bus in buses(ECP5_DEMO))]
        assert cells[:6] == [name.removesuffix("_0") for name in named], "docs/registers.md"

    def test_litex(self) -> None:
        named = set(re.findall(r'pins\("(\w+)"', text("platforms/litex/unit.py")))
        assert named == {bus.name for bus in buses(ECP5_DEMO)[:2]}

    def test_exclusions(self) -> None:
        """Each pattern of the top module's buses concerns a port."""
        source = Path(exclusions.__file__).read_text(encoding="utf-8")
        patterns = re.findall(r'r"((?:s_axil|m_axi)_[^"]+)"', source)
        assert len(patterns) > 4
        for pattern in patterns:
            assert any(re.fullmatch(pattern, name) for name in self.NAMES), pattern


class TestDramPresets:
    """Python and the pages have the presets that the C++ knows, with their numbers."""

    SOURCE = text("sw/sim/dram_presets.cpp")
    KNOWN = re.findall(r'\{"([\w-]+)", \w+\(\)\}', SOURCE)

    def test_names(self) -> None:
        assert [*PRESETS] == self.KNOWN, "PRESETS in src/scegrad/sim/dram.py"
        assert columns("docs/memory.md", "| | `ddr") == self.KNOWN, "the table of docs/memory.md"
        effect, *_ = columns("docs/software.md", "`SCEGRAD_MEMORY=")
        named = re.findall(r"`(ddr[\w-]+)`", effect)
        assert named == self.KNOWN, "SCEGRAD_MEMORY in docs/software.md"

    def numbers(self) -> Iterator[dict[str, int]]:
        """The clock and the times of each preset, from ``dram.cl = dram.trcd = 11;``."""
        for body in re.findall(r"sce_sim_dram ddr\w+\(\) \{(.*?)\n\}", self.SOURCE, re.DOTALL):
            lines = re.findall(r"((?:dram\.\w+ = )+)(\d+);", body)
            yield {
                name: int(value)
                for names, value in lines
                for name in re.findall(r"\w+(?= =)", names)
            }

    def test_numbers(self) -> None:
        page = text("docs/memory.md")
        rows = ["clock, peak", *re.findall(r"^\| ((?:CL|t[A-Z])[^|]+) \|", page, re.MULTILINE)]
        assert len(rows) == 7
        for row in rows:
            names = ["memory_mhz"] if row == "clock, peak" else re.split(", |-", row.lower())
            for cell, preset in zip(
                columns("docs/memory.md", f"| {row} |"), self.numbers(), strict=True
            ):
                told = re.split(", |-", cell.split(" MHz")[0])
                expected = [f"{preset[name]:,}" for name in names]
                assert told == expected, f"{row} in docs/memory.md"


def test_limits_of_bursts() -> None:
    """The models in C++ share nothing with the gateware but these two numbers of AXI."""
    assert f"kPageBytes = {PAGE_BYTES};" in text("sw/sim/memory.h")
    assert f"min({MAX_BURST_BEATS}, {PAGE_BYTES} / " in text("sw/litedram/bench.cpp")


def test_the_longest_burst() -> None:
    beats = f"{MT7004.burst_beats} beats"
    assert f"at most {beats}" in text("src/scegrad/signoff/exclusions.py")
    assert f"A burst has {beats}" in text("docs/hardware.md")


@pytest.mark.parametrize("path", ["README.md", "docs/numerics.md", "src/scegrad/sweep/cli.py"])
def test_bounds_in_words(path: str) -> None:
    spelled = text(path)
    before = r"(?:relative error(?: of s is)? below|must be within)"
    powers = re.findall(rf"2\^-(\d+) sigmoid|{before} 2\^-(\d+)\b", spelled)
    assert {int(first or second) for first, second in powers} == {ALLOWANCE_BITS}
    assert {float(ulp) for ulp in re.findall(r"\b(0\.5[1-9]\d*) ulp", spelled)} <= {HALF_LABEL_ULP}


class TestTable:
    """The table "to change X, edit Y" of CONTRIBUTING.md."""

    def rows(self) -> list[str]:
        part = text("CONTRIBUTING.md").split("## Where to change ...")[1].split("\n## ")[0]
        return [line for line in part.splitlines() if line.startswith("|")][2:]

    def test_every_path_exists(self) -> None:
        for row in self.rows():
            cells = row.split("|")[1:-1]
            assert len(cells) == 4
            paths = re.findall(r"`([\w./-]+/[\w./-]*|Makefile|README\.md)`", row)
            assert paths, row
            for path in paths:
                assert (ROOT / path).exists(), path

    def test_every_test_exists(self) -> None:
        """Each row names one; ``test_places.py`` is this file."""
        for row in self.rows():
            guards = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row.split("|")[4])
            assert guards, row
            for path, name in guards:
                assert (ROOT / path).is_file(), path
                assert re.search(rf"\b(?:def|class) {name}\b", text(path)) or not name, row
