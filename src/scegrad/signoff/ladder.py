"""The ladder: the requirements of each of three rungs, after OpenTitan's stages of verification,
and the evidence for them.

V1: the benches and the model exist, and simple tests pass. V2: every feature has a test or a proof,
quick or not. V3: nothing is left out: all numbers, all mutants, all code. ``MEANINGS`` says it to
the reader of the page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any


@dataclass(frozen=True)
class Rung:
    """One item: ``evidence`` is a file or folder of the checkout; ``cases`` are patterns of
    the cases that decide it.

    Without a pattern it is decided by ``make test`` or, with ``missing``, by nobody yet.
    """

    level: str
    item: str
    evidence: str
    cases: str = ""
    missing: str = ""

    def state(self, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """The item with its state: ``done``, ``part``, ``failed``, ``missing`` or ``tests``.
        Missing is what nobody decides, and an item none of whose cases has a record of today.
        """
        state, detail = "tests", "make test"
        if self.missing:
            state, detail = "missing", self.missing
        elif self.cases:
            verdicts = [
                row["verdict"]
                for row in rows
                if any(fnmatch(row["case"], pattern) for pattern in self.cases.split())
            ]
            proved = verdicts.count("proved")
            detail = f"{proved} of {len(verdicts)} proved"
            state = "done" if proved == len(verdicts) else "part"
            if set(verdicts) <= {"missing", "stale"}:
                state, detail = "missing", f"none of {len(verdicts)} has a record"
            if {"refuted", "vacuous", "failed"} & set(verdicts):
                state = "failed"
        return {
            "level": self.level,
            "item": self.item,
            "evidence": self.evidence,
            "state": state,
            "detail": detail,
        }


MEANINGS = {
    "V1": "the tests can begin: benches and golden model exist, the simplest jobs run in both"
    " simulators, and every tool reads the Verilog.",
    "V2": "every feature is checked: the lanes on whole input spaces, each unit and what connects"
    " the units by proof, the platforms by scenarios and random jobs.",
    "V3": "nothing is left out: fp32 rounding for every operand, every mutant is killed or equal,"
    " and every point of the code is hit or excluded with a reason.",
}
"""What each rung asks for, in OpenTitan's sense: there V1 is tests that exist, V2 all tests that
are planned, V3 full coverage.
"""

LADDER = (
    Rung("V1", "A job of each format and memory in both simulators", "tests/tb"),
    Rung(
        "V1", "Verilog passes the lint of Verilator, Icarus and Yosys", "tests/rtl/test_verilog.py"
    ),
    Rung("V1", "Golden model against the exact reference", "tests/model"),
    Rung(
        "V2",
        "The lanes on whole input spaces: fp16 correctly rounded, fp32 within its bound",
        "docs/accuracy.md",
        "sweep/*",
    ),
    Rung("V2", "fp16: every pair is correctly rounded", "formal/lane16.v", "lane/lane16-*"),
    Rung(
        "V2",
        "fp32: pipeline, NaN and infinities, labels of 1/2, s at each row of the table",
        "formal/lane32.v",
        "lane/lane32-*",
    ),
    Rung(
        "V2",
        "DMA and control by units: order, strobes, protocol, ends of jobs, answers to requests",
        "docs/composition.md",
        "unit/*",
    ),
    Rung(
        "V2",
        "An abort or bus error in any cycle: all offers completed, nothing left for the next job",
        "docs/composition.md",
        "unit/abort",
    ),
    Rung(
        "V2",
        "A flush empties all between operands and results, on every platform",
        "docs/composition.md",
        "flush/*",
    ),
    Rung(
        "V2",
        "What connects the units, every bit, on every platform",
        "src/scegrad/signoff/wiring_links.py",
        "wiring/*",
    ),
    Rung(
        "V2",
        "One cycle of reset, from any power-up state: all ports equal ever after",
        "docs/composition.md",
        "reset/*",
    ),
    Rung("V2", "Scenarios with faults, aborts, resets and pauses", "tb/scenarios.py"),
    Rung(
        "V2", "Random jobs on every platform: no hang, no stray byte", "src/scegrad/soak", "soak/*"
    ),
    Rung(
        "V2", "As many results per cycle as cores and port allow", "docs/performance.md", "speed/*"
    ),
    Rung(
        "V3",
        "fp32: rounding for every s, k, x and y",
        "formal/steps32.v",
        "rounding32/*",
    ),
    Rung(
        "V3",
        "fp32: the bound for all 2^64 pairs, from all its hypotheses",
        "docs/numerics.md",
        "rounding32/* sweep/fp32-stage lane/lane32-*",
    ),
    Rung("V3", "Every mutant killed or proved equal", "docs/signoff.md", "mutants/*"),
    Rung(
        "V3",
        "Coverage complete after exclusions",
        "src/scegrad/signoff/exclusions.py",
        "coverage/*",
    ),
)
"""The items, from the first rung up."""
