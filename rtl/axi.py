"""AXI4 and AXI4-Lite as signatures of streams, and the flat port names that tools infer them from.

Source of names and widths: Arm IHI 0022 (AMBA AXI protocol specification), AXI4 and AXI4-Lite.
"""

from amaranth.hdl import Const, Module
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

MANAGER_DRIVES = ("aw", "w", "ar")
"""The channels that the manager drives; it receives on ``b`` and ``r``."""


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
    """The channels of an AXI4-Lite manager with 32-bit data; ``.flip()`` is the subordinate."""

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


ADDRESS_CHANNELS = ("aw", "ar")

CACHE = 0b0011
"""AxCACHE: normal memory, not cached, bufferable."""

FIXED = {"lock": Const(0, 1), "cache": Const(CACHE, 4), "prot": Const(0, 3)}
"""Signals of a manager's address channels that never change."""


def flat_members(
    prefix: str, signature: Axi4Signature | AxiLiteSignature, *, manager: bool
) -> dict[str, wiring.Member]:
    """The ports of an AXI interface under the names that tools infer it from.

    ``<prefix>_<channel><signal>``, as in ``m_axi_shared_awaddr`` and ``m_axi_shared_awvalid``.
    """
    members: dict[str, wiring.Member] = {}
    for channel, payload in signature.payloads.items():
        drives, hears = (Out, In) if (channel in MANAGER_DRIVES) == manager else (In, Out)
        members |= {f"{prefix}_{channel}{name}": drives(field.shape) for name, field in payload}
        if manager and channel in ADDRESS_CHANNELS:
            members |= {
                f"{prefix}_{channel}{name}": Out(value.shape()) for name, value in FIXED.items()
            }
        members |= {f"{prefix}_{channel}valid": drives(1), f"{prefix}_{channel}ready": hears(1)}
    return members


def connect_flat(
    m: Module,
    component: wiring.Component,
    prefix: str,
    interface: wiring.PureInterface,
    *,
    manager: bool,
    outside: bool = False,
) -> None:
    """Connect the ports ``<prefix>_*`` of ``component``, made by ``flat_members``.

    From inside, as part of its ``elaborate``, to the ``interface`` of a submodule. From
    ``outside``, if it is a submodule itself, to the ``interface`` at the other end.
    """
    for channel, payload in interface.signature.payloads.items():
        stream = getattr(interface, channel)
        pairs = [(f"{channel}{name}", stream.payload[name]) for name, _ in payload]
        to_ports = ((channel in MANAGER_DRIVES) == manager) != outside
        for name, value in [*pairs, (f"{channel}valid", stream.valid)]:
            port = getattr(component, f"{prefix}_{name}")
            m.d.comb += port.eq(value) if to_ports else value.eq(port)
        ready = getattr(component, f"{prefix}_{channel}ready")
        m.d.comb += stream.ready.eq(ready) if to_ports else ready.eq(stream.ready)
        if manager and channel in ADDRESS_CHANNELS and not outside:
            m.d.comb += [
                getattr(component, f"{prefix}_{channel}{name}").eq(value)
                for name, value in FIXED.items()
            ]
