"""Units that are judged by themselves: what their stimuli show is right by the register table and
by the contract, and their mutants are killed or equal.
"""

import random

import numpy as np
import pytest

from scegrad.formats import FP16, FP32
from scegrad.registers import (
    CORE_BLOCK,
    REGISTERS,
    SHARED_BLOCK,
    UNIT_REGISTERS,
    Status,
)
from scegrad.rtl.control.checker import RequestLayout
from scegrad.rtl.control.readout import CommonLayout
from scegrad.rtl.dma.job import CountersLayout
from scegrad.signoff import mutant_pieces
from scegrad.signoff.mutant_pieces import PERIOD, PIECES, PLATFORM, READS, Pieces
from tests.rtl.control.requests import StartRequest, answer

pytestmark = pytest.mark.whole

READOUT, CHECKER = PIECES


def field(rows, names, name, low=0, width=None):
    """The numbers that bits of a port are, by row."""
    at = {n: i for i, n in enumerate(names)}
    width = width or sum(n.startswith(f"{name}[") for n in names)
    bits = rows[:, [at[f"{name}[{low + i}]"] for i in range(width)]]
    return bits.astype(np.int64) @ (1 << np.arange(width))


def expected(rows, names, index):
    """What a read gives: the value and whether there is no register, by the register table."""
    offset = 4 * index
    for register in REGISTERS:
        if register.offset == offset:
            return field(rows, names, "common", CommonLayout[register.name].offset, 32)[0], False
    block = SHARED_BLOCK if offset >> 8 == SHARED_BLOCK >> 8 and offset < CORE_BLOCK else CORE_BLOCK
    core, inside = divmod(offset - block, 0x40)
    there = [r for r in UNIT_REGISTERS if r.offset == inside]
    if not there or offset < block or core >= (1 if block == SHARED_BLOCK else 16):
        return 0, True
    unit = PLATFORM.cores if block == SHARED_BLOCK else core
    if unit > PLATFORM.cores or (block == CORE_BLOCK and core >= PLATFORM.cores):
        return 0, False
    name = there[0].name
    if name in ("STATUS", "FAULT_ADDRESS"):
        return field(rows, names, f"units__{unit}__{name.lower()}")[0], False
    counter = "written_bytes" if name == "ELEMENTS" else name.lower()
    value = field(rows, names, f"units__{unit}__counters", CountersLayout[counter].offset, 32)[0]
    if name == "ELEMENTS":
        half = field(rows, names, "half", unit, 1)[0]
        value //= FP16.bytes if half else FP32.bytes
    return value, False


def test_reads_give_what_the_table_says(tmp_path, seed):
    pieces = Pieces(READOUT, tmp_path)
    names, outputs = pieces.pins.inputs, list(pieces.pins.outputs)
    rows = mutant_pieces.reads(names)
    due = pieces.machines().outputs(rows)
    valid = field(due, outputs, "read_data__valid")
    seen = 0
    for read in random.Random(seed).sample(range(1, READS), 1500):
        mine = slice(read * PERIOD, (read + 1) * PERIOD)
        given, got = rows[mine], due[mine]
        before = rows[mine.start - PERIOD : mine.start]
        if field(before, names, "reads__valid").sum() > 1:
            continue  # the answer of a second read may come here
        if field(before, names, "rst").any() or field(given, names, "rst").any():
            continue
        answers = np.flatnonzero(valid[mine])
        assert answers.size, read
        value, error = expected(given[:1], names, int(field(given, names, "reads__payload")[0]))
        first = got[answers[:1]]
        assert field(first, outputs, "read_data__payload", 32, 1)[0] == error, read
        assert field(first, outputs, "read_data__payload", 0, 32)[0] == value, read
        seen += 1
    assert seen > 900


def test_requests_are_answered_as_the_contract_says(tmp_path):
    pieces = Pieces(CHECKER, tmp_path)
    names, outputs = pieces.pins.inputs, list(pieces.pins.outputs)
    patterns = next(mutant_pieces.requests(names))[:4]
    due = pieces.gates().results(patterns)

    def columns(words):
        """Bits by pattern and name."""
        flat = np.ascontiguousarray(words.transpose(1, 0, 2)).view(np.uint8)
        return np.unpackbits(flat.reshape(len(flat), -1), axis=1, bitorder="little").T

    given, got = columns(patterns), columns(due)
    statuses = set()
    for row, result in zip(given, got, strict=True):
        value = {n: int(field(row[None], names, n)[0]) for n in ("rst", "check", "shared_busy")}
        if value["rst"] or not value["check"]:
            continue
        parts = {
            name: int(field(row[None], names, "request", part.offset, part.width)[0])
            for name, part in RequestLayout
        }
        request = StartRequest(
            *(parts[name] for name in ("logits", "labels", "gradient")),
            length=parts["length"] - (1 << 32 if parts["length"] >> 31 else 0),
            core_mask=parts["core_mask"],
            private=bool(parts["private"]),
            fmt=FP16 if parts["format"] else FP32,
            cores_busy=int(field(row[None], names, "cores_busy")[0]),
            shared_busy=bool(value["shared_busy"]),
            shared_cores=int(field(row[None], names, "shared_cores")[0]),
        )
        status, start = answer(PLATFORM, request)
        assert field(result[None], outputs, "valid")[0] == 1
        assert Status(int(field(result[None], outputs, "status")[0])) is status, request
        assert field(result[None], outputs, "start")[0] == start, request
        statuses.add(status)
    assert len(statuses) > 6


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.name)
def test_mutants_of_a_piece_are_killed_or_equal(piece, tmp_path):
    pieces = Pieces(piece, tmp_path)
    assert sum(map(len, pieces.classes.values())) == len(mutant_pieces.population(piece).mutants)
    pieces.left = pieces.left[::150]
    count = sum(map(len, pieces.left)) + len(pieces.classes[None])
    pieces.stimuli()
    pieces.solver()
    result = pieces.judgement.result(0.0)
    assert not result.data["alive"]
    assert result.data["mutants"] == count
    assert set(result.data["ends"]) >= {mutant_pieces.BY_OUTPUT, "equal"}
