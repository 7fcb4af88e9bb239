"""The soak: rounds repeat to the bit, each kind of fault in the unit is told, and bins."""

import json
import os
import re
import time
from collections import Counter
from dataclasses import replace
from itertools import combinations
from math import prod
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from scegrad.build.simulator import library
from scegrad.errors import RequestError
from scegrad.job.job import Counters
from scegrad.platforms import ECP5_DEMO, FT78NE, MT7004, PLATFORMS
from scegrad.registers import SHARED, offset, unit_offset
from scegrad.sim.simulation import Simulation
from scegrad.soak import bins, command, long, reports, rivals, rounds, soak, targets
from scegrad.soak.registers import SoakError
from scegrad.soak.soak import SoakRound
from scegrad.tools.places import commands
from tests.tb.platforms import TINY


@pytest.fixture(autouse=True)
def _short_jobs(monkeypatch):
    """Not the 16 MiB with which a soak begins: half a minute."""
    monkeypatch.setattr(long, "SHARED_BYTES", (1 << 17) + 100)


def round_of(number: int, seed: int) -> tuple[SoakRound, int]:
    """A round that has run, and the cycle in which it ended."""
    with Simulation(library(TINY)) as simulation:
        found = SoakRound(TINY, simulation, seed, number)
        found.run()
        return found, simulation.cycle


def test_a_round_repeats_to_the_cycle(seed):
    (first, cycle), (again, same) = round_of(3, seed), round_of(3, seed)
    assert (first.hits, cycle) == (again.hits, same)
    other, end = round_of(4, seed)
    assert (other.hits, end) != (first.hits, cycle)


def test_rounds_hit_their_targets(seed):
    """Nearly always: a bus may be so fast, or so slow, that an abort comes too late or a fault
    has no place. So the full cross is a matter of time.
    """
    rounds = [round_of(number, seed)[0] for number in range(30)]
    aimed, met = (sum(getattr(each, name) for each in rounds) for name in ("aimed", "met"))
    assert aimed >= 150
    assert met >= 0.9 * aimed


def test_rounds_hit_every_pair_of_classes(seed):
    outcome = rounds.run_rounds(TINY, seed, range(30))
    assert not outcome.failures
    assert outcome.jobs >= 30 * soak.ROUND
    assert min(outcome.record()["rivals"].values()) >= 5
    due, hit = (
        {
            pair
            for each in found
            for pair in combinations(zip(bins.PROPERTIES, each, strict=True), 2)
        }
        for found in (bins.bins(TINY), outcome.hits)
    )
    assert len(due - hit) < 8, due - hit  # rare ones may be missed by a seed


def soaked(seed: int | None, **options) -> int:
    """The exit status of ``scegrad soak`` on the tiny platform."""
    return command.main(command.SoakOptions({"tiny.toml": TINY}, seed=seed, **options))


@pytest.mark.parametrize(
    ("place", "why"), [("", "it is a directory"), ("out/soak.json", "No such file or directory")]
)
def test_an_output_is_refused_before_anything_runs(monkeypatch, tmp_path, seed, place, why):
    monkeypatch.setattr(command, "run_rounds", None)
    with pytest.raises(RequestError, match=f"cannot be written: {why}"):
        soaked(seed, output=tmp_path / place)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"job": 5, "seed": None}, "--job 5 is a job of one seed: add the --seed"),
        ({"first": 5, "seed": None}, "--from 5 goes on with a seed: add the --seed"),
        ({"job": 5, "jobs": 20}, "--job 5 is one round: leave --jobs out"),
        ({"job": 5, "first": 20}, "--job 5 is one round: leave --from out"),
        ({"waves": Path("w.fst")}, "needs one --platform, --seed and --job"),
        ({"job": 5, "waves": Path("w.fst"), "output": Path("o.json")}, "leave one out"),
        ({"job": 5, "waves": Path("w.vcd")}, "written in FST: name it w.fst"),
    ],
)
def test_options_that_do_not_go_together_are_refused(monkeypatch, seed, options, told):
    monkeypatch.setattr(command, "run_rounds", None)
    with pytest.raises(RequestError, match=told):
        soaked(**{"seed": seed} | options)


