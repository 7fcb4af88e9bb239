"""Dma: moves a job's operands from memory to the datapath and its results back."""

from amaranth.hdl import Module, Mux, ResetInserter, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from scegrad.platforms import Platform
from scegrad.registers import Status, check_names
from scegrad.rtl.axi import Axi4Signature
from scegrad.rtl.dma.counters import EVENTS, CounterBank
from scegrad.rtl.dma.job import (
    CountersLayout,
    FaultLayout,
    JobLayout,
    UnitSignature,
    block_layout,
)
from scegrad.rtl.dma.reader import Reader
from scegrad.rtl.dma.writer import Writer


def _members(port: dict[str, int]) -> dict[str, wiring.Member]:
    """The members of ``Dma``, in the order of its docstring; ``port``: parameters of its port."""
    data_bits = port["data_bits"]
    return {
        "start": In(1),
        "job": In(JobLayout),
        "abort": In(1),
        "operands": Out(stream.Signature(block_layout(data_bits))),
        "gradients": In(stream.Signature(data_bits)),
        "axi": Out(Axi4Signature(**port)),
        "busy": Out(1),
        "done": Out(1),
        "flush": Out(1),
        "status": Out(Status),
        "fault_address": Out(32),
        "counters": Out(CountersLayout),
    }


class Dma(wiring.Component):
    """Offers logits and labels as pairs of blocks, and writes as many blocks of results.

    Block 0 starts with the array's first byte, whatever its address; each *block* is as wide as the
    bus; exactly the gradient's bytes are written. Reads of logits have ID 0, of labels ID 1; writes
    have ID 0. A read is issued when the buffer has room for all of it, a write when all of it is
    buffered.

    Latency: AR 3 cycles after ``start``; ``reader.latency`` from R to ``operands``;
    ``writer.latency`` from ``gradients`` to W; ``done`` 2 cycles after the last B; 2 cycles after
    ``start`` for a job of no bytes. Throughput: one R beat and one W beat per cycle.

    After a bus error or an abort no burst is issued any more. Those that were issued are completed,
    with their real data: a burst is announced on AW when all of it is buffered. Then the job ends.
    If errors of a read and of a write and an abort come in the same cycle, the read's is the first,
    the abort the last.

    Parameters
    ----------
    data_bits, address_bits, id_bits : of the AXI port
    granule_bytes : alignment of every address and size, in bytes
    burst_beats : beats of the longest burst, a power of two
    read_buffer_beats : beats of each operand that may be in flight or buffered
    read_turn_beats : beats of one operand that are asked for before the other's if the job is long;
        one burst or more
    write_buffer_beats : beats of results that are gathered before and while they are written

    Members
    -------
    start : In(1), begins a job; while ``busy`` is low
    job : In(JobLayout), sampled with ``start``
    abort : In(1), ends the job early; does nothing while ``busy`` is low, after a bus error, and in
        the last busy cycle
    operands : Out(stream of {logits, labels})
    gradients : In(stream of data_bits)
    axi : Out(Axi4Signature)
    busy : Out(1), from the cycle after ``start`` until the job's end
    done : Out(1), high for the first cycle in which ``busy`` is low again
    flush : Out(1), a failed or aborted job is being drained: reset everything between ``operands``
        and ``gradients``
    status : Out(Status), ``RUNNING`` while busy, then the job's outcome: ``DONE``, a bus error or
        ``ABORTED``
    fault_address : Out(32), first byte of an array that the last job's first bus error concerns,
        else 0
    counters : Out(CountersLayout), of the last or current job, stable from ``done`` on
    """

    linger = 4
    """Cycles after the last busy one in which registers still change: ``done`` and the counters."""

    def __init__(
        self,
        *,
        data_bits: int,
        granule_bytes: int,
        burst_beats: int,
        read_buffer_beats: int,
        read_turn_beats: int,
        write_buffer_beats: int,
        address_bits: int = 32,
        id_bits: int = 1,
    ):
        port = {"data_bits": data_bits, "address_bits": address_bits, "id_bits": id_bits}
        self.reader = Reader(
            **port,
            granule_bytes=granule_bytes,
            burst_beats=burst_beats,
            buffer_beats=read_buffer_beats,
            turn_beats=read_turn_beats,
        )
        self.writer = Writer(
            **port,
            granule_bytes=granule_bytes,
            burst_beats=burst_beats,
            buffer_beats=write_buffer_beats,
        )
        self._counters = CounterBank(data_bits=data_bits)
        super().__init__(_members(port))

    @classmethod
    def of(cls, platform: Platform, data_bits: int, *, read_turn_beats: int) -> "Dma":
        """The DMA of one of the platform's ports."""
        return cls(
            data_bits=data_bits,
            granule_bytes=platform.granule_bytes,
            burst_beats=platform.burst_beats,
            read_buffer_beats=platform.read_buffer_beats,
            read_turn_beats=read_turn_beats,
            write_buffer_beats=platform.write_buffer_beats,
            address_bits=platform.address_bits,
            id_bits=platform.id_bits,
        )

    def connect_outer(
        self, m: Module, *, unit: wiring.PureInterface, axi: wiring.PureInterface
    ) -> None:
        """For the owner: pass on the port, and the state of the job as a ``UnitSignature``."""
        connect(m, self.axi, flipped(axi))
        m.d.comb += [
            getattr(unit, name).eq(getattr(self, name)) for name in UnitSignature().members
        ]

    def elaborate(self, platform: object) -> Module:
        m = Module()
        clear = Signal()
        m.submodules.reader = ResetInserter(clear)(self.reader)
        m.submodules.writer = ResetInserter(clear)(self.writer)
        m.submodules.counters = self._counters
        for channel, part in (
            ("ar", self.reader),
            ("r", self.reader),
            ("aw", self.writer),
            ("w", self.writer),
            ("b", self.writer),
        ):
            connect(m, flipped(getattr(self.axi, channel)), getattr(part, channel))
        connect(m, self.reader.operands, flipped(self.operands))
        connect(m, flipped(self.gradients), self.writer.gradients)
        self._control(m, clear)
        self._count(m)
        return m

    def _control(self, m: Module, clear: Signal) -> None:
        """Begin and end jobs, and keep reader and writer reset between them."""
        job = Signal(JobLayout)
        last_byte = Signal(33)  # -1 for a job of no bytes
        launch = Signal()
        closing = Signal()
        end = Signal()
        empty = last_byte[-1]
        for part in (self.reader, self.writer):
            m.d.comb += [
                part.start.eq(launch & ~empty),
                part.last_byte.eq(last_byte),
                part.halt.eq(self.flush),
            ]
        m.d.comb += [
            self.reader.addresses[0].eq(job.logits),
            self.reader.addresses[1].eq(job.labels),
            self.writer.address.eq(job.gradient),
            end.eq(closing | (launch & empty) | (self.writer.finished & ~self.flush)),
            clear.eq(~self.busy | closing),
        ]
        # The cycle of ``closing`` takes leftovers of a job that was cut short out of the buffers
        # while ``flush`` still holds the datapath.
        m.d.sync += closing.eq(self.flush & self.reader.idle & self.writer.idle & ~closing)
        m.d.sync += [launch.eq(0), self.done.eq(self.busy & end)]
        outcome = Signal(Status)
        self._cut_short(m, outcome)
        # After the above: a job that ends in the cycle of an abort is complete.
        with m.If(self.busy & end):
            m.d.sync += [self.busy.eq(0), self.flush.eq(0), self.status.eq(outcome)]
        with m.Elif(self.start & ~self.busy):
            m.d.sync += [
                job.eq(self.job),
                last_byte.eq(self.job.size - 1),
                launch.eq(1),
                self.busy.eq(1),
                self.status.eq(Status.RUNNING),
                outcome.eq(Status.DONE),
                self.fault_address.eq(0),
            ]

    def _cut_short(self, m: Module, outcome: Signal) -> None:
        """Keep the first bus error of a job, or that it was aborted, and flush from then on."""
        reads, writes = self.reader.faults, self.writer.faults
        fault = Signal(FaultLayout)
        m.d.comb += fault.eq(Mux(reads.valid, reads.payload, writes.payload))
        with m.If(self.busy & ~self.flush):
            with m.If(reads.valid | writes.valid):
                slverr = Mux(reads.valid, Status.READ_SLVERR, Status.WRITE_SLVERR)
                m.d.sync += [
                    self.flush.eq(1),
                    outcome.eq(slverr + fault.decerr),
                    self.fault_address.eq(fault.address),
                ]
            with m.Elif(self.abort):
                m.d.sync += [self.flush.eq(1), outcome.eq(Status.ABORTED)]

    def _count(self, m: Module) -> None:
        """Feed the counters."""
        axi, counters = self.axi, self._counters
        working = self.busy & ~self.flush
        events: dict[str, Value] = {
            "read_beats": self.busy & axi.r.valid,
            "write_beats": axi.w.valid & axi.w.ready,
            "stall_read_data": working & ~self.operands.valid & self.reader.pending,
            "stall_write": working
            & ((axi.aw.valid & ~axi.aw.ready) | (axi.w.valid & ~axi.w.ready)),
            "stall_datapath": working & self.operands.valid & ~self.operands.ready,
            "stall_port": working & axi.ar.valid & ~axi.ar.ready,
        }
        # A counter without an event would read 0 for ever.
        check_names("the events in rtl/dma/dma.py", events, EVENTS)
        m.d.comb += [
            counters.clear.eq(self.start & ~self.busy),
            counters.running.eq(self.busy),
            *(getattr(counters, name).eq(event) for name, event in events.items()),
            counters.bytes.eq(self.writer.w_bytes),
            self.counters.eq(counters.counts),
        ]
