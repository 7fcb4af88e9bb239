"""The DRAM timing model against closed forms and against JEDEC's rules, both computed here from the
parameters alone.
"""

import random
from dataclasses import replace

import numpy as np
import pytest

from scegrad.sim.dram import PRESETS, Command, Dram, DramError, DramModel, ideal, preset

BL = 4
"""Clocks of the data bus that a column takes."""

PORT = 64
LIMIT = 100_000


def memory(name: str, **changes: int) -> Dram:
    """A preset at one cycle a clock, without refresh unless ``changes`` say so."""
    chosen = preset(name)
    return replace(chosen, core_mhz=chosen.memory_mhz, **{"trefi": 0, **changes})


def locate(dram: Dram, address: int) -> tuple[int, int]:
    """Bank and row of an address, from the words of docs/memory.md."""
    column = (address - dram.base) // dram.column_bytes
    group, column = column % dram.bank_groups, column // dram.bank_groups
    bank = column // (dram.row_bytes // dram.column_bytes) % dram.banks_per_group
    row = column // (dram.row_bytes // dram.column_bytes) // dram.banks_per_group
    bits = row
    while bits:
        bank ^= bits % dram.banks_per_group
        bits //= dram.banks_per_group
    return bank * dram.bank_groups + group, row


def address_in(dram: Dram, bank: int, row: int) -> int:
    """The first address of a row."""
    stride = dram.row_bytes * dram.bank_groups
    first = (
        dram.base
        + row * stride * dram.banks_per_group
        + bank % dram.bank_groups * dram.column_bytes
    )
    return next(
        a
        for a in range(first, first + stride * dram.banks_per_group, stride)
        if locate(dram, a) == (bank, row)
    )


class Bench:
    """Single reads and writes of one column each, and when they are answered."""

    def __init__(self, dram: Dram) -> None:
        self.model = DramModel(dram, PORT)
        self.cycle = 0

    def answer(self, *addresses: int, write: bool = False) -> list[int]:
        """Cycles from acceptance at one cycle, all together, to the answers."""
        tokens = [
            self.model.accept(0, address, 1, write=write, cycle=self.cycle) for address in addresses
        ]
        start, answered = self.cycle, [0] * len(tokens)
        while not all(answered):
            self.model.tick(self.cycle)
            for k, token in enumerate(tokens):
                if not answered[k] and self.model.ready(token, self.cycle):
                    answered[k] = self.cycle + 1 - start
                    self.model.retire(token)
            self.cycle += 1
            assert self.cycle - start < LIMIT, "a burst is never answered"
        return answered

    def pass_time(self, cycles: int) -> None:
        for _ in range(cycles):
            self.model.tick(self.cycle)
            self.cycle += 1


@pytest.mark.parametrize("name", PRESETS)
def test_unloaded_reads(name: str) -> None:
    """A closed bank, its row open, another row open: tRCD + CL, CL, tRP + tRCD + CL, and the burst
    and the controller each time.
    """
    dram = memory(name)
    bench = Bench(dram)
    rest = dram.cl + BL + dram.frontend
    first, other = address_in(dram, 0, 5), address_in(dram, 0, 9)
    assert bench.answer(first) == [dram.trcd + rest]
    bench.pass_time(100)
    assert bench.answer(first) == [rest]
    bench.pass_time(100)
    assert bench.answer(other) == [dram.trp + dram.trcd + rest]
    assert bench.model.stats().activates == 2


@pytest.mark.parametrize("name", PRESETS)
def test_conflict_at_once(name: str) -> None:
    """Two rows of a bank one after the other: the first stays open for tRAS, and for tRTP after its
    read.
    """
    dram = memory(name)
    first, other = address_in(dram, 3, 5), address_in(dram, 3, 6)
    closed = max(dram.tras, dram.trcd + dram.trtp)
    rest = dram.trcd + dram.cl + BL + dram.frontend
    assert Bench(dram).answer(first, other) == [rest, closed + dram.trp + rest]


@pytest.mark.parametrize("name", PRESETS)
def test_many_rows_are_limited_by_tfaw(name: str) -> None:
    dram = memory(name, read_queue=8)
    banks = list(range(8)) if dram.bank_groups == 1 else [0, 1, 2, 3, 4, 5, 6, 7]
    answers = sorted(Bench(dram).answer(*(address_in(dram, bank, 7) for bank in banks)))
    opened = [0, dram.trrd_s, 2 * dram.trrd_s, 3 * dram.trrd_s]
    opened += [max(opened[3] + dram.trrd_s, dram.tfaw)]
    for k in range(3):
        opened.append(max(opened[-1] + dram.trrd_s, opened[1 + k] + dram.tfaw))
    slack = (
        8 if dram.bank_groups > 1 else 0
    )  # tRRD_L where the order of the groups does not avoid it
    for found, clock in zip(answers, opened, strict=True):
        assert 0 <= found - (clock + dram.trcd + dram.cl + BL + dram.frontend) <= slack


