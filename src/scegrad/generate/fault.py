"""The picture of a fault in a waveform: the fault that the reader of ``docs/first/bench.md`` finds.

The simulation is that of the page, with its mistake in the RTL. The values at the port around the
fault are in ``docs/drawings/fault.json``, and a test runs the simulation again.
"""

import json
from pathlib import Path

from scegrad.generate import waves
from scegrad.generate.svg import BLUE, GREEN, GREY, ORANGE, PINK, Drawing
from scegrad.platforms import SHARED_BUS

TRACE = Path("docs/drawings/fault.json")
"""The times of the cycles in ns, and each signal's value in each cycle."""

PORT = f"{SHARED_BUS}_"

WIDTHS = {
    "awvalid": 1,
    "awready": 1,
    "awaddr": 32,
    "awlen": 8,
    "wvalid": 1,
    "wready": 1,
    "wdata": 64,
    "wstrb": 8,
    "wlast": 1,
    "bvalid": 1,
    "bready": 1,
    "bresp": 2,
}
"""The signals of the picture, from the top, with their bits."""

COLOURS = {"a": BLUE, "w": ORANGE, "b": GREEN}
"""The colour of a channel, by the first letter of its signals."""

EXPECTED = 0x0F
"""The right WSTRB of the last beat: 12 bytes in words of 8 leave 4."""

DECERR = 3

PICOSECONDS = 1000

LEFT, TOP, ROW, CYCLE = 80, 30, 26, 54
"""Pixels: space for the names and for the times, height of a signal, width of a cycle."""

AROUND = 2
"""The number of cycles before the write's address and after its response."""


def trace(vcd: str) -> dict[str, list[int]]:
    """The cycles of a waveform around the write with the response DECERR; raises ``ValueError`` if
    there is none.
    """
    times, found = waves.samples(vcd, [PORT + name for name in WIDTHS])
    values = {name.removeprefix(PORT): each for name, each in found.items()}
    answers = zip(values["bvalid"], values["bresp"], strict=True)
    ends = [cycle for cycle, (valid, resp) in enumerate(answers) if valid and resp == DECERR]
    if not ends:
        raise ValueError("no write was answered DECERR")
    start = max(cycle for cycle in range(ends[0]) if values["awvalid"][cycle])
    shown = slice(start - AROUND, ends[0] + 1 + AROUND)
    nanoseconds = [time // PICOSECONDS for time in times[shown]]
    return {"time": nanoseconds} | {name: each[shown] for name, each in values.items()}


def picture(values: dict[str, list[int]]) -> str:
    """The signals over time as in a waveform viewer, with the fault marked."""
    cycles = len(values["time"])
    made = Drawing(
        LEFT + CYCLE * cycles + 10,
        TOP + ROW * (len(WIDTHS) + 1) + 20,
        "A write with a wrong WSTRB in its last beat, answered DECERR",
    )
    _times(made, values, TOP + ROW * (len(WIDTHS) + 1))
    _name(made, 0, "clk")
    edges = [(cycle + half / 2, 1 - half) for cycle in range(cycles) for half in (0, 1)]
    _wave(made, 0, [(place, place + 0.5, level) for place, level in edges], GREY)
    for row, (name, bits) in enumerate(WIDTHS.items(), 1):
        _name(made, row, name)
        marked = values["wlast"].index(1) if name == "wstrb" else 0
        runs = _runs(values[name], {marked, marked + 1} if marked else set())
        if bits == 1:
            _wave(made, row, runs, COLOURS[name[0]])
        else:
            _bus(made, row, runs, bits, COLOURS[name[0]])
    _mark(made, values)
    return made.svg()


Run = tuple[float, float, int]
"""First cycle, end, and value between them."""


def _runs(values: list[int], cuts: set[int]) -> list[Run]:
    """Runs of cycles with the same value, split at ``cuts``."""
    changes = [n for n in range(1, len(values)) if n in cuts or values[n] != values[n - 1]]
    return [
        (start, end, values[start])
        for start, end in zip([0, *changes], [*changes, len(values)], strict=True)
    ]


def _name(made: Drawing, row: int, name: str) -> None:
    made.text(LEFT - 8, TOP + ROW * row + 18, name, anchor="end")


def _times(made: Drawing, values: dict[str, list[int]], bottom: float) -> None:
    """A line at each event of the page's table, with its time."""
    last = values["wlast"].index(1)
    first = max(n for n in range(last) if values["wvalid"][n] and values["wready"][n])
    for cycle in (values["awvalid"].index(1), first, last, values["bvalid"].index(1)):
        x = LEFT + CYCLE * cycle
        made.line((x, TOP - 8), (x, bottom), colour="#bbbbbb", dash="3 3")
        made.text(x, TOP - 12, f"{values['time'][cycle]} ns", anchor="middle", colour=GREY)


def _wave(made: Drawing, row: int, runs: list[Run], colour: str) -> None:
    """A bit as a line: high is up."""
    low = TOP + ROW * row + 20
    points = [(LEFT + CYCLE * x, low - 14 * bit) for start, end, bit in runs for x in (start, end)]
    made.line(*points, colour=colour, width=1.5)


def _bus(made: Drawing, row: int, runs: list[Run], bits: int, colour: str) -> None:
    """A bus: a box per value; a narrow one in bits, others in hexadecimal, four bytes together."""
    for start, end, value in runs:
        digits = f"{value:0{bits}b}" if bits < 4 else f"{value:0{bits // 4}X}"
        text = " ".join(digits[n : n + 8] for n in range(0, len(digits), 8))
        x, width = LEFT + CYCLE * start, CYCLE * (end - start)
        made.box(x, TOP + ROW * row + 5, width, 16, text, colour=colour)


def _mark(made: Drawing, values: dict[str, list[int]]) -> None:
    """A box around the wrong value, with the right one."""
    wrong, row = values["wlast"].index(1), list(WIDTHS).index("wstrb") + 1
    x, y = LEFT + CYCLE * wrong, TOP + ROW * row + 5
    made.box(x, y, CYCLE, 16, f"{values['wstrb'][wrong]:02X}", "#fbe3ef", colour=PINK, stroke=2.5)
    made.box(x + CYCLE + 6, y, 104, 16, f"should be {EXPECTED:02X}", "#fbe3ef", colour=PINK)


def drawings(root: Path) -> dict[Path, str]:
    """The picture of the kept trace."""
    return {TRACE.with_suffix(".svg"): picture(json.loads((root / TRACE).read_text("utf-8")))}
