"""The committed files made from the register table: the C headers, the tables of the register
page, and the version in the citation.

    scegrad generate registers            write them
    scegrad generate registers --check    exit with 1 if a file is stale, and name the cure

The page's prose is written by hand; its tables are between markers (``maker``).
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import wrap

from scegrad import registers
from scegrad.generate.maker import ROOT, Generator
from scegrad.platforms import PLATFORMS, PRIVATE_BUS, SHARED_BUS
from scegrad.registers import (
    BUS_ERRORS,
    FORMAT_CODES,
    REFUSALS,
    REGISTERS,
    UNIT_REGISTERS,
    Register,
    Status,
)

CITATION = Path("CITATION.cff")
HEADER = Path("sw/include/scegrad_registers.h")
STATUS_HEADER = Path("sw/include/scegrad_status.h")
PAGE = Path("docs/registers.md")
COMMAND = "scegrad generate registers"
COLUMNS = 100
"""Width of a line of C."""


def c_header() -> str:
    """The header: offsets, fields, codes and the status enumeration."""
    lines = [
        "/* SPDX-License-Identifier: Apache-2.0 */",
        f"/* The control registers, for C and C++. Made by `{COMMAND}` from the register"
        f"\n * table: do not edit. See {PAGE}. */",
        "#ifndef SCEGRAD_REGISTERS_H",
        "#define SCEGRAD_REGISTERS_H",
        "",
        "#include <stdint.h>",
        "",
        _define("ID_VALUE", registers.ID_VALUE, "what ID reads"),
        _define(
            "VERSION_VALUE", registers.version_value(), f"what VERSION reads: {registers.VERSION}"
        ),
        "",
        "/* Offsets in bytes, and the fields of each register. */",
    ]
    for register in REGISTERS:
        lines += [*_c_register(register, "")]
    lines += [*_c_units(), *_c_codes(), "", "#endif"]
    return "\n".join(lines) + "\n"


def _c_units() -> list[str]:
    """The registers of units: the places of their blocks, and the offsets in a block."""
    lines = [
        "",
        "/* Units: core k is unit k, the shared job is unit 16; also their bits in BUSY,"
        " IRQ_ENABLE and\n * IRQ_PENDING. */",
        _define("UNIT_SHARED", registers.SHARED, "", hexadecimal=False),
        _define("MAX_CORES", registers.MAX_CORES, "", hexadecimal=False),
        "#define SCEGRAD_UNIT_BIT(unit) (UINT32_C(1) << (unit))",
        f"#define SCEGRAD_CORE_BLOCK(k) ({registers.CORE_BLOCK:#x}u +"
        f" {registers.CORE_BLOCK_STRIDE:#x}u * (uint32_t)(k))",
        "#define SCEGRAD_UNIT_BLOCK(unit) \\",
        f"    ((unit) == SCEGRAD_UNIT_SHARED ? {registers.SHARED_BLOCK:#x}u :"
        " SCEGRAD_CORE_BLOCK(unit))",
        "",
        "/* Offsets from a unit's block. */",
    ]
    for register in UNIT_REGISTERS:
        lines += [*_c_register(register, "UNIT_")]
    lines += [
        _define(
            "UNIT_REGISTERS",
            len(UNIT_REGISTERS),
            "the number of consecutive registers",
            hexadecimal=False,
        )
    ]
    return lines


def _c_codes() -> list[str]:
    """The codes of formats and of status."""
    lines = ["", "/* Values of MODE.FORMAT. */"]
    lines += [
        _define(f"FORMAT_{name.upper()}", code, "", hexadecimal=False)
        for name, code in FORMAT_CODES.items()
    ]
    lines += ["", "/* The first and the last code of a refusal and of a bus error. */"]
    for kind, codes in (("REFUSAL", REFUSALS), ("BUS_ERROR", BUS_ERRORS)):
        found = [status for status in Status if status in codes]
        for end, status in (("FIRST", min(found)), ("LAST", max(found))):
            lines += [_define(f"{end}_{kind}", status, status.name, hexadecimal=False)]
    lines += ["", "/* Values of REQUEST and of a unit's STATUS. */", "enum scegrad_status {"]
    for status in Status:
        lines += _enumerator(f"STATUS_{status.name}", status.value, status.description, ",")
    return [*lines, "};"]


DRIVER_STATUS = (
    ("OK", 0, "no error"),
    ("TIMEOUT", 64, "the job did not end in time and was aborted"),
    ("NOT_MAPPED", 65, "an array lies in a memory window that could not be mapped"),
    (
        "SETUP",
        66,
        "the hardware could not be opened: missing, of another platform, or a setting is wrong",
    ),
    ("HARDWARE", 67, "the registers could not be accessed, or gave impossible values"),
)
"""Status codes of a call of the C library beside the hardware's own: name, code, meaning."""


