"""The soak: rounds repeat to the bit, each kind of fault in the unit is told, and bins."""

import json
import os
import time

import numpy as np
import pytest

from scegrad.build.simulator import library
from scegrad.errors import RequestError
from scegrad.platforms import FT78NE, PLATFORMS
from scegrad.sim.simulation import Simulation
from scegrad.soak import bins, command, soak
from scegrad.soak.registers import SoakError
from scegrad.soak.soak import SoakRound
from tests.tb.platforms import TINY


def round_of(number: int, seed: int = 1) -> tuple[SoakRound, int]:
    """A round that has run, and the cycle in which it ended."""
    with Simulation(library(TINY)) as simulation:
        found = SoakRound(TINY, simulation, seed, number)
        found.run()
        return found, simulation.cycle


def test_a_round_repeats_to_the_cycle():
    (first, cycle), (again, same) = round_of(3), round_of(3)
    assert (first.hits, cycle) == (again.hits, same)
    assert round_of(4)[1] != cycle


def test_rounds_hit_every_bin(seed):
    outcome = command.run_rounds(TINY, seed, range(60))
    assert not outcome.failures
    assert outcome.jobs >= 60 * soak.ROUND
    assert len(outcome.holes) < 8, outcome.holes  # rare ones may be missed by a seed


def test_an_output_is_refused_before_anything_runs(monkeypatch, tmp_path):
    """A run may take hours; a folder that is missing is made."""
    monkeypatch.setattr(command, "run_rounds", None)
    with pytest.raises(RequestError, match="cannot be written: it is a directory"):
        command.main([TINY], 1, 1, None, tmp_path)
    monkeypatch.undo()
    assert command.main([TINY], 1, 1, None, tmp_path / "out" / "soak.json") == 0
    assert json.loads((tmp_path / "out" / "soak.json").read_text())["seed"] == 1


def failing(monkeypatch, owner, name, value) -> str:
    """What rounds say with something broken."""
    monkeypatch.setattr(owner, name, value)

    def rounds():
        for number in range(20):
            round_of(number)

    with pytest.raises(SoakError) as caught:
        rounds()
    return str(caught.value)


def test_a_wrong_element_is_told(monkeypatch):
    right = soak.golden.gradient
    assert "element" in failing(monkeypatch, soak.golden, "gradient", lambda x, y: right(-x, y))


def test_a_stray_byte_is_told(monkeypatch):
    sent = Simulation.read

    def read(simulation, address, size):
        found = sent(simulation, address, size)
        if simulation.cycle > 200 and size:
            found[-1] ^= 1
        return found

    told = failing(monkeypatch, Simulation, "read", read)
    assert "stray" in told or "element" in told


def test_an_unexpected_status_is_told(monkeypatch):
    assert "in spite of" in failing(monkeypatch, Simulation, "fault", lambda *_: None)


def test_a_breach_is_told(monkeypatch):
    assert "outside" in failing(monkeypatch, Simulation, "violations", lambda _: ["outside"])


def test_a_hang_is_told(monkeypatch):
    monkeypatch.setattr(Simulation, "irq", False)
    assert "hangs" in failing(monkeypatch, Simulation, "run", lambda *_, **__: 0)


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
    outcome = command.run_rounds(TINY, 7, range(2), limit)
    assert len(outcome.failures) == 2
    assert told in outcome.failures[1]
    assert outcome.failures[1].endswith("scegrad soak --platform tiny --seed 7 --job 20")


def test_bins_are_pairs_that_can_come_together():
    for platform in PLATFORMS.values():
        found = list(bins.bins(platform))
        assert len(set(found)) == len(found)
        assert not [pair for pair in found if bins.excluded(platform, dict(pair))]
    assert bins.excluded(FT78NE, {"format": "fp16"}) == "no such format"


def test_the_record_names_each_hole():
    outcome = command.Outcome(TINY)
    record = outcome.record()
    assert len(record["holes"]) == record["bins"]
    assert "format fp32 x memory shared" in record["holes"]
    assert np.sum(list(record["ends"].values())) == 0
