"""The process that answers whether mutants are equal, one after the other, each in limited time.

clauses of the netlist ──► a copy ──► answer, answer ... until a question is hard
└─► the next copy
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from scegrad.errors import BuildError
from scegrad.formats import Format
from scegrad.signoff.mutant_equal import Equality, Verdict
from scegrad.signoff.mutant_nodes import Pins
from scegrad.signoff.mutant_sites import Site

LIMIT = 20
"""Seconds that the solver may take for a mutant if nothing else is said."""

HARD = 0.5
"""Seconds of a question after which a copy does not answer the next one."""

OPEN = "no proof in time"

Question = tuple[Site, set[int]]


def verdicts(
    pins: Pins, fmt: Format | None, questions: Iterable[Question], limit: float = LIMIT
) -> Iterator[Verdict]:
    """The verdict on each mutant, from a process of its own that is ended if it takes longer than
    so many seconds.

    Raises ``BuildError`` if that process ends by itself.
    """
    solver: _Process | None = None
    try:
        for question in questions:
            solver = solver or _Process(pins, fmt)
            yield solver.ask(question, limit)
    finally:
        if solver:
            solver.end()


class _Process:
    """A process with the clauses, whose copies answer: one after the other, each until a question
    is hard, and what it has learned slows it down, or takes too long. A copy takes no time, the
    clauses take seconds.
    """

    def __init__(self, pins: Pins, fmt: Format | None) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, its = context.Pipe()
        self._process = context.Process(target=_answer, args=(pins, fmt, its), daemon=True)
        self._process.start()
        its.close()
        self._copy = self._hear()

    def ask(self, question: Question, limit: float) -> Verdict:
        """The answer."""
        self._pipe.send(question)
        if self._pipe.poll(limit):
            answer, stays = self._hear()
            if not stays:
                self._copy = self._hear()
            return answer
        with suppress(ProcessLookupError):
            os.kill(self._copy, signal.SIGKILL)
        while not isinstance(heard := self._hear(), int):
            pass  # an answer that came at the last moment
        self._copy = heard
        return OPEN

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


def _answer(pins: Pins, fmt: Format | None, asker: Connection) -> None:
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
                    question = asker.recv()
                    started = time.monotonic()
                    answer = equality.decide(*question)
                    stays = time.monotonic() - started < HARD
                    asker.send((answer, stays))
                os._exit(0)
            os._exit(1)
        _, status = os.waitpid(copy, 0)
        if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
            return
