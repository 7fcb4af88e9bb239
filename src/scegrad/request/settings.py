"""The settings of a request beside its arrays, declared once for Python and the command line."""

from dataclasses import dataclass, field, fields
from os import PathLike
from pathlib import Path
from typing import Any

from scegrad.formats import FORMATS, Format
from scegrad.platforms import CHOICES, PLATFORMS, Platform
from scegrad.sim.dram import PRESETS, Dram

BACKENDS = ("verilator", "icarus", "model")
"""The fast simulator, the cocotb bench under Icarus, and the golden model alone."""

SIMULATORS = ("verilator", "icarus")
"""The back ends whose memories have a timing, and which write waves."""

UART = "uart:"
"""Prefix of the name of a serial device, such as ``uart:/dev/ttyUSB0``: the back end is the
board."""

MEMORIES = ("shared", "private")

IN_PLACE = ("logits", "labels")
"""The inputs that the output may replace."""

MAX_LATENCY = (1 << 20) - 1
"""The largest latency that may be set, in cycles."""


def one_of(*values: str) -> str:
    """A choice in the notation of help texts: ``[a|b]``."""
    return f"[{'|'.join(values)}]"


def _words(text: str, *, metavar: str = "", flag: str = "", kind: type = str) -> dict[str, Any]:
    """The properties of a setting for help texts and the command line.

    A setting with a ``metavar`` is also an option of the command line, whose values are of
    ``kind``; ``flag`` names the option if it is not the field's name.
    """
    return {"help": text, "metavar": metavar, "flag": flag, "kind": kind}


def _cores_of(platform: Platform) -> str:
    """Cores and formats of a platform, for the help."""
    cores = f"{platform.cores} core{'s' if platform.cores > 1 else ''}"
    return f"{platform.name} has {cores} with {' and '.join(platform.formats)}"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The caller's choice of how to compute a gradient: ``prepare`` checks it."""

    platform: str | Path | Platform = field(
        default="ft78ne",
        metadata=_words(
            f"Hardware: {'; '.join(map(_cores_of, PLATFORMS.values()))}; a file describes your own"
            " (docs/fpga.md).",
            metavar=one_of(*CHOICES),
        ),
    )
    fmt: str | Format | None = field(
        default=None,
        metadata=_words(
            "Format of the elements. Floating-point arrays of another type are rounded to it, to"
            " nearest, and the gradient has its type.  [default: the type of the logits, which must"
            " be float32 or float16]",
            metavar=one_of(*FORMATS),
            flag="--format",
        ),
    )
    memory: str = field(
        default="shared",
        metadata=_words(
            "shared: arrays in DDR, the cores of the mask share the work. private: arrays in the L2"
            " of the lowest core of the mask (and in its AM on mt7004, if the L2 is too small).",
            metavar=one_of(*MEMORIES),
        ),
    )
    core_mask: int | None = field(
        default=None,
        metadata=_words(
            "Cores that take part: bit i is core i.  [default: all; private: core 0]",
            metavar="MASK",
            kind=int,
        ),
    )
    backend: str = field(
        default="verilator",
        metadata=_words(
            "verilator: fast simulation of the RTL (built at the first use, a minute or two)."
            " icarus: its cocotb bench, a few hundred cycles per second. model: the golden model,"
            " without cycles. uart:DEVICE: an FPGA board at a serial device (see docs/fpga.md)."
            " All give the same bits.",
            metavar=one_of(*BACKENDS, f"{UART}DEVICE"),
        ),
    )
    waves: str | PathLike[str] | None = field(
        default=None,
        metadata=_words("Write the waveform of the whole job, in FST.", metavar="FILE.fst"),
    )
    in_place: str | None = field(
        default=None,
        metadata=_words(
            "Let the output take the place of this input in the hardware's memory; your file or"
            " array keeps its content.",
            metavar=one_of(*IN_PLACE),
        ),
    )
    misalignment: tuple[int, int, int] = field(
        default=(0, 0, 0),
        metadata=_words(
            "Bytes past a multiple of 64 at which logits, labels and gradient start in the"
            " hardware's memory.",
        ),
    )
    latency: int | None = field(
        default=None,
        metadata=_words(
            "From a request to the memory's first answer.  [default: 40; private: 0, at once]",
            metavar="CYCLES",
            kind=int,
        ),
    )
    dram: str | Dram | None = field(
        default=None,
        metadata=_words(
            "Give shared memory the timing of this DRAM (docs/memory.md).  [default: a fixed"
            " latency]",
            metavar=one_of(*PRESETS),
        ),
    )
    core_mhz: int | None = field(
        default=None,
        metadata=_words(
            "Clock of the unit beside the DRAM.  [default: 1000]", metavar="MHZ", kind=int
        ),
    )
    timeline: bool = field(
        default=False,
        metadata=_words(
            "Record the beats on the ports and their cycles (back ends verilator and icarus).",
        ),
    )


def settings_text() -> str:
    """The settings as Python's ``help`` shows them: a paragraph for each."""
    return "\n".join(
        f"``{item.name}``  {item.metadata['help']} {item.metadata['metavar']}".rstrip()
        for item in fields(Settings)
    )
