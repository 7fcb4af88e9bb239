"""The host's end of the serial line to a board: requests that arrive, or an error that says what is wrong."""

import errno
import os
import random
import select
import termios
import time
import tty
from types import TracebackType

from scegrad.board.protocol import (
    BAUD,
    END,
    MAX_WORDS,
    OPEN_WORD,
    SEQUENCE_BITS,
    WORD,
    Answer,
    Op,
    Reply,
    Request,
    reply_of,
)
from scegrad.errors import LinkError, SessionLostError

ATTEMPTS = 6
"""How often a request is sent before the line is given up."""

TIMEOUT_VARIABLE = "SCEGRAD_UART_TIMEOUT"
TIMEOUT = 2.0
"""Seconds to wait for an answer before the request is sent again; the environment variable changes it."""


class Link:
    """A session with the board at a serial ``device``; a context manager. Raises ``LinkError``.

    Requests whose answer does not come, or comes damaged, are repeated; a repeated write is not carried out twice.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self.irq = False
        self.repeats = 0
        self._input = bytearray()
        self._timeout = _timeout()
        self._file = _opened(device)
        self._sequence = random.SystemRandom().getrandbits(SEQUENCE_BITS)
        self._open()

    def __enter__(self) -> "Link":
        """The link itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the device."""
        os.close(self._file)

    def _open(self) -> None:
        reply = self._exchange(Request(Op.OPEN, self._sequence, count=1))
        word = int.from_bytes(reply.data, "little")
        if word != OPEN_WORD:
            raise LinkError(
                f"{self.device}: the board speaks protocol {word:#010x}, but this program {OPEN_WORD:#010x}"
            )

    def renew(self) -> None:
        """Begin another session."""
        self._sequence = random.SystemRandom().getrandbits(SEQUENCE_BITS)
        self._open()

    def read(self, address: int, count: int) -> bytes:
        """``count`` words from ``address`` on, a multiple of 4."""
        result = b""
        while count:
            words = min(count, MAX_WORDS)
            result += self._request(Op.READ, address, words).data
            address, count = address + WORD * words, count - words
        return result

    def write(self, address: int, content: bytes) -> None:
        """Write words from ``address`` on, a multiple of 4."""
        for first in range(0, len(content), WORD * MAX_WORDS):
            piece = content[first : first + WORD * MAX_WORDS]
            self._request(Op.WRITE, address + first, len(piece) // WORD, piece)

    def read32(self, offset: int, /) -> int:
        """The value of a register."""
        return int.from_bytes(self.read(offset, 1), "little")

    def write32(self, offset: int, value: int, /) -> None:
        """Write a register."""
        self.write(offset, value.to_bytes(WORD, "little"))

    def wait(self, limit: int, /) -> None:
        """Let time pass until irq is high; raises ``TimeoutError`` after much longer than ``limit`` clock cycles take."""
        end = time.monotonic() + 10 * self._timeout + limit / 1e5
        while not self.irq:
            if time.monotonic() > end:
                raise TimeoutError(f"{self.device}: no interrupt came within {limit} cycles")
            self.read32(0)
        self.irq = False

    def _request(self, op: Op, address: int, count: int, content: bytes = b"") -> Reply:
        self._sequence = (self._sequence + 1) % (1 << SEQUENCE_BITS)
        reply = self._exchange(Request(op, self._sequence, address, count, content))
        if reply.answer == Answer.SEQUENCE:
            raise SessionLostError(f"{self.device}: the board has forgotten this session")
        if reply.answer != Answer.OK:
            what = Answer(reply.answer).name if reply.answer in list(Answer) else str(reply.answer)
            raise LinkError(
                f"{self.device}: {op.name} of {count} words at {address:#010x} was answered {what}"
            )
        return reply

    def _exchange(self, request: Request) -> Reply:
        """Send a request until its answer comes."""
        for attempt in range(ATTEMPTS):
            self.repeats += attempt > 0
            self._send(request.frame())
            end = time.monotonic() + self._timeout + 20 * WORD * (request.count + 8) / BAUD
            while (piece := self._piece(end)) is not None:
                reply = reply_of(piece)
                if (
                    reply is not None
                    and reply.header == request.header
                    and len(reply.data) in (0, WORD * request.count)
                ):
                    self.irq = reply.irq
                    return reply
        raise LinkError(
            f"{self.device}: no answer from the board after {ATTEMPTS} attempts; is it programmed, and is the device its own?"
        )

    def _send(self, content: bytes) -> None:
        try:
            while content:
                _, writable, _ = select.select([], [self._file], [], 10 * self._timeout)
                if not writable:
                    raise LinkError(f"{self.device}: the line takes no more bytes")
                content = content[os.write(self._file, content) :]
        except OSError as error:
            raise self._gone(error) from error

    def _piece(self, end: float) -> bytes | None:
        """What comes next between two ENDs, or None when the time is over."""
        while END not in self._input:
            left = end - time.monotonic()
            if left <= 0:
                return None
            try:
                readable, _, _ = select.select([self._file], [], [], left)
                if not readable:
                    return None
                content = os.read(self._file, 4096)
            except OSError as error:
                raise self._gone(error) from error
            if not content:
                raise self._gone(OSError(errno.EIO, os.strerror(errno.EIO)))
            self._input += content
        piece, _, rest = bytes(self._input).partition(bytes([END]))
        self._input = bytearray(rest)
        return piece

    def _gone(self, error: OSError) -> LinkError:
        return LinkError(
            f"{self.device}: the line is gone ({error.strerror}); was the cable unplugged?"
        )


def _timeout() -> float:
    text = os.environ.get(TIMEOUT_VARIABLE, "")
    try:
        value = float(text) if text else TIMEOUT
    except ValueError:
        value = 0.0
    if not 0 < value < 1e4:
        raise LinkError(f"{TIMEOUT_VARIABLE} is {text!r}, but must be a number of seconds")
    return value


def _opened(device: str) -> int:
    """The device, raw, at the board's speed; what came before is dropped."""
    try:
        file = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        raise LinkError(f"{device} cannot be opened: {error.strerror}") from error
    try:
        tty.setraw(file, termios.TCSANOW)
        settings = termios.tcgetattr(file)
        settings[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
        settings[4] = settings[5] = getattr(termios, f"B{BAUD}")
        termios.tcsetattr(file, termios.TCSANOW, settings)
        termios.tcflush(file, termios.TCIOFLUSH)
    except (termios.error, AttributeError) as error:
        os.close(file)
        raise LinkError(
            f"{device} is no serial line that can be set to {BAUD} bits a second"
        ) from error
    return file
