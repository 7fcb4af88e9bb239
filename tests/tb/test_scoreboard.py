"""What the benches' scoreboard says of a memory that is not as it must be."""

import re

import numpy as np
import pytest

from scegrad.formats import FORMATS
from scegrad.job.job import Job
from scegrad.model import golden
from scegrad.tb.scoreboard import Expectation
from scegrad.tb.storage import Storage
from tests.tb.platforms import TINY

FMT = FORMATS["fp32"]
X, Y = np.linspace(-4, 4, 50, dtype="f4"), np.linspace(0, 1, 50, dtype="f4")


@pytest.fixture
def memory() -> tuple[Storage, Expectation]:
    """A memory after a job that was right."""
    storage = Storage(1)
    base = TINY.shared[0].base
    job = Job(TINY, FMT, False, base, base + 0x1000, base + 0x2004, 50, 3)
    expectation = Expectation.load(storage, job, X, Y)
    for window in expectation.inputs:
        address = window.base // 8 * 8
        window.read_words.update(dict.fromkeys(range(address, window.end, 8), 1))
    storage.write(job.gradient, golden.gradient(X, Y).tobytes())
    return storage, expectation


def test_right_results_pass(memory: tuple[Storage, Expectation]) -> None:
    storage, expectation = memory
    expectation.check_complete(storage)


def test_wrong_elements_are_named_as_numbers_and_encodings(
    memory: tuple[Storage, Expectation],
) -> None:
    storage, expectation = memory
    due = golden.gradient(X, Y)
    for index in (3, 7, 11, 20, 21, 40):
        storage.load(expectation.job.gradient + 4 * index, np.float32(0.25).tobytes())
    with pytest.raises(AssertionError) as caught:
        expectation.check_complete(storage)
    first, *lines = str(caught.value).splitlines()
    assert re.match(r"\d+ bytes differ, the first in the output at 0x\w+: ", first)
    texts = [
        [FMT.text(int(a[k].view("u4"))) for a in (X, Y, np.full(50, 0.25, "f4"), due)]
        for k in (3, 7, 11, 20, 21)
    ]
    assert lines == [
        f"[{k}] x {x}, y {y}, got {got}, expected {expected}"
        for k, (x, y, got, expected) in zip((3, 7, 11, 20, 21), texts, strict=True)
    ]


def test_a_byte_outside_is_named(memory: tuple[Storage, Expectation]) -> None:
    storage, expectation = memory
    place = expectation.job.gradient + expectation.job.size
    before = storage.dump(place, 1)[0]
    storage.load(place, bytes([before ^ 1]))
    said = f"1 bytes differ, the first outside the output at {place:#x}: {before ^ 1:#04x}, not"
    with pytest.raises(AssertionError, match=said):
        expectation.check_complete(storage)
