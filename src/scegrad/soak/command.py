"""``scegrad soak``: random jobs on some platforms, one after the other, with their figures."""

import json
import secrets
import shlex
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from scegrad.errors import RequestError
from scegrad.files import Output, waves_file
from scegrad.platforms import Platform
from scegrad.progress import INTERVAL, Bar
from scegrad.soak.cli import JOBS
from scegrad.soak.rounds import FAILURES, Outcome, line, run_rounds
from scegrad.soak.soak import ROUND
from scegrad.tools.places import commands


@dataclass(frozen=True)
class SoakOptions:
    """The options of the command line. ``first`` is a job of the round to begin with; ``job`` is
    one of the only round.
    """

    platforms: Mapping[str, Platform]
    """By what names them on a command line."""
    jobs: int | None = None
    seed: int | None = None
    job: int | None = None
    first: int = 0
    output: Path | None = None
    waves: Path | None = None

    @property
    def rounds(self) -> range:
        """The numbers of the rounds."""
        if self.job is not None:
            return range(self.job // ROUND, self.job // ROUND + 1)
        begin = self.first // ROUND
        return range(begin, begin - (-(self.jobs or JOBS) // ROUND))

    def check(self) -> None:
        """Raises ``RequestError`` if options do not go together."""
        if self.job is not None:
            if self.seed is None:
                raise RequestError(
                    f"--job {self.job} is a job of one seed: add the --seed that its soak printed"
                )
            if self.jobs is not None or self.first:
                other = "--jobs" if self.jobs is not None else "--from"
                raise RequestError(f"--job {self.job} is one round: leave {other} out")
        if self.first and self.seed is None:
            raise RequestError(
                f"--from {self.first} goes on with a seed: add the --seed that its soak printed"
            )
        if self.waves is not None and (self.job is None or len(self.platforms) != 1):
            raise RequestError("--waves needs one --platform, --seed and --job")
        if self.waves is not None and self.output is not None:
            raise RequestError("--waves and --output do not go together: leave one out")


def main(options: SoakOptions) -> int:
    """Run the jobs on each platform, or the round that contains ``job``; returns 1 if any failed.

    Without a ``seed`` a new one is drawn; it is printed first. After Ctrl-C the results so far are
    printed and written, with the command that goes on. Raises ``RequestError``.
    """
    options.check()
    if options.waves is not None:
        return _with_waves(options, waves_file(options.waves))
    # Made now: hours later it would be too late to refuse it.
    with Output(options.output) if options.output else nullcontext() as file:
        seed = secrets.randbits(32) if options.seed is None else options.seed
        print(f"seed {seed}", flush=True)
        outcomes = {named: Outcome(each) for named, each in options.platforms.items()}
        try:
            for named, outcome in outcomes.items():
                _soak(options.rounds, seed, named, outcome)
        except KeyboardInterrupt:
            for named, outcome in outcomes.items():
                left = options.rounds[outcome.rounds :]
                if left and len(outcome.failures) < FAILURES:
                    print(f"go on: {_again(named, seed, left)}", flush=True)
            _write(file, seed, outcomes.values())
            raise
        _write(file, seed, outcomes.values())
    return int(any(outcome.failures for outcome in outcomes.values()))


def _soak(rounds: range, seed: int, named: str, outcome: Outcome) -> None:
    """Run the rounds of a platform, and print what they found, also after Ctrl-C."""
    with Bar(outcome.platform.name, len(rounds) * ROUND, lines=INTERVAL) as bar:
        outcome.progress = lambda done: bar(done * ROUND)
        try:
            run_rounds(outcome.platform, seed, rounds, named=named, outcome=outcome)
        except KeyboardInterrupt:
            _tell(outcome)
            raise
    _tell(outcome)


def _tell(outcome: Outcome) -> None:
    if not outcome.rounds:  # interrupted in the first one
        return
    for text in (line(outcome.record()), *outcome.failures):
        print(text, flush=True)


def _write(file: Output | None, seed: int, outcomes: Iterable[Outcome]) -> None:
    """Write the figures of the platforms of which a round has ended."""
    records = [outcome.record() for outcome in outcomes if outcome.rounds]
    if file and records:
        text = json.dumps({"seed": seed, "platforms": records}, indent=1) + "\n"
        file.temporary.write_text(text, encoding="utf-8")
        file.commit()


def _again(named: str, seed: int, rounds: range) -> str:
    """The command that runs these rounds."""
    return (
        f"{commands()}scegrad soak --platform {shlex.quote(named)} --seed {seed}"
        f" --from {rounds[0] * ROUND} --jobs {len(rounds) * ROUND}"
    )


def _with_waves(options: SoakOptions, waves: Path) -> int:
    """Repeat one round, and write its waves."""
    ((named, platform),) = options.platforms.items()
    with Output(waves) as file:
        outcome = run_rounds(
            platform, options.seed or 0, options.rounds, waves=file.temporary, named=named
        )
        file.commit()
    _tell(outcome)
    return int(bool(outcome.failures))
