"""The cases ``soak/...``: random jobs on each platform with a fixed seed, as ``scegrad soak`` runs
them.
"""

import time

from scegrad.platforms import PLATFORMS, Platform
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import platform_hash, stimuli_hash
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.soak import bins
from scegrad.soak.rounds import line, run_rounds
from scegrad.soak.soak import ROUND

SEED = 14

QUICK = {"ecp5_demo": 10_000}
NIGHT = 100_000
"""Jobs on a platform: so many that every bin is hit. A quick case is for a simulator that is built
in a minute.
"""


def cases() -> list[SignoffCase]:
    """A quick case of one platform, and one of each."""
    return [_case(name, jobs, "-quick") for name, jobs in QUICK.items()] + [
        _case(name, NIGHT, "") for name in PLATFORMS
    ]


def _case(name: str, jobs: int, ending: str) -> SignoffCase:
    platform = PLATFORMS[name]
    settings = f"{jobs} {SEED} {bins.PROPERTIES} {[rule.reason for rule in bins.RULES]}"

    return SignoffCase(
        f"soak/{name}{ending}",
        f"{jobs} random jobs: right elements, no stray byte, no hang, every bin hit",
        "src/scegrad/soak/soak.py",
        quick=bool(ending),
        subject=once(lambda: hashed([platform_hash(platform), stimuli_hash(), settings])),
        run=lambda: soaked(platform, jobs),
        seed=SEED,
        command=f"scegrad soak --platform {name} --jobs {jobs} --seed {SEED}",
    )


def soaked(platform: Platform, jobs: int) -> CaseResult:
    """Run the jobs; a bin without a hit is a hole."""
    started = time.monotonic()
    record = run_rounds(platform, SEED, range(jobs // ROUND)).record()
    verdict = Verdict.HOLES if record["holes"] else Verdict.PROVED
    detail = line(record)
    if record["failures"]:
        verdict, detail = Verdict.REFUTED, record["failures"][0].splitlines()[0]
    elif record["holes"]:
        detail = f"{detail}; no hit: {record['holes'][0]}"
    return CaseResult(verdict, detail, time.monotonic() - started, {"seed": SEED, **record})
