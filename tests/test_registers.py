"""The register table, and the files made from it."""

import re
import subprocess
import tomllib

import pytest

from scegrad import registers
from scegrad.formats import FP16, FP32
from scegrad.generate.maker import ROOT
from scegrad.generate.registers import (
    CITATION,
    GENERATOR,
    HEADER,
    PAGE,
    STATUS_HEADER,
    c_header,
    generated,
)
from scegrad.platforms import FT78NE, MT7004
from scegrad.registers import (
    FORMAT_CODES,
    MAX_CORES,
    REGISTERS,
    SHARED,
    STATUS_BITS,
    UNIT_REGISTERS,
    Access,
    Field,
    Register,
    Status,
    capabilities_value,
    check_names,
    offset,
    unit_block,
    unit_offset,
    version_value,
    widths_value,
)

OFFSETS = {
    "ID": 0x000,
    "VERSION": 0x004,
    "CAPABILITIES": 0x008,
    "WIDTHS": 0x00C,
    "LOGITS": 0x010,
    "LABELS": 0x014,
    "GRADIENT": 0x018,
    "LENGTH": 0x01C,
    "CORE_MASK": 0x020,
    "MODE": 0x024,
    "START": 0x028,
    "REQUEST": 0x02C,
    "BUSY": 0x030,
    "IRQ_ENABLE": 0x034,
    "IRQ_PENDING": 0x038,
    "ABORT": 0x03C,
}
"""The offsets and codes on which older software relies."""

UNIT_OFFSETS = {
    "STATUS": 0x00,
    "FAULT_ADDRESS": 0x04,
    "CYCLES": 0x08,
    "ELEMENTS": 0x0C,
    "READ_BEATS": 0x10,
    "WRITE_BEATS": 0x14,
    "STALL_READ_DATA": 0x18,
    "STALL_WRITE": 0x1C,
    "STALL_DATAPATH": 0x20,
    "STALL_PORT": 0x24,
}


def test_offsets_are_fixed() -> None:
    assert {register.name: offset(register.name) for register in REGISTERS} == OFFSETS
    assert {register.name: register.offset for register in UNIT_REGISTERS} == UNIT_OFFSETS
    assert unit_offset(SHARED, "CYCLES") == 0x108
    assert unit_offset(0, "STATUS") == 0x200
    assert unit_offset(15, "STALL_PORT") == 0x5E4


def test_no_two_registers_share_an_offset() -> None:
    units = [
        unit_offset(unit, register.name)
        for unit in (SHARED, *range(MAX_CORES))
        for register in UNIT_REGISTERS
    ]
    places = [*OFFSETS.values(), *units]
    assert len(set(places)) == len(places)
    assert max(places) < 1 << registers.ADDRESS_BITS


def test_status_codes_are_fixed() -> None:
    refusals = [
        "LENGTH_NEGATIVE",
        "FORMAT_MISSING",
        "CORE_MASK_INVALID",
        "MISALIGNED",
        "OUTSIDE_MEMORY",
        "MIXED_MEMORIES",
        "OVERLAP",
        "BUSY",
    ]
    errors = ["READ_SLVERR", "READ_DECERR", "WRITE_SLVERR", "WRITE_DECERR"]
    assert [status.value for status in Status] == [
        *(0, 1, 2, 3),
        *range(16, 24),
        *range(32, 36),
        48,
    ]
    assert [status.name for status in Status if status.refusal] == refusals
    assert [status.name for status in Status if status.bus_error] == errors
    assert STATUS_BITS == 6
    assert Status(35) is Status.WRITE_DECERR
    assert all(status.description and "\n" not in status.description for status in Status)


def test_constants_of_the_platforms() -> None:
    assert {FP32.name: 0, FP16.name: 1} == FORMAT_CODES
    assert [capabilities_value(platform) for platform in (FT78NE, MT7004)] == [0x108, 0x304]
    assert widths_value(FT78NE) == 64 << 16 | 512


def test_version_is_that_of_the_package() -> None:
    """The build of the package reads the line of ``registers.py``."""
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in whole["project"]["dynamic"]
    read = whole["tool"]["setuptools"]["dynamic"]["version"]
    assert read == {"attr": "scegrad.registers.VERSION"}
    major, minor, patch = map(int, registers.VERSION.split("."))
    assert version_value() == major << 16 | minor << 8 | patch


