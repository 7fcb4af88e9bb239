"""Recorded beats, assigned to arrays and cores, against a count element by element."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from scegrad.job.job import Counters
from scegrad.request.request import Request, prepare
from scegrad.request.result import Result, Timeline, port_names
from scegrad.request.settings import Settings
from scegrad.run.timeline import PERIOD, SHARP, activity
from scegrad.sim.simulation import EVENT, Channel, port_of


def counted(cycles: int) -> Counters:
    """Counters of a job with this number of cycles; the other counters are not used."""
    return Counters(cycles, *[0] * 7)


def recorded(request: Request, apart: int = 3, start: int = 20) -> Result:
    """The events of a unit that reads one beat of each array and writes one, a beat every ``apart``
    cycles, in bursts of one.
    """
    bus = (
        request.platform.l2_data_bits if request.job.private else request.platform.shared_data_bits
    ) // 8
    port = port_of(request.job.unit)
    events, cycle = [], start
    for array, channels in (
        (request.job.logits, (Channel.AR, Channel.R)),
        (request.job.labels, (Channel.AR, Channel.R)),
        (request.job.gradient, (Channel.AW, Channel.W, Channel.B)),
    ):
        for address in range(array // bus * bus, array + request.job.size, bus):
            events += [(cycle + k, address, 1, port, channel) for k, channel in enumerate(channels)]
            cycle += apart
    cycles = max(event[0] for event in events) + 1 - start
    timeline = Timeline(np.array(events, EVENT), port_names(request.platform))
    return Result(
        np.zeros(request.shape, request.dtype),
        request.platform,
        request.backend,
        counted(cycles),
        timeline,
    )


REQUESTS = [
    {},
    {"core_mask": 0b1011_0010, "misalignment": (4, 60, 12)},
    {"core_mask": 0b100},
    {"memory": "private", "core_mask": 0b100, "misalignment": (0, 8, 4)},
    {"platform": "mt7004", "fmt": "fp16", "core_mask": 0b1101, "misalignment": (2, 6, 62)},
    {"platform": "mt7004", "fmt": "fp16", "memory": "private", "misalignment": (2, 6, 2)},
]


def request_of(size: int, **options: Any) -> Request:
    return prepare(np.zeros(size, np.float32), np.zeros(size, np.float32), Settings(**options))


@pytest.mark.parametrize("options", REQUESTS, ids=str)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_results_of_the_cores(options: dict[str, object], size: int) -> None:
    request = request_of(size, **options)
    mask = int(str(options.get("core_mask", request.platform.all_cores)))
    cores = [k for k in range(request.platform.cores) if mask >> k & 1]
    cores = cores[:1] if request.job.private else cores
    in_a_chunk = 8 // request.fmt.bytes
    due = Counter(cores[i // in_a_chunk % len(cores)] for i in range(size))
    lanes = [lane for lane in activity(request, recorded(request)).lanes if lane.unit == "results"]
    assert {lane.name: lane.total for lane in lanes} == {f"core {k}": due[k] for k in cores}


@pytest.mark.parametrize("options", REQUESTS, ids=str)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_beats_of_the_channels(options: dict[str, object], size: int) -> None:
    request = request_of(size, **options)
    result = recorded(request)
    assert result.timeline is not None
    lanes = {
        lane.name: lane.total for lane in activity(request, result).lanes if lane.unit != "results"
    }
    due = Counter(Channel(channel).name for channel in result.timeline.events["channel"])
    assert {name: lanes[f"{name} logits"] + lanes[f"{name} labels"] for name in ("AR", "R")} == {
        name: due[name] for name in ("AR", "R")
    }
    assert {name: lanes[name] for name in ("AW", "W", "B")} == {
        name: due[name] for name in ("AW", "W", "B")
    }


@pytest.mark.parametrize(
    ("size", "width"), [(16, 1), (512, 1), (4000, PERIOD), (40_000, 6 * PERIOD)]
)
def test_bins_hold_every_event(size: int, width: int) -> None:
    request = request_of(size)
    result = recorded(request)
    shown = activity(request, result)
    assert result.cycles is not None
    assert (shown.cycles, shown.width) == (result.cycles, width)
    assert (width == 1) == (result.cycles <= SHARP)
    for lane in shown.lanes:
        assert lane.rate.size == -(-result.cycles // width)
        assert lane.rate.sum() * width == pytest.approx(lane.total)
        assert lane.rate.max() <= lane.most + 1e-9


def test_bins_start_with_the_job() -> None:
    request = request_of(16)
    lanes = {lane.name: lane.rate for lane in activity(request, recorded(request)).lanes}
    assert np.flatnonzero(lanes["AR logits"]).tolist() == [0]
    assert np.flatnonzero(lanes["R labels"]).tolist() == [4]
    assert np.flatnonzero(lanes["B"]).tolist() == [8]


@pytest.mark.parametrize("options", REQUESTS, ids=str)
def test_a_full_lane_is_the_hardwares_most_whatever_the_job(options: dict[str, object]) -> None:
    for size in (7, 5000):
        request = request_of(size, **options)
        for lane in activity(request, recorded(request, apart=16)).lanes:
            per_core = request.platform.results_per_cycle(request.fmt)
            assert lane.most == (per_core if lane.group == "cores" else 1)
            assert lane.rate.max() <= lane.most
            assert lane.rate.sum() > 0 or lane.total == 0


def test_a_core_is_never_faster_than_it_is_and_never_later_than_its_beats() -> None:
    """One core, 16 results per beat and one per cycle: each beat fills the 16 cycles up to its
    own.
    """
    request = request_of(64, core_mask=1)
    result = recorded(request, apart=20)
    (core,) = (lane for lane in activity(request, result).lanes if lane.group == "cores")
    assert result.timeline is not None
    events = result.timeline.events
    beats = events["cycle"][events["channel"] == Channel.W].astype(int) - int(events["cycle"].min())
    due = np.zeros(core.rate.size)
    for beat in beats:
        due[beat - 15 : beat + 1] = 1
    np.testing.assert_array_equal(core.rate, due)
    hurried = recorded(request, apart=1)
    (core,) = (lane for lane in activity(request, hurried).lanes if lane.group == "cores")
    assert core.rate.max() == 1, "four beats in a row: their results take the cycles before"


def test_bursts_count_as_their_beats() -> None:
    request = request_of(4096)
    result = recorded(request)
    assert result.timeline is not None
    events = result.timeline.events
    events["beats"][np.isin(events["channel"], (Channel.AR, Channel.AW))] = 16
    lanes = {lane.name: lane for lane in activity(request, result).lanes}
    for name, count in (("AR logits", 16), ("AW", 16), ("B", 16), ("R logits", 1), ("W", 1)):
        lane = lanes[name]
        beats = lane.rate.sum() * activity(request, result).width
        assert beats == pytest.approx(count * lane.total), name


def test_nothing_recorded() -> None:
    request = request_of(16)
    result = Result(np.zeros(16, np.float32), request.platform, "verilator", counted(100))
    with pytest.raises(ValueError, match="no events were recorded"):
        activity(request, result)