def status_header() -> str:
    """The header with the status codes of a call in C, and their texts."""
    hardware = [
        (status.name, status.value, status.description)
        for status in Status
        if status >= REFUSALS.start  # below: a state in which nothing has failed
    ]
    every = sorted([*hardware, *DRIVER_STATUS], key=lambda status: status[1])
    lines = [
        "/* SPDX-License-Identifier: Apache-2.0 */",
        f"/* Status of a call, for scegrad.h. Made by `{COMMAND}`: do not edit.",
        f" * Codes from {REFUSALS.start} to {max(Status):d} are those of the hardware,"
        f" see {PAGE}. */",
        "#ifndef SCEGRAD_STATUS_H",
        "#define SCEGRAD_STATUS_H",
        "",
        "enum {",
        *(line for each in every[:-1] for line in _enumerator(*each, ",")),
        *_enumerator(*every[-1], ""),
        "};",
        "",
        "/* X(name, code, text) for each of them. */",
        "#define SCEGRAD_EACH_STATUS(X) \\",
        " \\\n".join(_each(*each) for each in every),
        "",
        "#endif",
    ]
    return "\n".join(lines) + "\n"


def _enumerator(name: str, code: int, text: str, comma: str) -> list[str]:
    """A member of an enumeration with its text, which is above it if the line is too short."""
    member = f"    SCEGRAD_{name} = {code}{comma}"
    line = f"{member} /* {text} */"
    if len(line) <= COLUMNS:
        return [line]
    above = wrap(f"{text} */", COLUMNS, initial_indent="    /* ", subsequent_indent="     * ")
    return [*above, member]


def _each(name: str, code: int, text: str) -> str:
    """A call of X with a status; the text is split into literals that fit a line."""
    line = f'    X({name}, {code}, "{text}")'
    if len(line) <= COLUMNS - len(" \\"):
        return line
    literals = wrap(text, COLUMNS - len('      " " \\'), drop_whitespace=False)
    return " \\\n".join([f"    X({name}, {code},", *(f'      "{each}"' for each in literals)]) + ")"


def _define(name: str, value: int, comment: str, *, hexadecimal: bool = True) -> str:
    number = f"{value:#x}u" if hexadecimal else f"{value}"
    return f"#define SCEGRAD_{name} {number}" + (f" /* {comment} */" if comment else "")


def _c_register(register: Register, prefix: str) -> Iterable[str]:
    yield _define(f"{prefix}{register.name}_OFFSET", register.offset, register.access.value)
    for field in register.fields:
        name = f"{prefix}{register.name}_{field.name}"
        yield _define(f"{name}_MASK", field.mask, "")
        yield _define(f"{name}_SHIFT", field.low, "", hexadecimal=False)


def _table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def _register_table() -> str:
    def reset(register: Register) -> str:
        if callable(register.reset):
            return "platform"
        if register.reset is None:
            return "none"
        return f"{register.reset:#x}" if register.reset else "0"

    return _table(
        ("offset", "name", "access", "reset", "meaning"),
        (
            (f"0x{r.offset:03X}", f"`{r.name}`", r.access.value, reset(r), r.description)
            for r in REGISTERS
        ),
    )


