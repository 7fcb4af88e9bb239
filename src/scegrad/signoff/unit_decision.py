"""What the solvers say of the model of a unit in its top, and the waves of a failure.

    folded     every assertion of the top is in the model, and none is constantly true
    failure    none fails in the first cycles after power-up
    uncovered  each cover is reached in these cycles
    step       induction, or abc finds the invariant
    further    if the step fails: does one fail in later cycles? Else the claim is open.

The first of these that does not hold gives the verdict.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from scegrad.errors import BuildError
from scegrad.signoff import induction, tools
from scegrad.signoff.result import Verdict

if TYPE_CHECKING:
    from scegrad.signoff.unit import Proof

TRACE = "trace.vcd"
"""The waves of the last failure that smtbmc found."""

FURTHER, FURTHER_SECONDS = 80, 60
"""Where the step of the induction fails: the cycles after power-up, and the seconds, in which a
failure is looked for.
"""

UNREACHED_MEANS = (
    "the unit hangs or starves before it, or the assumptions exclude it and the claim is empty"
)

_PASSED = "Status: PASSED"
_FAILED = re.compile(r"Assert failed in \S+: (.*)")
_UNREACHED = re.compile(r"Unreached cover statement at \S+: (.*)")
_CYCLE = re.compile(r"Checking assertions in step (\d+)")
_SHOWN_CYCLE = re.compile(r"\bin (?:cycle|frame) (\d+)")

_ASSERTIONS = re.compile(r"\bassert\s*\(")
_COMMENT = re.compile(r"//.*")
_DEFINED = re.compile(r"^\(define-fun \|\w+_a \d+\| .*?\) Bool (.*?)\) ; (.*)$", re.MULTILINE)


def decide(proof: "Proof", directory: Path) -> tuple[Verdict, str]:
    """No folded assertion; none fails in the first cycles, in which each cover is reached; then the
    claim.
    """
    empty = folded(directory / "model.smt2", proof.top())
    if empty:
        return Verdict.VACUOUS, empty
    if proof.apart:
        found = _apart(proof, directory)
        return (found[0] == Verdict.PROVED and _uncovered(proof, directory)) or found
    cycles = f"{proof.covers}"
    failed = _failure(proof, directory, cycles, proof.limit) or _uncovered(proof, directory)
    if failed:
        return failed
    return _reachability(proof, directory) if proof.depth is None else _step(proof, directory)


def _apart(proof: "Proof", directory: Path) -> tuple[Verdict, str]:
    assert proof.depth, "abc decides all assertions at once"
    model = induction.Model(directory / "model.smt2", proof.name)
    return induction.decide(model, proof.depth, proof.covers, proof.limit)


def _smtbmc(directory: Path, arguments: list[str], seconds: float) -> str | None:
    """The output of smtbmc, None if it is out of time. Raises ``BuildError`` if it ends without a
    decision, as it does when its solver is killed.
    """
    output = tools.smtbmc("model.smt2", arguments, directory, seconds)
    if output is None or _PASSED in output:
        return output
    if not (_FAILED.search(output) or _UNREACHED.search(output)):
        raise BuildError(f"smtbmc failed: {(output.strip().splitlines() or ['no output'])[-1]}")
    return output


def _failure(
    proof: "Proof", directory: Path, cycles: str, seconds: float
) -> tuple[Verdict, str] | None:
    """The assertions that fail first in these cycles after power-up; None if there are none."""
    output = _smtbmc(directory, ["-t", cycles, "--dump-vcd", TRACE], seconds)
    if output is None:
        return induction.OUT_OF_TIME
    if _PASSED in output:
        return None
    return Verdict.REFUTED, _cause(proof, output, f"in cycle {_CYCLE.findall(output)[-1]}")


def _uncovered(proof: "Proof", directory: Path) -> tuple[Verdict, str] | None:
    """The covers that are not reached; None if there are none."""
    output = _smtbmc(directory, ["-c", "-t", f"{proof.covers}"], proof.limit)
    if output is None:
        return induction.OUT_OF_TIME
    if _PASSED in output:
        return None
    covers = "; ".join(_UNREACHED.findall(output))
    return Verdict.VACUOUS, f"not reached in {proof.covers} cycles: {covers}: {UNREACHED_MEANS}"


def _step(proof: "Proof", directory: Path) -> tuple[Verdict, str]:
    """The step of the induction. If it fails, a failure may still be further from power-up."""
    arguments = ["-i", "-t", f"{proof.depth}", "--dump-vcd", TRACE]
    output = _smtbmc(directory, arguments, proof.limit)
    if output is None:
        return induction.OUT_OF_TIME
    if _PASSED in output:
        return Verdict.PROVED, f"induction over {proof.depth} cycles"
    found = _failure(proof, directory, f"{proof.covers}:{FURTHER}", FURTHER_SECONDS)
    if found and found[0] == Verdict.REFUTED:
        return found
    searched = f"{FURTHER_SECONDS} s" if found else f"the first {FURTHER} cycles"
    cause = _cause(proof, output, "in the step of the induction")
    return Verdict.OPEN, f"{cause}; no failure found in {searched}"


def trace(proof: "Proof", directory: Path, verdict: Verdict, detail: str) -> str:
    """The waves of a failure. Where another than smtbmc found it, smtbmc finds it again."""
    path = directory / TRACE
    cycle = _SHOWN_CYCLE.search(detail)
    if verdict == Verdict.REFUTED and cycle and not path.exists():
        _failure(proof, directory, f"{cycle[1]}:{int(cycle[1]) + 1}", FURTHER_SECONDS)
    shown = verdict in (Verdict.REFUTED, Verdict.OPEN) and path.exists()
    return path.read_text(encoding="ascii") if shown else ""


def _reachability(proof: "Proof", directory: Path) -> tuple[Verdict, str]:
    commands = "read_aiger model.aig; fold; strash; scorr; pdr"
    output = tools.abc(commands, directory, proof.limit)
    if output and "Property proved" in output:
        return Verdict.PROVED, "property-directed reachability"
    if output is None:
        return Verdict.OPEN, "property-directed reachability out of time"
    if "was asserted in frame" in output:
        line = next(line for line in output.splitlines() if "was asserted in frame" in line)
        return Verdict.REFUTED, line.strip()
    raise BuildError(f"abc failed: {(output.strip().splitlines() or ['no output'])[-1]}")


def folded(smt: Path, top: str) -> str:
    """What is wrong with the assertions in an SMT2 file: one is constantly true or gone; empty if
    nothing is. One in a loop is there once for each turn.
    """
    found = _DEFINED.findall(smt.read_text(encoding="utf-8"))
    due = len(_ASSERTIONS.findall(_COMMENT.sub("", top)))
    for body, name in found:
        if body.startswith("(or true") or body == "true":
            return f"the assertion {name} is constantly true"
    there = len({name.rpartition("$")[0] for _, name in found})
    return "" if there == due else f"{there} of {due} assertions are in the model"


def _cause(proof: "Proof", output: str, where: str) -> str:
    """All assertions that fail in the last state of smtbmc's counterexample: any of them may tell
    most.
    """
    return f"Assert failed in {proof.name}: {'; '.join(_FAILED.findall(output))}, {where}"
