"""Bytes at every address, of which a bench declares those that a job may access; and the places of
bus errors.
"""

import random
from collections import Counter
from dataclasses import dataclass, field

from scegrad.axi import PAGE_BYTES, Resp


@dataclass
class Window:
    """An array that a job may read or write; ``read_words`` and ``written`` count the accesses, by
    bus word and by byte.

    ``ident`` is the only AXI ID under which it may be read, if not None.
    """

    name: str
    base: int
    size: int
    readable: bool
    writable: bool
    ident: int | None = None
    read_words: Counter[int] = field(default_factory=Counter)
    written: bytearray = field(init=False)

    def __post_init__(self) -> None:
        """Nothing has been written yet."""
        self.written = bytearray(self.size)

    @property
    def end(self) -> int:
        """The first address past the array."""
        return self.base + self.size

    def holds_words(self, address: int, size: int, word_bytes: int) -> bool:
        """Whether every one of the bus words from ``address`` on holds a byte of the array."""
        return (
            self.base & -word_bytes <= address
            and address + size <= -(-self.end // word_bytes) * word_bytes
        )


@dataclass(frozen=True)
class Fault:
    """A bus error: every access of this kind to a word that holds one of ``size`` bytes from
    ``address`` on is answered ``response``.
    """

    address: int
    response: Resp
    write: bool = False
    size: int = 1

    def hits(self, address: int, size: int, write: bool) -> bool:
        """Whether an access to ``size`` bytes at ``address`` is answered with the error."""
        return (
            write == self.write
            and address < self.address + self.size
            and self.address < address + size
        )


class Storage:
    """Sparse bytes with windows; bytes that were never written are random, the same for the same
    ``seed``.
    """

    def __init__(self, seed: int) -> None:
        self.windows: list[Window] = []
        self.faults: list[Fault] = []
        self._seed = seed
        self._pages: dict[int, bytearray] = {}

    def declare(
        self,
        name: str,
        base: int,
        size: int,
        *,
        readable: bool = False,
        writable: bool = False,
        ident: int | None = None,
    ) -> Window:
        """Permit accesses to ``size`` bytes from ``base`` on."""
        window = Window(name, base, size, readable, writable, ident)
        self.windows.append(window)
        return window

    def load(self, address: int, content: bytes) -> None:
        """Put bytes at an address, declared or not."""
        offset = 0
        while offset < len(content):
            page, start = divmod(address + offset, PAGE_BYTES)
            size = min(PAGE_BYTES - start, len(content) - offset)
            self._page(page)[start : start + size] = content[offset : offset + size]
            offset += size

    def dump(self, address: int, size: int) -> bytes:
        """The bytes at an address, declared or not."""
        parts, end = [], address + size
        while address < end:
            page, start = divmod(address, PAGE_BYTES)
            part = self._page(page)[start : min(PAGE_BYTES, start + end - address)]
            parts.append(bytes(part))
            address += len(part)
        return b"".join(parts)

    def fault(self, address: int, size: int, write: bool) -> Resp:
        """The response that the bench asked for this access."""
        for fault in self.faults:
            if fault.hits(address, size, write):
                return fault.response
        return Resp.OKAY

    def readable(self, address: int, size: int, word_bytes: int, ident: int) -> Window | None:
        """The window that permits reading these bus words: words of an array, the neighbours of its
        ends in the word included.
        """
        for window in self.windows:
            permits = window.readable and window.ident in (None, ident)
            if permits and window.size and window.holds_words(address, size, word_bytes):
                return window
        return None

    def write(self, address: int, content: bytes) -> str | None:
        """Write bytes of one bus word; returns a message if the write is wrong, and then writes
        nothing.
        """
        for window in self.windows:
            if window.writable and window.base <= address and address + len(content) <= window.end:
                start = address - window.base
                counts = window.written
                again = any(counts[start : start + len(content)])
                for index in range(start, start + len(content)):
                    counts[index] = 1
                self.load(address, content)
                return (
                    f"{window.name} was written more than once at {address:#x}" if again else None
                )
        return f"{len(content)} bytes were written at {address:#x}, which nobody declared writable"

    def _page(self, number: int) -> bytearray:
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = bytearray(
                random.Random(f"{self._seed}:{number}").randbytes(PAGE_BYTES)
            )
        return page
