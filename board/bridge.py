"""The bridge: requests from frames, accesses to registers and memory, answers; see ``protocol``."""

from typing import NamedTuple

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import crc, stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from scegrad.board.memory import HostSignature
from scegrad.board.protocol import MAX_WORDS, OPEN_WORD, SEQUENCE_BITS, Answer, Op
from scegrad.board.serial import FRAMED

DEPTH = 2 * MAX_WORDS
"""The largest number of words in a frame; a longer frame is dropped."""

_CRC = crc.catalog.CRC32_ISO_HDLC


class SessionHistory(NamedTuple):
    """The session: whether one is open, and its last request.

    ``last`` is the number of that request; ``wrote`` tells whether it was a write, and its status.
    """

    last: Signal
    last_status: Signal
    opened: Signal
    wrote: Signal


class Bridge(wiring.Component):
    """Carries out the requests of ``i`` on ``host`` and answers them on ``o``, one at a time; bytes
    that come during a request are dropped.

    Every answer contains ``irq``. ``busy``: a request is being carried out.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "i": In(stream.Signature(FRAMED, always_ready=True)),
                "o": Out(stream.Signature(FRAMED)),
                "host": Out(HostSignature()),
                "irq": In(1),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.crc = self._crc = _CRC(data_width=8).create()
        m.submodules.words = memory = Memory(
            shape=32, depth=DEPTH, init=[], attrs={"no_rw_check": 1}
        )
        self._header, self._address, self._length = Signal(32), Signal(32), Signal(range(DEPTH + 1))
        self._status, self._index = Signal(8), Signal(8)
        self._op, self._sequence, self._count = (
            self._header[:8],
            self._header[8:24],
            self._header[24:],
        )
        m.d.comb += self.host.address.eq(self._address)
        arrived = self._receive(m, memory.write_port())
        read = memory.read_port()
        m.d.comb += [read.addr.eq(self._index + 2), self.host.data.eq(read.data)]
        self._carry_out(m, arrived)
        return m

    def _receive(self, m: Module, port: wiring.PureInterface) -> Value:
        """Keep the words of a frame; returns whether a whole one has come."""
        byte, bytes_in, shift = self.i.payload, Signal(range(4 * DEPTH + 1)), Signal(32)
        word = Cat(shift[8:], byte.data)
        taken = self.i.valid & ~self.busy
        full = bytes_in[-1]
        m.d.comb += [
            port.addr.eq(bytes_in[2:]),
            port.data.eq(word),
            port.en.eq(taken & ~byte.end & bytes_in[:2].all() & ~full),
        ]
        whole = (
            self._crc.match_detected
            & ~byte.data.any()
            & (bytes_in[:2] == 0)
            & ~full
            & (bytes_in >= 12)
        )
        with m.If(taken & ~byte.end & ~full):
            m.d.sync += [bytes_in.eq(bytes_in + 1), shift.eq(word)]
            with m.If(bytes_in == 3):
                m.d.sync += self._header.eq(word)
            with m.If(bytes_in == 7):
                m.d.sync += self._address.eq(word)
        with m.If(taken & byte.end):
            m.d.sync += [bytes_in.eq(0), self._length.eq(bytes_in[2:])]
        return taken & byte.end & whole

    def _carry_out(self, m: Module, arrived: Value) -> None:
        """The states: first those of the request, then those of its answer."""
        # Of the word on its way: number of bytes sent, remaining bytes.
        number, left = Signal(range(4)), Signal(32)
        last, last_status, opened, wrote = Signal(SEQUENCE_BITS), Signal(8), Signal(), Signal()
        history = SessionHistory(last, last_status, opened, wrote)
        sent = self.o.valid & self.o.ready
        m.d.comb += self.o.payload.data.eq(left[:8])
        self._feed_crc(m, sent)
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [self._index.eq(0), number.eq(0), self._status.eq(Answer.OK)]
                with m.If(arrived):
                    m.d.sync += self.busy.eq(1)
                    m.next = "DECIDE"
            with m.State("DECIDE"):
                m.d.sync += left.eq(self._header)
                m.next = "HEADER"
                self._decide(m, history)
            with m.State("FETCH"):
                m.next = "WRITE"
            with m.State("WRITE"):
                self._write(m, history)
            self._answer(m, number, left)

    def _answer(self, m: Module, number: Signal, left: Signal) -> None:
        """The states of the answer: header, words read, status, CRC, and the frame's end."""

        def send(state: str, then: str) -> None:
            self._send(m, state, then, number, left)

        send("HEADER", "CHOOSE")
        with m.State("CHOOSE"):
            self._choose(m, left)
        with m.State("READ"):
            self._read(m, left)
        send("DATA", "CHOOSE")
        send("STATUS", "SUM")
        with m.State("SUM"):
            m.d.sync += left.eq(self._crc.crc)
            m.next = "CRC"
        send("CRC", "END")
        with m.State("END"):
            m.d.comb += [self.o.valid.eq(1), self.o.payload.end.eq(1)]
            with m.If(self.o.valid & self.o.ready):
                m.d.comb += self._crc.start.eq(1)
                m.d.sync += self.busy.eq(0)
                m.next = "IDLE"

    def _feed_crc(self, m: Module, sent: Value) -> None:
        """The CRC of the received bytes, and during a request that of the sent bytes."""
        crc_in, byte = self._crc, self.o.payload
        m.d.comb += crc_in.data.eq(Mux(self.busy, byte.data, self.i.payload.data))
        m.d.comb += crc_in.valid.eq(
            Mux(self.busy, sent & ~byte.end, self.i.valid & ~self.i.payload.end)
        )
        m.d.comb += crc_in.start.eq(~self.busy & self.i.valid & self.i.payload.end)

    def _send(self, m: Module, state: str, then: str, number: Signal, left: Signal) -> None:
        """A state that sends the four bytes of ``left``."""
        with m.State(state):
            m.d.comb += self.o.valid.eq(1)
            with m.If(self.o.valid & self.o.ready):
                m.d.sync += [left.eq(left[8:]), number.eq(number + 1)]
                with m.If(number == 3):
                    m.next = then

    def _decide(self, m: Module, history: SessionHistory) -> None:
        """Decodes a request: its operation, whether its number is in sequence, and the status of a
        refusal.
        """
        repeated = history.opened & (self._sequence == history.last)
        following = history.opened & (self._sequence == (history.last + 1)[:SEQUENCE_BITS])
        some = (self._count != 0) & (self._count <= MAX_WORDS)
        with m.If((self._op == Op.OPEN) & (self._length == 3) & (self._count == 1)):
            m.d.sync += [history.last.eq(self._sequence), history.opened.eq(1), history.wrote.eq(0)]
        with m.Elif((self._op == Op.READ) & some & (self._length == 3)):
            with m.If(repeated | following):
                m.d.sync += [history.last.eq(self._sequence), history.wrote.eq(0)]
            with m.Else():
                m.d.sync += self._status.eq(Answer.SEQUENCE)
        with m.Elif((self._op == Op.WRITE) & some & (self._length == self._count + 3)):
            with m.If(repeated & history.wrote):
                m.d.sync += self._status.eq(history.last_status)
            with m.Elif(following):
                m.d.sync += [history.last.eq(self._sequence), history.wrote.eq(1)]
                m.next = "WRITE"
            with m.Else():
                m.d.sync += self._status.eq(Answer.SEQUENCE)
        with m.Else():
            m.d.sync += self._status.eq(Answer.MALFORMED)

    def _outcome(self) -> Value:
        return Mux(self.host.error, self.host.read[:8], Answer.OK)

    def _write(self, m: Module, history: SessionHistory) -> None:
        """Writes one word to the host; fetches the next one, except after the last word or an
        error.
        """
        outcome = self._outcome()
        m.d.comb += [self.host.valid.eq(1), self.host.write.eq(1)]
        with m.If(self.host.ready):
            m.d.sync += [
                self._index.eq(self._index + 1),
                self._address.eq(self._address + 4),
            ]
            m.d.sync += [self._status.eq(outcome), history.last_status.eq(outcome)]
            m.next = "FETCH"
            with m.If(self.host.error | (self._index + 1 == self._count)):
                m.next = "HEADER"

    def _choose(self, m: Module, left: Signal) -> None:
        """The state after the header or a word of data: the next word, or the status."""
        reading = (self._op == Op.READ) & (self._status == Answer.OK)
        m.d.sync += [left.eq(Cat(self._status, self.irq)), self._index.eq(self._index + 1)]
        m.next = "STATUS"
        with m.If((self._op == Op.OPEN) & (self._status == Answer.OK) & (self._index == 0)):
            m.d.sync += left.eq(OPEN_WORD)
            m.next = "DATA"
        with m.Elif((self._op == Op.READ) & (self._length == 3) & (self._index != self._count)):
            m.d.sync += left.eq(0)
            m.next = "DATA"
            with m.If(reading):
                m.next = "READ"

    def _read(self, m: Module, left: Signal) -> None:
        """Reads one word from the host."""
        outcome = self._outcome()
        m.d.comb += self.host.valid.eq(1)
        with m.If(self.host.ready):
            m.d.sync += [
                left.eq(Mux(self.host.error, 0, self.host.read)),
                self._address.eq(self._address + 4),
            ]
            m.d.sync += self._status.eq(outcome)
            m.next = "DATA"
