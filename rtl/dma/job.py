"""The layouts of a DMA's job, of its state and counters, and of a bus error."""

from amaranth.lib import data, wiring
from amaranth.lib.wiring import Out

from scegrad.registers import COUNTERS, STATUS_BITS

JobLayout = data.StructLayout({"logits": 32, "labels": 32, "gradient": 32, "size": 32})
"""Byte addresses of the three arrays, and the bytes in each of them."""


def shared_job_layout(cores: int) -> data.StructLayout:
    """``JobLayout``, the ``core_mask`` of a shared job, and ``format`` as in ``FORMAT_CODES``."""
    return data.StructLayout({**dict(JobLayout.members), "core_mask": cores, "format": 1})


def block_layout(data_bits: int) -> data.StructLayout:
    """A block of logits and the block of labels that belongs to it."""
    return data.StructLayout({"logits": data_bits, "labels": data_bits})


CountersLayout = data.StructLayout(
    {"written_bytes" if name == "elements" else name: 32 for name in COUNTERS}
)
"""The counters of one job; their registers say what each counts. In place of elements there are
``written_bytes``: the bytes that the accepted W beats selected.
"""

FaultLayout = data.StructLayout({"address": 32, "decerr": 1})
"""A bus error: the first byte of an array that it concerns, and whether it is DECERR or SLVERR."""


class UnitSignature(wiring.Signature):
    """The state of the job of a unit (the cluster or a core); ``Dma`` says when each member is
    valid.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "busy": Out(1),
                "done": Out(1),
                "status": Out(STATUS_BITS),
                "fault_address": Out(32),
                "counters": Out(CountersLayout),
            }
        )
