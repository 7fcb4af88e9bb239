"""The timing diagram of a job at the ports, from the waveform of a real simulation.

The simulation is that of ``docs/first/verilog``: a design with one unit and one memory, under
Icarus, which writes an FST file (``vvp design -fst``). ``fst2vcd`` of GTKWave makes it text. The
values at the ports are in ``docs/drawings/job.json``, and a test runs the simulation again.
"""

import json
from pathlib import Path

from scegrad.generate import waves
from scegrad.generate.svg import BLUE, GREEN, GREY, ORANGE, PINK, Drawing
from scegrad.registers import REGISTERS

TRACE = Path("docs/drawings/job.json")
"""A list per signal with its value in each cycle, from the last register write before START on."""

SIGNALS = {
    "reg_write": ("register write", PINK),
    "arvalid": ("AR", BLUE),
    "rvalid": ("R", BLUE),
    "awvalid": ("AW", ORANGE),
    "wvalid": ("W", ORANGE),
    "bvalid": ("B", ORANGE),
    "irq": ("irq", GREEN),
}
"""The signals of the diagram, from the top, with their names and colours."""

NAMES = {
    "reg_write": "START",
    "arvalid": "logits, labels",
    "rvalid": "logits, labels",
    "wvalid": "gradient",
}
"""The text above the first pulse of a signal."""

LEFT, ROW, CYCLE = 100, 32, 9
"""Pixels: space for the names, height of a signal, width of a cycle."""

BEFORE, AFTER = 6, 8
"""The number of cycles before the write to START and after the rise of irq."""


def trace(vcd: str) -> dict[str, list[int]]:
    """The signals of a waveform (text of ``fst2vcd``) at each edge of ``clk``, around the job."""
    _, seen = waves.samples(vcd, (*SIGNALS, "reg_address"))
    register = next(register for register in REGISTERS if register.name == "START")
    start = seen.pop("reg_address").index(register.offset)
    end = seen["irq"].index(1)
    return {name: values[start - BEFORE : end + AFTER] for name, values in seen.items()}


def diagram(values: dict[str, list[int]]) -> str:
    """The diagram: time to the right, a signal per row, and a name at each pulse."""
    cycles = len(values["irq"])
    picture = Drawing(
        LEFT + cycles * CYCLE + 10,
        ROW * len(SIGNALS) + 40,
        "A job of four elements at the ports: START, AR, R, AW, W, B, irq",
    )
    for row, (name, (label, colour)) in enumerate(SIGNALS.items()):
        low = ROW * (row + 1)
        picture.text(LEFT - 8, low - 2, label, anchor="end")
        points = []
        for cycle, value in enumerate(values[name]):
            height = low - 14 * value
            points += [(LEFT + CYCLE * cycle, height), (LEFT + CYCLE * (cycle + 1), height)]
        picture.line(*points, colour=colour, width=1.5)
        if name in NAMES:
            cycle = BEFORE if name == "reg_write" else values[name].index(1)
            picture.text(LEFT + CYCLE * cycle, low - 17, NAMES[name], colour=colour)
    _axis(picture, ROW * len(SIGNALS) + 12, cycles)
    return picture.svg()


def _axis(picture: Drawing, y: float, cycles: int) -> None:
    """Cycles from the write to START on."""
    picture.line((LEFT, y - 8), (LEFT + cycles * CYCLE, y - 8), colour=GREY)
    for cycle in range(0, cycles - BEFORE, 10):
        x = LEFT + CYCLE * (cycle + BEFORE)
        picture.line((x, y - 8), (x, y - 4), colour=GREY)
        picture.text(x, y + 8, str(cycle), anchor="middle", colour=GREY)
    picture.text(
        LEFT + CYCLE * cycles / 2,
        y + 22,
        "clock cycles from the write to START on",
        anchor="middle",
        colour=GREY,
    )


def drawings(root: Path) -> dict[Path, str]:
    """The diagram of the kept trace."""
    values = json.loads((root / TRACE).read_text(encoding="utf-8"))
    return {TRACE.with_suffix(".svg"): diagram(values)}
