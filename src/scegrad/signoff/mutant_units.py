"""The cases ``mutants/control``, ``mutants/dma-shared`` and so on: groups of single mutations of a
platform outside of its lanes, each killed by the regression or equal.

    group ──► trace of the regression ──► trace of far jobs ──► SAT, a step from any state
                 │ killed                    │ killed             │ equal     │
                                       alive ◄── the proof of its unit ◄──────┘
                                                  │ refused, or equal

511 mutants run at once beside the netlist itself, with what the traces give it. Up to the first
difference a mutant gets what the regression would have given it, and what differs is wrong to
whoever looks at the ports: a handshake in another cycle, of which the benches keep the number, or
another address, length, strobe, byte or response.
What lives has a twin in the unit by itself, mostly: the unit's proof is asked about that
(``mutant_contracts``).
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from scegrad.build.simulator import verilog
from scegrad.errors import SimulationError
from scegrad.platforms import ECP5_DEMO
from scegrad.progress import INTERVAL, Bar
from scegrad.rtl.datapath.lane import Lane16, Lane32
from scegrad.signoff import (
    coverage_runs,
    far_requests,
    mutant_pins,
    mutant_platform,
    mutant_proofs,
    mutants_in_units,
)
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.designs import platform_hash, stimuli_hash
from scegrad.signoff.mutant_contracts import EQUAL
from scegrad.signoff.mutant_machines import MUTANTS, NONE, Conditions, Machines
from scegrad.signoff.mutant_nodes import Fault, Pins
from scegrad.signoff.mutant_sites import Class, Members, Sites
from scegrad.signoff.mutant_steps import Steps
from scegrad.signoff.mutant_twins import Cells
from scegrad.signoff.mutation import Judgement, Mutant, Population
from scegrad.signoff.proved_units import UNITS, about
from scegrad.signoff.result import CaseResult

PLATFORM = ECP5_DEMO

FINDING = "src/scegrad/signoff/mutant_units.py"

BY_REGRESSION, BY_FAR = "killed by the regression", "killed by a far job"

SHORT = (20_000, 100_000)
"""Cycles of the regression that most mutants do not survive: the others run from its start again,
packed anew.
"""

WHOLE = "setattr -mod -set keep_hierarchy 1 *lane* *_rom"
"""The lanes stay modules of their own and are not mutated here: they have cases of their own."""

TRIM = "opt -full\nwreduce\nopt -full\nopt_clean -purge"
"""Bits that are constant or that nothing uses are no logic: synthesis drops them as well."""

_TABLE = re.compile(r"-cell \S*\.rom |-port (address|entry|clk|RD_EN) ")
"""Mutations of the ROM of the half lanes, which the cases of ``lane16`` have, and of what is
constant or a clock.
"""


@dataclass(frozen=True)
class Part:
    """A part of the platform: ``places`` is a pattern of the paths of its cells, ``units`` names
    the units with a proof that it has.
    """

    name: str
    places: str
    groups: int
    units: tuple[str, ...]


_ELSEWHERE = ("control", "axi_lite", "datapath", "deal", "gather")
_DMA = tuple(unit.named for unit in UNITS if unit.named not in _ELSEWHERE)

PARTS = (
    Part("control", r"control\.(?!readout\.|job_checker\.)", 2, ("control", "axi_lite")),
    Part("dma-shared", r"cluster\.dma\.", 8, _DMA),
    Part("dma-core", r"cluster\.core_0\.unit\.dma\.", 8, _DMA),
    Part(
        "deal",
        r"(?!control\.|cluster\.dma\.|cluster\.core_0\.unit\.dma\.)",
        4,
        ("deal", "gather", "datapath", "fifo"),
    ),
)
"""Every cell of the platform is in one of them, or in a unit that is judged by itself, in
``mutant_pieces``.
"""

NAMES = tuple(f"mutants/{part.name}/" for part in PARTS)
"""How the names of the cases begin."""


@cache
def population() -> Population:
    """The mutants of the platform."""
    text = verilog(PLATFORM).read_text(encoding="ascii")
    return Population("platform", text, PLATFORM.top_name, TRIM, WHOLE)


@cache
def netlist() -> Pins:
    """The gates and pins of the platform, with memories and lanes as boxes."""
    return mutant_pins.read(population(), wires=False)


def left_out(mutant: Mutant) -> bool:
    """Whether a mutant is of the half lanes' table, of a clock or of a constant."""
    return _TABLE.search(mutant.command) is not None


@cache
def classes() -> dict[str, dict[Class | None, Members]]:
    """The mutants of each part by what they change; None for those that change nothing. Raises
    ``ValueError`` if a part does not name a unit that it has.
    """
    sites, places = Sites(netlist()), netlist().places
    chosen = [each for each in population().mutants if not left_out(each)]
    found = {}
    for part in PARTS:
        mine = [each for each in chosen if re.match(part.places, places[each.cell])]
        _expect_units(part, {places[each.cell] for each in mine})
        found[part.name] = sites.grouped(mine)
    return found


def _expect_units(part: Part, paths: set[str]) -> None:
    """Raises ``ValueError`` if a cell at one of these paths is in a unit that the part has not."""
    for unit in {about(path) for path in paths} - {None}:
        if unit and unit.named not in part.units:
            raise ValueError(f"{part.name} has cells of {unit.named}, but its units do not say so")


def conditions(pins: Pins) -> Conditions:
    """When each output of the platform counts."""
    inputs = {name: 2 * node for node, name in enumerate(pins.inputs, start=1)}
    literals = inputs | pins.outputs
    return Conditions(
        {name: [literals[pin] for pin in mutant_platform.conditions(name)] for name in pins.outputs}
    )


