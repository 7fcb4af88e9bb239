"""``scegrad sweep`` as a process: killed, interrupted, resumed, refused; and its records, which are
the same each time.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from scegrad.errors import RequestError
from scegrad.formats import FP32
from scegrad.sweep.command import SUMMARY, load_summary
from scegrad.sweep.ledger import load
from scegrad.sweep.native import Lane
from scegrad.sweep.shard import run_shard
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import design

SPACE = Space("fp32-random", count=1 << 22, seed=5, shard_bits=13)
"""Many small shards: some seconds of work, so that a signal sent after the first ones arrives long
before the last. The sweep yields to the test (``os.nice``), whatever else the machine does.
"""

ARGUMENTS = ("fp32-random", "--count", str(SPACE.count), "--seed", "5", "--shard-bits", "13")
TWO = ("--workers", "2")
LIMIT = 600
"""Seconds; the machine may be busy."""


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a sweep that runs only while the test waits, and kills the rest. The sweep obeys
    Ctrl-C even if the tests run in the background of a shell, which ignores it.
    """
    started: list[subprocess.Popen[str]] = []

    def listen() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.nice(5)

    def run(*arguments: str | Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "scegrad", "sweep", *map(str, arguments)]
        started.append(
            subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=listen,
            )
        )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit status and what it said on standard error."""
    said = process.communicate(timeout=LIMIT)[1]
    return process.returncode, said


def wait_for_records(directory: Path, count: int) -> None:
    """Wait until the ledger has ``count`` records."""
    end = time.monotonic() + LIMIT
    while records_of(directory) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


def records_of(directory: Path) -> int:
    """Records of a ledger, 0 while there is none."""
    try:
        return len(load(directory)[2])
    except RequestError:
        return 0


def stripped(directory: Path) -> dict:
    """The summary without what is different each time."""
    return {key: value for key, value in load_summary(directory).items() if key != "cpu_seconds"}


@pytest.mark.whole
def test_killed_interrupted_resumed_and_run_at_once_are_the_same(
    start: Start, tmp_path: Path
) -> None:
    parts, whole = tmp_path / "parts", tmp_path / "whole"
    killed = start(*ARGUMENTS, "--workers", "1", "-o", parts)
    wait_for_records(parts, 20)
    killed.kill()
    finish(killed)
    before = load(parts)[2]
    assert 20 <= len(before) < SPACE.shards
    assert not load_summary(parts)["complete"]

    interrupted = start(*ARGUMENTS, "--workers", "1", "-o", parts)
    wait_for_records(parts, len(before) + 1)
    interrupted.send_signal(signal.SIGINT)
    status, said = finish(interrupted)
    assert status == 130, said
    assert f"what is done is in {parts}" in said
    assert "Traceback" not in said

    for directory in (parts, whole):
        status, said = finish(start(*ARGUMENTS, *TWO, "-o", directory))
        assert status == 0, said
        assert "the union of the shards is the whole space" in said
    after = load(parts)[2]
    assert all(after[shard] == record for shard, record in before.items()), "a shard was done again"
    assert stripped(parts) == stripped(whole)
    summary = json.loads((whole / SUMMARY).read_text())
    assert (summary["count"], summary["mismatches"], summary["breaches"], summary["ok"]) == (
        SPACE.count,
        0,
        0,
        True,
    )


@pytest.mark.whole
def test_a_killed_worker_is_replaced(start: Start, tmp_path: Path) -> None:
    process = start(*ARGUMENTS, *TWO, "-o", tmp_path)
    wait_for_records(tmp_path, 5)
    workers = [
        child
        for child in psutil.Process(process.pid).children()
        if "spawn_main" in " ".join(child.cmdline())
    ]
    workers[0].kill()
    status, said = finish(process)
    assert status == 0, said
    assert load_summary(tmp_path)["complete"]


@pytest.mark.whole
def test_a_shard_repeats() -> None:
    lane = Lane(design(FP32))
    first, second = (
        {key: value for key, value in run_shard(SPACE, 7, lane).items() if key != "seconds"}
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fp32-logits", "--label", "2"], "scegrad: the label of fp32-logits must be 0 or 1\n"),
        (
            ["fp16-pairs", "--shards", "5:5"],
            "scegrad: --shards is '5:5', but must be A:B with 0 <= A < B <= 4096\n",
        ),
        (
            ["fp16-pairs", "--shards", "4000:5000"],
            "scegrad: --shards is '4000:5000', but must be A:B with 0 <= A < B <= 4096\n",
        ),
        (
            ["fp16-pairs", "--shards", ""],
            "scegrad: the value of --shards is empty\n",
        ),
        *(
            (
                ["fp16-pairs", "--scheduler", address],
                f"scegrad: --scheduler is {address!r}, but must be tcp://HOST:PORT or"
                " tls://HOST:PORT\n",
            )
            for address in ("nonsense", "http://localhost:8786", "tcp://host", "tcp://host:0")
        ),
        (
            ["fp32-random", "--count", "5"],
            "scegrad: the count of fp32-random must be a multiple of 1,048,576, the size of a"
            " shard\n",
        ),
        (
            ["fp16-pairs", "--workers", "0"],
            "scegrad: Invalid value for '--workers': Input should be greater than or equal to 1\n",
        ),
        (["summary", "nowhere"], "scegrad: nowhere/ledger.sqlite: no such ledger\n"),
    ],
)
def test_bad_requests_are_one_line(
    arguments: list[str], message: str, start: Start, tmp_path: Path
) -> None:
    output = [] if arguments[0] == "summary" else ["-o", tmp_path / "out"]
    assert finish(start(*arguments, *output)) == (2, message)
    assert not (tmp_path / "out").exists()
