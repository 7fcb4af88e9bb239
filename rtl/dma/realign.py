"""Realign: merges the rotated bus words of an array into blocks that start with its first byte.

An array that starts at granule 3 of 4 (``offset`` = 3). ``Rotate`` has turned each word right by 3
granules; a block is the front of one word and the rest of the next:

    bus words       . . . a | b c d e | f g . .          . : not of the array
    rotated         a . . .   e b c d   . f g .
                    |           | | |
    block 0         a b c d     from ``hold`` (the older word): granules below 4 - offset = 1
    block 1         e f g .     from ``word`` (the newer word): the rest; ``from_hold`` = 1 0 0

The last granule of a block comes from ``word`` at every offset, so ``hold`` does not keep it.

The last block takes nothing from a newer word if the array ends inside the older one, i.e. if
offset + (granules in the last block) is within one word: ``hold_suffices``. Then no further word
comes, and waiting for one would never end.
"""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.utils import exact_log2

from scegrad.rtl.fifo import Fifo


class Realign(wiring.Component):
    """Turns bus words, rotated right by the array's offset, into blocks of the array.

    There are ``last_byte // bus_bytes + 1`` of them.
    Byte lane i of a block comes from the older of two words for ``i < bus_bytes - offset``, from
    the newer one otherwise; an aligned array's blocks are its words. Bytes of the last block beyond
    the array are arbitrary.

    Latency: ``latency`` cycles from a word to the block that it completes (one more if it is the
    first and only word, not aligned). Throughput: one block per cycle.

    Parameters
    ----------
    data_bits : width of a bus word
    granule_bytes : unit of ``offset``
    depth : words that fit; there is no back-pressure: the requester of words reserves space first

    Members
    -------
    start : In(1), begins an array; the buffer must be empty
    offset : In, granules from the start of the bus word to the array's first byte; stable from
        ``start`` to the last block
    last_byte : In(32), bytes in the array, less one; stable likewise
    words : In(stream of data_bits, always ready), not before the second cycle after ``start``
    freed : Out(1), a word left the buffer in the cycle before
    blocks : Out(stream of data_bits)
    pending : Out(1), not every block has been taken
    """

    latency = Fifo.latency + 1

    def __init__(self, *, data_bits: int, granule_bytes: int, depth: int):
        self._granule_bits = 8 * granule_bytes
        self._word_bits = exact_log2(data_bits // 8)
        self._depth = depth
        super().__init__(
            {
                "start": In(1),
                "offset": In(exact_log2(data_bits // self._granule_bits)),
                "last_byte": In(32),
                "words": In(stream.Signature(data_bits, always_ready=True)),
                "freed": Out(1),
                "blocks": Out(stream.Signature(data_bits)),
                "pending": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        data_bits = len(self.words.payload)
        m.submodules.fifo = fifo = Fifo(width=data_bits, depth=1 << (self._depth - 1).bit_length())
        connect(m, flipped(self.words), fifo.i)

        # The newer and the older word.
        word = Signal(data_bits, reset_less=True)
        hold = Signal(data_bits - self._granule_bits, reset_less=True)
        word_valid = Signal()
        primed = Signal()  # hold is filled, or not needed
        blocks_left = Signal(32 - self._word_bits)  # after the one that is next
        last = Signal()
        from_hold, hold_suffices = self._constants(m, hold)

        without_word = Signal()
        taken = Signal()
        word_taken = Signal()
        m.d.comb += [
            without_word.eq(last & hold_suffices),
            self.blocks.payload.eq(
                Cat((hold & from_hold) | (word & ~from_hold)[: len(hold)], word[len(hold) :])
            ),
            self.blocks.valid.eq(self.pending & primed & (word_valid | without_word)),
            taken.eq(self.blocks.valid & self.blocks.ready),
            word_taken.eq(word_valid & (taken | ~primed)),
            fifo.o.ready.eq(~word_valid | word_taken),
            self.freed.eq(fifo.freed),
        ]
        with m.If(fifo.o.ready):
            m.d.sync += word_valid.eq(fifo.o.valid)
        with m.If(fifo.o.valid & fifo.o.ready):
            m.d.sync += word.eq(fifo.o.payload)
        with m.If(word_taken):
            m.d.sync += [hold.eq(word), primed.eq(1)]
        with m.If(taken):
            m.d.sync += [blocks_left.eq(blocks_left - 1), last.eq(blocks_left == 1)]
            m.d.sync += self.pending.eq(~last)
        with m.If(self.start):
            total = self.last_byte[self._word_bits :]
            m.d.sync += [blocks_left.eq(total), last.eq(total == 0)]
            m.d.sync += [self.pending.eq(1), primed.eq(self.offset == 0)]
        return m

    def _constants(self, m: Module, hold: Signal) -> tuple[Signal, Signal]:
        """``from_hold`` (a bit for each bit of ``hold``) and ``hold_suffices``, from registers."""
        granules = 1 << len(self.offset)
        first_unused = granules - self.offset
        from_hold = Signal(len(hold))
        hold_suffices = Signal()
        lanes = [
            ((self.offset != 0) & (granule < first_unused)).replicate(self._granule_bits)
            for granule in range(granules - 1)
        ]
        last_granule = self.offset + self.last_byte[: self._word_bits][-len(self.offset) :]
        m.d.sync += [
            from_hold.eq(Cat(lanes)),
            hold_suffices.eq((self.offset != 0) & (last_granule < granules)),
        ]
        return from_hold, hold_suffices
