"""The result of a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How a case ended."""

    PROVED = "proved"
    REFUTED = "refuted"
    OPEN = "open"
    """Neither proved nor refuted: out of time, or no induction."""
    VACUOUS = "vacuous"
    """A cover is not reached, an assertion is folded away, or a signal of the proof is gone: the
    proof would say nothing.
    """
    ALIVE = "alive"
    """Mutants live: no stimulus distinguished them from the design, and no proof shows that they
    are equal to it.
    """
    FAILED = "failed"
    """It could not be decided: a tool ended by itself, or the hardware cannot be elaborated."""
    HOLES = "holes"
    """Points of the code, or kinds of jobs, are neither hit nor excluded with a reason."""


@dataclass(frozen=True)
class CaseResult:
    """A verdict, what it rests on or the first thing that is wrong, and the seconds that it took;
    ``data`` are its figures, for the record.
    """

    verdict: Verdict
    detail: str
    seconds: float
    data: Mapping[str, Any] = field(default_factory=dict)
    trace: str = field(default="", repr=False)
    """The waves of the failure as VCD, if there is one."""
