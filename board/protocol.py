"""The protocol of the board's serial line: the part that host and hardware share, and the host's
writing and reading of frames.

A frame follows SLIP (RFC 1055): an END before and after it, and an ESC before END and ESC inside
it. It consists of 32-bit words, lowest byte first:

    request   header, address, data words (``WRITE`` alone), CRC
    answer    header of the request, data words (``OPEN`` and ``READ`` alone), status, CRC

    header    bits 7..0 ``Op``, 23..8 sequence number, 31..24 number of data words
    status    bits 7..0 ``Answer``, bit 8 the interrupt line of the unit
    CRC       CRC-32 as in Ethernet and zlib, over all the words before it

``OPEN`` begins a session with its sequence number and is answered with the word ``OPEN_WORD``.
Every further request must have the next number, or repeat the last one: a repeated ``WRITE`` is
answered, but not carried out a second time. A frame with a wrong CRC gets no answer.
"""

import zlib
from dataclasses import dataclass
from enum import IntEnum

from scegrad.platforms import KiB, MiB

BAUD = 3_000_000
"""Bits a second, 8N1."""

CLOCK_HZ = 60_000_000
"""The board's clock, and its SDRAM's."""

OPEN_WORD = 0x5343_0001
"""Answer to ``OPEN``: "SC" and the protocol's version."""

MAX_WORDS = 128
"""Data words in a frame."""

SHARED_BYTES, PRIVATE_BYTES = 32 * MiB, 64 * KiB
"""Memory on the board: SDRAM at the start of the largest shared region, and block RAM at that of
the L2 of core 0.
"""

SEQUENCE_BITS = 16

WORD = 4


class Op(IntEnum):
    """The operation of a request."""

    OPEN = 1
    READ = 2
    WRITE = 3


class Answer(IntEnum):
    """The outcome of a request."""

    OK = 0
    MALFORMED = 1
    SEQUENCE = 2
    ADDRESS = 3
    BUS = 4


class Slip(IntEnum):
    """Bytes with a special meaning in SLIP (RFC 1055)."""

    END = 0xC0
    ESC = 0xDB
    ESC_END = 0xDC
    ESC_ESC = 0xDD


_ESCAPED: dict[int, int] = {Slip.ESC_END: Slip.END, Slip.ESC_ESC: Slip.ESC}
"""The meaning of the byte after an ESC."""


@dataclass(frozen=True)
class HostRequest:
    """A request: ``count`` data words from or to ``address``; ``data`` are those of a ``WRITE``."""

    op: Op
    sequence: int
    address: int = 0
    count: int = 0
    data: bytes = b""

    @property
    def header(self) -> int:
        """The first word."""
        return self.op | self.sequence << 8 | self.count << 24

    def frame(self) -> bytes:
        """The frame as bytes on the line."""
        return slip(with_crc(_words(self.header, self.address) + self.data))


@dataclass(frozen=True)
class Reply:
    """An answer that came undamaged."""

    header: int
    data: bytes
    answer: int
    irq: bool


def _words(*values: int) -> bytes:
    return b"".join(value.to_bytes(WORD, "little") for value in values)


def with_crc(content: bytes) -> bytes:
    """The content and its CRC."""
    return content + _words(zlib.crc32(content))


def slip(content: bytes) -> bytes:
    """A frame as bytes on the line."""
    escaped = content.replace(bytes([Slip.ESC]), bytes([Slip.ESC, Slip.ESC_ESC])).replace(
        bytes([Slip.END]), bytes([Slip.ESC, Slip.ESC_END])
    )
    return bytes([Slip.END]) + escaped + bytes([Slip.END])


def unslip(piece: bytes) -> bytes | None:
    """The content between two ENDs; None if an escape is wrong."""
    result, rest = bytearray(), iter(piece)
    for byte in rest:
        if byte == Slip.ESC:
            meant = _ESCAPED.get(next(rest, -1))
            if meant is None:
                return None
            byte = meant
        result.append(byte)
    return bytes(result)


def reply_of(piece: bytes) -> Reply | None:
    """The answer between two ENDs; None if it is damaged."""
    content = unslip(piece)
    if (
        content is None
        or len(content) < 3 * WORD
        or len(content) % WORD
        or with_crc(content[:-WORD]) != content
    ):
        return None
    header, status = (
        int.from_bytes(content[at : at + WORD], "little") for at in (0, len(content) - 2 * WORD)
    )
    return Reply(header, content[WORD : -2 * WORD], status & 0xFF, bool(status >> 8 & 1))
