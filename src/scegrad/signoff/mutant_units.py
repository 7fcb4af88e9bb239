"""The cases ``mutants/control``, ``mutants/dma-shared`` and so on: groups of single mutations of a
platform outside of its lanes, each killed by the regression or equal.

    group ──► trace of the regression ──► SAT, one step from any state ──► alive
                 │ killed                    │ equal

The trace is of some hundred jobs and some thousand requests. What lives is what the trace does not
reach, or what differs only in states that no job reaches.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from scegrad.build.simulator import verilog
from scegrad.platforms import ECP5_DEMO
from scegrad.signoff import coverage_runs, mutant_platform
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import platform_hash, stimuli_hash
from scegrad.signoff.mutant_equal import EQUAL
from scegrad.signoff.mutant_platform import Kind, MutantPlatform
from scegrad.signoff.mutant_steps import LIMIT, Steps
from scegrad.signoff.mutation import Judgement, Mutant, Population
from scegrad.signoff.result import CaseResult

PLATFORM = ECP5_DEMO

FINDING = "src/scegrad/signoff/mutant_units.py"

BY_HANDSHAKE, BY_PAYLOAD = "killed by a handshake", "killed by what a handshake carries"

ENDS = {Kind.HANDSHAKE: BY_HANDSHAKE, Kind.PAYLOAD: BY_PAYLOAD}

SAMPLE = 5200
"""The quick case takes every mutant of this number, over all units."""

WHOLE = "setattr -mod -set keep_hierarchy 1 *lane* *_rom"
"""The lanes stay modules of their own and are not mutated here: they have cases of their own."""

TRIM = "opt -full\nwreduce\nopt -full\nopt_clean -purge"
"""Bits that are constant or that nothing uses are no logic: synthesis drops them as well."""


@dataclass(frozen=True)
class Part:
    """A part of the platform: ``places`` is a pattern of the paths of its cells and wires."""

    name: str
    places: str
    groups: int


_NO_PIECE = r"^(?!\S*\bcontrol\.(?:readout|job_checker)\.)"
"""Not of a cell in a unit that is judged by itself, in ``mutant_pieces``."""

PARTS = (
    Part("control", rf"{_NO_PIECE}.*\bcontrol\.", 30),
    Part("dma-shared", r"\bcluster\.dma\.", 96),
    Part("dma-core", r"\bunit\.dma\.", 96),
    Part("deal", r"^(?!.*(\bcontrol\.|\bcluster\.dma\.|\bunit\.dma\.))", 42),
)
"""Every cell of the platform is in one of them, or in a piece."""


@cache
def population(part: Part) -> Population:
    """The mutants of a part."""
    text = verilog(PLATFORM).read_text(encoding="ascii")
    top = PLATFORM.top_name
    return Population(part.name, text, top, part.groups, TRIM, WHOLE, part.places)


def judge(found: Population, mutants: list[Mutant]) -> Judgement:
    """What becomes of mutants of the platform."""
    judgement = Judgement({}, [])
    left = []
    with TemporaryDirectory(prefix="scegrad-") as work:
        netlist = found.run(mutants, "write_verilog -noattr out.v", "out.v", Path(work))
        model = MutantPlatform(PLATFORM, verilog(PLATFORM), netlist, Path(work))
        numbers = list(range(1, len(mutants) + 1))
        trace = mutant_platform.trace(PLATFORM)
        for number, _, kind in model.first_differences(trace, numbers):
            if kind is Kind.SAME:
                left.append(number)
            else:
                judgement.count(ENDS[kind])
    if left:
        steps = Steps(found, mutants)
        for number in left:
            differs = steps.difference(number)
            if differs is None:
                judgement.count(EQUAL)
            else:
                judgement.keep(mutants[number - 1], differs)
    return judgement


def _run(part: Part, index: int) -> CaseResult:
    return _judged(population(part), lambda found: found.group(index))


def _run_sample() -> CaseResult:
    return _judged(population(ALL), lambda found: found.mutants[::SAMPLE])


ALL = Part("sample", _NO_PIECE, 1)


def _judged(found: Population, choose: Callable[[Population], list[Mutant]]) -> CaseResult:
    started = time.monotonic()
    judgement = judge(found, choose(found))
    return judgement.result(time.monotonic() - started)


def cases() -> list[SignoffCase]:
    """A sample for the quick ones, and every group of every part."""
    settings = [WHOLE, TRIM, str((mutant_platform.ROUNDS, mutant_platform.EDGES, LIMIT))]

    def subject(part: Part) -> str:
        subjects = [platform_hash(PLATFORM), stimuli_hash(), *settings]
        return hashed([*subjects, repr(part), str(SAMPLE)])

    def case(name: str, claim: str, part: Part, run: Callable[[], CaseResult]) -> SignoffCase:
        quick = part is ALL
        return SignoffCase(
            f"mutants/{name}",
            claim,
            FINDING,
            quick,
            once(partial(subject, part)),
            run,
            coverage_runs.SEED,
        )

    sample = case(
        f"sample/{PLATFORM.name}",
        f"every {SAMPLE}th mutant outside of the lanes is killed or equal",
        ALL,
        _run_sample,
    )
    groups = [
        case(
            f"{part.name}/{index:03}",
            f"every mutant of group {index} of {part.groups} is killed or equal",
            part,
            partial(_run, part, index),
        )
        for part in PARTS
        for index in range(part.groups)
    ]
    return [sample, *groups]
