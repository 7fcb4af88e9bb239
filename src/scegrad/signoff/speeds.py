"""The cases ``speed/...``: cycles of jobs on a memory that answers at once or after 100 cycles,
against the limit of docs/performance.md.

    cycles <= elements / (results per cycle of cores or port) + 2 * latency + ``AROUND``

The counts are those of the unit, compared with what the memory saw, and repeat exactly.
"""

import time

from scegrad.bench.cases import BenchCase, lines
from scegrad.bench.measure import CountersWrongError, measure
from scegrad.platforms import PLATFORMS, Platform
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import platform_hash
from scegrad.signoff.result import CaseResult, Verdict

SOURCE = "src/scegrad/signoff/speeds.py"

QUICK = ("ecp5_demo",)

AROUND = 200
"""Cycles before the first result of a job and after its last, on a memory without latency. The
narrowest port needs 188 of them, 197 if arrays are off bus words.
"""


def cases() -> list[SignoffCase]:
    """A case of each platform; a quick one is for a simulator that is built in a minute."""
    return [_case(name, platform) for name, platform in PLATFORMS.items()]


def jobs(platform: Platform) -> list[BenchCase]:
    """The jobs of the table of docs/performance.md that use no DRAM."""
    return [each for each in lines([platform.name]) if not each.dram]


def limit(job: BenchCase) -> int:
    """The most cycles that the job may take."""
    return -int(-job.elements // job.bound) + 2 * job.latency + AROUND


def _case(name: str, platform: Platform) -> SignoffCase:
    settings = f"{AROUND} {jobs(platform)}"
    return SignoffCase(
        f"speed/{name}",
        "jobs take no more cycles than cores and port need, and some at begin and end",
        SOURCE,
        quick=name in QUICK,
        subject=once(lambda: hashed([platform_hash(platform), settings])),
        run=lambda: measured(platform),
    )


def measured(platform: Platform) -> CaseResult:
    """Run the jobs; the first that is slower than its limit refutes."""
    started, counts = time.monotonic(), {}
    for job in jobs(platform):
        told = f"{job.elements} elements of {job.fmt}, {job.cores} cores, {job.setting}"
        try:
            cycles = measure(job).cycles
        except CountersWrongError as error:
            return CaseResult(Verdict.REFUTED, str(error), time.monotonic() - started)
        counts[told] = {"cycles": cycles, "limit": limit(job)}
        if cycles > limit(job):
            detail = f"{told}: {cycles} cycles, more than {limit(job)}"
            return CaseResult(Verdict.REFUTED, detail, time.monotonic() - started)
    least = min(each["limit"] - each["cycles"] for each in counts.values())
    detail = f"{len(counts)} jobs, each at least {least} cycles below its limit"
    return CaseResult(Verdict.PROVED, detail, time.monotonic() - started, {"jobs": counts})