def stream(dram: Dram, kilobytes: int = 256) -> int:
    """Clocks from the first to the last answer of sequential reads, bursts of 1 KiB, as many in
    flight as the model takes.
    """
    model, cycle, pending, asked, taken, first = DramModel(dram, PORT), 0, [], 0, 0, 0
    while taken < 16 * kilobytes:
        if asked < kilobytes and model.room_reads:
            pending.append(
                [model.accept(0, dram.base + 1024 * asked, 16, write=False, cycle=cycle), 0]
            )
            asked += 1
        model.tick(cycle)
        cycle += 1
        if pending and model.ready(pending[0][0], cycle - 1) > pending[0][1]:
            pending[0][1] += 1
            first = first or cycle
            taken += 1
            if pending[0][1] == 16:
                model.retire(pending.pop(0)[0])
        assert cycle < LIMIT
    return cycle - first


@pytest.mark.parametrize("name", PRESETS)
def test_sequential_reads_reach_the_peak(name: str) -> None:
    """A column every 4 clocks, rows and banks opened ahead; one bank group alone gives one every
    tCCD_L.
    """
    columns = 256 * 1024 // 64
    assert stream(memory(name)) == BL * (columns - 1)
    lonely = memory(name, bank_groups=1, tccd_s=6, tccd_l=6)
    assert stream(lonely) == pytest.approx(
        6 * (columns - 1), rel=0.005
    )  # a row may follow another in the same bank


