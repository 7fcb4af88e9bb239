"""Drawings made from the design itself: platforms, register bits, the plan, the error over the
logits, a job at the ports, and a fault in a waveform.
"""

import json
import math
from pathlib import Path

from scegrad.formats import FP32
from scegrad.generate import fault, fpga, plan, timing
from scegrad.generate.maker import Generator
from scegrad.generate.svg import BLUE, GREEN, GREY, LETTER, ORANGE, PINK, Drawing
from scegrad.platforms import PLATFORMS, REGISTERS_BUS, SHARED_BUS, Platform
from scegrad.registers import REGISTERS, Field

FOLDER = Path("docs/drawings")

DEAL, LANE, PORT = "#e8f1f8", "#e5f5ef", "#fdeee3"
"""Fill colours of blocks that distribute, that compute, and that move data."""


def clock(platform: Platform, root: Path) -> str:
    """The measured frequencies of the platform's top module on an FPGA, or those of another
    platform.
    """
    measured = [each for each in fpga.measured(root) if each["unit"] == "top"]
    best = next((each for each in measured if each["platform"] == platform.name), measured[0])
    seeds = best["mhz"].values()
    name = "clk:" if best["platform"] == platform.name else f"clk; {best['platform']} reached"
    return f"{name} {min(seeds):g} to {max(seeds):g} MHz in {best['part']}-{best['speed']}"


def platform_drawing(platform: Platform, root: Path) -> str:
    """The blocks of a platform from the registers to the cores, with widths, depths and clock."""
    shown = min(platform.cores, 4)
    bits, bottom = platform.shared_data_bits, 110 + max(62 * shown, 90)
    picture = Drawing(760, bottom + 20, f"The blocks of the platform {platform.name}")
    memories = "\n".join(region.name for region in platform.shared)
    picture.text(10, 18, f"{platform.top_name}: {', '.join(platform.formats)}")
    picture.text(750, 18, clock(platform, root), anchor="end")
    picture.box(190, 30, 110, 40, "Control\nregisters, checker", DEAL)
    picture.line((90, 50), (190, 50))
    picture.text(92, 45, f"{REGISTERS_BUS}, 32 bits")
    picture.text(306, 54, "irq")
    picture.line((245, 70), (245, 100))
    picture.box(10, 100, 70, bottom - 110, f"shared\n{memories}")
    depths = f"2 x {platform.read_buffer_beats} beats in\n{platform.write_buffer_beats} beats out"
    picture.box(190, 100, 110, bottom - 110, f"Dma, {bits} bits\n{depths}", PORT)
    picture.line((80, 130), (190, 130), width=3)
    picture.text(84, 122, f"{SHARED_BUS}, {bits}")
    picture.text(84, 146, f"bursts of {platform.burst_beats}")
    picture.box(350, 100, 70, bottom - 110, "Deal\nGather", DEAL)
    picture.line((300, 130), (350, 130), width=3)
    for k in range(shown):
        _core(picture, platform, k if k < shown - 1 else platform.cores - 1, 100 + 62 * k)
    if shown < platform.cores:
        picture.text(
            535, bottom + 10, f"{platform.cores} cores; {shown} are shown", anchor="middle"
        )
    return picture.svg()


def _core(picture: Drawing, platform: Platform, k: int, y: float) -> None:
    lanes = {"fp32": "an fp32 lane", "fp16": "two fp16 lanes"}
    text = f"Core {k}\n" + ", ".join(lanes[name] for name in platform.formats)
    picture.line((420, y + 20), (460, y + 20), width=2)
    picture.box(460, y, 150, 50, text, LANE)
    if platform.l2_ports:
        names = ", ".join(memory.name for memory in platform.private)
        picture.line((610, y + 25), (690, y + 25), width=2)
        picture.text(613, y + 19, f"{platform.l2_data_bits} bits")
        picture.box(690, y + 5, 60, 40, names)


def register_drawing() -> str:
    """The fields of every register with fields, bit 31 on the left."""
    listed = [register for register in REGISTERS if register.fields]
    picture = Drawing(760, 34 * len(listed) + 30, "The fields of the registers, bit 31 to bit 0")
    left, bit = 170, 18
    for number in range(32):
        picture.text(left + bit * (31.5 - number), 16, str(number), anchor="middle", colour=GREY)
    for row, register in enumerate(listed):
        y = 26 + 34 * row
        picture.text(8, y + 16, f"0x{register.offset:03X} {register.name}")
        picture.box(left, y, 32 * bit, 24, fill="#eeeeee")
        for each in register.fields:
            x, width = left + bit * (32 - each.low - each.width), bit * each.width
            picture.box(x, y, width, 24, each.name if _fits(each, bit) else "", DEAL)
        _outside(picture, register.fields, left, bit, y)
    return picture.svg()


