"""Writer: writes blocks of results to an array over AXI."""

from typing import Any

from amaranth.hdl import C, Cat, Module, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.utils import exact_log2

from scegrad.axi import BURST_INCR
from scegrad.rtl.axi import Axi4Signature
from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.job import FaultLayout
from scegrad.rtl.dma.write_buffer import WriteBuffer
from scegrad.rtl.fifo import Fifo

MAX_OUTSTANDING = 32
"""Bursts that may await their response."""


class WriteRequests(wiring.Component):
    """Announces bursts on AW as their beats become complete, and takes the responses.

    Latency: AW is valid in the cycle after ``complete``. Throughput: one burst every 2 cycles.

    Parameters
    ----------
    data_bits, address_bits, id_bits : of the AXI port
    burst_beats : beats of the longest burst
    buffer_beats : the most bursts that may be complete at a time

    Members
    -------
    start : In(1), takes the next two
    address : In(address_bits), first byte of the array
    last_byte : In(32), bytes in the array, less one
    halt : In(1), announce nothing more; what is offered stays offered
    complete : In(1), all beats of one more burst are buffered
    aw : Out(stream), the channel AW
    b : In(stream), the channel B
    permit : Out(1), the beats of one more burst may go from the next cycle on
    idle : Out(1), nothing is offered or outstanding
    finished : Out(1), every burst of the array has been answered
    faults : Out(stream of FaultLayout, always ready), a response with an error, in the cycle in
        which it arrives
    """

    def __init__(
        self,
        *,
        data_bits: int,
        address_bits: int,
        id_bits: int,
        burst_beats: int,
        buffer_beats: int,
    ):
        axi = Axi4Signature(address_bits=address_bits, data_bits=data_bits, id_bits=id_bits)
        self._size = exact_log2(data_bits // 8)
        self._buffer_beats = buffer_beats
        # Requests and responses follow the same order, so that walking it twice saves a queue of
        # addresses.
        self._planners = [
            Planner(address_bits=address_bits, data_bits=data_bits, burst_beats=burst_beats)
            for _ in range(2)
        ]
        super().__init__(
            {
                "start": In(1),
                "address": In(address_bits),
                "last_byte": In(32),
                "halt": In(1),
                "complete": In(1),
                "aw": axi.members["aw"],
                "b": axi.members["b"],
                "permit": Out(1),
                "idle": Out(1),
                "finished": Out(1),
                "faults": Out(stream.Signature(FaultLayout, always_ready=True)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.requests, m.submodules.responses = requests, responses = self._planners
        for planner in self._planners:
            m.d.comb += [planner.start.eq(self.start), planner.address.eq(self.address)]
            m.d.comb += planner.last_byte.eq(self.last_byte)

        waiting = Signal(range(self._buffer_beats + 1))
        outstanding = Signal(range(MAX_OUTSTANDING + 1))
        some = Signal()
        issue = Signal()
        all_issued = Signal()
        m.d.comb += some.eq(self.complete | (waiting != 0))
        m.d.comb += issue.eq(some & ~self.aw.valid & ~self.halt & (outstanding != MAX_OUTSTANDING))
        m.d.sync += waiting.eq(waiting + self.complete - issue)
        m.d.sync += outstanding.eq(outstanding + issue - self.b.valid)
        burst = requests.bursts.payload
        # The second of two beats leaves the buffer too late to follow the first at once.
        permit_late = Signal()
        m.d.sync += permit_late.eq(issue & (burst.len == 1))
        m.d.comb += self.permit.eq(permit_late | (issue & (burst.len != 1)))
        with m.If(self.aw.ready):
            m.d.sync += self.aw.valid.eq(0)
        with m.If(issue):
            m.d.sync += [
                self.aw.valid.eq(1),
                self.aw.payload.addr.eq(Cat(C(0, self._size), burst.address[self._size :])),
                self.aw.payload.len.eq(burst.len),
                all_issued.eq(burst.last),
            ]
        m.d.comb += [
            requests.bursts.ready.eq(issue),
            self.aw.payload.size.eq(self._size),
            self.aw.payload.burst.eq(BURST_INCR),
            self.b.ready.eq(1),
            responses.bursts.ready.eq(self.b.valid),
            self.idle.eq(outstanding == 0),
            self.finished.eq(self.idle & all_issued),
            *self._watch(responses.bursts.payload),
        ]
        return m

    def _watch(self, answered: data.View) -> list[Any]:
        """The assignments of ``faults``, while a response answers this burst."""
        return [
            self.faults.valid.eq(self.b.valid & self.b.payload.resp[1]),
            self.faults.payload.decerr.eq(self.b.payload.resp[0]),
            self.faults.payload.address.eq(answered.address),
        ]


class Writer(wiring.Component):
    """Writes an array that arrives in blocks, exactly its bytes.

    A burst is issued when all its beats are buffered; its beats then follow each other without a
    gap, and none waits for AW to be accepted. The array may start at any granule. The user resets
    the writer between jobs.

    Latency: AW of a burst is valid ``request_latency`` cycles after the block that completes it,
    its last W beat ``latency(beats)`` cycles after it, if AW and W are free; one more for a burst
    that ends with what the array's last block leaves over.
    Throughput: one block per cycle, one burst every 2 cycles.

    Parameters
    ----------
    data_bits, address_bits, id_bits : of the AXI port
    granule_bytes : alignment of every address and size, in bytes
    burst_beats : beats of the longest burst
    buffer_beats : beats that are gathered before and while they are written

    Members
    -------
    start : In(1), begins a job
    address : In(address_bits), first byte of the array; stable from ``start`` to the job's end
    last_byte : In(32), bytes in the array, less one; stable likewise
    halt : In(1), issue no burst any more
    gradients : In(stream of data_bits), blocks, the first not before the third cycle after
        ``start``
    aw, w, b : the AXI write channels
    w_bytes : Out, bytes that the beat on W writes
    idle : Out(1), no burst is offered or outstanding
    finished : Out(1), the array is written
    faults : Out(stream of FaultLayout, always ready), a response with an error, in the cycle in
        which it arrives
    """

    def __init__(
        self,
        *,
        data_bits: int,
        granule_bytes: int,
        address_bits: int,
        id_bits: int,
        burst_beats: int,
        buffer_beats: int,
    ):
        axi = Axi4Signature(address_bits=address_bits, data_bits=data_bits, id_bits=id_bits)
        shape = {"data_bits": data_bits, "address_bits": address_bits, "burst_beats": burst_beats}
        self._granule_bytes = granule_bytes
        self._buffer = WriteBuffer(**shape, granule_bytes=granule_bytes, depth=buffer_beats)
        self._requests = WriteRequests(**shape, id_bits=id_bits, buffer_beats=buffer_beats)
        super().__init__(
            {
                "start": In(1),
                "address": In(address_bits),
                "last_byte": In(32),
                "halt": In(1),
                "gradients": In(stream.Signature(data_bits)),
                "aw": axi.members["aw"],
                "w": axi.members["w"],
                "b": axi.members["b"],
                "w_bytes": Out(range(data_bits // 8 + 1)),
                "idle": Out(1),
                "finished": Out(1),
                "faults": Out(stream.Signature(FaultLayout, always_ready=True)),
            }
        )

    @property
    def request_latency(self) -> int:
        """Cycles from the block that completes a burst to AW."""
        return self._buffer.latency + 1

    def latency(self, beats: int) -> int:
        """Cycles from the block that completes a burst of ``beats`` to its last one on W, if
        free.
        """
        return self._buffer.latency + max(Fifo.latency + 1, beats)

    def _join(self, m: Module, buffer: WriteBuffer, requests: WriteRequests) -> None:
        """Connect the parts to the ports and to each other, the beats on W aside."""
        connect(m, flipped(self.gradients), buffer.gradients)
        connect(m, flipped(self.aw), requests.aw)
        connect(m, flipped(self.b), requests.b)
        connect(m, flipped(self.faults), requests.faults)
        for part in (buffer, requests):
            m.d.comb += [
                part.start.eq(self.start),
                part.address.eq(self.address),
                part.last_byte.eq(self.last_byte),
            ]
        m.d.comb += [
            requests.halt.eq(self.halt),
            requests.complete.eq(buffer.complete),
            self.idle.eq(requests.idle),
            self.finished.eq(requests.finished),
        ]

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.buffer = buffer = self._buffer
        m.submodules.requests = requests = self._requests
        self._join(m, buffer, requests)

        # Whether the current burst may go; how many bursts after it may.
        go = Signal()
        more = Signal(range(MAX_OUTSTANDING + 1))
        loaded = Signal()
        free = Signal()
        taken = Signal()
        next_burst = Signal()
        select = Signal.like(buffer.beats.payload.select)
        m.d.comb += [
            self.w.valid.eq(loaded & go),
            taken.eq(self.w.valid & self.w.ready),
            free.eq(~loaded | (go & self.w.ready)),
            next_burst.eq(~go | (taken & self.w.payload.last)),
            buffer.beats.ready.eq(free),
            self.w.payload.strb.eq(Cat(bit.replicate(self._granule_bytes) for bit in select)),
            self.w_bytes.eq(self._granule_bytes * _count(list(select))),
        ]
        some = requests.permit | more.any()
        # The handshake on W comes late in the cycle: it selects a sum, and is in front of none.
        with m.If(requests.permit & ~next_burst):
            m.d.sync += more.eq(more + 1)
        with m.If(~requests.permit & next_burst & more.any()):
            m.d.sync += more.eq(more - 1)
        with m.If(next_burst):
            m.d.sync += go.eq(some)
        with m.If(free):
            m.d.sync += loaded.eq(buffer.beats.valid)
        with m.If(free & buffer.beats.valid):
            beat = buffer.beats.payload
            m.d.sync += [self.w.payload.data.eq(beat.data), self.w.payload.last.eq(beat.last)]
            m.d.sync += select.eq(beat.select)
        return m


def _count(bits: list[Value]) -> Value:
    """How many of the bits are set, as a tree of adders."""
    if len(bits) == 1:
        return bits[0]
    half = len(bits) // 2
    return _count(bits[:half]) + _count(bits[half:])
