"""The progress display on terminals that redraw, and on others."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from scegrad import progress


def shown(monkeypatch: pytest.MonkeyPatch, term: str | None) -> str:
    """What a long work shows on a terminal of that name."""
    if term is None:
        monkeypatch.delenv("TERM", raising=False)
    else:
        monkeypatch.setenv("TERM", term)
    text = io.StringIO()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: 0.0))
    monkeypatch.setattr(progress, "CONSOLE", Console(file=text, force_terminal=True, width=80))
    with progress.announced("building"):
        pass
    with progress.Bar("computing", 4, lines=0) as bar:
        bar(1)
    with progress.Bar("searching", 4, lines=0, steady=False) as bar:
        bar(1)
    return text.getvalue()


@pytest.mark.parametrize("term", ["dumb", "unknown", "", None])
def test_a_terminal_that_does_not_redraw_gets_lines(
    monkeypatch: pytest.MonkeyPatch, term: str | None
) -> None:
    """It was silent during the first build: minutes of it."""
    assert shown(monkeypatch, term).splitlines() == [
        "building ...",
        "building: 0 s",
        "computing: 1 of 4, 0.0 min left",
        "searching: 1 of 4, 0.0 min so far",
    ]


@pytest.mark.parametrize("title", ["computing", "mt7004: building the simulator with waves (once)"])
def test_no_number_of_a_bar_is_cut(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    """At 80 columns, Rich wrote ``translating to C++ 0…  -:…``."""
    monkeypatch.setenv("TERM", "xterm")
    text = io.StringIO()
    monkeypatch.setattr(progress, "CONSOLE", Console(file=text, force_terminal=True, width=80))
    with progress.announced(title) as bar:
        bar(1, 30, "translating to C++")
    assert title in text.getvalue() and "1/30" in text.getvalue()
    assert "…" not in text.getvalue()


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, "xterm")
    assert "\x1b[2K" in text and "building ..." not in text and "1 of 4" not in text
