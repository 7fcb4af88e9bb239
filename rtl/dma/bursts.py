"""Planner: splits the bus words that an array touches into AXI bursts."""

from amaranth.hdl import C, Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from scegrad.axi import longest_burst
from scegrad.platforms import MIN_BURST_BEATS

GROUP_BITS = exact_log2(MIN_BURST_BEATS)
"""log2 of the beats in a burst of a short job, or at the end of a long one."""

TAPER_BLOCKS = 4
"""From this many blocks (of ``burst_beats`` beats) before an array's end on, bursts are short."""


def burst_layout(address_bits: int) -> data.StructLayout:
    """A burst: the array's first byte in it, its beats less one (AxLEN), whether it is the last.

    ``address`` is aligned to the bus word in all bursts but the first.
    """
    return data.StructLayout({"address": address_bits, "len": 8, "turn": 1, "last": 1})


class Planner(wiring.Component):
    """Lists the bursts that cover an array, in order.

    A burst ends where its address reaches a multiple of ``burst_beats`` bus words (a *block*: a
    power of two of at most 4 KiB, so that no burst crosses a 4 KiB boundary), and at the array's
    end. Long bursts keep the memory efficient, short ones keep the latency low: an array of at most
    ``TAPER_BLOCKS`` blocks, and the last ``TAPER_BLOCKS`` blocks that a longer one touches, are
    split in the same way at multiples of 4 bus words.

    Latency: the first burst is offered in the cycle after ``start``. Throughput: one burst per
    cycle.

    Parameters
    ----------
    address_bits, data_bits : width of AxADDR and of the data bus
    burst_beats : beats of the longest burst, a power of two from 4 to 256, and at most 4 KiB
    turn_blocks : a power of two; ``turn`` is set for the last burst before a multiple of this many
        blocks, and for every short one

    Members
    -------
    start : In(1), takes the next two; at any time, whatever was planned before is forgotten
    address : In(address_bits), first byte of the array, which ends inside the address space
    last_byte : In(32), bytes in the array, less one
    bursts : Out(stream of burst_layout)
    """

    def __init__(
        self, *, address_bits: int, data_bits: int, burst_beats: int, turn_blocks: int = 1
    ):
        self._turn_bits = exact_log2(turn_blocks)
        self.word_bits = exact_log2(data_bits // 8)
        self.beat_bits = exact_log2(burst_beats)
        if not 1 << GROUP_BITS <= burst_beats <= longest_burst(data_bits):
            raise ValueError(
                f"burst_beats is {burst_beats}, but must be {1 << GROUP_BITS} to"
                f" {longest_burst(data_bits)}"
            )
        self.block_bits = self.word_bits + self.beat_bits
        super().__init__(
            {
                "start": In(1),
                "address": In(address_bits),
                "last_byte": In(32),
                "bursts": Out(stream.Signature(burst_layout(address_bits))),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        offset = Signal(self.word_bits)
        beat = Signal(self.beat_bits)
        block = Signal(len(self.address) - self.block_bits)
        final_beat = Signal(self.beat_bits)
        blocks_left = Signal(32 - self.block_bits)  # blocks after this one
        tapered = Signal()

        near_end = (
            blocks_left[: exact_log2(TAPER_BLOCKS) + 1] == 0
        )  # all of blocks_left while tapered
        last = Signal()
        group, final_group = beat[GROUP_BITS:], final_beat[GROUP_BITS:]
        group_end = Mux(last, final_beat[:GROUP_BITS], C((1 << GROUP_BITS) - 1))
        burst = self.bursts.payload
        m.d.comb += [
            last.eq(tapered & near_end & (group == final_group)),
            burst.address.eq(Cat(offset, beat, block)),
            burst.len.eq(Mux(tapered, (group_end - beat[:GROUP_BITS])[:GROUP_BITS], ~beat)),
            burst.turn.eq(tapered | block[: self._turn_bits].all()),
            burst.last.eq(last),
        ]

        with m.If(self.bursts.valid & self.bursts.ready):
            m.d.sync += [offset.eq(0), self.bursts.valid.eq(~last)]
            m.d.sync += beat.eq(Mux(tapered, Cat(C(0, GROUP_BITS), group + 1), 0))
            with m.If(~tapered | group.all()):
                m.d.sync += [block.eq(block + 1), blocks_left.eq(blocks_left - 1)]
                m.d.sync += tapered.eq(tapered | (blocks_left == TAPER_BLOCKS))
        with m.If(self.start):
            span = self.address[: self.block_bits] + self.last_byte
            m.d.sync += [
                Cat(offset, beat, block).eq(self.address),
                Cat(final_beat, blocks_left).eq(span[self.word_bits : 32]),
                tapered.eq(self.last_byte[self.block_bits :] < TAPER_BLOCKS),
                self.bursts.valid.eq(1),
            ]
        return m
