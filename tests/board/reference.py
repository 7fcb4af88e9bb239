"""The board by the description of the protocol: a second form of ``board/bridge.py``, and ways to
damage the bytes on a line.
"""

import random
from collections.abc import Callable, Iterator

from scegrad.board.protocol import (
    MAX_WORDS,
    OPEN_WORD,
    WORD,
    Answer,
    HostRequest,
    Op,
    Slip,
    slip,
    unslip,
    with_crc,
)

BASE = 0x8000_0000
WORDS = 64
"""The memory of the reference: this number of words from ``BASE`` on, and nothing elsewhere."""

KEPT = 8 * MAX_WORDS
"""The number of bytes above which a frame is dropped."""

SEQUENCES = 1 << 16


class ReferenceBoard:
    """Takes bytes, returns bytes, and lists the accesses to memory: whether it is a write, the
    address, the word.
    """

    def __init__(self) -> None:
        self.memory = [0] * WORDS
        self.accesses: list[tuple[bool, int, int]] = []
        self._piece = bytearray()
        self._last: int | None = None
        self._wrote: int | None = None  # the outcome, where the last request was a write

    def feed(self, content: bytes) -> bytes:
        """The board's answer to these bytes."""
        answers = b""
        for byte in content:
            if byte == Slip.END:
                answers += self._frame(bytes(self._piece))
                self._piece.clear()
            else:
                self._piece.append(byte)
        return answers

    def _frame(self, piece: bytes) -> bytes:
        content = unslip(piece)
        if (
            content is None
            or not 3 * WORD <= len(content) < KEPT
            or len(content) % WORD
            or with_crc(content[:-WORD]) != content
        ):
            return b""
        words = [
            int.from_bytes(content[i : i + WORD], "little") for i in range(0, len(content), WORD)
        ]
        data, answer = self._carry_out(
            words[0] & 0xFF, words[0] >> 8 & 0xFFFF, words[0] >> 24, words[1], words[2:-1]
        )
        return slip(
            with_crc(b"".join(word.to_bytes(WORD, "little") for word in (words[0], *data, answer)))
        )

    def _carry_out(
        self, op: int, sequence: int, count: int, address: int, content: list[int]
    ) -> tuple[list[int], int]:
        """The data words of the answer and its status."""
        some = 1 <= count <= MAX_WORDS
        known = self._last is not None and sequence == self._last
        follows = self._last is not None and sequence == (self._last + 1) % SEQUENCES
        if op == Op.OPEN and count == 1 and not content:
            self._last, self._wrote = sequence, None
            return [OPEN_WORD], Answer.OK
        if op == Op.READ and some and not content:
            if not known and not follows:
                return [0] * count, Answer.SEQUENCE
            self._last, self._wrote = sequence, None
            return self._read(address, count)
        if op == Op.WRITE and some and len(content) == count:
            if known and self._wrote is not None:
                return [], self._wrote
            if not follows:
                return [], Answer.SEQUENCE
            self._last, self._wrote = sequence, self._write(address, content)
            return [], self._wrote
        return [0] * count if op == Op.READ and not content else [], Answer.MALFORMED

    def _inside(self, address: int) -> bool:
        return BASE <= address < BASE + WORD * WORDS and address % WORD == 0

    def _read(self, address: int, count: int) -> tuple[list[int], int]:
        data = []
        for i in range(count):
            where = (address + WORD * i) & 0xFFFF_FFFF
            self.accesses.append((False, where, 0))
            if not self._inside(where):
                return data + [0] * (count - i), Answer.ADDRESS
            data.append(self.memory[(where - BASE) // WORD])
        return data, Answer.OK

    def _write(self, address: int, content: list[int]) -> int:
        for i, word in enumerate(content):
            where = (address + WORD * i) & 0xFFFF_FFFF
            self.accesses.append((True, where, word))
            if not self._inside(where):
                return Answer.ADDRESS
            self.memory[(where - BASE) // WORD] = word
        return Answer.OK


def requests(rng: random.Random, count: int) -> Iterator[bytes]:
    """Frames of a session, most of them in order and inside the memory."""
    sequence = rng.choice([0, 0xFFFE, rng.randrange(SEQUENCES)])
    yield HostRequest(Op.OPEN, sequence, count=1).frame()
    for _ in range(count):
        sequence = (sequence + rng.choices([1, 0, 2, -1], [20, 2, 1, 1])[0]) % SEQUENCES
        words = rng.choices([rng.randrange(1, 5), 0, MAX_WORDS, MAX_WORDS + 1], [60, 2, 1, 1])[0]
        address = (
            BASE + WORD * rng.randrange(WORDS - 4) if rng.random() < 0.9 else rng.getrandbits(32)
        )
        op = rng.choices([*Op, 0, 9], [1, 10, 10, 1, 1])[0]
        data = (
            bytes(
                rng.choice((Slip.END, Slip.ESC, Slip.ESC_END, rng.getrandbits(8)))
                for _ in range(WORD * words)
            )
            if op == Op.WRITE
            else b""
        )
        yield HostRequest(
            op, sequence, address, words, data if rng.random() < 0.95 else data[WORD:]
        ).frame()


def damaged(rng: random.Random, often: float) -> Callable[[bytes], bytes]:
    """A line on which bytes are changed, lost or added, and pieces are repeated or cut off; with
    ``often`` every piece is damaged.
    """
    before = [b""]

    def damage(content: bytes) -> bytes:
        before.append(content)
        if not content or rng.random() >= often:
            return content
        at, to = sorted(rng.randrange(len(content) + 1) for _ in range(2))
        noise = bytes(rng.getrandbits(8) for _ in range(rng.randrange(1, 6)))
        return rng.choice(
            [
                content[:at]
                + bytes([content[at % len(content)] ^ 1 << rng.randrange(8)])
                + content[at + 1 :],
                content[:at] + content[at + 1 :],
                content[:at] + noise + content[at:],
                content[:to] + content[at:],
                content[:at],
                content[at:],
                content + rng.choice(before[-6:]),
                noise,
            ]
        )

    return damage
