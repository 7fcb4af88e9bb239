"""A core: its datapath, its own DMA for private jobs, and the way in and out for shared jobs."""

from amaranth.hdl import Cat, DomainRenamer, Module, Mux, ResetInserter, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from scegrad.formats import FP16
from scegrad.platforms import CHUNK_BITS, Platform
from scegrad.rtl.axi import Axi4Signature
from scegrad.rtl.clock_gate import gated_domain
from scegrad.rtl.datapath.datapath import OPERANDS, Datapath
from scegrad.rtl.dma.dma import Dma
from scegrad.rtl.dma.job import JobLayout, UnitSignature
from scegrad.rtl.fifo import Fifo


class Core(wiring.Component):
    """Computes private jobs from and to its L2, and its share of shared jobs.

    Members
    -------
    start, job, abort: a private job, as for ``Dma``
    unit: what became of it
    half: the current job is in fp16
    shared: the core belongs to the shared job: operands come from ``dealt``, results go to
        ``results``
    shared_flush: the shared job has failed and is being cleared
    dealt, results: chunks of the shared job; ``dealt`` holds ``waiting`` of them
    axi: the L2

    A platform without private memory has a core without ``start``, ``job``, ``abort`` and ``axi``,
    whose ``unit`` stays idle.
    """

    waiting = 4

    linger = Dma.linger + 4
    """Cycles after the last of a job in which registers still change; the DMA's gate is one."""

    def __init__(self, platform: Platform):
        self._platform = platform
        port = {
            "address_bits": platform.address_bits,
            "data_bits": platform.l2_data_bits,
            "id_bits": platform.id_bits,
        }
        private = {
            "start": In(1),
            "job": In(JobLayout),
            "abort": In(1),
            "axi": Out(Axi4Signature(**port)),
        }
        super().__init__(
            {
                **(private if platform.l2_ports else {}),
                "unit": Out(UnitSignature()),
                "half": In(1),
                "shared": In(1),
                "shared_flush": In(1),
                "dealt": In(stream.Signature(OPERANDS)),
                "results": Out(stream.Signature(CHUNK_BITS)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        if not self._platform.l2_ports:
            return self._shared_alone(platform)
        m = Module()
        dma = Dma.of(
            self._platform, self._platform.l2_data_bits, read_turn_beats=self._platform.burst_beats
        )
        private = gated_domain(m, platform, "private", self.start | dma.busy, linger=Dma.linger)
        m.submodules.dma = DomainRenamer(private)(dma)
        dma.connect_outer(m, unit=self.unit, axi=self.axi)
        m.d.comb += [
            dma.start.eq(self.start),
            dma.job.eq(self.job),
            dma.abort.eq(self.abort),
        ]
        flush = Signal()
        m.d.comb += flush.eq(Mux(self.shared, self.shared_flush, dma.flush))
        datapath = Datapath(self._platform.formats, self._lane_domains(m, platform, flush))
        m.submodules.datapath = ResetInserter(flush)(datapath)
        dealt = self._dealt(m, flush)
        m.d.comb += datapath.half.eq(self.half)
        self._share(m, dma, datapath, dealt)
        return m

    def _share(self, m: Module, dma: Dma, datapath: Datapath, dealt: stream.Interface) -> None:
        """The datapath between two jobs: chunks from ``dealt`` to ``results``, or the DMA's."""
        with m.If(self.shared):
            m.d.comb += [
                datapath.operands.payload.eq(dealt.payload),
                datapath.operands.valid.eq(dealt.valid),
            ]
            m.d.comb += [
                dealt.ready.eq(datapath.operands.ready),
                datapath.gradients.ready.eq(self.results.ready),
            ]
        with m.Else():
            m.d.comb += [
                datapath.operands.payload.eq(
                    Cat(dma.operands.payload.logits, dma.operands.payload.labels)
                )
            ]
            m.d.comb += [
                datapath.operands.valid.eq(dma.operands.valid),
                dma.operands.ready.eq(datapath.operands.ready),
            ]
            m.d.comb += datapath.gradients.ready.eq(dma.gradients.ready)
        m.d.comb += [
            self.results.payload.eq(datapath.gradients.payload),
            self.results.valid.eq(datapath.gradients.valid & self.shared),
        ]
        m.d.comb += [
            dma.gradients.payload.eq(datapath.gradients.payload),
            dma.gradients.valid.eq(datapath.gradients.valid & ~self.shared),
        ]

    def _shared_alone(self, platform: object) -> Module:
        """The core of a platform without private memory: what is dealt, and the datapath."""
        m = Module()
        domains = self._lane_domains(m, platform, self.shared_flush)
        datapath = Datapath(self._platform.formats, domains)
        m.submodules.datapath = ResetInserter(self.shared_flush)(datapath)
        dealt = self._dealt(m, self.shared_flush)
        m.d.comb += [
            datapath.half.eq(self.half),
            datapath.operands.payload.eq(dealt.payload),
            datapath.operands.valid.eq(dealt.valid),
            dealt.ready.eq(datapath.operands.ready),
        ]
        connect(m, datapath.gradients, flipped(self.results))
        return m

    def _lane_domains(self, m: Module, platform: object, flush: Signal) -> dict[str, str]:
        """A clock for the lanes of each format, which runs while jobs are in this format.

        The format changes only while the lanes are empty: what they then hold has no meaning.
        """
        names = self._platform.formats
        if len(names) == 1:
            return {names[0]: gated_domain(m, platform, names[0], flush=flush)}
        return {
            name: gated_domain(m, platform, name, self.half == (name == FP16.name), flush=flush)
            for name in names
        }

    def _dealt(self, m: Module, flush: Signal) -> stream.Interface:
        """The stream ``dealt`` after a buffer that ``flush`` empties."""
        fifo = Fifo(width=2 * CHUNK_BITS, depth=self.waiting)
        m.submodules.dealt = ResetInserter(flush)(fifo)
        room = Signal(range(self.waiting + 1), init=self.waiting)
        push = self.dealt.valid & self.dealt.ready
        m.d.comb += [
            self.dealt.ready.eq(room.any()),
            fifo.i.valid.eq(push),
            fifo.i.payload.eq(self.dealt.payload),
        ]
        m.d.sync += room.eq(Mux(flush, self.waiting, room - push + fifo.freed))
        return fifo.o