def test_unit_must_exist() -> None:
    with pytest.raises(
        ValueError, match=r"^unit is 17, but must be 0 to 15 \(a core\) or 16 \(the shared job\)$"
    ):
        unit_block(17)
    with pytest.raises(KeyError):
        offset("STATUS")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([Register("A", 2, Access.RO, "")], "A is at 0x2, but must be at a multiple of 4"),
        ([Register("A", 0x40, Access.RO, "")], "A is at 0x40, but a block has 0x40 bytes"),
        (
            [Register("A", 0, Access.RO, ""), Register("B", 0, Access.RO, "")],
            "B at 0x0 is not the only register of that name or offset",
        ),
        (
            [Register("A", 0, Access.RO, ""), Register("A", 4, Access.RO, "")],
            "A at 0x4 is not the only register of that name or offset",
        ),
        (
            [Register("A", 0, Access.RO, "", (Field("F", 31, 2, ""),))],
            "A.F is outside 32 bits or overlaps another field",
        ),
        (
            [Register("A", 0, Access.RO, "", (Field("F", 0, 2, ""), Field("G", 1, 1, "")))],
            "A.G is outside 32 bits or overlaps another field",
        ),
    ],
)
def test_table_is_checked(wrong: list[Register], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        registers._check_block(wrong, 0x40, "a block")


def test_a_place_has_the_names_of_its_table() -> None:
    check_names("the events in dma.py", ["b", "a"], ["a", "b"])
    with pytest.raises(ValueError, match=r"^the events in dma.py lack c, d, which src/scegrad/"):
        check_names("the events in dma.py", ["a"], ["c", "a", "d"])
    with pytest.raises(ValueError, match=r"have b, which src/scegrad/registers.py lacks$"):
        check_names("the events in dma.py", ["a", "b"], ["a"])


def test_committed_files_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert GENERATOR.run(check=True) == 0
    assert capsys.readouterr().err == ""


def test_stale_files_are_named_and_mended(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / PAGE).parent.mkdir(parents=True)
    (tmp_path / CITATION).write_text("version: 0.0.1\n")
    (tmp_path / PAGE).write_text(
        (ROOT / PAGE)
        .read_text()
        .replace("0x5347", "0x5348")
        .replace("| 16 | `LENGTH_NEGATIVE`", "| 17 | `LENGTH_NEGATIVE`")
    )
    assert GENERATOR.run(tmp_path, check=True) > 0
    mend = "does not agree with src/scegrad/registers.py: run `scegrad generate registers`"
    assert capsys.readouterr().err.splitlines() == [
        f"{path} {mend}" for path in (HEADER, STATUS_HEADER, PAGE, CITATION)
    ]
    assert GENERATOR.run(tmp_path, check=False) == 0
    assert GENERATOR.run(tmp_path, check=True) == 0
    assert (tmp_path / PAGE).read_text() == (ROOT / PAGE).read_text()
    assert (tmp_path / CITATION).read_text() == f"version: {registers.VERSION}\n"


def test_page_tells_every_register_and_status() -> None:
    text = generated()[PAGE]
    for name in (*OFFSETS, *UNIT_OFFSETS, *Status.__members__):
        assert f"`{name}`" in text


def test_header_says_what_the_table_says(tmp_path) -> None:
    """A C++ compiler agrees on the offsets, masks, codes and unit blocks."""
    (tmp_path / HEADER.name).write_text(c_header())
    checks = [f"SCEGRAD_{register.name}_OFFSET == {register.offset}" for register in REGISTERS]
    checks += [
        f"SCEGRAD_UNIT_{register.name}_OFFSET == {register.offset}" for register in UNIT_REGISTERS
    ]
    checks += [f"SCEGRAD_{r.name}_{f.name}_MASK == {f.mask}u" for r in REGISTERS for f in r.fields]
    checks += [
        f"SCEGRAD_{r.name}_{f.name}_MASK >> SCEGRAD_{r.name}_{f.name}_SHIFT =="
        f" {(1 << f.width) - 1}u"
        for r in REGISTERS
        for f in r.fields
    ]
    checks += [f"SCEGRAD_STATUS_{status.name} == {status.value}" for status in Status]
    checks += [f"SCEGRAD_UNIT_BLOCK({unit}) == {unit_block(unit)}" for unit in (0, 7, 15, SHARED)]
    checks += [f"SCEGRAD_FORMAT_{name.upper()} == {code}" for name, code in FORMAT_CODES.items()]
    checks += [
        f"SCEGRAD_ID_VALUE == {registers.ID_VALUE}",
        f"SCEGRAD_VERSION_VALUE == {version_value()}",
    ]
    program = f'#include "{HEADER.name}"\n' + "".join(
        f'static_assert({check}, "");\n' for check in checks
    )
    (tmp_path / "checks.cpp").write_text(program)
    command = ["g++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "checks.cpp"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