@pytest.mark.parametrize("name", PRESETS)
def test_refresh_takes_its_share(name: str) -> None:
    """Per tREFI the bus is silent for tRFC, and for what closing and opening a row cost around
    it.
    """
    dram = memory(name, trefi=preset(name).trefi)
    without, with_refresh = stream(memory(name)), stream(dram)
    count = (with_refresh - (with_refresh - without) // 2) // dram.trefi
    lost = (with_refresh - without) / max(count, 1)
    around = dram.trp + dram.trcd
    assert count >= 1
    assert dram.trfc + around <= lost <= dram.trfc + around + dram.tras + dram.trtp


@pytest.mark.parametrize("turn", [2, 4, 8, 16, 32, 64])
@pytest.mark.parametrize("name", PRESETS)
def test_two_reads_to_one_write(name: str, turn: int) -> None:
    """With perfect row hits a period is its data and two turnarounds: RD to WR CL + BL/2 + 2 - CWL,
    WR to RD CWL + BL/2 + tWTR.
    """
    dram = memory(
        name,
        row_bytes=1 << 20,
        read_turn=turn,
        write_turn=turn // 2,
        write_high=turn // 2,
        write_low=turn // 2,
    )
    size = 1 << 18
    places = tuple(
        address_in(dram, bank * dram.bank_groups, row) for bank, row in ((0, 1), (1, 2), (2, 4))
    )
    cycles, stats = ideal(dram, places, size, port_bytes=PORT, burst_beats=16)
    periods = 2 * size // 64 / turn
    turnarounds = (dram.cl + 2 - dram.cwl) + (dram.cwl + dram.twtr_s)
    expected = periods * (BL * turn * 3 // 2 + turnarounds)
    assert stats.turns == pytest.approx(2 * periods, rel=0.02)
    # a short turn may have to wait for tWTR_L: nothing else than the bank group just written is
    # left to read
    longest = expected + (periods * (dram.twtr_l - dram.twtr_s) if turn < 4 else 0)
    assert 0.99 * expected <= cycles <= 1.03 * longest


def check_commands(dram: Dram, commands: np.ndarray) -> int:
    """Assert every rule between pairs of commands; returns how many pairs were compared."""
    opened: dict[int, tuple[int, int]] = {}  # bank: row, clock
    last: dict[tuple[str, int], int] = {}
    activates: list[int] = []
    bus_free, refreshed, pairs = 0, -(10**9), 0
    group_of = {
        bank: bank % dram.bank_groups for bank in range(dram.bank_groups * dram.banks_per_group)
    }

    def after(what: str, key: int, least: int, clock: int) -> None:
        nonlocal pairs
        if (what, key) in last:
            pairs += 1
            assert clock - last[what, key] >= least, (
                f"{clock - last[what, key]} clocks after {what} of {key}, not {least}"
            )

    for clock, kind, bank, row, _ in commands.tolist():
        assert clock >= refreshed + dram.trfc, (
            f"a command {clock - refreshed} clocks after a refresh"
        )
        match Command(kind):
            case Command.ACTIVATE:
                assert bank not in opened
                after("precharge", bank, dram.trp, clock)
                after("activate", bank, dram.tras + dram.trp, clock)
                for other, group in group_of.items():
                    after(
                        "activate",
                        other,
                        dram.trrd_l if group == group_of[bank] else dram.trrd_s,
                        clock,
                    )
                assert len(activates) < 4 or clock - activates[-4] >= dram.tfaw
                activates.append(clock)
                opened[bank] = row, clock
                last["activate", bank] = clock
            case Command.PRECHARGE:
                assert bank in opened
                after("activate", bank, dram.tras, clock)
                after("read", bank, dram.trtp, clock)
                after("write", bank, dram.cwl + BL + dram.twr, clock)
                del opened[bank]
                last["precharge", bank] = clock
            case Command.READ | Command.WRITE:
                write = kind == Command.WRITE
                assert opened[bank][0] == row
                after("activate", bank, dram.trcd, clock)
                for other, group in group_of.items():
                    near = group == group_of[bank]
                    after(
                        "write" if write else "read",
                        other,
                        dram.tccd_l if near else dram.tccd_s,
                        clock,
                    )
                    turned = (
                        dram.cl + BL + 2 - dram.cwl
                        if write
                        else dram.cwl + BL + (dram.twtr_l if near else dram.twtr_s)
                    )
                    after("read" if write else "write", other, turned, clock)
                data = clock + (dram.cwl if write else dram.cl)
                assert data >= bus_free, "two bursts on the data bus"
                bus_free = data + BL
                last["write" if write else "read", bank] = clock
            case Command.REFRESH:
                assert not opened
                for other in group_of:
                    after("precharge", other, dram.trp, clock)
                refreshed = clock
    return pairs


@pytest.mark.parametrize("name", PRESETS)
def test_every_command_keeps_the_rules(name: str, seed: int) -> None:
    """Random bursts of both kinds at random times: JEDEC's rules between all commands, and every
    column moved once.
    """
    rng = random.Random(seed)
    dram = replace(
        preset(name),
        core_mhz=rng.choice((150, 800, 1000)),
        trefi=rng.choice((2000, preset(name).trefi)),
    )
    model = DramModel(dram, PORT)
    model.record(1 << 20)
    near = [dram.base + rng.randrange(1 << 16) * 4096 for _ in range(6)]
    pending: list[tuple[int, int]] = []
    columns = {True: 0, False: 0}
    for cycle in range(30_000):
        busy = cycle // 3000 % 2 == 0
        if rng.random() < (0.5 if busy else 0.01):
            write, beats = rng.random() < 0.4, rng.randint(1, 16)
            if model.room_writes if write else model.room_reads:
                address = rng.choice(near) + rng.randrange(4096 // PORT - beats) * PORT
                pending.append(
                    (
                        model.accept(0, address, beats, write=write, cycle=cycle),
                        1 if write else beats,
                    )
                )
                columns[write] += beats
        model.tick(cycle)
        for burst in [burst for burst in pending if model.ready(burst[0], cycle) == burst[1]]:
            pending.remove(burst)
            model.retire(burst[0])
    for cycle in range(30_000, 60_000):
        model.tick(cycle)
        pending = [burst for burst in pending if model.ready(burst[0], cycle) != burst[1]]
    assert not pending
    commands = model.commands()
    assert check_commands(dram, commands) > 10_000
    for write, kind in ((False, Command.READ), (True, Command.WRITE)):
        assert (commands["kind"] == kind).sum() == columns[write]
    clocks = commands["clock"][commands["kind"] != Command.PRECHARGE]
    assert (np.diff(clocks) > 0).all(), "two commands in a clock"


def test_starvation_ends() -> None:
    """A read of another row is served within the age limit and the time of a conflict, however many
    hits are before it.
    """
    dram = memory("ddr3-1600", row_bytes=1 << 20)
    model, cycle = DramModel(dram, PORT), 0
    other = model.accept(1, address_in(dram, 0, 3), 1, write=False, cycle=0)
    hits = address_in(dram, 0, 1)
    asked = 0
    while not model.ready(other, cycle):
        if cycle and model.room_reads:
            model.accept(0, hits + 1024 * asked, 16, write=False, cycle=cycle)
            asked += 1
        cycle += 1
        model.tick(cycle)
        assert cycle < 2 * dram.age_limit


def test_other_memory_of_the_port() -> None:
    """On-chip memory behind the same port answers after its own latency."""
    dram = memory("ddr3-1600")
    assert Bench(dram).answer(0x0C00_0000) == [1 + dram.sram_latency]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bus_bytes": 3}, "bus_bytes must be"),
        ({"banks_per_group": 3}, "powers of two"),
        ({"tccd_s": 3}, "tccd_s"),
        ({"write_high": 65}, "write_high"),
        ({"trefi": 100}, "trefi"),
        ({"core_mhz": 0}, "clock"),
        ({"cl": -1}, "cl is -1"),
    ],
)
def test_memories_that_cannot_be(changes: dict[str, int], message: str) -> None:
    with pytest.raises(DramError, match=message):
        DramModel(replace(preset("ddr3-1600"), **changes), PORT)


def test_unknown_preset() -> None:
    with pytest.raises(DramError, match=f"dram is 'ddr9', but must be one of {', '.join(PRESETS)}"):
        preset("ddr9")
