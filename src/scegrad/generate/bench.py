"""Writes the measured figures into README.md, docs/performance.md and docs/memory.md: ``scegrad
generate bench``; ``--check`` only compares.

The README has a few lines of ``docs/bench/bench.json``, the page has all of them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scegrad.bench import litedram, masks, profile
from scegrad.bench.cases import DSP_MHZ, BenchCase
from scegrad.bench.measure import Measurement
from scegrad.generate.maker import Generator, recorded
from scegrad.platforms import PLATFORMS

README, PAGE, MEASURED = (
    Path("README.md"),
    Path("docs/performance.md"),
    Path("docs/bench/bench.json"),
)

MEMORY, BEHIND = Path("docs/memory.md"), Path("docs/bench") / litedram.RESULTS
"""The page with the figures behind LiteDRAM, and the file of the figures."""


PROFILED = Path("docs/bench/profile.json")
"""The file of the profiles."""


def table(measurements: Iterable[Measurement]) -> str:
    """The measurements as Markdown."""
    lines = [
        "| platform | format | memory | cores | elements | cycles | results per cycle | share |",
        "| --- " * 8 + "|",
    ]
    for item in measurements:
        case = item.case
        share = f"{item.share:.1%} of {item.limit}"
        cells = (
            case.platform,
            case.fmt,
            case.setting,
            case.cores,
            f"{case.elements:,}",
            f"{item.cycles:,}",
            f"{item.rate:.3f}",
            share,
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def mask_table(records: Iterable[dict[str, Any]]) -> str:
    """Every mask and memory as Markdown."""
    rows = masks.rows([masks.MaskLine(**record) for record in records])
    lines = [masks.HEADINGS, ("---",) * len(masks.HEADINGS), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def wall_times(records: Iterable[dict[str, Any]]) -> str:
    """The ratios of wall times as Markdown."""
    lines = [
        "| platform | format | elements | cycles | times the bare model's wall time |"
        " results per second of one bare lane | times as fast as the cocotb bench |"
        " cocotb bench over an empty cocotb test |",
        "| --- " * 8 + "|",
    ]
    for record in records:
        ratios = " | ".join(
            (
                f"{record['over_bare']:.2f}",
                f"{record['over_lane']:.2f}",
                f"{record['over_cocotb']:.0f}",
                f"{record['over_floor']:.1f}",
            )
        )
        lines.append(
            f"| {record['platform']} | {record['fmt']} | {record['elements']:,}"
            f" | {record['cycles']:,} | {ratios} |"
        )
    return "\n".join(lines) + "\n"


def profile_table(records: Iterable[dict[str, Any]]) -> str:
    """Where the simulation's time goes, as Markdown."""
    rows = profile.rows(profile.Profile(**record) for record in records)
    lines = [profile.HEADINGS, ("---",) * len(profile.HEADINGS), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def litedram_table(records: Iterable[dict[str, Any]]) -> str:
    """The jobs behind LiteDRAM as Markdown."""
    rows = [litedram.Line(**record).cells() for record in records]
    lines = [litedram.HEADINGS, ("---",) * len(litedram.HEADINGS), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def short(case: BenchCase) -> bool:
    """Whether the README has the case: all cores of the platforms with several cores, in the
    narrowest format, on aligned arrays.
    """
    platform = PLATFORMS[case.platform]
    whole = (
        platform.cores > 1
        and case.fmt == platform.formats[-1]
        and case.cores == (1 if case.memory == "private" else platform.cores)
    )
    return whole and not case.offsets and case.core_mhz != DSP_MHZ


def generated(root: Path) -> dict[Path, str]:
    """The pages with today's figures."""
    results = recorded(MEASURED)
    measurements = [Measurement.of(record) for record in results["lines"]]
    blocks = {
        README: {"cycles": table(item for item in measurements if short(item.case))},
        PAGE: {
            "cycles": table(measurements),
            "masks": mask_table(results["masks"]),
            "wall-times": wall_times(results["wall"]),
            "profile": profile_table(recorded(PROFILED)),
        },
        MEMORY: {"litedram": litedram_table(recorded(BEHIND))},
    }
    return {path: GENERATOR.page(path, tables, root) for path, tables in blocks.items()}


GENERATOR = Generator("bench", str(MEASURED), generated)
