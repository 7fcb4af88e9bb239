"""A lane as logic without registers, cut behind its sigmoid, beside the specification of its
rounding.

    x, y ──► unpack ──► sigmoid ──╳            s, k: free inputs
                 └──────────────────────► subtract ──► round ──► pack ──► result ──► rounding.v

The cut takes the polynomial away, so that a solver can look at all s, k, x and y. That the
registers may be left out is what ``pipeline.py`` shows.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scegrad.errors import BuildError
from scegrad.formats import FP32
from scegrad.model.design import SIGMOID32
from scegrad.rtl.datapath.sigmoid16 import Sigmoid16
from scegrad.signoff import tools
from scegrad.signoff.aig import Aig
from scegrad.sweep.unit import LaneDesign


@dataclass(frozen=True)
class Cut:
    """Where a lane is cut: signals of its netlist by the name of the input that takes their
    place.
    """

    top: str
    signals: Mapping[str, str]
    parameters: Mapping[str, int]


CUTS = {
    "fp16": Cut("lane16", {"s": f"lane.sigmoid.s_{Sigmoid16.latency}"}, {}),
    "fp32": Cut(
        "lane32",
        {"s": "s", "k": "k"},
        {
            "S_FRACTION": SIGMOID32.fraction_bits,
            "K_BITS": SIGMOID32.k_bits,
            "HALF_BELOW": FP32.bias + SIGMOID32.half_below,
        },
    ),
}

FLAT = """
read_verilog lane.v
hierarchy -top {top}
proc
flatten
"""

WIRES = """
memory -nomap
memory_map
techmap -map wires.v
setattr -unset init w:*
select -assert-none t:$*ff* t:$*latch*
"""

GATES = """
opt -full
techmap
opt_expr
opt_clean
aigmap
opt_clean -purge
write_aiger -symbols result.aig
"""
"""Gates are not merged: of ten thousands Yosys takes ten seconds for that, and the solver is no
faster.
"""


def cut_lane(design: LaneDesign) -> Aig:
    """The lane behind the cut beside ``rounding.v``: inputs ``x y s k``, outputs ``bad
    bad_special``.
    """
    cut = CUTS[design.fmt_name]
    lines = [FLAT.format(top=LaneDesign.TOP), WIRES]
    for port, signal in cut.signals.items():
        lines += [f"select -assert-count 1 w:{signal}", f"expose -cut w:{signal}"]
        lines += [
            f"cd {LaneDesign.TOP}",
            f"rename {signal} cut_{port}",
            f"rename {signal}.i {port}",
        ]
        lines += ["cd .."]
    parameters = " ".join(f"-chparam {name} {value}" for name, value in cut.parameters.items())
    lines += ["opt_clean -purge", "read_verilog -sv rounding.v top.v"]
    lines += [f"hierarchy -top {cut.top} {parameters}", "proc", "flatten", GATES]
    return graph("\n".join(lines), design.verilog, {"top.v": f"{cut.top}.v"})


def whole_lane(design: LaneDesign) -> Aig:
    """The lane from ``logit`` and ``label`` to ``gradient`` and the cut signals, under the names of
    the inputs there.
    """
    cut = CUTS[design.fmt_name]
    lines = [FLAT.format(top=LaneDesign.TOP), WIRES]
    for port, signal in cut.signals.items():
        lines += [f"select -assert-count 1 w:{signal}", f"expose w:{signal}"]
        lines += [f"cd {LaneDesign.TOP}", f"rename {signal} {port}", "cd .."]
    return graph("\n".join([*lines, GATES]), design.verilog, {})


def step(design: LaneDesign, top: str, cuts: Mapping[str, str], shows: Mapping[str, str]) -> Aig:
    """A part of the fp32 lane beside its claim, a module ``top`` of ``steps32.v``: from the signals
    of ``cuts``, which are free, to those of ``shows``. Both are by the name of the port.
    """
    lines = [FLAT.format(top=LaneDesign.TOP), WIRES]
    for port, signal in cuts.items():
        lines += [f"select -assert-count 1 w:{signal}", f"expose -cut w:{signal}"]
        lines += [f"cd {LaneDesign.TOP}", f"rename {signal} cut_{port}"]
        lines += [f"rename {signal}.i {port}", "cd .."]
    for port, signal in shows.items():
        lines += [f"select -assert-count 1 w:{signal}", f"expose w:{signal}"]
        lines += [f"cd {LaneDesign.TOP}", f"rename {signal} {port}", "cd .."]
    lines += ["opt_clean -purge", "read_verilog -sv top.v"]
    lines += [f"hierarchy -top {top}", "proc", "flatten", GATES]
    return graph("\n".join(lines), design.verilog, {"top.v": "steps32.v"})


def graph(script: str, verilog: str, files: Mapping[str, str]) -> Aig:
    """Run a script that writes ``result.aig`` beside ``lane.v`` and files of ``formal/``. Raises
    ``BuildError``.
    """
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        (directory / "lane.v").write_text(verilog, encoding="ascii")
        for name, source in {"rounding.v": "rounding.v", "wires.v": "wires.v", **files}.items():
            shutil.copyfile(tools.FORMAL / source, directory / name)
        try:
            tools.yosys(script, directory)
        except BuildError as error:
            if "Assertion failed" in str(error):
                raise BuildError(f"the lane is not as the proof takes it to be: {error}") from error
            raise
        return Aig.read((directory / "result.aig").read_bytes())