def _field_table() -> str:
    def bits(low: int, width: int) -> str:
        return f"{low + width - 1}:{low}" if width > 1 else f"{low}"

    rows = (
        (f"`{r.name}`", bits(f.low, f.width), f"`{f.name}`", f.description)
        for r in REGISTERS
        for f in r.fields
    )
    return _table(("register", "bits", "field", "meaning"), rows)


def _unit_table() -> str:
    def row(register: Register) -> tuple[str, ...]:
        places = (
            f"0x{registers.unit_offset(unit, register.name):03X}"
            for unit in (registers.SHARED, 0, 1)
        )
        return (f"+0x{register.offset:02X}", f"`{register.name}`", register.description, *places)

    return _table(
        ("offset", "name", "meaning", "shared job", "core 0", "core 1"), map(row, UNIT_REGISTERS)
    )


def _status_table() -> str:
    def seen(status: Status) -> str:
        return (
            "both"
            if status is Status.IDLE
            else "`REQUEST`"
            if status.refusal or status is Status.ACCEPTED
            else "`STATUS`"
        )

    return _table(
        ("code", "name", "in", "meaning"),
        ((s.value, f"`{s.name}`", seen(s), s.description) for s in Status),
    )


def _platform_table() -> str:
    platforms = PLATFORMS.values()
    shared = [
        "<br>".join(f"{r.name} 0x{r.base:08X} .. 0x{r.end - 1:08X}" for r in p.shared)
        for p in platforms
    ]
    private = [
        "<br>".join(
            f"{m.name} 0x{m.size:X} bytes at 0x{m.base:08X} + k * 0x{m.stride:08X}"
            for m in p.private
        )
        for p in platforms
    ]
    private_port = PRIVATE_BUS.format("<k>")
    rows = [
        ("top module", *(f"`{p.top_name}`" for p in platforms)),
        ("cores", *(p.cores for p in platforms)),
        ("formats", *(", ".join(p.formats) for p in platforms)),
        ("every core in `core_mask`", *(f"0x{p.all_cores:X}" for p in platforms)),
        (f"shared memory (port `{SHARED_BUS}`)", *shared),
        (f"private memory of core k (port `{private_port}`)", *private),
        (f"data bits of `{SHARED_BUS}`", *(p.shared_data_bits for p in platforms)),
        (f"data bits of `{private_port}`", *(p.l2_data_bits for p in platforms)),
        ("`VERSION` reads", *(f"0x{registers.version_value():08X}" for _ in platforms)),
        ("`CAPABILITIES` reads", *(f"0x{registers.capabilities_value(p):08X}" for p in platforms)),
        ("`WIDTHS` reads", *(f"0x{registers.widths_value(p):08X}" for p in platforms)),
    ]
    return _table(("", *(f"`{p.name}`" for p in platforms)), rows)


def citation(root: Path) -> str:
    """The file for those who cite the project, with today's version."""
    text = (root / CITATION).read_text(encoding="utf-8")
    return re.sub(r"^version: .*$", f"version: {registers.VERSION}", text, flags=re.MULTILINE)


TABLES: dict[str, Callable[[], str]] = {
    "registers": _register_table,
    "fields": _field_table,
    "units": _unit_table,
    "status": _status_table,
    "platforms": _platform_table,
}
"""The page's generated parts by name."""


def generated(root: Path = ROOT) -> dict[Path, str]:
    """The content of each committed file."""
    tables = {name: f"\n{table()}\n" for name, table in TABLES.items()}
    return {
        HEADER: c_header(),
        STATUS_HEADER: status_header(),
        PAGE: GENERATOR.page(PAGE, tables, root),
        CITATION: citation(root),
    }


GENERATOR = Generator("registers", "src/scegrad/registers.py", generated)
