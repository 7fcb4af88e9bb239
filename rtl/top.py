"""The top module: registers, cluster, and ports under the names that tools infer AXI interfaces from."""

from amaranth.hdl import Const, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect

from scegrad.platforms import Platform
from scegrad.registers import ADDRESS_BITS
from scegrad.rtl.axi import MANAGER_DRIVES, Axi4Signature, AxiLiteSignature
from scegrad.rtl.cluster import Cluster
from scegrad.rtl.control.control import Control

CACHE = 0b0011
"""AxCACHE: normal memory, not cached, bufferable."""

FIXED = {"lock": Const(0, 1), "cache": Const(CACHE, 4), "prot": Const(0, 3)}
"""Signals of a manager's address channels that never change."""


ADDRESS_CHANNELS = ("aw", "ar")


class Top(wiring.Component):
    """The hardware of a platform: module ``scegrad_<platform>`` of the generated Verilog.

    Members: ``irq``, the ports ``s_axil_*`` of the registers, ``m_axi_shared_*`` of shared memory and ``m_axi_l2_<k>_*`` of each core's L2.
    """

    def __init__(self, platform: Platform):
        self.control = Control(platform)
        self.cluster = Cluster(platform)
        l2 = {f"m_axi_l2_{k}": port for k, port in enumerate(self.cluster.l2)}
        self._managers = {"m_axi_shared": self.cluster.shared, **l2}
        members = {
            "irq": Out(1),
            **flat_members("s_axil", AxiLiteSignature(address_bits=ADDRESS_BITS), manager=False),
        }
        for prefix, port in self._managers.items():
            members |= flat_members(prefix, port.signature, manager=True)
        self.apart = self.cluster.apart
        super().__init__(members)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.control = control = self.control
        m.submodules.cluster = cluster = self.cluster
        m.d.comb += [
            self.irq.eq(control.irq),
            cluster.start.eq(control.start),
            cluster.abort.eq(control.abort),
            cluster.job.eq(control.job),
        ]
        m.d.comb += [
            cluster.core_format.eq(control.core_format),
            cluster.core_shared.eq(control.core_shared),
        ]
        for inner, outer in zip(cluster.units, control.units, strict=True):
            connect(m, inner, outer)
        connect_flat(m, self, "s_axil", control.axil, manager=False)
        for prefix, port in self._managers.items():
            connect_flat(m, self, prefix, port, manager=True)
        return m


def flat_members(
    prefix: str, signature: Axi4Signature | AxiLiteSignature, *, manager: bool
) -> dict[str, wiring.Member]:
    """The ports of an AXI interface: ``prefix_`` and the channel's name before each signal, and before its valid and ready."""
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
    m: Module, top: wiring.Component, prefix: str, interface: wiring.PureInterface, *, manager: bool
) -> None:
    """Connect the ports ``prefix_*`` of ``top`` to the ``interface`` of a submodule."""
    for channel, payload in interface.signature.payloads.items():
        inner = getattr(interface, channel)
        pairs = [(f"{channel}{name}", inner.payload[name]) for name, _ in payload] + [
            (f"{channel}valid", inner.valid)
        ]
        drives = (channel in MANAGER_DRIVES) == manager
        for name, value in pairs:
            port = getattr(top, f"{prefix}_{name}")
            m.d.comb += port.eq(value) if drives else value.eq(port)
        ready = getattr(top, f"{prefix}_{channel}ready")
        m.d.comb += inner.ready.eq(ready) if drives else ready.eq(inner.ready)
        if manager and channel in ADDRESS_CHANNELS:
            m.d.comb += [
                getattr(top, f"{prefix}_{channel}{name}").eq(value) for name, value in FIXED.items()
            ]
