"""The cases ``mutants/readout`` and ``mutants/job_checker``: units of the control of which the jobs
of a platform set few bits, judged by themselves with any contents.

    unit ──► inputs ──► SAT, for all inputs and from any state ──► alive
              │ killed     │ equal

What differs at the outputs of the job checker breaks the proof ``unit/job_checker``, which names
them for every request; what differs at those of the readout is another value in a register, which
``tests/signoff/test_mutant_pieces.py`` compares with the table of registers for any contents.
"""

import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from amaranth.lib import wiring
from numpy.typing import NDArray

from scegrad.formats import FP16
from scegrad.platforms import ECP5_DEMO
from scegrad.registers import REGISTERS, SHARED, UNIT_REGISTERS, unit_offset
from scegrad.rtl.control.checker import ARRAYS, Checker, RequestLayout
from scegrad.rtl.control.readout import Readout
from scegrad.rtl.verilog import to_verilog
from scegrad.signoff import edge_requests, mutant_answers, mutant_gates, mutant_pins
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.mutant_equal import EQUAL, OPEN, Given
from scegrad.signoff.mutant_gates import BATCH, GateLibrary
from scegrad.signoff.mutant_machines import Conditions, Machines
from scegrad.signoff.mutant_nodes import Fault
from scegrad.signoff.mutant_sites import Members, Sites
from scegrad.signoff.mutation import Judgement, Population
from scegrad.signoff.result import CaseResult
from scegrad.signoff.unit import UNIT, Plain

PLATFORM = ECP5_DEMO

SEED = 15

FINDING = "src/scegrad/signoff/mutant_pieces.py"

BY_OUTPUT, BY_SOLVER = "killed by an output", "killed by inputs of the solver"

READS, PERIOD = 16_384, 8
"""Register reads of the readout's stimuli, and cycles of each."""

REQUESTS, NEAR = 65_536, 31
"""Requests to the job checker, a multiple of 512, and others a few bits from each."""

TRIM = "opt -full\nwreduce\nopt -full\nopt_clean -purge\ndffunmap\nopt_clean"
"""Bits that are constant or that nothing uses are no logic; enables are multiplexers."""


@dataclass(frozen=True)
class Piece:
    """A unit; ``wires`` if it is a pipeline, whose registers may be wires."""

    name: str
    build: Callable[[], wiring.Component]
    wires: bool
    prepare: str
    kill: Callable[["Pieces"], list[bool]]


