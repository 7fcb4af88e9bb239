"""The top module: registers, cluster, and ports whose names tools infer AXI interfaces from."""

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import Out, connect

from scegrad.platforms import REGISTERS_BUS, Platform
from scegrad.registers import ADDRESS_BITS
from scegrad.rtl.axi import AxiLiteSignature, connect_flat, flat_members
from scegrad.rtl.cluster import Cluster
from scegrad.rtl.control.control import Control
from scegrad.rtl.ports import INTERRUPT


class Top(wiring.Component):
    """The hardware of a platform: module ``scegrad_<platform>`` of the generated Verilog.

    Members: ``irq``, the ports ``s_axil_*`` of the registers, ``m_axi_shared_*`` of shared memory
    and ``m_axi_l2_<k>_*`` of the private memory of core k (``Platform.ports``).
    """

    def __init__(self, platform: Platform):
        self.control = Control(platform)
        self.cluster = Cluster(platform)
        managers = [self.cluster.shared, *self.cluster.l2]
        self._managers = dict(zip(platform.ports, managers, strict=True))
        members = {
            INTERRUPT: Out(1),
            **flat_members(
                REGISTERS_BUS, AxiLiteSignature(address_bits=ADDRESS_BITS), manager=False
            ),
        }
        for prefix, port in self._managers.items():
            members |= flat_members(prefix, port.signature, manager=True)
        self.black_boxes = self.cluster.black_boxes
        super().__init__(members)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.control = control = self.control
        m.submodules.cluster = cluster = self.cluster
        m.d.comb += getattr(self, INTERRUPT).eq(control.irq)
        for name in ("start", "abort", "job", "core_format", "core_shared"):
            m.d.comb += getattr(cluster, name).eq(getattr(control, name))
        for inner, outer in zip(cluster.units, control.units, strict=True):
            connect(m, inner, outer)
        connect_flat(m, self, REGISTERS_BUS, control.axil, manager=False)
        for prefix, port in self._managers.items():
            connect_flat(m, self, prefix, port, manager=True)
        return m
