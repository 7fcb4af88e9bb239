"""A command line, called as by a user."""

import pytest

from scegrad import cli

MODEL = ["--backend", "model"]
"""Of the tests that need no hardware."""


def call(*arguments: str) -> int:
    """The exit status of a command line."""
    with pytest.raises(SystemExit) as end:
        cli.main(list(arguments))
    return int(end.value.code or 0)