class Pieces:
    """The netlist of a piece, and of its mutants those that are left."""

    def __init__(self, piece: Piece, work: Path) -> None:
        self.piece, self._work = piece, work
        self.pins = mutant_pins.read(population(piece), wires=piece.wires)
        self.classes = Sites(self.pins).grouped(population(piece).mutants)
        self.left = [members for kind, members in self.classes.items() if kind is not None]
        self.judgement = Judgement({}, [])
        self.judgement.count(EQUAL, len(self.classes.get(None, ())))

    def faults(self) -> NDArray:
        """The first of each class that is left."""
        return np.array([members[0][1] for members in self.left], Fault)

    def gates(self) -> GateLibrary:
        """The gates that the mutants need that are left, registers as wires."""
        kept = mutant_gates.needed(self.faults())
        gates = mutant_gates.reduce(self.pins, kept, self.pins.outputs)
        return GateLibrary(gates, lambda name: 1, self._work)

    def machines(self) -> Machines:
        """The unit and its mutants with their registers. What is read counts while it is valid."""
        outputs = self.pins.outputs
        read = [name for name in outputs if name.startswith("read_data__payload")]
        conditions = Conditions(dict.fromkeys(read, (outputs["read_data__valid[0]"],)))
        return Machines(self.pins, conditions, {}, self._work)

    def stimuli(self) -> None:
        """Count what the piece's stimuli kill."""
        killed = self.piece.kill(self)
        for members, gone in zip(self.left, killed, strict=True):
            if gone:
                self.judgement.count(BY_OUTPUT, len(members))
        self.left = [each for each, gone in zip(self.left, killed, strict=True) if not gone]

    def solver(self) -> None:
        """Count what is equal, and keep what is not known to be."""
        gates = self.gates() if self.piece.wires else None
        verdicts = mutant_answers.verdicts(self.pins, None, self._questions(gates))
        for members, verdict in zip(self.left, verdicts, strict=True):
            if verdict == EQUAL:
                self.judgement.count(EQUAL, len(members))
            elif isinstance(verdict, Given) and gates and self._kills(verdict, gates, members):
                self.judgement.count(BY_SOLVER, len(members))
            else:
                why = OPEN if verdict == OPEN else "differs from some state, not for the stimuli"
                for mutant, _ in members:
                    self.judgement.keep(mutant, why)

    def _questions(self, gates: GateLibrary | None) -> Iterator[mutant_answers.Question]:
        """Each mutant that is left, with the nodes in which it was seen to differ; all of them if
        registers are no wires.
        """
        reached: Iterable[set[int]] = itertools.repeat(set(range(self.pins.count)))
        if gates:
            tried = next(requests(self.pins.inputs))[:32]
            reached = gates.reached(tried, self.faults())
        for members, nodes in zip(self.left, reached, strict=False):  # `reached` may have no end
            yield members[0][1], nodes

    def _kills(self, given: Given, gates: GateLibrary, members: Members) -> bool:
        ones = [~np.uint64(0) if given.bits[name] else np.uint64(0) for name in self.pins.inputs]
        patterns = np.repeat(np.array(ones, np.uint64), BATCH // 64).reshape(1, len(ones), -1)
        found = np.zeros(1, np.uint8)
        gates.differ(patterns, np.array([members[0][1]], Fault), 1, found)
        return bool(found[0])


@cache
def population(piece: Piece) -> Population:
    """The mutants of a piece."""
    verilog = to_verilog(Plain(piece.build()), UNIT)
    return Population(piece.name, verilog, UNIT, piece.prepare)


def reads(names: Sequence[str]) -> NDArray[np.uint8]:
    """The inputs of the readout by cycle: reads of every address, with gaps between them, answers
    that wait, resets now and then, and other contents of all registers for each read.
    """
    rng = np.random.default_rng(SEED)
    at = {name: i for i, name in enumerate(names)}
    phase, read = np.arange(READS * PERIOD) % PERIOD, np.arange(READS * PERIOD) // PERIOD
    rows = rng.integers(0, 2, (READS, len(names)), np.uint8)[read]
    words = [register.offset // 4 for register in REGISTERS]
    units = (*range(PLATFORM.cores), SHARED)
    words += [unit_offset(u, register.name) // 4 for u in units for register in UNIT_REGISTERS]
    index = np.where(rng.random(READS) < 0.5, rng.choice(words, READS), np.arange(READS) % 1024)
    for i in range(10):
        rows[:, at[f"reads__payload[{i}]"]] = index[read] >> i & 1
    rows[:, at["reads__valid[0]"]] = (phase == 0) | (rng.random(READS) < 0.2)[read]
    rows[:, at["read_data__ready[0]"]] = phase >= rng.integers(3, PERIOD - 1, READS)[read]
    reset = rng.random(READS) < 0.02
    rows[:, at["rst[0]"]] = reset[read] & (phase == rng.integers(0, PERIOD, READS)[read])
    rows[:2, at["rst[0]"]] = 1
    return rows


def _reads(pieces: Pieces) -> list[bool]:
    """Which mutants some reads show."""
    rows = reads(pieces.pins.inputs)
    return list(pieces.machines().first_cycles(rows, pieces.faults()) != 0)


def requests(names: Sequence[str]) -> Iterator[NDArray[np.uint64]]:
    """Patterns of requests to the job checker: at the edges of what is allowed, then others near
    them.
    """
    rng = random.Random(SEED)
    values = [_request(rng) for _ in range(REQUESTS)]
    bits = np.zeros((len(names), REQUESTS), np.uint8)
    for row, name in zip(bits, names, strict=True):
        field, _, bit = name[:-1].partition("[")
        row[:] = [value[field] >> int(bit) & 1 for value in values]
    flips = np.random.default_rng(SEED)
    own = [i for i, name in enumerate(names) if name.startswith("request")]
    for _ in range(1 + NEAR):
        words = np.packbits(bits, axis=1, bitorder="little").view("<u8").astype(np.uint64)
        yield np.ascontiguousarray(words.reshape(len(names), -1, BATCH // 64).transpose(1, 0, 2))
        bits[flips.choice(own, REQUESTS), np.arange(REQUESTS)] ^= 1


def _requests(pieces: Pieces) -> list[bool]:
    """Which mutants some requests show."""
    faults, gates = pieces.faults(), pieces.gates()
    found = np.zeros(len(faults), np.uint8)
    for patterns in requests(pieces.pins.inputs):
        gates.differ(patterns, faults, 1, found)
    return list(found != 0)


def _request(rng: random.Random) -> dict[str, int]:
    """The inputs of the job checker for one request."""
    job = edge_requests.draw(rng, PLATFORM)
    fields = {name: getattr(job, name) for name in ARRAYS}
    fields |= {"length": job.length, "core_mask": job.core_mask}
    fields |= {"private": int(job.private), "format": int(job.fmt is FP16)}
    value = int(RequestLayout.const(fields).as_value().value)
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        value ^= 1 << rng.randrange(RequestLayout.size)
    idle = rng.random() < 0.5
    return {
        "request": value,
        "check": int(rng.random() < 0.95),
        "rst": int(rng.random() < 0.03),
        "cores_busy": 0 if idle else rng.getrandbits(PLATFORM.cores),
        "shared_busy": 0 if idle else rng.getrandbits(1),
        "shared_cores": rng.getrandbits(PLATFORM.cores),
    }


PIECES = (
    Piece("readout", lambda: Readout(PLATFORM), wires=False, prepare=TRIM, kill=_reads),
    Piece(
        "job_checker", lambda: Checker(PLATFORM), wires=True, prepare="splitcells", kill=_requests
    ),
)


def judge(piece: Piece) -> Judgement:
    """What becomes of the mutants of a piece."""
    with TemporaryDirectory(prefix="scegrad-") as work:
        pieces = Pieces(piece, Path(work))
        pieces.stimuli()
        pieces.solver()
    return pieces.judgement


def _run(piece: Piece) -> CaseResult:
    started = time.monotonic()
    return judge(piece).result(time.monotonic() - started)


def cases() -> Iterator[SignoffCase]:
    """One for each piece."""
    deciding = [str((READS, PERIOD, REQUESTS, NEAR, SEED)), "3"]
    for piece in PIECES:

        def subject(piece: Piece = piece) -> str:
            text = population(piece).verilog
            return hashed([text[text.index("module ") :], piece.prepare, *deciding])

        yield SignoffCase(
            f"mutants/{piece.name}",
            f"every mutant of the {piece.name.replace('_', ' ')} is killed or equal",
            FINDING,
            quick=True,
            subject=once(subject),
            run=partial(_run, piece),
            seed=SEED,
        )
