"""Reader: fetches logits and labels over AXI and hands them on as pairs of aligned blocks."""

from amaranth.hdl import C, Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.utils import exact_log2

from scegrad.axi import BURST_INCR
from scegrad.rtl.axi import Axi4Signature
from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.job import FaultLayout, block_layout
from scegrad.rtl.dma.realign import Realign
from scegrad.rtl.dma.rotate import Rotate

LOGITS, LABELS = 0, 1
"""ARID and RID of the two arrays."""

LONG_JOB_TURNS = 16
"""Turns of each array from which on a job is long."""


class ReadRequests(wiring.Component):
    """Arbitrates AR between the two arrays, round robin: a burst, or up to ``turn_beats``, each.

    A burst is requested when its array's buffer has room for all of it, so data is always accepted.
    An array without room in its buffer, or without bursts left, is skipped.

    DRAM is slow to change from one array to another, but a job can begin only when data of both
    arrays has come. So long turns are only for jobs of more than ``LONG_JOB_TURNS`` turns of each
    array. A long turn ends at an address that is a multiple of its size; it begins when there is
    room for all of it, and nothing is requested until then.

    Latency: AR of the first burst is valid 2 cycles after ``start``. Throughput: one burst every 2
    cycles.

    Parameters
    ----------
    data_bits, address_bits, id_bits : of the AXI port
    burst_beats : beats of the longest burst
    buffer_beats : room of each array's buffer
    turn_beats : beats of a long turn, a power of two, one burst or more

    Members
    -------
    start : In(1), takes the next two
    addresses[2] : In(address_bits), first byte of the logits and of the labels
    last_byte : In(32), bytes in each array, less one
    halt : In(1), ask for nothing more; what is offered stays offered
    freed[2] : In(1), there is room for one more word of the logits, of the labels
    burst_end : In(1), the last beat of a burst has arrived
    ar : Out(stream), the channel AR
    idle : Out(1), nothing is offered or outstanding
    """

    def __init__(
        self,
        *,
        data_bits: int,
        address_bits: int,
        id_bits: int,
        burst_beats: int,
        buffer_beats: int,
        turn_beats: int,
    ):
        self._turn_beats, self._turn_blocks = turn_beats, turn_beats // burst_beats
        self._long_bits = exact_log2(LONG_JOB_TURNS * turn_beats * data_bits // 8)
        self._shape = {"address_bits": address_bits, "data_bits": data_bits}
        self._burst_beats = burst_beats
        self._buffer_beats = buffer_beats
        self._size = exact_log2(data_bits // 8)
        super().__init__(
            {
                "start": In(1),
                "addresses": In(address_bits).array(2),
                "last_byte": In(32),
                "halt": In(1),
                "freed": In(1).array(2),
                "burst_end": In(1),
                "ar": Axi4Signature(**self._shape, id_bits=id_bits).members["ar"],
                "idle": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        load = Signal()
        choice = Signal()
        long = Signal()  # turns are long
        fresh = Signal()  # a turn is about to begin
        fits = Signal(2)
        gone = Signal(2)
        bursts = []
        for i in (LOGITS, LABELS):
            planner = self._planner(m, i)
            m.d.comb += planner.bursts.ready.eq(load & (choice == i))
            burst = planner.bursts.payload
            room = Signal(range(self._buffer_beats + 1), init=self._buffer_beats, name=f"room_{i}")
            debit = Signal(len(room), name=f"debit_{i}")
            # room + freed - (len + 1) in one addition: -(len + 1) is ~len, and freed the carry in,
            # which {room, freed} + {debit, 1} makes in its lowest bit. Else debit is 0.
            m.d.comb += debit.eq(Mux(planner.bursts.ready, ~Cat(burst.len, C(0, len(room))), 0))
            m.d.sync += room.eq((Cat(self.freed[i], room) + Cat(C(1), debit))[1:])
            # Registered, so stale for one cycle after a request; harmless, since AR is busy then.
            needed = Mux(long & fresh, self._turn_beats - 1, burst.len)
            m.d.sync += [
                fits[i].eq(self.start | (planner.bursts.valid & (room > needed))),
                gone[i].eq(~self.start & ~planner.bursts.valid),
            ]
            bursts.append(burst)

        turn = Signal()
        m.d.sync += long.eq(self.last_byte[self._long_bits :].any())
        with m.If(long):
            m.d.comb += choice.eq(Mux(turn, ~gone[LABELS], gone[LOGITS]))
        with m.Else():
            m.d.comb += choice.eq(Mux(turn, fits[LABELS], ~fits[LOGITS]))
        m.d.comb += load.eq(Mux(choice, fits[LABELS], fits[LOGITS]) & ~self.ar.valid & ~self.halt)
        with m.If(self.start):
            m.d.sync += fresh.eq(1)
        self._offer(m, load, choice, bursts, (turn, long, fresh))
        m.d.comb += [self.ar.payload.size.eq(self._size), self.ar.payload.burst.eq(BURST_INCR)]

        outstanding = Signal(range(2 * self._buffer_beats + 1))
        m.d.sync += outstanding.eq(outstanding + load - self.burst_end)
        m.d.comb += self.idle.eq(outstanding == 0)
        return m

    def _planner(self, m: Module, i: int) -> Planner:
        """The planner of array ``i``."""
        planner = m.submodules[f"planner_{i}"] = Planner(
            **self._shape, burst_beats=self._burst_beats, turn_blocks=self._turn_blocks
        )
        m.d.comb += [
            planner.start.eq(self.start),
            planner.address.eq(self.addresses[i]),
            planner.last_byte.eq(self.last_byte),
        ]
        return planner

    def _offer(
        self,
        m: Module,
        load: Signal,
        choice: Signal,
        bursts: list[data.View],
        turns: tuple[Signal, Signal, Signal],
    ) -> None:
        """Offer the chosen burst on AR, and pass the turn on if it ends with that burst."""
        turn, long, fresh = turns
        with m.If(self.ar.ready):
            m.d.sync += self.ar.valid.eq(0)
        with m.If(load):
            ends = Mux(choice, bursts[LABELS].turn, bursts[LOGITS].turn)
            address = Mux(choice, bursts[LABELS].address, bursts[LOGITS].address)
            m.d.sync += [
                turn.eq(choice ^ (ends | ~long)),
                fresh.eq(ends),
                self.ar.valid.eq(1),
                self.ar.payload.id.eq(choice),
                self.ar.payload.addr[self._size :].eq(address[self._size :]),
                self.ar.payload.len.eq(Mux(choice, bursts[LABELS].len, bursts[LOGITS].len)),
            ]


class Reader(wiring.Component):
    """Reads two arrays of equal size and gives their blocks in pairs.

    Beats of both arrays may come interleaved, one per cycle, and are always accepted. Both arrays
    may start at any granule. The user resets the reader between jobs.

    Latency: AR is valid ``request_latency`` cycles after ``start``; a pair of blocks is offered
    ``latency`` cycles after the R beat that completes it. Throughput: one R beat per cycle, so one
    pair every 2 cycles.

    Parameters
    ----------
    data_bits, address_bits, id_bits : of the AXI port
    granule_bytes : alignment of every address and size, in bytes
    burst_beats : beats of the longest burst
    buffer_beats : beats of each array that may be in flight or buffered
    turn_beats : beats of one array that are asked for before the other's where the job is long; one
        burst or more

    Members
    -------
    start : In(1), begins a job
    addresses[2] : In(address_bits), first byte of the logits and of the labels; stable from
        ``start`` to the job's end
    last_byte : In(32), bytes in each array, less one; stable likewise
    halt : In(1), issue no burst any more
    ar, r : the AXI read channels
    operands : Out(stream of {logits, labels})
    pending : Out(1), some operands have not been taken yet
    idle : Out(1), no burst is offered or outstanding
    faults : Out(stream of FaultLayout, always ready), an R beat with an error, in the cycle in
        which it arrives
    """

    request_latency = 2

    def __init__(
        self,
        *,
        data_bits: int,
        granule_bytes: int,
        address_bits: int,
        id_bits: int,
        burst_beats: int,
        buffer_beats: int,
        turn_beats: int,
    ):
        bus = {"address_bits": address_bits, "data_bits": data_bits, "id_bits": id_bits}
        axi = Axi4Signature(**bus)
        self._size = exact_log2(data_bits // 8)
        self._requests = ReadRequests(
            **bus,
            burst_beats=burst_beats,
            buffer_beats=buffer_beats,
            turn_beats=turn_beats,
        )
        # RID decides the amount: one level of multiplexers less before the first register.
        self._rotate = Rotate(
            data_bits=data_bits, granule_bytes=granule_bytes, tag_bits=1, first_levels=1
        )
        shape = {"data_bits": data_bits, "granule_bytes": granule_bytes}
        self._realigns = [Realign(**shape, depth=buffer_beats) for _ in (LOGITS, LABELS)]
        super().__init__(
            {
                "start": In(1),
                "addresses": In(address_bits).array(2),
                "last_byte": In(32),
                "halt": In(1),
                "ar": axi.members["ar"],
                "r": axi.members["r"],
                "operands": Out(stream.Signature(block_layout(data_bits))),
                "pending": Out(1),
                "idle": Out(1),
                "faults": Out(stream.Signature(FaultLayout, always_ready=True)),
            }
        )

    @property
    def latency(self) -> int:
        """Cycles from the R beat that completes a pair of blocks to the pair."""
        return self._rotate.latency + Realign.latency

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.requests = requests = self._requests
        m.submodules.rotate = rotate = self._rotate
        m.submodules.logits, m.submodules.labels = logits, labels = self._realigns
        granule_bits = slice(self._size - rotate.amount_bits, self._size)
        offsets = [address[granule_bits] for address in self.addresses]

        connect(m, flipped(self.ar), requests.ar)
        m.d.comb += [
            requests.start.eq(self.start),
            requests.last_byte.eq(self.last_byte),
            requests.halt.eq(self.halt),
            requests.burst_end.eq(self.r.valid & self.r.payload.last),
            self.idle.eq(requests.idle),
            self.r.ready.eq(1),
            rotate.i.valid.eq(self.r.valid),
            rotate.i.payload.data.eq(self.r.payload.data),
            rotate.i.payload.tag.eq(self.r.payload.id[0]),
            rotate.i.payload.amount.eq(Mux(self.r.payload.id[0], offsets[LABELS], offsets[LOGITS])),
        ]
        for i, realign in enumerate(self._realigns):
            m.d.comb += [
                requests.addresses[i].eq(self.addresses[i]),
                requests.freed[i].eq(realign.freed),
                realign.start.eq(self.start),
                realign.offset.eq(offsets[i]),
                realign.last_byte.eq(self.last_byte),
                realign.words.valid.eq(rotate.o.valid & (rotate.o.payload.tag == i)),
                realign.words.payload.eq(rotate.o.payload.data),
                realign.blocks.ready.eq(self.operands.valid & self.operands.ready),
            ]
        m.d.comb += [
            self.operands.valid.eq(logits.blocks.valid & labels.blocks.valid),
            self.operands.payload.logits.eq(logits.blocks.payload),
            self.operands.payload.labels.eq(labels.blocks.payload),
            self.pending.eq(logits.pending | labels.pending),
        ]
        self._watch(m)
        return m

    def _watch(self, m: Module) -> None:
        """Follow the address of the next beat of each array, and report a beat with an error."""
        following = [
            Signal(address.shape(), name=f"following_{i}")
            for i, address in enumerate(self.addresses)
        ]
        for i, address in enumerate(following):
            with m.If(self.r.valid & (self.r.payload.id[0] == i)):
                m.d.sync += address.eq(Cat(C(0, self._size), address[self._size :] + 1))
            with m.If(self.start):
                m.d.sync += address.eq(self.addresses[i])
        m.d.comb += [
            self.faults.valid.eq(self.r.valid & self.r.payload.resp[1]),
            self.faults.payload.decerr.eq(self.r.payload.resp[0]),
            self.faults.payload.address.eq(
                Mux(self.r.payload.id[0], following[LABELS], following[LOGITS])
            ),
        ]
