"""The cluster: every core, and the DMA that brings shared jobs to them."""

from amaranth.hdl import DomainRenamer, Module, ResetInserter
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from scegrad.formats import FP16
from scegrad.platforms import Platform
from scegrad.registers import FORMAT_CODES
from scegrad.rtl.axi import Axi4Signature
from scegrad.rtl.black_box import BlackBox
from scegrad.rtl.clock_gate import gated_domain
from scegrad.rtl.core import Core
from scegrad.rtl.deal import Deal, Gather
from scegrad.rtl.dma.dma import Dma
from scegrad.rtl.dma.job import JobLayout, UnitSignature, shared_job_layout


class Cluster(wiring.Component):
    """Shared jobs on the cores of ``core_mask`` and private jobs on the others, all at once.

    Members
    -------
    start: bit k, a private job of core k; bit ``cores``, the shared job
    abort: ends these jobs early, bits as in ``start``
    job: its arrays, and the ``core_mask`` of a shared job
    core_format, core_shared: what each core is doing, as ``Control`` holds it
    units: what became of each core's private job, and at ``cores`` of the shared one
    shared, l2: the AXI ports

    ``black_boxes`` has the core, of which all are alike.
    """

    def __init__(self, platform: Platform):
        self._platform = platform
        self.black_boxes = {"core": Core(platform)}
        cores = platform.cores
        widths = {"address_bits": platform.address_bits, "id_bits": platform.id_bits}
        super().__init__(
            {
                "start": In(cores + 1),
                "abort": In(cores + 1),
                "job": In(shared_job_layout(cores)),
                "core_format": In(cores),
                "core_shared": In(cores),
                "units": Out(UnitSignature()).array(cores + 1),
                "shared": Out(Axi4Signature(data_bits=platform.shared_data_bits, **widths)),
                "l2": Out(Axi4Signature(data_bits=platform.l2_data_bits, **widths)).array(
                    platform.l2_ports
                ),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        cores, width = self._platform.cores, self._platform.shared_data_bits
        dma = Dma.of(self._platform, width, read_turn_beats=self._platform.read_turn_beats)
        deal, gather = Deal(cores, width), Gather(cores, width)
        sharing = self.start[cores] | dma.busy
        shared = DomainRenamer(gated_domain(m, platform, "shared", sharing, linger=Dma.linger))
        m.submodules.dma = shared(dma)
        m.submodules.deal, m.submodules.gather = (
            shared(ResetInserter(dma.flush)(part)) for part in (deal, gather)
        )
        connect(m, dma.operands, deal.operands)
        for k in range(cores):
            core = BlackBox("core", self.black_boxes["core"].signature)
            active = self.start[k] | self.units[k].busy | (self.core_shared[k] & sharing)
            domain = gated_domain(m, platform, f"core_{k}", active, linger=Core.linger)
            m.submodules[f"core_{k}"] = DomainRenamer(domain)(core)
            connect(m, deal.cores[k], core.dealt)
            connect(m, core.results, gather.cores[k])
            if self._platform.l2_ports:
                connect(m, core.axi, flipped(self.l2[k]))
            connect(m, core.unit, flipped(self.units[k]))
            m.d.comb += [
                core.half.eq(self.core_format[k] == FORMAT_CODES[FP16.name]),
                core.shared.eq(self.core_shared[k]),
                core.shared_flush.eq(dma.flush),
            ]
            if self._platform.l2_ports:
                m.d.comb += [core.start.eq(self.start[k]), *self._job(core.job)]
                m.d.comb += core.abort.eq(self.abort[k])
        connect(m, gather.gradients, dma.gradients)
        dma.connect_outer(m, unit=self.units[cores], axi=self.shared)
        m.d.comb += [dma.start.eq(self.start[cores]), *self._job(dma.job)]
        m.d.comb += dma.abort.eq(self.abort[cores])
        for part in (deal, gather):
            m.d.comb += [part.start.eq(self.start[cores]), part.core_mask.eq(self.job.core_mask)]
        return m

    def _job(self, job: data.View) -> list:
        return [job[name].eq(self.job[name]) for name in dict(JobLayout.members)]
