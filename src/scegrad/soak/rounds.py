"""Rounds of random jobs on a platform, in a child process, which is ended if it hangs and replaced
if it crashes.
"""

import multiprocessing
import shlex
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from scegrad.build.simulator import library
from scegrad.platforms import Platform
from scegrad.sim.simulation import Simulation
from scegrad.soak import bins, long, rivals
from scegrad.soak.registers import SoakError
from scegrad.soak.soak import ROUND, SoakRound
from scegrad.tools.places import commands

TIME_LIMIT = 300
"""The time limit of a round in seconds. A round takes a fraction of a second, the first one with
its long jobs some 20 seconds.
"""

FAILURES = 5
"""The number of failures after which the soak of a platform ends."""

HOLES = 20
"""Bins without a hit that a record names; it counts all of them."""


@dataclass
class Outcome:
    """The results of the rounds on one platform."""

    platform: Platform
    jobs: int = 0
    last_new: int = 0
    """The jobs that had run when the last bin was hit for the first time."""
    seconds: float = 0.0
    hits: Counter[bins.Bin] = field(default_factory=Counter)
    rivals: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    rounds: int = 0
    progress: Callable[[int], None] | None = None
    """Gets the number of rounds that are done, after each."""

    def end_round(self, seconds: float) -> None:
        """Count a round; ``seconds`` have passed since the first one began."""
        self.rounds += 1
        self.seconds = seconds
        if self.progress:
            self.progress(self.rounds)

    def add(self, hits: Counter[bins.Bin], refused: Counter[str]) -> None:
        """Count the bins of some jobs, and the rivals that were refused. Raises ``SoakError`` if a
        rule excludes one of the bins.
        """
        self.jobs += hits.total()
        self.rivals += refused
        new = hits.keys() - self.hits.keys()
        self.hits += hits
        if new:
            self.last_new = self.jobs
        for each in new:
            if reason := bins.excluded(self.platform, each):
                raise SoakError(f"{bins.told(each)}: a job ran, but {reason}")

    @property
    def holes(self) -> list[bins.Bin]:
        """Bins that no job has hit."""
        return [each for each in bins.bins(self.platform) if each not in self.hits]

    def record(self) -> dict[str, Any]:
        """The figures, in the form of the file."""
        place = list(bins.PROPERTIES).index("end")
        ends = dict.fromkeys(bins.PROPERTIES["end"], 0)
        for found, count in self.hits.items():
            ends[found[place]] += count
        holes = self.holes
        refused = {kind: self.rivals[kind] for kind in rivals.kinds(self.platform)}
        missing = [f"no rival {kind}" for kind, count in refused.items() if not count]
        return {
            "platform": self.platform.name,
            "jobs": self.jobs,
            "ends": ends,
            "bins": len(bins.bins(self.platform)),
            "hit": len(bins.bins(self.platform)) - len(holes),
            "last_new": self.last_new,
            "excluded": bins.exclusions(self.platform),
            "rivals": refused,
            "holes": [*missing, *(bins.told(each) for each in holes[:HOLES])],
            "failures": self.failures,
            "seconds": round(self.seconds, 1),
        }


def run_rounds(
    platform: Platform,
    seed: int,
    rounds: Iterable[int],
    limit: float = TIME_LIMIT,
    waves: Path | None = None,
    *,
    named: str = "",
    outcome: Outcome | None = None,
) -> Outcome:
    """Run rounds by their numbers; a failure is a line with the command that repeats it, and lines
    about its jobs. The waves of the last round go to ``waves``, without its long jobs.

    ``named``: the platform on a command line, if that is not its name. ``outcome`` gets the
    results, for whoever wants them as they come. Raises ``BuildError``.
    """
    path, left = library(platform, waves=waves is not None), list(rounds)
    outcome, started = outcome or Outcome(platform), time.monotonic()
    while left and len(outcome.failures) < FAILURES:
        for number, found in _in_a_child(path, platform, seed, left, limit, waves):
            left.remove(number)
            try:
                if isinstance(found, str):
                    raise SoakError(found)
                outcome.add(*found)
            except SoakError as error:
                line, *more = str(error).splitlines()
                line = f"{line}; {replay(named or platform.name, seed, number)}"
                outcome.failures.append("\n".join([line, *more]))
            outcome.end_round(time.monotonic() - started)
            if len(outcome.failures) == FAILURES:
                break
    return outcome


def replay(named: str, seed: int, number: int) -> str:
    """The command that runs a round again."""
    options = f"--platform {shlex.quote(named)} --seed {seed} --job {number * ROUND}"
    return f"again: {commands()}scegrad soak {options}"


Counts = tuple[Counter[bins.Bin], Counter[str]]
"""Of a round: its bins, and the kinds of its rivals."""

Found = tuple[int, str | Counts]


def _in_a_child(
    path: Path,
    platform: Platform,
    seed: int,
    numbers: list[int],
    limit: float,
    waves: Path | None,
) -> Iterator[Found]:
    """The result of each round: its counts, or a line that says what is wrong, after which the
    process ends.
    """
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(there, path, platform, seed, numbers, waves))
    child.start()
    there.close()
    try:
        for number in list(numbers):
            if not here.poll(limit):
                yield number, f"round {number} takes longer than {limit} seconds"
                return
            try:
                found = here.recv()
            except EOFError:
                child.join()
                yield number, f"the simulator ended in round {number}, status {child.exitcode}"
                return
            yield number, found
    finally:
        here.close()
        child.kill()
        child.join()


def _child(
    there: Connection,
    path: Path,
    platform: Platform,
    seed: int,
    numbers: list[int],
    waves: Path | None,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this one
    for number in numbers:
        there.send(_round(path, platform, seed, number, waves))


def _round(
    path: Path, platform: Platform, seed: int, number: int, waves: Path | None
) -> str | Counts:
    """The counts of a round, or what is wrong; the waves are complete then."""
    with Simulation(path) as simulation:
        try:
            if number == 0:
                long.run(platform, simulation, seed)
            if waves:
                simulation.open_waves(waves)
            found = SoakRound(platform, simulation, seed, number)
            found.run()
        except SoakError as error:
            return f"round {number}: {error}"
    return found.hits, found.rivals


def line(record: dict[str, Any]) -> str:
    """The line about a platform at its end."""
    ends = ", ".join(f"{count} {end}" for end, count in record["ends"].items() if count)
    return (
        f"{record['platform']}: {record['jobs']} jobs in {record['seconds']:.0f} s ({ends}),"
        f" {record['hit']} of {record['bins']} bins, {len(record['failures'])} failures"
    )