def _fits(each: Field, bit: float) -> bool:
    """Whether a field is wide enough for its name."""
    return bit * each.width > LETTER * len(each.name)


def _outside(
    picture: Drawing, fields: tuple[Field, ...], left: float, bit: float, y: float
) -> None:
    """The names of fields too narrow for a name, to the left of all such fields, from high to
    low.
    """
    narrow = [each for each in fields if not _fits(each, bit)]
    if narrow:
        names = ", ".join(each.name for each in sorted(narrow, key=lambda each: -each.low))
        x = left + bit * (32 - max(each.low + each.width for each in narrow))
        picture.text(x - 5, y + 16, names, anchor="end")


def plan_drawing() -> str:
    """The rooms on their floors; a room imports only rooms below it."""
    floors = plan.FLOORS
    picture = Drawing(560, 26 * len(floors) + 20, "The rooms of src/scegrad on their floors")
    for number, rooms in enumerate(floors):
        y = 26 * (len(floors) - 1 - number) + 10
        picture.text(28, y + 16, str(number), anchor="end", colour=GREY)
        width = 510 / len(rooms)
        for place, room in enumerate(rooms):
            picture.box(40 + width * place, y, width - 4, 22, room, (DEAL, LANE)[number % 2])
    return picture.svg()


EXPONENTS = range(-20, 7)
"""The binades of the logits in the drawing, for either sign."""

LOWEST, HIGHEST = -2, 8
"""The decades of the axis of errors, in ulp."""


def error_drawing(root: Path) -> str:
    """The worst error per binade over the logits, for the label 1: the unit and the libraries."""
    kept = root / "docs/accuracy"
    unit = json.loads((kept / "fp32-logits-1.json").read_text(encoding="utf-8"))
    libraries = json.loads((kept / "libraries.json").read_text(encoding="utf-8"))["binades"]
    series = {name: dict(by["1"]) for name, by in libraries.items()}
    series["this unit"] = {key: each["worst"] for key, each in unit["binades"].items()}
    picture = Drawing(760, 360, "The worst error in ulp over the logits, fp32, label 1")
    keys = [(1, e) for e in reversed(EXPONENTS)] + [(0, e) for e in EXPONENTS]
    step, top, bottom = 640 / len(keys), 40, 300

    def height(error: float) -> float:
        decade = math.log10(max(error, 10.0**LOWEST))
        return round(bottom - (bottom - top) * (decade - LOWEST) / (HIGHEST - LOWEST), 1)

    for decade in range(LOWEST, HIGHEST + 1, 2):
        y = height(10.0**decade)
        picture.line((80, y), (720, y), colour="#dddddd")
        picture.text(74, y + 4, f"1e{decade}", anchor="end", colour=GREY)
    picture.line((80, height(0.5)), (720, height(0.5)), colour=GREY, dash="4 3")
    picture.text(724, height(0.5) + 4, "0.5", colour=GREY)
    for colour, (name, errors) in zip((PINK, ORANGE, BLUE, GREEN), series.items(), strict=False):
        _steps(picture, errors, keys, (step, height), colour)
        place = 84 + 215 * list(series).index(name)
        picture.text(place, 24, name, colour=colour)
    for place, (sign, exponent) in enumerate(keys):
        if exponent % 4 == 3:
            text = f"{'-' if sign else ''}2^{exponent}"
            picture.text(80 + step * (place + 0.5), 316, text, anchor="middle", colour=GREY)
    picture.text(400, 336, "logit, by binade", anchor="middle", colour=GREY)
    picture.text(14, 36, "ulp", colour=GREY)
    return picture.svg()


def _steps(picture: Drawing, errors: dict, keys: list, scale: tuple, colour: str) -> None:
    step, height = scale
    points = []
    for place, (sign, exponent) in enumerate(keys):
        y = height(errors.get(str(sign << 8 | exponent + FP32.bias), 0))
        points += [(round(80 + step * place, 1), y), (round(80 + step * (place + 1), 1), y)]
    picture.line(*points, colour=colour, width=2)


def generated(root: Path) -> dict[Path, str]:
    """The text of every drawing."""
    platforms = {f"{name}.svg": platform_drawing(each, root) for name, each in PLATFORMS.items()}
    single = {
        "registers.svg": register_drawing(),
        "plan.svg": plan_drawing(),
        "error.svg": error_drawing(root),
    }
    made = {FOLDER / name: text for name, text in (platforms | single).items()}
    return made | timing.drawings(root) | fault.drawings(root)


GENERATOR = Generator("drawings", "the design", generated)
