"""The ledger: other RTL, other versions, a second process; joined ledgers; and whether a summary
knows what is missing.
"""

import json
from pathlib import Path

import pytest

from scegrad.errors import RequestError
from scegrad.sweep.command import describe, load_summary, merge, parse_range, write_summary
from scegrad.sweep.ledger import FILE, OLD, PACKAGES, SweepLedger, load, merged
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


def fill(directory: Path, shards: tuple[int, ...], rtl: str = RTL, **changes: object) -> Path:
    with SweepLedger(directory, SPACE, rtl) as ledger:
        for shard in shards:
            ledger.add(record(shard) | changes)
    return directory


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return fill(tmp_path, (0, 1, 5))


def test_reopened(filled: Path) -> None:
    with SweepLedger(filled, SPACE, RTL) as ledger:
        assert ledger.records == {shard: record(shard) for shard in (0, 1, 5)}
        assert load(filled) == (SPACE, RTL, ledger.records)
        [tools] = ledger.header["tools"]
        assert {*PACKAGES, "python", "compiler"} == set(tools)
        assert all(tools.values())


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
        SweepLedger(filled, space, rtl),
    ):
        pass
    assert (filled / FILE).read_bytes() == before


def test_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("scegrad.sweep.ledger.VERSION", 99)
        fill(tmp_path, (1,))
    with pytest.raises(RequestError, match=r"is of version 99, but this program reads \d+$"):
        load(tmp_path)
    with (
        pytest.raises(RequestError, match=r"of another version, 99"),
        SweepLedger(tmp_path, SPACE, RTL),
    ):
        pass


def test_a_ledger_of_lines_is_one_line(tmp_path: Path) -> None:
    (tmp_path / OLD).write_text("old\n")
    with pytest.raises(RequestError, match=r"is of an older version of scegrad$"):
        load(tmp_path)
    with pytest.raises(RequestError, match="choose another"), SweepLedger(tmp_path, SPACE, RTL):
        pass


def test_two_directories_joined(tmp_path: Path) -> None:
    one, two = fill(tmp_path / "one", tuple(range(9))), fill(tmp_path / "two", tuple(range(8, 16)))
    summary = merge([one, two], tmp_path / "whole")
    whole = {shard: record(shard) for shard in range(16)}
    assert summary == summarise(SPACE, RTL, whole)
    assert summary["complete"]
    assert load(tmp_path / "whole") == (SPACE, RTL, whole)
    assert merge([one, two], tmp_path / "whole") == summary, "again"


def test_a_summary_follows_a_link(filled: Path, tmp_path: Path) -> None:
    """As every output does: /dev/stdout is a link."""
    (tmp_path / "link").symlink_to(tmp_path / "summary.json")
    write_summary(tmp_path / "link", load_summary(filled))
    assert (tmp_path / "link").is_symlink()
    assert json.loads((tmp_path / "summary.json").read_text())["shards"] == 3


def test_ledgers_that_do_not_fit_are_not_joined(tmp_path: Path) -> None:
    one, other = fill(tmp_path / "one", (1,)), fill(tmp_path / "other", (2,), rtl="cd" * 32)
    with pytest.raises(RequestError, match=r"other holds results of another rtl than .*one: cdcd"):
        merged([one, other])
    slow = fill(tmp_path / "slow", (1,), seconds=9.0)
    assert merged([one, slow])[2] == {1: record(1)}
    wrong = fill(tmp_path / "wrong", (1,), mismatches=1)
    with pytest.raises(RequestError, match="the record of shard 1 is not the one in another"):
        merged([one, wrong])


@pytest.mark.parametrize("text", ["", ":", "3", "a:b", "5:5", "5:4", "0:17", "-1:3"])
def test_ranges_that_are_none(text: str) -> None:
    with pytest.raises(
        RequestError, match=r"^--shards is .*, but must be A:B with 0 <= A < B <= 16$"
    ):
        parse_range(text, 16)


def test_ranges() -> None:
    assert [parse_range(text, 16) for text in ("2:3", ":3", "3:")] == [(2, 3), (0, 3), (3, 16)]


def test_missing_ranges(filled: Path) -> None:
    records = load(filled)[2]
    assert missing(SPACE, records) == [(2 << 10, 5 << 10), (6 << 10, 16 << 10)]
    assert not summarise(SPACE, RTL, records)["complete"]
    assert "  missing shards: 2:5, 6:16\n" in describe(summarise(SPACE, RTL, records))
    assert not summarise(SPACE, RTL, {})["ok"]
    assert missing(SPACE, {shard: record(shard) for shard in range(16)}) == []
    assert summarise(SPACE, RTL, {shard: record(shard) for shard in range(16)})["complete"]


def test_a_record_of_another_range_is_refused() -> None:
    with pytest.raises(ValueError, match="which is no shard of fp32-random"):
        missing(SPACE, {0: record(0), 1: record(1) | {"first": 1000}})
