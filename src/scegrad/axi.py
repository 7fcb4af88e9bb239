"""Constants of AXI4 that gateware, memory models and benches share.

The memory models in C++ have their own constants (``sw/sim/memory.h``), so that the checker of a
burst shares nothing with its source.

Source: Arm IHI 0022 (AMBA AXI protocol specification).
"""

from enum import IntEnum

BURST_INCR = 0b01
"""AxBURST of a burst of rising addresses, the only kind used here."""

PAGE_BYTES = 4096
"""A burst never crosses a multiple of this."""

MAX_BURST_BEATS = 256
"""Beats of the longest burst of rising addresses: AxLEN has 8 bits."""


def longest_burst(data_bits: int) -> int:
    """Beats of the longest burst that stays inside a page, on a port of ``data_bits`` bits."""
    return min(MAX_BURST_BEATS, PAGE_BYTES * 8 // data_bits)


class Resp(IntEnum):
    """RRESP and BRESP."""

    OKAY = 0
    EXOKAY = 1
    SLVERR = 2
    DECERR = 3
