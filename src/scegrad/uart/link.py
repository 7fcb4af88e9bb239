"""The host's end of the serial line to a board: a request either arrives, or an error says what is
wrong.
"""

import os
import random
import time
from pathlib import Path

import serial

from scegrad.board.protocol import (
    BAUD,
    MAX_WORDS,
    OPEN_WORD,
    SEQUENCE_BITS,
    WORD,
    Answer,
    HostRequest,
    Op,
    Reply,
    Slip,
    reply_of,
)
from scegrad.errors import LinkError, RequestError, SessionLostError

ATTEMPTS = 6
"""The number of times that a request is sent before the host gives up."""

TIMEOUT_VARIABLE = "SCEGRAD_UART_TIMEOUT"
TIMEOUT = 2.0
"""Seconds to wait for an answer before the request is sent again; the environment variable changes
it.
"""

LOOKS = 10
"""The number of checks of the time during the wait for an answer."""


class Link:
    """A session with the board at a serial ``device``; a context manager.

    The device is locked, so that no second program of this kind can use it. Raises ``RequestError``
    if the device cannot be opened or another program has it, otherwise ``LinkError``. A request
    with a missing or damaged answer is repeated; a repeated write is not carried out twice.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self.irq = False
        self.repeats = 0
        self._input = bytearray()
        self._timeout = _timeout()
        self._port = _opened(device, self._timeout)
        self._sequence = random.SystemRandom().getrandbits(SEQUENCE_BITS)
        self._open()

    def __enter__(self) -> "Link":
        """The link itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the device."""
        self._port.close()

    def _open(self) -> None:
        reply = self._exchange(HostRequest(Op.OPEN, self._sequence, count=1))
        word = int.from_bytes(reply.data, "little")
        if word != OPEN_WORD:
            raise LinkError(
                f"{self.device}: the board speaks protocol {word:#010x}, but this program"
                f" {OPEN_WORD:#010x}"
            )

    def renew(self) -> None:
        """Begin another session."""
        self._sequence = random.SystemRandom().getrandbits(SEQUENCE_BITS)
        self._open()

    def read(self, address: int, count: int) -> bytes:
        """Read ``count`` words from ``address`` on, a multiple of 4."""
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
        """Let time pass until irq is high; raises ``TimeoutError`` after a time much longer than
        ``limit`` clock cycles.
        """
        end = time.monotonic() + 10 * self._timeout + limit / 1e5
        while not self.irq:
            if time.monotonic() > end:
                raise TimeoutError(f"{self.device}: no interrupt came within {limit} cycles")
            self.read32(0)
        self.irq = False

    def _request(self, op: Op, address: int, count: int, content: bytes = b"") -> Reply:
        self._sequence = (self._sequence + 1) % (1 << SEQUENCE_BITS)
        reply = self._exchange(HostRequest(op, self._sequence, address, count, content))
        if reply.answer == Answer.SEQUENCE:
            raise SessionLostError(f"{self.device}: the board has forgotten this session")
        if reply.answer != Answer.OK:
            what = Answer(reply.answer).name if reply.answer in list(Answer) else str(reply.answer)
            raise LinkError(
                f"{self.device}: {op.name} of {count} words at {address:#010x} was answered {what}"
            )
        return reply

    def _exchange(self, request: HostRequest) -> Reply:
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
            f"{self.device}: no answer from the board after {ATTEMPTS} attempts; is it programmed,"
            " and is the device its own?"
        )

    def _send(self, content: bytes) -> None:
        try:
            self._port.write(content)
        except serial.SerialTimeoutException as error:
            raise LinkError(f"{self.device}: the line takes no more bytes") from error
        except OSError as error:
            raise self._gone(error) from error

    def _piece(self, end: float) -> bytes | None:
        """The next content between two ENDs, or None when the time is over."""
        while Slip.END not in self._input:
            if time.monotonic() >= end:
                return None
            try:
                self._input += self._port.read(self._port.in_waiting or 1)
            except OSError as error:
                raise self._gone(error) from error
        piece, _, rest = bytes(self._input).partition(bytes([Slip.END]))
        self._input = bytearray(rest)
        return piece

    def _gone(self, error: OSError) -> LinkError:
        cause = error.__context__ if isinstance(error.__context__, OSError) else error
        reason = cause.strerror or "it has hung up"
        return LinkError(f"{self.device}: the line is gone ({reason}); was the cable unplugged?")


def _timeout() -> float:
    text = os.environ.get(TIMEOUT_VARIABLE, "")
    try:
        value = float(text) if text else TIMEOUT
    except ValueError:
        value = 0.0
    if not 0 < value < 1e4:
        raise RequestError(f"{TIMEOUT_VARIABLE} is {text!r}, but must be a number of seconds")
    return value


def _opened(device: str, timeout: float) -> serial.Serial:
    """The device, raw, at the board's speed and locked; earlier input is dropped. Raises
    ``RequestError``.
    """
    try:
        return serial.Serial(
            device, BAUD, timeout=timeout / LOOKS, write_timeout=10 * timeout, exclusive=True
        )
    except (OSError, ValueError) as error:
        cause = error.__context__
        if isinstance(cause, BlockingIOError):
            raise RequestError(f"{device} is in use by {_holder(device)}") from error
        if errno := getattr(error, "errno", None):
            raise RequestError(f"{device} cannot be opened: {os.strerror(errno)}") from error
        raise RequestError(
            f"{device} is not a serial line that can be set to {BAUD} bits per second"
        ) from error


def _holder(device: str) -> str:
    """The program that holds the lock, as far as the system reports it."""
    try:
        inode = Path(device).stat().st_ino
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = line.split()  # 1: FLOCK ADVISORY WRITE pid major:minor:inode 0 EOF
            if words[1] == "FLOCK" and words[5].endswith(f":{inode}"):
                name = Path(f"/proc/{words[4]}/comm").read_text(errors="replace").strip()
                return f"process {words[4]} ({name})"
    except (OSError, IndexError):
        pass
    return "another program"
