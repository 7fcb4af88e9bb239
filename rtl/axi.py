"""AXI4 and AXI4-Lite as signatures of streams.

Source of names and widths: Arm IHI 0022 (AMBA AXI protocol specification), AXI4 and AXI4-Lite.
"""

from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

MANAGER_DRIVES = ("aw", "w", "ar")
"""The channels that the manager drives; it listens on ``b`` and ``r``."""


class _AxiSignature(wiring.Signature):
    """A manager's five channels, each a stream; ``payloads`` has their layouts by name."""

    def __init__(self, payloads: dict[str, data.StructLayout]):
        self.payloads = payloads
        super().__init__(
            {
                channel: (Out if channel in MANAGER_DRIVES else In)(stream.Signature(payload))
                for channel, payload in payloads.items()
            }
        )


class Axi4Signature(_AxiSignature):
    """The five channels of an AXI4 manager, each a stream: ``aw w ar`` out, ``b r`` in.

    ``address_bits``, ``data_bits`` and ``id_bits`` are the widths of AxADDR, xDATA and xID.
    """

    def __init__(self, *, address_bits: int, data_bits: int, id_bits: int):
        self.address_bits = address_bits
        self.data_bits = data_bits
        self.id_bits = id_bits
        address = data.StructLayout(
            {"id": id_bits, "addr": address_bits, "len": 8, "size": 3, "burst": 2}
        )
        super().__init__(
            {
                "aw": address,
                "w": data.StructLayout({"data": data_bits, "strb": data_bits // 8, "last": 1}),
                "b": data.StructLayout({"id": id_bits, "resp": 2}),
                "ar": address,
                "r": data.StructLayout({"id": id_bits, "data": data_bits, "resp": 2, "last": 1}),
            }
        )


class AxiLiteSignature(_AxiSignature):
    """The five channels of an AXI4-Lite manager with 32-bit data; ``.flip()`` is the subordinate."""

    def __init__(self, *, address_bits: int):
        self.address_bits = address_bits
        address = data.StructLayout({"addr": address_bits, "prot": 3})
        super().__init__(
            {
                "aw": address,
                "w": data.StructLayout({"data": 32, "strb": 4}),
                "b": data.StructLayout({"resp": 2}),
                "ar": address,
                "r": data.StructLayout({"data": 32, "resp": 2}),
            }
        )
