"""How long work shows that it goes on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def announced(title: str) -> Iterator[None]:
    """Show that something long goes on: a spinner on a terminal, a line elsewhere, and how long it took."""
    console, start = Console(stderr=True, highlight=False), time.monotonic()
    if console.is_terminal:
        with console.status(title):
            yield
    else:
        console.print(f"{title} ...")
        yield
    console.print(f"{title}: {time.monotonic() - start:.0f} s")
