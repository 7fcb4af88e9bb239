"""Results that differ from the expected ones, printed so that a reader can find and repeat them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scegrad.formats import Format

FIRST = 5
"""The largest number of differences that are printed."""


@dataclass(frozen=True)
class DifferingElement:
    """One element: its place in the array, the operands, and both results, as encodings."""

    index: tuple[int, ...]
    logit: int
    label: int
    got: int
    expected: int

    def text(self, fmt: Format) -> str:
        """One line, with each number as a value and as an encoding."""
        place = ", ".join(map(str, self.index))
        names = (("x", self.logit), ("y", self.label), ("got", self.got))
        parts = [f"{name} {fmt.text(bits)}" for name, bits in names]
        return f"[{place}] {', '.join(parts)}, expected {fmt.text(self.expected)}"


def differences(
    fmt: Format,
    shape: tuple[int, ...],
    where: np.ndarray,
    start: int,
    arrays: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> Iterator[DifferingElement]:
    """The elements ``where`` of flat ``arrays``: logits, labels, got, expected.

    The arrays are the part from element ``start`` on of an array of ``shape``; places are indices
    into that array.
    """
    flat = [array.view(fmt.bits_dtype) for array in arrays]
    for element in where:
        index = (
            tuple(int(i) for i in np.unravel_index(start + int(element), shape)) if shape else ()
        )
        yield DifferingElement(index, *(int(array[element]) for array in flat))