def unchecked(pins: Pins) -> NDArray:
    """The checks of places that far jobs go without, as changes of the netlist."""
    found = [
        (literal >> 1, mode, 0, literal >> 1)
        for name, literal in pins.named.items()
        if (mode := far_requests.forced(name)) is not None
    ]
    return np.array(sorted(set(found)), Fault)


def machines(work: Path) -> Machines:
    """The platform and its mutants, built in ``work``."""
    pins = netlist()
    latencies = {
        box.cell: (Lane16() if "half_lane" in box.kind else Lane32()).latency
        for box in pins.boxes
        if box.kind.rstrip("_0123456789").endswith("lane")
    }
    return Machines(pins, conditions(pins), latencies, work)


def checked_rows(
    found: Machines, trace: mutant_platform.Trace, forced: NDArray
) -> NDArray[np.uint8]:
    """The inputs of a trace in each cycle. Raises ``SimulationError`` if the netlist itself does
    not do what was recorded.
    """
    names, rows = found.names, trace.bits(found.pins.inputs)
    got, due = found.outputs(rows, forced), trace.bits(names)
    at = {name: column for column, name in enumerate(names)}
    inputs = {name: column for column, name in enumerate(found.pins.inputs)}
    for name, column in at.items():
        if "wdata[" in name:
            continue  # the machines' lanes are any function
        differ = got[:, column] != due[:, column]
        for pin in mutant_platform.conditions(name):
            differ &= due[:, at[pin]] != 0 if pin in at else rows[:, inputs[pin]] != 0
        if differ.any():
            raise SimulationError(f"the netlist has another {name} in cycle {differ.argmax()}")
    return rows


class Traces:
    """The machines, and what the traces give them. Raises ``SimulationError``."""

    def __init__(self) -> None:
        with TemporaryDirectory(prefix="scegrad-") as work:
            self.machines = machines(Path(work))
        self.forced = unchecked(netlist())
        regression, far = mutant_platform.regression(PLATFORM), mutant_platform.far(PLATFORM)
        self.regression = checked_rows(self.machines, regression, NONE)
        self.far = checked_rows(self.machines, far, self.forced)


@cache
def _traces() -> Traces:
    return Traces()


@cache
def _steps() -> Steps:
    return Steps(netlist(), conditions(netlist()))


@cache
def cells() -> Cells:
    """The cells of the platform by their places."""
    return Cells(population(), netlist(), {})


def judge(classed: list[tuple[Class | None, Members]], progress: Bar) -> Judgement:
    """What becomes of mutants of the platform."""
    judgement = Judgement({}, [])
    left: list[Members] = []
    for kind, members in classed:
        if kind is None:
            judgement.count(EQUAL, len(members))
        else:
            left.append(members)
    left = _on_traces(left, judgement, progress)
    open_still: list[tuple[Members, str]] = []
    for number, members in enumerate(left, start=1):
        differs = _steps().difference(members[0][1])
        progress(number, len(left), "solver")
        if differs is None:
            judgement.count(EQUAL, len(members))
            continue
        why = f"the traces show no difference; some state does, in {differs}"
        open_still.append((members, why))
    mutants_in_units.judge(cells(), open_still, judgement, progress)
    return judgement


def _on_traces(left: list[Members], judgement: Judgement, progress: Bar) -> list[Members]:
    """The mutants that live through all traces."""
    traces = _traces()
    runs = [(traces.regression[:cycles], NONE, BY_REGRESSION) for cycles in SHORT]
    runs += [(traces.regression, NONE, BY_REGRESSION), (traces.far, traces.forced, BY_FAR)]
    for rows, forced, end in runs:
        survivors = []
        for first in range(0, len(left), MUTANTS):
            part = left[first : first + MUTANTS]
            faults = np.array([members[0][1] for members in part], Fault)
            found = traces.machines.first_cycles(rows, faults, forced)
            for members, cycle in zip(part, found, strict=True):
                if cycle:
                    judgement.count(end, len(members))
                else:
                    survivors.append(members)
            progress(first + len(part), len(left), f"{len(rows):,} cycles")
        left = survivors
    return left


def _run(part: Part, index: int) -> CaseResult:
    started = time.monotonic()
    chosen = list(classes()[part.name].items())[index :: part.groups]
    with Bar(f"mutants/{part.name}/{index:03}", lines=INTERVAL, steady=False) as progress:
        return judge(chosen, progress).result(time.monotonic() - started)


def cases() -> Iterator[SignoffCase]:
    """Every group of every part."""
    numbers = (mutant_platform.ROUNDS, mutant_platform.EDGES, mutant_platform.FAR, SHORT)
    settings = [WHOLE, TRIM, _TABLE.pattern, str(numbers), "5"]

    def subject(part: Part) -> str:
        units = [unit for unit in UNITS if unit.named in part.units]
        proofs = [mutant_proofs.subject(size) for unit in units for size in unit.sizes]
        return hashed([platform_hash(PLATFORM), stimuli_hash(), *settings, *proofs, repr(part)])

    for part in PARTS:
        for index in range(part.groups):
            yield SignoffCase(
                f"mutants/{part.name}/{index:03}",
                f"every mutant of group {index} of {part.groups} is killed or equal",
                FINDING,
                quick=False,
                subject=once(partial(subject, part)),
                run=partial(_run, part, index),
                seed=coverage_runs.SEED,
            )
