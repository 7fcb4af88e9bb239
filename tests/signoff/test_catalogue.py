"""The catalogue: unique names, sources that are there, cases that cover every k."""

from collections import Counter
from pathlib import Path

from scegrad.signoff import catalogue, rounding32

ROOT = Path(__file__).resolve().parents[2]


def test_names_are_unique():
    count = Counter(case.name for case in catalogue.cases())
    assert count.most_common(1)[0][1] == 1


def test_sources_are_there():
    assert not [case.name for case in catalogue.cases() if not (ROOT / case.source).is_file()]


def test_the_parts_cover_every_k_once():
    covered = [k for part in rounding32.parts() for k in range(part.low, part.high + 1)]
    assert sorted(covered) == list(range(1, 256))


def test_a_part_fixes_the_bits_that_its_values_share():
    for part in rounding32.parts():
        for k in (part.low, part.high):
            assert all(
                bool(k >> int(name[2:-1]) & 1) == value for name, value in part.constants().items()
            )
        assert len(part.constants()) == part.bits
