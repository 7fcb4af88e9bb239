"""The activity of bus and cores over time: the beats of a recorded job, counted in bins of
cycles.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scegrad.platforms import CHUNK_BITS
from scegrad.request.request import Request
from scegrad.request.result import Result, Timeline
from scegrad.sim.simulation import Channel, port_of

SHARP = 512
"""Cycles up to which a job is shown cycle by cycle."""

PERIOD = 32
"""Bins of longer jobs are a multiple of this, two usual bursts, so that no beat pattern appears."""

BINS = 128
"""The largest number of bins of a longer job."""


@dataclass(frozen=True)
class Track:
    """One line of the picture: ``rate`` is ``measure`` per cycle, averaged over each bin.

    ``most`` is the hardware's greatest rate, and ``group`` the lane's part of the picture.
    ``total`` counts the lane's events, whose name is ``unit``.
    """

    group: str
    name: str
    unit: str
    measure: str
    total: int
    most: float
    rate: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True)
class Activity:
    """The lanes of a job of ``cycles`` cycles, in bins of ``width``; cycle 0 is about its start."""

    cycles: int
    width: int
    lanes: tuple[Track, ...]


def activity(request: Request, result: Result) -> Activity:
    """Count the events of a recorded job. Raises ``ValueError`` if no events were recorded."""
    timeline = result.timeline
    if timeline is None or not timeline.events.size:
        raise ValueError("no events were recorded")
    last = int(timeline.events["cycle"].max()) + 1
    start = last - min(result.cycles or last, last)
    cycles = last - start
    width = 1 if cycles <= SHARP else PERIOD * -(-cycles // (PERIOD * BINS))
    bins = _Bins(timeline.events, start, width, -(-cycles // width))
    return Activity(
        cycles, width, (*_bus_lanes(request, timeline, bins), *_core_lanes(request, bins))
    )


class _Bins:
    """Recorded events, and the averages of some of them over the bins."""

    def __init__(self, events: np.ndarray, start: int, width: int, count: int) -> None:
        self.events = events
        self._start = start
        self._bin = np.clip((events["cycle"].astype(np.int64) - start) // width, 0, count - 1)
        self._width = width
        self._count = count

    def rate(
        self, which: NDArray[np.bool_], weight: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Number of events per cycle that ``which`` selects, or the sums of their weights."""
        chosen = weight[which] if weight is not None else None
        return np.bincount(self._bin[which], chosen, minlength=self._count) / self._width

    def latest(self, weight: NDArray[np.float64], most: float) -> NDArray[np.float64]:
        """The averages if a cycle takes at most ``most``, and each weight goes to the latest cycle
        with space left.

        Seen from the last cycle backwards this is a queue, which ``most`` events leave per cycle.
        After a cycle, the number that has left is a minimum. Its first term is the number that has
        come. Its other terms belong to the cycles j up to now: the number that came before j, plus
        ``most`` for each cycle from j on.
        """
        cycles = self._count * self._width
        at = np.clip(self.events["cycle"].astype(np.int64) - self._start, 0, cycles - 1)
        come = np.cumsum(np.bincount(at, weight, minlength=cycles)[::-1])
        before = np.concatenate(([0.0], come[:-1]))
        room = most * np.arange(cycles)
        left = np.minimum(come, room + most + np.minimum.accumulate(before - room))
        left = np.diff(left, prepend=0.0)[::-1]
        return left.reshape(self._count, self._width).mean(axis=1)


def _bus_lanes(request: Request, timeline: Timeline, bins: _Bins) -> list[Track]:
    """A lane for each channel of the job's port; reads of logits and of labels have separate lanes.

    A burst counts as its number of beats in AR, AW and B too. Otherwise these lanes would be a
    sixteenth as high as R and W.
    """
    port = port_of(request.job.unit)
    events = bins.events
    bus = _bus_bytes(request)
    beats = _beats(events)
    lanes = []
    for channel, name, unit, array in (
        (Channel.AR, "AR logits", "bursts", request.job.logits),
        (Channel.AR, "AR labels", "bursts", request.job.labels),
        (Channel.R, "R logits", "beats", request.job.logits),
        (Channel.R, "R labels", "beats", request.job.labels),
        (Channel.AW, "AW", "bursts", request.job.gradient),
        (Channel.W, "W", "beats", request.job.gradient),
        (Channel.B, "B", "bursts", request.job.gradient),
    ):
        inside = (events["address"] >= array // bus * bus) & (
            events["address"] < array + request.job.size
        )
        which = (events["port"] == port) & (events["channel"] == channel) & inside
        group = f"port to {timeline.ports[port]}{'' if request.job.private else ' memory'}"
        rate = bins.rate(which, beats)
        lanes.append(Track(group, name, unit, "beat", int(which.sum()), 1.0, rate))
    return lanes


def _beats(events: np.ndarray) -> NDArray[np.float64]:
    """The number of beats that each event stands for: on AR, AW and B the beats of the burst."""
    beats = np.ones(events.size)
    asked = np.isin(events["channel"], (Channel.AR, Channel.AW))
    beats[asked] = events["beats"][asked]
    writes = events[events["channel"] == Channel.AW]
    length = dict(zip(writes["address"].tolist(), writes["beats"].tolist(), strict=True))
    answered = events["channel"] == Channel.B
    beats[answered] = [length.get(address, 1) for address in events["address"][answered].tolist()]
    return beats


def _core_lanes(request: Request, bins: _Bins) -> list[Track]:
    """A lane for each core of the job: its results, each at the latest cycle in which the core can
    have computed it.

    Chunk j of an array is computed by core number j mod n of the n cores in the mask. The bus
    writes results faster than a core computes them. So the results of a W beat are put into the
    cycles before it, as many per cycle as the core computes.
    """
    cores = request.job.cores
    most = float(request.platform.results_per_cycle(request.fmt))
    lanes = []
    computed = _results_by_core(request, bins.events, len(cores))
    for core, results in zip(cores, computed, strict=True):
        rate, total = bins.latest(results, most), int(results.sum())
        lanes.append(Track("cores", f"core {core}", "results", "result", total, most, rate))
    return lanes


def _results_by_core(request: Request, events: np.ndarray, cores: int) -> NDArray[np.float64]:
    """The number of results of each core in each W beat (core number, event); 0 for other
    events.
    """
    job, chunk = request.job, CHUNK_BITS // 8
    offset = events["address"].astype(np.int64) - job.gradient
    first, end = np.maximum(offset, 0), np.minimum(offset + _bus_bytes(request), job.size)
    results = np.zeros((cores, events.size))
    for step in range(_bus_bytes(request) // chunk + 1):
        index = first // chunk + step
        size = np.minimum(end, (index + 1) * chunk) - np.maximum(first, index * chunk)
        size = np.where(events["channel"] == Channel.W, np.maximum(size, 0), 0)
        np.add.at(results, (index % cores, np.arange(events.size)), size / request.fmt.bytes)
    return results


def _bus_bytes(request: Request) -> int:
    return (
        request.platform.l2_data_bits if request.job.private else request.platform.shared_data_bits
    ) // 8
