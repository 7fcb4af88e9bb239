"""Constants of AXI4 that gateware, memory models and benches have in common.

Source: Arm IHI 0022 (AMBA AXI protocol specification).
"""

from enum import IntEnum

BURST_INCR = 0b01
"""AxBURST of a burst of rising addresses, the only kind used here."""

PAGE_BYTES = 4096
"""A burst never crosses a multiple of this."""


class Resp(IntEnum):
    """RRESP and BRESP."""

    OKAY = 0
    EXOKAY = 1
    SLVERR = 2
    DECERR = 3
