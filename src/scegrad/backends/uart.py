"""A request carried out by a board on a serial line, in slices that fit into the board's memory."""

from dataclasses import fields, replace

import numpy as np

from scegrad.board.protocol import PRIVATE_BYTES, SHARED_BYTES, WORD
from scegrad.errors import LinkError, RequestError, SessionLostError
from scegrad.job import sequence
from scegrad.job.job import Counters
from scegrad.job.placement import GUARD_BYTES
from scegrad.platforms import KiB
from scegrad.registers import offset
from scegrad.request.request import Request
from scegrad.request.result import Progress, Result
from scegrad.request.settings import UART
from scegrad.uart.link import Link

ATTEMPTS = 3
"""The number of times that a slice begins again after the loss of its session."""

PIECE = 64 * KiB
"""Bytes moved between two calls of ``progress``: a quarter of a second."""

BUSY_READS = 1000
"""The number of reads of BUSY before the board counts as occupied: no job takes so long."""

Slice = tuple[int, int]
"""The first element and the end of a slice."""


def slices(request: Request) -> list[Slice]:
    """Slices of the request's arrays, so short that three of them fit into the board's memory."""
    memory = PRIVATE_BYTES if request.job.private else SHARED_BYTES
    room = (memory // 3 - GUARD_BYTES) // GUARD_BYTES * GUARD_BYTES // request.fmt.bytes
    return [
        (first, min(first + room, request.logits.size))
        for first in range(0, request.logits.size, room)
    ] or [(0, 0)]


def run_uart(request: Request, progress: Progress | None = None) -> Result:
    """Run a request on the board; the counters are the sums over all slices.

    Raises ``LinkError``, and the errors of a job.
    """
    pieces, total = [], Counters(**dict.fromkeys((field.name for field in fields(Counters)), 0))
    with Link(request.backend.removeprefix(UART)) as link:
        _begin(link, request)
        for first, end in slices(request):
            gradient, counters = _attempt(link, request, (first, end), progress)
            pieces.append(gradient)
            total = Counters(
                **{
                    field.name: getattr(total, field.name) + getattr(counters, field.name)
                    for field in fields(Counters)
                }
            )
            if progress:
                progress(end, request.logits.size)
    return request.result(np.concatenate(pieces), total)


def _begin(link: Link, request: Request) -> None:
    """Make sure that the board has the platform, and that no job of an earlier session is running
    or unacknowledged.
    """
    try:
        sequence.execute(sequence.identify_and_enable(request.platform), link)
    except RuntimeError as error:
        raise RequestError(f"{link.device} is not {request.platform.name}: {error}") from error
    for _ in range(BUSY_READS):
        if not link.read32(offset("BUSY")):
            break
    else:
        raise LinkError(f"{link.device}: the board is busy with another program's job")
    link.write32(offset("IRQ_PENDING"), 0xFFFF_FFFF)


def _attempt(
    link: Link, request: Request, piece: Slice, progress: Progress | None
) -> tuple[np.ndarray, Counters]:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if attempt > 1:
                link.renew()
                _begin(link, request)
            return _slice(link, request, piece, progress)
        except SessionLostError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


class _Mover:
    """Moves bytes in pieces, and reports each piece as a number of the slice's elements."""

    def __init__(self, link: Link, request: Request, piece: Slice, progress: Progress | None):
        self._link, self._progress, self._total = link, progress, request.logits.size
        self._first, self._elements = piece[0], piece[1] - piece[0]
        self._bytes, self._moved = 3 * self._elements * request.fmt.bytes, 0

    def _tell(self, size: int) -> None:
        self._moved += size
        if self._progress and self._moved < self._bytes:
            done = self._first + self._elements * self._moved // self._bytes
            self._progress(done, self._total)

    def write(self, address: int, content: bytes) -> None:
        for first in range(0, len(content), PIECE):
            piece = content[first : first + PIECE]
            self._link.write(address + first, piece)
            self._tell(len(piece))

    def read(self, address: int, size: int) -> bytes:
        content = bytearray()
        for first in range(0, size, PIECE):
            words = -(-min(PIECE, size - first) // WORD)
            content += self._link.read(address + first, words)
            self._tell(WORD * words)
        return bytes(content[:size])


def _slice(
    link: Link, request: Request, piece: Slice, progress: Progress | None
) -> tuple[np.ndarray, Counters]:
    """Move the operands, run the job, move the gradient."""
    first, end = piece
    mover = _Mover(link, request, piece, progress)
    region = (
        request.platform.l2[0]
        if request.job.private
        else max(request.platform.shared, key=lambda item: item.size)
    )
    size = (end - first) * request.fmt.bytes
    padded = -(-size // GUARD_BYTES) * GUARD_BYTES
    logits, labels, gradient = (region.base + i * padded for i in range(3))
    for operand, where in ((request.job.logits, logits), (request.job.labels, labels)):
        if request.job.gradient == operand:
            gradient = where  # in place
    mover.write(logits, _words(request.logits[first:end]))
    mover.write(labels, _words(request.labels[first:end]))
    job = replace(request.job, logits=logits, labels=labels, gradient=gradient, length=end - first)
    counters = sequence.execute(sequence.run(job), link)
    return np.frombuffer(mover.read(gradient, size), request.fmt.dtype), counters


def _words(array: np.ndarray) -> bytes:
    content = np.ascontiguousarray(array).tobytes()
    return content + bytes(-len(content) % WORD)
