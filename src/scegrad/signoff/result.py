"""What came of a case."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a case ended."""

    PROVED = "proved"
    REFUTED = "refuted"
    OPEN = "open"
    """Neither proved nor refuted: out of time, or no induction."""
    VACUOUS = "vacuous"
    """A cover is not reached, or an assertion is folded away: the proof would say nothing."""


@dataclass(frozen=True)
class Result:
    """A verdict, what it rests on or the first thing that is wrong, and the seconds that it
    took.
    """

    verdict: Verdict
    detail: str
    seconds: float
