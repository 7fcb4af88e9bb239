"""The cases ``soak/...``: random jobs on each platform with a fixed seed, as ``scegrad soak`` runs
them.
"""

import time

from scegrad.platforms import PLATFORMS, Platform
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import platform_hash
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.soak.command import line, run_rounds
from scegrad.soak.soak import ROUND

SEED = 14

QUICK = {"ecp5_demo": 1000}
JOBS = 10_000
"""Jobs on a platform, and those on one whose simulator is built in a minute."""


def cases() -> list[SignoffCase]:
    """A quick case of one platform, and one of each."""
    return [_case(name, jobs, "-quick") for name, jobs in QUICK.items()] + [
        _case(name, JOBS, "") for name in PLATFORMS
    ]


def _case(name: str, jobs: int, ending: str) -> SignoffCase:
    platform = PLATFORMS[name]

    return SignoffCase(
        f"soak/{name}{ending}",
        f"{jobs} random jobs: right elements, no stray byte, no hang, every bin hit",
        "src/scegrad/soak/soak.py",
        quick=bool(ending),
        subject=once(lambda: hashed([platform_hash(platform), f"{jobs} {SEED}"])),
        run=lambda: soaked(platform, jobs),
    )


def soaked(platform: Platform, jobs: int) -> CaseResult:
    """Run the jobs; a bin without a hit leaves the case open."""
    started = time.monotonic()
    record = run_rounds(platform, SEED, range(jobs // ROUND)).record()
    verdict = Verdict.OPEN if record["holes"] else Verdict.PROVED
    detail = line(record)
    if record["failures"]:
        verdict, detail = Verdict.REFUTED, record["failures"][0]
    elif record["holes"]:
        detail = f"{detail}; no hit: {record['holes'][0]}"
    return CaseResult(verdict, detail, time.monotonic() - started, {"seed": SEED, **record})
