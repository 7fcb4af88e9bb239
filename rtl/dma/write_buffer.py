"""WriteBuffer: turns blocks of results into the beats of an array's bursts, and buffers them."""

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.rotate import Rotate
from scegrad.rtl.fifo import Fifo


def beat_layout(data_bits: int, granule_bytes: int) -> data.StructLayout:
    """A beat to write: data, 0 if not selected; a bit per granule; whether it ends its burst."""
    return data.StructLayout(
        {"data": data_bits, "select": data_bits // (8 * granule_bytes), "last": 1}
    )


class WriteBuffer(wiring.Component):
    """Rotates blocks left by the array's offset, merges them into beats, and buffers these.

    Byte lane i of a beat comes from the older of two blocks for ``i < offset``, from the newer one
    otherwise.

    Latency: a burst is announced (``complete``) ``latency`` cycles after the block that completes
    it, one more if it ends with bytes that are left over from the array's last block; a beat is at
    the buffer's output ``Fifo.latency`` cycles later.
    Throughput: one block per cycle.

    Parameters
    ----------
    data_bits, address_bits : of the AXI port
    granule_bytes : alignment of every address and size, in bytes
    burst_beats : beats of the longest burst
    depth : beats that fit

    Members
    -------
    start : In(1), begins an array; the buffer must be empty
    address : In(address_bits), first byte of the array; stable from ``start`` to the last beat
    last_byte : In(32), bytes in the array, less one; stable likewise
    gradients : In(stream of data_bits), blocks, the first not before the third cycle after
        ``start``
    complete : Out(1), with this cycle's beat all beats of one more burst are buffered
    beats : Out(stream of beat_layout)
    """

    def __init__(
        self, *, data_bits: int, granule_bytes: int, address_bits: int, burst_beats: int, depth: int
    ):
        self._word_bits = exact_log2(data_bits // 8)
        self._granule_bits = 8 * granule_bytes
        self._depth = depth
        self._layout = beat_layout(data_bits, granule_bytes)
        self._rotate = Rotate(data_bits=data_bits, granule_bytes=granule_bytes)
        self._planner = Planner(
            address_bits=address_bits, data_bits=data_bits, burst_beats=burst_beats
        )
        super().__init__(
            {
                "start": In(1),
                "address": In(address_bits),
                "last_byte": In(32),
                "gradients": In(stream.Signature(data_bits)),
                "complete": Out(1),
                "beats": Out(stream.Signature(self._layout)),
            }
        )

    @property
    def latency(self) -> int:
        """Cycles from a block to ``complete``."""
        return self._rotate.latency

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rotate = rotate = self._rotate
        m.submodules.planner = planner = self._planner
        m.submodules.fifo = fifo = Fifo(width=self._layout.size, depth=self._depth)

        # One beat is kept for the bytes that the last block leaves over.
        room = Signal(range(self._depth), init=self._depth - 1)
        m.d.comb += self.gradients.ready.eq(room != 0)
        m.d.sync += room.eq(room - rotate.i.valid + fifo.freed)
        m.d.comb += [
            rotate.i.valid.eq(self.gradients.valid & self.gradients.ready),
            rotate.i.payload.data.eq(self.gradients.payload),
            planner.start.eq(self.start),
            planner.address.eq(self.address),
            planner.last_byte.eq(self.last_byte),
        ]

        beat = self._layout(fifo.i.payload)
        filling = Signal()
        next_burst = Signal()
        beats_left = Signal(planner.beat_bits)  # of the burst that is being filled, after the next
        last = Signal()  # the next one is the burst's last
        self._merge(m, rotate, beat, push=fifo.i.valid)
        m.d.comb += [
            beat.last.eq(last),
            self.complete.eq(fifo.i.valid & last),
            next_burst.eq(~filling | self.complete),
            planner.bursts.ready.eq(next_burst),
            self.beats.valid.eq(fifo.o.valid),
            self.beats.payload.eq(fifo.o.payload),
            fifo.o.ready.eq(self.beats.ready),
        ]
        with m.If(next_burst):
            length = planner.bursts.payload.len[: len(beats_left)]
            m.d.sync += filling.eq(planner.bursts.valid)
            m.d.sync += [beats_left.eq(length), last.eq(length == 0)]
        with m.Elif(fifo.i.valid):
            m.d.sync += [beats_left.eq(beats_left - 1), last.eq(beats_left == 1)]
        return m

    def _merge(self, m: Module, rotate: Rotate, beat: data.View, push: Signal) -> None:
        """Drive the data and the selection of the next beat, and ``push``."""
        granule_bits = slice(self._word_bits - rotate.amount_bits, self._word_bits)
        offset = self.address[granule_bits]
        last_granule = offset + self.last_byte[granule_bits]
        granules = range(1 << rotate.amount_bits)
        amount = Signal(rotate.amount_bits)
        carry = Signal()  # the array's last block leaves something over for one more beat
        from_hold = Signal(len(granules) - 1)  # the last granule is in the newer block
        until_last = Signal(len(granules))
        m.d.sync += [
            amount.eq(-offset),
            carry.eq(last_granule[-1]),
            from_hold.eq(Cat(granule < offset for granule in granules[:-1])),
            until_last.eq(Cat(granule <= last_granule[:-1] for granule in granules)),
        ]

        hold = Signal(len(from_hold) * self._granule_bits, reset_less=True)
        first = Signal()  # the next beat is the first
        last_block = Signal()
        rest = Signal()  # the next beat is what the last block left over
        blocks_left = Signal(32 - self._word_bits)
        final = rest | (last_block & ~carry)
        held = self._widened(from_hold)
        newer = Value.cast(rotate.o.payload.data)
        word = Cat((hold & held) | (newer & ~held)[: len(hold)], newer[len(hold) :])
        m.d.comb += [
            rotate.i.payload.amount.eq(amount),
            push.eq(rotate.o.valid | rest),
            beat.select.eq(
                ~(from_hold & first.replicate(len(granules)))
                & (until_last | (~final).replicate(len(granules)))
            ),
            beat.data.eq(word & self._widened(beat.select)),
        ]
        with m.If(push):
            m.d.sync += [first.eq(0), rest.eq(0)]
        with m.If(rotate.o.valid):
            m.d.sync += [hold.eq(newer), rest.eq(last_block & carry)]
            m.d.sync += [blocks_left.eq(blocks_left - 1), last_block.eq(blocks_left == 1)]
        with m.If(self.start):
            total = self.last_byte[self._word_bits :]
            m.d.sync += [first.eq(1), blocks_left.eq(total), last_block.eq(total == 0)]

    def _widened(self, select: Value) -> Value:
        """One bit per granule made one bit per data bit."""
        return Cat(bit.replicate(self._granule_bits) for bit in select)
