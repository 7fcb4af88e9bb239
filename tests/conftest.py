"""What all tests share: a seed that is another one each time, is shown where a test fails, and can
be given again.
"""

import os
import random

import pytest


def pytest_report_header() -> str:
    """Name the seed of this run."""
    return f"SCEGRAD_SEED={base_seed()} repeats this run's random choices"


def base_seed() -> int:
    """The run's seed: SCEGRAD_SEED from the environment, or a new one, which then stays there for
    the workers.
    """
    return int(os.environ.setdefault("SCEGRAD_SEED", str(random.SystemRandom().randrange(1 << 32))))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which slices of the sweeps this run took."""
    slices = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "slice"
    ]
    if slices:
        terminalreporter.write_line(f"swept: {'; '.join(sorted(slices))}")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """A seed that depends on the run's and on the test's name."""
    return random.Random(f"{base_seed()} {request.node.nodeid}").randrange(1 << 32)
