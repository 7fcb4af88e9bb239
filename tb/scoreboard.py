"""Checks a job's memory: the gradient is the golden model's, bit for bit, and no other byte has
changed.
"""

from dataclasses import dataclass

import numpy as np

from scegrad.job.job import Job
from scegrad.model.golden import gradient
from scegrad.request.differences import FIRST, differences
from scegrad.tb.storage import Storage, Window

GUARD_BYTES = 256
"""Bytes on every side of every array that must not change."""


@dataclass
class Expectation:
    """The expected memory after a job: pieces of it by address; the gradient; and the windows of
    the job.
    """

    job: Job
    result: bytes
    pieces: dict[int, bytes]
    operands: tuple[np.ndarray, np.ndarray]
    inputs: list[Window]
    output: Window

    @classmethod
    def load(
        cls, storage: Storage, job: Job, logits: np.ndarray, labels: np.ndarray
    ) -> "Expectation":
        """Load the inputs of ``job`` into ``storage`` and declare its arrays."""
        storage.load(job.logits, logits.tobytes())
        storage.load(job.labels, labels.tobytes())
        arrays = {"logits": job.logits, "labels": job.labels, "gradient": job.gradient}
        # Read back what was loaded: the inputs of a job may overlap.
        logits, labels = (
            np.frombuffer(storage.dump(arrays[name], job.size), job.fmt.dtype)
            for name in ("logits", "labels")
        )
        result = gradient(logits, labels).tobytes()
        inputs = [
            storage.declare(name, arrays[name], job.size, readable=True, ident=k)
            for k, name in enumerate(("logits", "labels"))
        ]
        output = storage.declare("gradient", job.gradient, job.size, writable=True)
        pieces = {}
        for address in arrays.values():
            start = max(0, address - GUARD_BYTES)
            before = storage.dump(start, address + job.size + GUARD_BYTES - start)
            pieces[start] = _overlay(before, start, result, job.gradient)
        return cls(job, result, pieces, (logits, labels), inputs, output)

    def release(self, storage: Storage) -> None:
        """Withdraw the windows."""
        for window in (*self.inputs, self.output):
            storage.windows.remove(window)

    def check_complete(self, storage: Storage) -> None:
        """After success: every byte as expected, every byte of the output written and every word of
        the inputs read once.
        """
        for start, expected in self.pieces.items():
            self._compare(start, storage.dump(start, len(expected)), expected)
        assert all(self.output.written), (
            f"{self.output.name}: {self.output.written.count(0)} bytes were not written"
        )
        for window in self.inputs:
            again = [address for address, count in window.read_words.items() if count != 1]
            assert not again, (
                f"{window.name}: {len(again)} words were read more than once, the first at"
                f" {min(again):#x}"
            )

    def check_partial(self, storage: Storage) -> None:
        """After a bus error or a reset: every written byte is right, and no other was touched."""
        for start, expected in self.pieces.items():
            got = bytearray(storage.dump(start, len(expected)))
            for index, written in enumerate(self.output.written):
                place = self.output.base + index - start
                if not written and 0 <= place < len(got):
                    got[place] = expected[place]
            self._compare(start, bytes(got), expected)

    def _compare(self, start: int, got: bytes, expected: bytes) -> None:
        if got == expected:
            return
        wrong = [i for i, (g, e) in enumerate(zip(got, expected, strict=True)) if g != e]
        outside = [i for i in wrong if not self._inside(start + i)]
        index = (outside or wrong)[0]
        where = "outside the output" if outside else "in the output"
        lines = [] if outside else self._elements(start, got)
        raise AssertionError(
            f"{len(wrong)} bytes differ, the first {where} at {start + index:#x}:"
            f" {got[index]:#04x}, not {expected[index]:#04x}; " + "\n".join([str(self.job), *lines])
        )

    def _inside(self, address: int) -> bool:
        return self.output.base <= address < self.output.end

    def _elements(self, start: int, got: bytes) -> list[str]:
        """The first elements of the output that are wrong, as numbers and encodings."""
        fmt, offset = self.job.fmt, self.job.gradient - start
        if offset < 0 or offset + self.job.size > len(got):
            return []  # another piece shows the whole output
        found = np.frombuffer(got, fmt.dtype, self.job.length, offset)
        due = np.frombuffer(self.result, fmt.dtype)
        wrong = np.flatnonzero(found.view(fmt.bits_dtype) != due.view(fmt.bits_dtype))[:FIRST]
        told = differences(fmt, (self.job.length,), wrong, 0, (*self.operands, found, due))
        return [each.text(fmt) for each in told]


def _overlay(content: bytes, start: int, patch: bytes, address: int) -> bytes:
    """``content``, which begins at ``start``, with ``patch`` laid over it at ``address``."""
    result = bytearray(content)
    low, high = max(start, address), min(start + len(content), address + len(patch))
    if low < high:
        result[low - start : high - start] = patch[low - address : high - address]
    return bytes(result)
