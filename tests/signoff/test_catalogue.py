"""The catalogue: unique names, sources that are there, cases that cover every k."""

import itertools
import re
from collections import Counter
from pathlib import Path

from scegrad.signoff import catalogue, designs, rounding32
from scegrad.tools.places import commands

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
        assert f"--seed {case.seed}" in again or again == f"{commands()}scegrad signoff {case.name}"


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


def test_records_of_runs_are_of_all_that_decides_them():
    """A change of the golden model, of the memories or of the random jobs makes them stale."""
    package = ROOT / "src" / "scegrad"
    due = imported("golden", package / "model") | {package / "model" / "sigmoid_tables.json"}
    due |= set((package / "soak").glob("*.py")) - {
        package / "soak" / name for name in ("cli.py", "command.py")
    }
    due |= {package / "sw" / "sim" / name for name in ("guard.cpp", "axi_port.cpp", "memory.h")}
    due |= {package / "tb" / "scenarios.py", package / "signoff" / "coverage_runs.py"}
    due |= {package / "sim" / "simulation.py"}
    found = {path.resolve() for path in designs.stimuli()}
    assert {path.resolve() for path in due} - found == set()
    assert all(path.is_file() for path in found)


def imported(name: str, folder: Path) -> set[Path]:
    """A module of a folder, and those that it imports from there."""
    found, left = set(), [name]
    while left:
        path = folder / f"{left.pop()}.py"
        if path not in found:
            found.add(path)
            left += re.findall(
                rf"^from scegrad\.{folder.name}\.(\w+) import", path.read_text(), re.M
            )
    return found