def test_a_soak_that_is_interrupted_goes_on(monkeypatch, capsys, tmp_path, seed):
    """It keeps its figures; the two parts have the jobs of the whole."""
    whole = rounds.run_rounds(TINY, seed, range(1, 4))

    def interrupt(done: int) -> None:
        if done == 2 * soak.ROUND:
            raise KeyboardInterrupt

    monkeypatch.setattr(command.Bar, "__call__", lambda _, done: interrupt(done))
    with pytest.raises(KeyboardInterrupt):
        soaked(seed, first=20, jobs=60, output=tmp_path / "soak.json")
    (record,) = json.loads((tmp_path / "soak.json").read_text())["platforms"]
    monkeypatch.undo()
    again = f"{commands()}scegrad soak --platform tiny.toml --seed {seed} --from 60 --jobs 20"
    assert f"go on: {again}\n" in capsys.readouterr().out
    assert soaked(seed, first=60, jobs=20, output=tmp_path / "rest.json") == 0
    (rest,) = json.loads((tmp_path / "rest.json").read_text())["platforms"]
    assert 0 < record["jobs"] < whole.jobs == record["jobs"] + rest["jobs"]


def test_only_a_platform_that_has_not_ended_goes_on(monkeypatch, capsys, seed):
    """Five failures end the soak of a platform."""

    def fake(platform, seed, numbers, *, named, outcome):
        outcome.rounds = 1
        outcome.failures = ["wrong"] * (rounds.FAILURES if platform is TINY else 4)
        if platform is not TINY:
            raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_rounds", fake)
    platforms = {"tiny.toml": TINY, "ecp5_demo": ECP5_DEMO, "mt7004": MT7004}
    with pytest.raises(KeyboardInterrupt):
        command.main(command.SoakOptions(platforms, jobs=40, seed=seed))
    out = capsys.readouterr().out
    again = re.findall(r"^go on: .*--platform (\S+) .*--from (\d+) --jobs (\d+)$", out, re.M)
    assert again == [("ecp5_demo", "20", "20"), ("mt7004", "0", "40")]


def test_a_failure_describes_its_jobs_and_is_repeated_with_waves(monkeypatch, capsys, tmp_path):
    right = soak.golden.gradient
    monkeypatch.setattr(soak.golden, "gradient", lambda x, y: right(-x, y))
    monkeypatch.setattr(rounds, "long", Mock())
    failure = rounds.run_rounds(TINY, 7, [1]).failures[0]
    first, *jobs, memory = failure.splitlines()
    assert re.search(r"element \d+ of unit \d+ is 0x\w+, but must be 0x\w+.*; again: ", first)
    assert all(re.match(r"  job \d+: unit \d+, .* of fp\d\d, logits 0x", job) for job in jobs)
    number = int(jobs[0].split()[1].rstrip(":"))
    assert number // soak.ROUND == 1
    assert memory.startswith("  Memory(latency=")
    waves = tmp_path / "w.fst"
    assert soaked(7, job=number, waves=waves) == 1
    assert failure.replace("--platform tiny", "--platform tiny.toml") in capsys.readouterr().out
    assert waves.stat().st_size > 1000


def failing(monkeypatch, seed, owner, name, value) -> str:
    """What rounds say with something broken."""
    monkeypatch.setattr(owner, name, value)

    def rounds():
        for number in range(20):
            round_of(number, seed)

    with pytest.raises(SoakError) as caught:
        rounds()
    return str(caught.value)


def test_a_wrong_element_is_told(monkeypatch, seed):
    right = soak.golden.gradient
    assert "element" in failing(
        monkeypatch, seed, soak.golden, "gradient", lambda x, y: right(-x, y)
    )


def test_a_stray_byte_is_told(monkeypatch, seed):
    sent = Simulation.read

    def read(simulation, address, size):
        found = sent(simulation, address, size)
        if simulation.cycle > 200 and size:
            found[-1] ^= 1
        return found

    told = failing(monkeypatch, seed, Simulation, "read", read)
    assert "stray" in told or "element" in told


def test_an_unexpected_status_is_told(monkeypatch, seed):
    assert "in spite of" in failing(monkeypatch, seed, Simulation, "fault", lambda *_: None)


