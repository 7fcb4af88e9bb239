"""The cases ``speed/...``: cycles of the jobs of docs/performance.md, against its figures; on a
memory that answers at once or after some cycles, and is no DRAM, against its limit too.

    cycles <= elements / (results per cycle of cores or port) + 2 * latency + ``AROUND``
    cycles <= the figure of this job in docs/bench/bench.json

The counts are those of the unit, compared with what the memory saw, and repeat exactly. So one
cycle more than the figure is a change of the unit: a loss, or the reason to measure anew.
"""

import json
import time
from functools import cache
from pathlib import Path

from scegrad.bench.cases import BenchCase, lines
from scegrad.bench.measure import CountersWrongError, Measurement, measure
from scegrad.platforms import PLATFORMS, Platform
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import memories, platform_hash
from scegrad.signoff.places import ROOT
from scegrad.signoff.result import CaseResult, Verdict

SOURCE = "src/scegrad/signoff/speeds.py"

QUICK = ("ecp5_demo",)

MEASURED = Path("docs/bench/bench.json")
"""The figures of the page, in the checkout."""

ANEW = "make bench measures anew"

AROUND = 200
"""Cycles before the first result of a job and after its last, on a memory without latency. The
narrowest port needs 188 of them, 197 if arrays are off bus words.
"""


def cases() -> list[SignoffCase]:
    """A case of each platform; a quick one is for a simulator that is built in a minute."""
    return [_case(name, platform) for name, platform in PLATFORMS.items()]


def jobs(platform: Platform) -> list[BenchCase]:
    """The jobs of the table of docs/performance.md."""
    return list(lines([platform.name]))


def limit(job: BenchCase) -> int:
    """The most cycles that the job may take where no DRAM has it wait."""
    return -int(-job.elements // job.bound) + 2 * job.latency + AROUND


@cache
def figures() -> dict[BenchCase, int]:
    """The cycles of each job of the page."""
    record = json.loads((ROOT / MEASURED).read_text(encoding="utf-8"))
    found = map(Measurement.of, record["lines"])
    return {each.case: each.cycles for each in found}


def _case(name: str, platform: Platform) -> SignoffCase:
    return SignoffCase(
        f"speed/{name}",
        "jobs take no more cycles than docs/performance.md says, and than cores and port need",
        SOURCE,
        quick=name in QUICK,
        subject=once(lambda: hashed([platform_hash(platform), _settings(platform)])),
        run=lambda: measured(platform),
    )


def _settings(platform: Platform) -> str:
    known = [(job, figures().get(job)) for job in jobs(platform)]
    return hashed([f"{AROUND} {known}", *sorted(memories())])


def measured(platform: Platform) -> CaseResult:
    """Run the jobs; the first that is slower than its limit or its figure refutes."""
    started = time.monotonic()
    counts: dict[str, dict[str, int]] = {}
    left = []
    for job in jobs(platform):
        told = f"{job.elements} elements of {job.fmt}, {job.cores} cores, {job.setting}"
        try:
            cycles = measure(job).cycles
        except CountersWrongError as error:
            return CaseResult(Verdict.REFUTED, str(error), time.monotonic() - started)
        except TimeoutError as error:
            return CaseResult(Verdict.REFUTED, f"{told}: {error}", time.monotonic() - started)
        if why := wrong(job, cycles):
            detail = f"{told}: {cycles} cycles, {why}"
            return CaseResult(Verdict.REFUTED, detail, time.monotonic() - started)
        counts[told] = {"cycles": cycles, "figure": figures()[job]}
        if not job.dram:
            counts[told]["limit"] = limit(job)
            left.append(limit(job) - cycles)
    faster = sum(each["cycles"] < each["figure"] for each in counts.values())
    detail = f"{len(counts)} jobs as in {MEASURED}, at least {min(left)} cycles below a limit"
    if faster:
        detail += f"; {faster} have fewer cycles than there: {ANEW}"
    return CaseResult(Verdict.PROVED, detail, time.monotonic() - started, {"jobs": counts})


def wrong(job: BenchCase, cycles: int) -> str:
    """What is wrong with so many cycles, or nothing."""
    if not job.dram and cycles > limit(job):
        return f"more than {limit(job)}"
    figure = figures().get(job)
    if figure is None:
        return f"and no figure in {MEASURED}: {ANEW}"
    if cycles > figure:
        return f"more than {figure} in {MEASURED}: a loss, or {ANEW}"
    return ""
