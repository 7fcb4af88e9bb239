"""The ledger: torn and damaged lines, other RTL, a second process; and whether a summary knows what is missing."""

from pathlib import Path

import pytest

from scegrad.errors import RequestError
from scegrad.sweep.ledger import FILE, Ledger, read
from scegrad.sweep.shard import Record
from scegrad.sweep.spaces import Space
from scegrad.sweep.summary import missing, summarise

SPACE = Space("fp32-random", count=1 << 14, seed=3, shard_bits=10)
RTL = "ab" * 32


def record(shard: int) -> Record:
    """A record as ``run_shard`` gives it, of no real results."""
    sums = dict.fromkeys(("mismatches", "breaches", "misrounded", "by_mpfr"), 0)
    return {
        "shard": shard,
        "first": shard << 10,
        "count": 1 << 10,
        **sums,
        "digest": "00",
        "worst": {},
        "binades": {},
        "seconds": 1.0,
    }


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    with Ledger(tmp_path, SPACE, RTL) as ledger:
        for shard in (0, 1, 5):
            ledger.add(record(shard))
    return tmp_path


def test_reopened(filled: Path) -> None:
    with Ledger(filled, SPACE, RTL) as ledger:
        assert ledger.records == {shard: record(shard) for shard in (0, 1, 5)}


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_torn_last_line_is_dropped(filled: Path, cut: int) -> None:
    path = filled / FILE
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with Ledger(filled, SPACE, RTL) as ledger:
        assert sorted(ledger.records) == [0, 1]
        ledger.add(record(5))
    assert path.read_bytes() == whole


def test_a_torn_header_starts_anew(filled: Path) -> None:
    path = filled / FILE
    path.write_bytes(path.read_bytes()[:20])
    with Ledger(filled, SPACE, RTL) as ledger:
        assert not ledger.records
    assert read(path)[0] == {"version": 1, "space": SPACE.identity(), "rtl": RTL}


def test_a_damaged_line_is_refused(filled: Path) -> None:
    path = filled / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(
        b"".join([*lines[:1], lines[1].replace(b'"mismatches":0', b'"mismatches":1'), *lines[2:]])
    )
    with pytest.raises(RequestError, match=r"line 2 is damaged$"), Ledger(filled, SPACE, RTL):
        pass


def test_a_shard_twice_is_refused(filled: Path) -> None:
    with (
        Ledger(filled, SPACE, RTL) as ledger,
        pytest.raises(RequestError, match="already has a record of shard 5"),
    ):
        ledger.add(record(5))
    path = filled / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[-1]]))
    with (
        pytest.raises(RequestError, match=r"line 5 is a second record of shard 5$"),
        Ledger(filled, SPACE, RTL),
    ):
        pass


@pytest.mark.parametrize(
    ("space", "rtl"),
    [(SPACE, "cd" * 32), (Space("fp32-random", count=1 << 14, seed=4, shard_bits=10), RTL)],
)
def test_results_of_another_design_or_space_are_refused(
    filled: Path, space: Space, rtl: str
) -> None:
    before = (filled / FILE).read_bytes()
    with (
        pytest.raises(
            RequestError,
            match=r"holds results of another (rtl|space), .*: choose another directory",
        ),
        Ledger(filled, space, rtl),
    ):
        pass
    assert (filled / FILE).read_bytes() == before


def test_one_process_at_a_time(filled: Path) -> None:
    with (
        Ledger(filled, SPACE, RTL),
        pytest.raises(RequestError, match="is in use by another sweep"),
        Ledger(filled, SPACE, RTL),
    ):
        pass


def test_missing_ranges(filled: Path) -> None:
    records = read(filled / FILE)[1]
    assert missing(SPACE, records) == [(2 << 10, 5 << 10), (6 << 10, 16 << 10)]
    assert not summarise(SPACE, RTL, records)["complete"]
    assert not summarise(SPACE, RTL, {})["ok"]
    assert missing(SPACE, {shard: record(shard) for shard in range(16)}) == []
    assert summarise(SPACE, RTL, {shard: record(shard) for shard in range(16)})["complete"]


def test_a_record_of_another_range_is_refused() -> None:
    with pytest.raises(ValueError, match="which is no shard of fp32-random"):
        missing(SPACE, {0: record(0), 1: record(1) | {"first": 1000}})
