"""The process that answers whether mutants are equal, one after the other, with limited effort.

clauses of the netlist ──► a copy ──► answer, answer ... until a question is hard
└─► the next copy
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from scegrad.errors import BuildError
from scegrad.formats import Format
from scegrad.signoff.mutant_equal import Equality, Verdict
from scegrad.signoff.mutant_nodes import Pins
from scegrad.signoff.mutant_sites import Site

EFFORT = 200_000
"""Conflicts of the solver for a mutant if nothing else is said."""

HARD = 5000
"""Conflicts of a question after which a copy does not answer the next one."""

Question = tuple[Site, set[int]]


def verdicts(
    pins: Pins, fmt: Format | None, questions: Iterable[Question], effort: int = EFFORT
) -> Iterator[Verdict]:
    """The verdict on each mutant, from a process of its own; ``OPEN`` after so much effort.

    Raises ``BuildError`` if that process ends by itself.
    """
    solver: _Process | None = None
    try:
        for question in questions:
            solver = solver or _Process(pins, fmt, effort)
            yield solver.ask(question)
    finally:
        if solver:
            solver.end()


class _Process:
    """A process with the clauses, whose copies answer: one after the other, each until a question
    is hard, and what it has learned slows it down. A copy takes no time, the clauses take seconds.
    """

    def __init__(self, pins: Pins, fmt: Format | None, effort: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, its = context.Pipe()
        self._process = context.Process(target=_answer, args=(pins, fmt, effort, its), daemon=True)
        self._process.start()
        its.close()
        self._copy = self._hear()

    def ask(self, question: Question) -> Verdict:
        """The answer."""
        self._pipe.send(question)
        answer, stays = self._hear()
        if not stays:
            self._copy = self._hear()
        return answer

    def _hear(self) -> Any:
        try:
            return self._pipe.recv()
        except EOFError as error:
            self._process.join()
            status = self._process.exitcode
            raise BuildError(f"the process with the solver ended with status {status}") from error

    def end(self) -> None:
        """End the process and its copy, whatever they do."""
        self._process.kill()
        self._process.join()
        with suppress(ProcessLookupError):
            os.kill(self._copy, signal.SIGKILL)


def _answer(pins: Pins, fmt: Format | None, effort: int, asker: Connection) -> None:
    """The process: copies that first tell their number, then answer each question and say whether
    they answer the next one.
    """
    equality = Equality(pins, fmt)
    equality.prepare()
    while True:
        copy = os.fork()
        if copy == 0:
            asker.send(os.getpid())
            with suppress(EOFError):
                stays = True
                while stays:
                    site, reached = asker.recv()
                    answer = equality.decide(site, reached, effort)
                    stays = equality.spent < HARD
                    asker.send((answer, stays))
                os._exit(0)
            os._exit(1)
        _, status = os.waitpid(copy, 0)
        if status:
            sys.exit(1)
