"""The catalogue: unique names, sources that are there, cases that cover every k."""

import itertools
from collections import Counter
from pathlib import Path

from scegrad.signoff import catalogue, rounding32
from scegrad.signoff.places import BIN

ROOT = Path(__file__).resolve().parents[2]


def test_names_are_unique():
    count = Counter(case.name for case in catalogue.cases())
    assert count.most_common(1)[0][1] == 1


def test_sources_are_there():
    assert not [case.name for case in catalogue.cases() if not (ROOT / case.source).is_file()]


def test_random_cases_have_a_seed_and_every_case_a_command():
    for case in catalogue.cases():
        chosen = case.group in ("soak", "coverage", "mutants")
        chosen &= not case.name.startswith("mutants/proof/")
        assert (case.seed is not None) == chosen, case.name
        again = case.again()
        assert f"--seed {case.seed}" in again or again == f"{BIN}scegrad signoff {case.name}"


def test_the_parts_of_the_sum_are_all_that_is_allowed():
    parts = rounding32.STEPS["sum"].parts
    for one, s_shift, y_shift, anchor in itertools.product((0, 1), range(64), range(64), (0, 5)):
        fields = {"one": one, "s_shift": s_shift, "y_shift": y_shift, "anchor": anchor}
        # the greatest exponent is the anchor; that of s is below that of 1 (terms32 in steps32.v)
        if one:
            allowed = (anchor == 0 and s_shift > 0) or y_shift == 0
        else:
            allowed = s_shift == 0 or y_shift == 0
        covered = any(all(fields[name] == v for name, v in part.items()) for part in parts)
        assert covered or not allowed, fields


def test_a_part_fixes_each_bit_of_its_fields():
    found = rounding32.constants({"one": 1, "s_shift": 5})
    assert found["terms[85]"] and found["terms[47]"] and not found["terms[48]"]
    assert len(found) == 7
