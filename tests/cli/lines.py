"""A command line, called as a user calls it."""

import pytest

from scegrad import cli

MODEL = ["--backend", "model"]
"""The seed of tests that need no hardware."""


def call(*arguments: str) -> int:
    """The exit status of a command line."""
    with pytest.raises(SystemExit) as end:
        cli.main(list(arguments))
    return int(end.value.code or 0)
