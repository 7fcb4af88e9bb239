"""The units whose mutants are judged by their proofs, and where they are in a platform."""

import re
from dataclasses import dataclass, replace

from scegrad.platforms import ECP5_DEMO
from scegrad.signoff.proofs import PROOFS
from scegrad.signoff.sizes import AT_SIZES
from scegrad.signoff.unit import Proof


@dataclass(frozen=True)
class Unit:
    """A unit with a proof of its own; ``places`` is a pattern of the paths of its cells in a
    platform, ``others`` are how the paths of parts begin that other proofs are about, ``again`` the
    other sizes on the platform at which the unit is proved.
    """

    named: str
    places: str
    others: tuple[str, ...] = ()
    at: str = ""
    quick: bool = False
    again: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its case."""
        return f"mutants/proof/{self.named}"

    @property
    def proof(self) -> Proof:
        """Its proof, at the size that the unit has on ``ecp5_demo`` if there is one."""
        case = f"{self.named}@{ECP5_DEMO.name}-{self.at}" if self.at else self.named
        return next(proof for proof in (*PROOFS, *AT_SIZES) if proof.case == case)

    @property
    def sizes(self) -> tuple["Unit", ...]:
        """The unit at every size at which it is proved, its own first."""
        return (self, *(replace(self, at=at, again=()) for at in self.again))

    def owns(self, path: str) -> bool:
        """Whether a cell of the proof's unit is the unit's own."""
        return not path.removeprefix("$memory").startswith(self.others)


UNITS = (
    Unit(
        "fifo",
        r".*\.(fifo|results|dealt)\.",
        at="shared-writes",
        again=("shared-reads", "results", "dealt"),
    ),
    Unit(
        "planner",
        r".*\.(planner(_\d)?|requests\.requests|requests\.responses)\.",
        at="shared-reads",
        again=("shared-writes",),
    ),
    Unit("counters", r".*\.dma\.counters(_\d+)?\."),
    Unit("rotate", r".*\.reader\.rotate\.", at="shared"),
    Unit("realign", r".*\.reader\.(logits|labels)\.", ("inner.fifo.", "cut_"), at="shared"),
    Unit(
        "write_buffer",
        r".*\.writer\.buffer\.",
        ("inner.fifo.", "inner.planner.", "inner.rotate.", "beats__", "cut_"),
        at="shared",
    ),
    Unit(
        "write_requests",
        r".*\.writer\.requests\.",
        ("inner.requests.", "inner.responses.", "h_planned"),
        at="shared",
    ),
    Unit(
        "read_requests",
        r".*\.reader\.requests\.",
        ("inner.planner_",),
        at="shared",
        again=("private",),
    ),
    Unit(
        "write_beats",
        r".*\.writer\.",
        ("inner.buffer.", "inner.requests.", "aw__", "cut_"),
        at="shared",
    ),
    # No register of its own depends on the depth of the buffers, which make the proof slow.
    Unit(
        "read_beats",
        r".*\.reader\.",
        ("inner.requests.", "inner.rotate.", "inner.logits.", "inner.labels.", "ar__", "cut_"),
    ),
    Unit(
        "dma_control",
        r".*\.dma\.(?!reader\.)",
        ("inner.reader.", "inner.writer.", "inner.counters", "axi__", "counters", "cut_"),
    ),
    Unit(
        "datapath",
        r".*\.datapath\.(?!(half_)?lane)",
        ("inner.results.", "inner.lane.", "gradients__payload", "cut_"),
    ),
    Unit("gather", r".*\bgather\.", again=("shared",)),
    Unit("deal", r".*\bdeal\.", again=("shared",)),
    Unit("axi_lite", r"control\.axi_lite\.", quick=True),
    Unit(
        "control",
        r"control\.",
        ("inner.axi_lite.", "inner.job_checker.", "inner.readout.", "axil__", "cut_"),
    ),
)
"""The units, a part before that in which it lies."""


def about(path: str) -> Unit | None:
    """The unit that a cell of a platform is in; None if no proof is about it alone."""
    return next((unit for unit in UNITS if re.match(unit.places, path)), None)
