"""Every case of the sign-off, in the order in which they run."""

from scegrad.signoff import (
    accuracy,
    coverages,
    flush,
    mutant_pieces,
    mutant_proofs,
    mutant_units,
    mutants,
    reset,
    rounding32,
    soaks,
    speeds,
    sweeps,
    tools,
    wiring,
)
from scegrad.signoff.case import SignoffCase, hashed, once
from scegrad.signoff.control_cores import CONTROL_CORES
from scegrad.signoff.designs import lane_design
from scegrad.signoff.lane_proofs import LANE_PROOFS, LaneProof
from scegrad.signoff.proofs import PROOFS
from scegrad.signoff.result import CaseResult
from scegrad.signoff.sizes import AT_SIZES
from scegrad.signoff.unit import Proof, prove

_SPECIFICATIONS = ("rounding.v", "wires.v", "lane16.v", "lane32.v")


def _unit(proof: Proof) -> SignoffCase:
    verilog = once(proof.verilog)
    return SignoffCase(
        f"unit/{proof.case}",
        proof.claim,
        f"formal/{proof.name}.sv",
        proof.quick,
        once(lambda: proof.subject(verilog())),
        lambda: prove(proof, verilog()),
    )


def _lane(proof: LaneProof) -> SignoffCase:
    files = [tools.FORMAL / name for name in _SPECIFICATIONS]

    def subject() -> str:
        return hashed([lane_design(proof.fmt_name).rtl, *files])

    def run() -> CaseResult:
        return proof.run(lane_design(proof.fmt_name))

    source = "src/scegrad/signoff/lane_proofs.py"
    return SignoffCase(f"lane/{proof.name}", proof.claim, source, True, once(subject), run)


def cases() -> list[SignoffCase]:
    """Every case; names are unique."""
    found = [_unit(proof) for proof in (*PROOFS, *AT_SIZES, *CONTROL_CORES)]
    found += [_lane(proof) for proof in LANE_PROOFS]
    found += [
        *accuracy.cases(),
        *sweeps.cases(),
        *reset.cases(),
        *flush.cases(),
        *wiring.cases(),
        *rounding32.cases(),
        *mutants.cases(),
        *mutant_pieces.cases(),
    ]
    found += [*mutant_proofs.cases(), *mutant_units.cases()]
    return [*found, *coverages.cases(), *soaks.cases(), *speeds.cases()]
