"""The tables of mutants in docs/signoff.md, from a summary."""

from scegrad.generate.signoff import judged, refused
from scegrad.signoff.mutants_in_units import BY_PROOF, IN_UNIT

SUMMARY = {
    "cases": {
        "mutants/lane32/000": ["0", "alive", 10.4, ""],
        "mutants/lane32/001": ["0", "proved", 20.2, ""],
        "mutants/proof/fifo": ["0", "proved", 5.0, ""],
    },
    "mutants": [
        {"design": "sample", "groups": 1, "judged": 1, "mutants": 3, "ends": {"equal": 3}},
        {
            "design": "lane32",
            "groups": 4,
            "judged": 2,
            "mutants": 1010,
            "ends": {"equal": 3, "killed by a result": 1000, "alive": 7},
        },
        {
            "design": "deal",
            "groups": 4,
            "judged": 4,
            "mutants": 100,
            "ends": {
                "killed by the regression": 70,
                BY_PROOF: 18,
                IN_UNIT: 2,
                "equal": 1,
                "alive": 9,
            },
            "units": {"mutants/proof/fifo": 8},
        },
        {
            "design": "proof/fifo",
            "groups": 1,
            "judged": 1,
            "mutants": 20,
            "ends": {
                "equal": 2,
                "equal but for a reset of payload that is not valid": 3,
                "refused by the step of the proof": 15,
                "alive": 0,
            },
        },
    ],
}


def test_mutants_of_lanes_and_platform():
    lines = judged(SUMMARY).splitlines()[2:]
    assert lines == [
        "| `lane32` | 2 of 4 | 1,010 | 1,000 | 0 | 3 | 7 | 31 |",
        "| `deal` | 4 of 4 | 100 | 70 | 18 | 3 | 9 | 0 |",
    ]


def test_mutants_of_units_and_where_those_of_the_platform_live():
    lines = refused(SUMMARY).splitlines()[2:]
    assert lines[0] == "| `mutants/proof/fifo` | 20 | 15 | 5 | 0 | 8 |"
    assert lines[1].startswith("| `mutants/proof/planner` | 0 | 0 | 0 | 0 | 0 |")
    assert lines[-1] == "| in no unit | - | - | - | - | 1 |"
