"""What a DMA is asked to do, what it counts meanwhile, and how it names a bus error."""

from amaranth.lib import data

JobLayout = data.StructLayout({"logits": 32, "labels": 32, "gradient": 32, "size": 32})
"""Byte addresses of the three arrays, and the bytes in each of them."""

CountersLayout = data.StructLayout(
    {
        "cycles": 32,
        "written_bytes": 32,
        "read_beats": 32,
        "write_beats": 32,
        "stall_read_data": 32,
        "stall_write": 32,
        "stall_datapath": 32,
        "stall_port": 32,
    }
)
"""Counters of one job. Cycles in which:

``cycles``           the job ran
``written_bytes``    (bytes, not cycles) bytes that the accepted W beats selected
``read_beats``       an R beat arrived
``write_beats``      a W beat was accepted
``stall_read_data``  operands were still to come, and none were there
``stall_write``      AW or W was offered and not accepted
``stall_datapath``   operands were offered and not taken
``stall_port``       AR was offered and not accepted
"""

FaultLayout = data.StructLayout({"address": 32, "decerr": 1})
"""A bus error: the first byte of an array that it concerns, and whether it was DECERR (else SLVERR)."""
