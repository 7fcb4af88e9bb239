"""The proofs of units again, at the sizes that the units have on a platform: those of the DMA on
the platform of one core, deal and gather on those of more too.

The tops are those of ``proofs``, where the same units are small.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scegrad.platforms import ECP5_DEMO, MACHINES, Platform
from scegrad.rtl.core import Core
from scegrad.rtl.datapath.datapath import Datapath
from scegrad.signoff.proofs import BY_NAME, DEALT, dealt_proof, fifo_proof
from scegrad.signoff.unit import Proof

Sizes = Mapping[str, int]

_SLOW = ("write_buffer", "read_beats")
"""The units whose proofs take more than some seconds at these sizes."""


def _units(platform: Platform, data_bits: int, turn_beats: int) -> Iterator[tuple[str, str, Sizes]]:
    """The units of the DMA behind one port, which of two they are, and the sizes that they get from
    ``Dma``. A bit of a buffer's words stands for all: none depends on another.
    """
    bus = {"data_bits": data_bits}
    bursts = bus | {"burst_beats": platform.burst_beats}
    granules = bus | {"granule_bytes": platform.granule_bytes}
    read, write = platform.read_buffer_beats, platform.write_buffer_beats
    yield "planner", "-reads", bursts | {"turn_blocks": turn_beats // platform.burst_beats}
    yield "planner", "-writes", bursts | {"turn_blocks": 1}
    yield "planner_same", "", bursts | {"turn_blocks": 1}
    reads = bursts | {"buffer_beats": read, "turn_beats": turn_beats}
    yield "read_requests", "", reads
    yield "read_beats", "", granules | reads
    yield "fifo", "-reads", {"width": 1, "depth": 1 << (read - 1).bit_length()}
    yield "rotate", "", granules | {"first_levels": 1}
    yield "realign", "", granules | {"depth": read}
    yield "write_buffer", "", granules | bursts | {"depth": write}
    yield "fifo", "-writes", {"width": 1, "depth": write}
    yield "write_requests", "", bursts | {"buffer_beats": write}
    yield "write_beats", "", granules | bursts | {"buffer_beats": write}


def proofs_of(platform: Platform) -> list[Proof]:
    """A proof for each unit and size that the platform has, at the port where it comes first."""
    ports = [("shared", platform.shared_data_bits, platform.read_turn_beats)]
    if platform.l2_ports:
        ports.append(("private", platform.l2_data_bits, platform.burst_beats))
    found: list[Proof] = []
    for port, data_bits, turn_beats in ports:
        for name, part, sizes in _units(platform, data_bits, turn_beats):
            if not any(proof.name == name and proof.sizes == sizes for proof in found):
                small = fifo_proof(**sizes) if name == "fifo" else BY_NAME[name]
                at = f"{platform.name}-{port}{part}"
                quick = name not in _SLOW
                found.append(replace(small, sizes=sizes, at=at, quick=quick))
    for part, depth in (("results", Datapath.depth), ("dealt", Core.waiting)):
        found.append(replace(fifo_proof(depth=depth, width=1), at=f"{platform.name}-{part}"))
    return found


def dealt_proofs_of(platform: Platform) -> list[Proof]:
    """The proofs of what takes the chunks of the shared port to the cores and back."""
    at = f"{platform.name}-shared"
    return [
        replace(dealt_proof(name, platform.cores, platform.shared_data_bits), at=at)
        for name in DEALT
    ]


AT_SIZES = (
    *proofs_of(ECP5_DEMO),
    *(proof for platform in (*MACHINES[::-1], ECP5_DEMO) for proof in dealt_proofs_of(platform)),
)