@pytest.mark.parametrize("name", ["FAULT_ADDRESS", "ELEMENTS", "READ_BEATS", "WRITE_BEATS"])
def test_a_wrong_report_is_told(monkeypatch, seed, name):
    places = {unit_offset(unit, name) for unit in (*range(TINY.cores), SHARED)}
    sent = Simulation.read32

    def read32(simulation, place):
        return sent(simulation, place) + (1 << 20 if place in places else 0)

    told = failing(monkeypatch, seed, Simulation, "read32", read32)
    assert ("fault's address" if name == "FAULT_ADDRESS" else name.lower()) in told


def test_upper_bits_of_a_counter_are_told(monkeypatch, seed):
    """The jobs of the rounds do not reach them, the long jobs do."""
    places = {unit_offset(unit, "ELEMENTS") for unit in (*range(TINY.cores), SHARED)}
    sent = Simulation.read32

    def read32(simulation, place):
        return sent(simulation, place) & (0x7FFF if place in places else -1)

    monkeypatch.setattr(Simulation, "read32", read32)
    round_of(0, seed)
    with Simulation(library(TINY)) as simulation, pytest.raises(SoakError, match="elements is"):
        long.run(TINY, simulation, seed)


def test_a_job_that_ends_too_early_is_told(monkeypatch, seed):
    short = Simulation.write32

    def write32(simulation, place, value):
        short(simulation, place, value & (0x7FFF if place == offset("LENGTH") else -1))

    monkeypatch.setattr(Simulation, "write32", write32)
    monkeypatch.setattr(reports, "check_counters", lambda *_, **__: None)
    told = pytest.raises(SoakError, match="element 25 of 32793 ")
    with Simulation(library(TINY)) as simulation, told:
        long.run(TINY, simulation, seed)


def test_more_stalls_than_cycles_are_told(monkeypatch, seed):
    monkeypatch.setattr(reports, "_STALLS", ("cycles_and_one",))
    monkeypatch.setattr(Counters, "cycles_and_one", property(lambda self: self.cycles + 1), False)
    assert "cycles_and_one is" in failing(monkeypatch, seed, soak, "ROUND", 20)


@pytest.mark.parametrize(
    "names",
    [
        ("STALL_WRITE", "STALL_PORT"),
        ("STALL_READ_DATA", "STALL_DATAPATH"),
        ("STALL_READ_DATA", "STALL_PORT"),
        ("STALL_WRITE", "STALL_DATAPATH"),
    ],
)
def test_exchanged_counters_of_stalls_are_told(monkeypatch, seed, names):
    places = {}
    for unit in (*range(TINY.cores), SHARED):
        first, second = (unit_offset(unit, name) for name in names)
        places |= {first: second, second: first}
    sent = Simulation.read32

    def read32(simulation, place):
        return sent(simulation, places.get(place, place))

    told = failing(monkeypatch, seed, Simulation, "read32", read32)
    # Those two are bounded together too: one of them exchanged with another may break their sum.
    summed = len({"STALL_READ_DATA", "STALL_DATAPATH"} & {*names}) == 1
    due = [name.lower() for name in names] + ["its datapath waited"] * summed
    assert any(words in told for words in due), told


@pytest.mark.parametrize(("name", "value"), [("CYCLES", 1 << 20), ("STALL_DATAPATH", 0)])
def test_a_counter_beyond_its_bounds_is_told(monkeypatch, seed, name, value):
    """More cycles than the simulator counted; a datapath that waits for operands in each cycle."""
    places = {unit_offset(unit, name) for unit in (*range(TINY.cores), SHARED)}
    cycles = unit_offset(SHARED, "CYCLES") - unit_offset(SHARED, name)
    sent = Simulation.read32

    def read32(simulation, place):
        here = place in places
        return sent(simulation, place + cycles * here) + value * here

    told = failing(monkeypatch, seed, Simulation, "read32", read32)
    assert ("cycles is" if name == "CYCLES" else "its datapath waited") in told


def test_a_soak_ends_after_some_failures(monkeypatch):
    """Where each round hangs for a second, all of them would take hours."""
    monkeypatch.setattr(Simulation, "violations", lambda _: ["outside"])
    outcome = rounds.run_rounds(TINY, 7, range(1000))
    assert len(outcome.failures) == rounds.FAILURES


def test_a_breach_is_told(monkeypatch, seed):
    assert "outside" in failing(monkeypatch, seed, Simulation, "violations", lambda _: ["outside"])


