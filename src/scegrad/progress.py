"""The one progress display, on standard error: a bar on a terminal, lines elsewhere."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from scegrad.errors import printable

CONSOLE = Console(stderr=True, highlight=False)
"""Shared by all displays, so that printed lines appear above the bars."""

WIDE = 70
"""Columns beside the title that all parts of a bar take. With less room there are only the bar, the
count and the time that is left: Rich would cut the numbers.
"""

INTERVAL = 30
"""Seconds between two lines of a long work without a terminal."""


def _redraws() -> bool:
    """Whether standard error is a terminal that can replace a line, as its name in TERM says."""
    named = os.environ.get("TERM", "")
    return bool(named) and CONSOLE.is_terminal and not CONSOLE.is_dumb_terminal


def say(text: str) -> None:
    """Print one line. Rich does not wrap it, so a log has one line per message."""
    CONSOLE.print(Text(printable(text)), soft_wrap=True)


class _Count(MofNCompleteColumn):
    """``done/total``, or nothing while the total is not known."""

    def render(self, task):  # the name in Rich's own columns
        """The cell of a task."""
        return super().render(task) if task.total is not None else Text("")


class Bar:
    """A bar that moves when the work calls it; a context manager that removes the bar at the end.

    Without a terminal that redraws there is no bar; if ``lines`` is given, one line every ``lines``
    seconds.
    While the total is not known, the bar moves to and fro. Unless the work is ``steady``, steps
    take very different times: then it tells the time so far, since what is left would jump.
    """

    def __init__(
        self,
        title: str,
        total: int | None = None,
        *,
        lines: float | None = None,
        steady: bool = True,
    ) -> None:
        self._title, self._lines, self._steady = title, lines, steady
        self._start = self._said = time.monotonic()
        wide = CONSOLE.width - len(title) >= WIDE
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24 if wide else 8),
            _Count(),
            *((TextColumn("{task.fields[note]}"), TimeElapsedColumn()) if wide else ()),
            *((TimeRemainingColumn(),) if steady else () if wide else (TimeElapsedColumn(),)),
        )
        self._progress = Progress(*columns, console=CONSOLE, transient=True, disable=not _redraws())
        self._task = self._progress.add_task(title, total=total, note="")

    def __enter__(self) -> "Bar":
        """The bar itself."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        self._progress.stop()

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
        """Move to ``done`` steps, of ``total`` if that is given."""
        self._progress.update(self._task, completed=done, total=total, note=note)
        now = time.monotonic()
        if self._lines is None or _redraws() or now - self._said < self._lines:
            return
        self._said = now
        whole = self._progress.tasks[0].total
        if done and whole:
            spent = now - self._start
            left = f"{(whole - done) * spent / done / 60:.1f} min left"
            words = [
                f"{done} of {whole:.0f}",
                *([note] if note else []),
                left if self._steady else f"{spent / 60:.1f} min so far",
            ]
            say(f"{self._title}: {', '.join(words)}")

    def step(self) -> None:
        """Move by one step."""
        self(int(self._progress.tasks[0].completed) + 1)

    def name(self, title: str) -> None:
        """Give the bar another title."""
        self._title = title
        self._progress.update(self._task, description=title)


@contextmanager
def announced(title: str) -> Iterator[Bar]:
    """Show that a long work is going on, and print its time at the end; the work may move the bar.

    Without a terminal that redraws, print one line before and one line after.
    """
    start = time.monotonic()
    if not _redraws():
        say(f"{title} ...")
    with Bar(title) as bar:
        yield bar
    say(f"{title}: {time.monotonic() - start:.0f} s")
