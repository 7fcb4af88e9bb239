"""Rotate: brings the first byte of an array to the lowest byte of a bus word, and back."""

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

LEVELS_PER_STAGE = 2
"""Multiplexer levels between two registers."""


class Rotate(wiring.Component):
    """Rotates each word right by its own number of granules.

    ``o.data = i.data >> (amount * granule) | wrapped around``.

    A free-running pipeline, always ready, with an output in every cycle that had an input
    ``latency`` cycles before.

    Latency: ``latency`` cycles. Throughput: one word per cycle.

    Parameters
    ----------
    data_bits : width of a word
    granule_bytes : the unit of ``amount`` in bytes, a power of two
    tag_bits : width of ``tag``, which travels beside the word
    first_levels : multiplexer levels before the first register, fewer where ``amount`` comes late
        in the cycle

    Members
    -------
    i : In(stream of {data, amount, tag}, always ready)
    o : Out(stream of {data, tag}, always ready)
    """

    def __init__(
        self,
        *,
        data_bits: int,
        granule_bytes: int,
        tag_bits: int = 0,
        first_levels: int = LEVELS_PER_STAGE,
    ):
        self.granule_bits = 8 * granule_bytes
        self.amount_bits = exact_log2(data_bits // self.granule_bits)
        self._tag_bits = tag_bits
        word = {"data": data_bits, "tag": tag_bits}
        self._cuts = [
            0,
            *range(min(first_levels, self.amount_bits), self.amount_bits, LEVELS_PER_STAGE),
            self.amount_bits,
        ]
        i = data.StructLayout({**word, "amount": self.amount_bits})
        super().__init__(
            {
                "i": In(stream.Signature(i, always_ready=True)),
                "o": Out(stream.Signature(data.StructLayout(word), always_ready=True)),
            }
        )

    @property
    def latency(self) -> int:
        """Cycles from input to output."""
        return len(self._cuts) - 1

    def _rotated(self, word: Value, amount: Value, first_level: int) -> Value:
        """``word`` after the multiplexer levels that the bits of ``amount`` steer.

        The lowest of these bits has the weight 2**first_level.
        """
        for level, bit in enumerate(amount, start=first_level):
            word = Mux(bit, word.rotate_right(self.granule_bits << level), word)
        return word

    def elaborate(self, platform: object) -> Module:
        m = Module()
        valid, word, tag, amount = (
            self.i.valid,
            Value.cast(self.i.payload.data),
            self.i.payload.tag,
            self.i.payload.amount,
        )
        for stage, (low, high) in enumerate(zip(self._cuts, self._cuts[1:], strict=False)):
            here, amount = amount[: high - low], amount[high - low :]
            next_valid = Signal(name=f"valid_{stage}")
            next_word = Signal(len(word), name=f"word_{stage}", reset_less=True)
            next_rest = Signal(self._tag_bits + len(amount), name=f"rest_{stage}", reset_less=True)
            m.d.sync += [
                next_valid.eq(valid),
                next_word.eq(self._rotated(word, here, low)),
                next_rest.eq(Cat(tag, amount)),
            ]
            valid, word, tag, amount = (
                next_valid,
                next_word,
                next_rest[: self._tag_bits],
                next_rest[self._tag_bits :],
            )
        m.d.comb += [
            self.o.valid.eq(valid),
            self.o.payload.data.eq(word),
            self.o.payload.tag.eq(tag),
        ]
        return m