def test_a_hang_is_told(monkeypatch, seed):
    monkeypatch.setattr(Simulation, "irq", False)
    assert "hangs" in failing(monkeypatch, seed, Simulation, "run", lambda *_, **__: 0)


@pytest.mark.parametrize(
    ("act", "limit", "told"),
    [
        (lambda *_: os._exit(3), 600, "status 3"),
        (lambda *_: time.sleep(600), 0.5, "longer than 0.5 seconds"),
    ],
    ids=["crash", "hang"],
)
def test_a_simulator_that_crashes_or_hangs_is_told(monkeypatch, act, limit, told):
    monkeypatch.setattr(SoakRound, "run", act)
    outcome = rounds.run_rounds(TINY, 7, range(2), limit)
    assert len(outcome.failures) == 2
    assert told in outcome.failures[1]
    assert outcome.failures[1].endswith("scegrad soak --platform tiny --seed 7 --job 20")


def test_bins_are_combinations_that_can_come():
    for platform in PLATFORMS.values():
        found = bins.bins(platform)
        assert len(set(found)) == len(found)
        every = prod(map(len, bins.PROPERTIES.values()))
        assert len(found) + sum(bins.exclusions(platform).values()) == every
    # Formats x (all, one, some, own; the last three also beside others) x (length 0 done,
    # four lengths x five ends) x alignment x latency x pauses:
    assert len(bins.bins(MT7004)) == 2 * 7 * 21 * 27
    assert len(bins.bins(FT78NE)) == 7 * 21 * 27
    assert len(bins.bins(ECP5_DEMO)) == 2 * 2 * 21 * 27


@pytest.mark.parametrize(
    ("platform", "changes", "why"),
    [
        (FT78NE, {"format": "fp16"}, "lacks the format"),
        (replace(FT78NE, private=()), {"memory": "private"}, "no private memory"),
        (replace(FT78NE, private=()), {"mask": "one", "beside": "others"}, "only private jobs"),
        (FT78NE, {"memory": "private"}, "its own core"),
        (FT78NE, {"mask": "own"}, "the cores of its mask"),
        (ECP5_DEMO, {"mask": "one"}, "no other core"),
        (ECP5_DEMO, {"beside": "others"}, "a second core"),
        (TINY, {"mask": "some"}, "needs three cores"),
        (FT78NE, {"beside": "others"}, "leaves none"),
        (FT78NE, {"length": "0", "end": "reset"}, "touches no memory"),
        (FT78NE, {}, ""),
    ],
)
def test_each_rule_excludes(platform, changes, why):
    first = {name: classes[0] for name, classes in bins.PROPERTIES.items()} | changes
    reason = bins.excluded(platform, tuple(first.values()))
    assert why in reason if why else not reason


def test_a_job_that_a_rule_excludes_is_told():
    outcome = rounds.Outcome(ECP5_DEMO)
    with pytest.raises(SoakError, match="beside others: a job ran, but a job beside others needs"):
        outcome.add(Counter([(*bins.bins(ECP5_DEMO)[0][:-1], "others")]), Counter())


def test_targets_are_all_bins_and_repeat():
    aims = [targets.target(TINY, 5, number, 0) for number in range(len(bins.bins(TINY)))]
    assert {tuple(aim.values()) for aim in aims if aim} == set(bins.bins(TINY))
    assert targets.target(TINY, 5, 7, 2) == targets.target(TINY, 5, 7, 2)
    assert targets.target(TINY, 5, 7, 2) != targets.target(TINY, 6, 7, 2)
    assert targets.target(TINY, 5, 7, targets.FREE - 1) is None


def test_the_record_counts_and_names_holes():
    outcome = rounds.Outcome(TINY)
    record = outcome.record()
    assert (record["hit"], record["bins"]) == (0, len(bins.bins(TINY)))
    assert len(record["holes"]) == len(rivals.kinds(TINY)) + rounds.HOLES
    assert record["holes"][0] == "no rival shared beside shared"
    assert record["holes"][4].startswith("format fp32, memory shared, mask all, length 0, ")
    assert np.sum(list(record["ends"].values())) == 0
    outcome.add(Counter(bins.bins(TINY)), Counter(rivals.kinds(TINY)))
    record = outcome.record()
    assert (record["hit"], record["holes"]) == (record["bins"], [])
    assert record["last_new"] == record["jobs"] == record["bins"]
