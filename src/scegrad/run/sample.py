"""``scegrad sample``: sample arrays for the other commands."""

from pathlib import Path

import numpy as np

from scegrad.errors import RequestError
from scegrad.files import OutputDirectory
from scegrad.formats import Format

LARGEST = 16
"""The logits go from minus this value to this value: the magnitudes of fp32 results go from 1.1e-7
to 1."""

NAMES = ("logits.npy", "labels.npy")


def sample(count: int, fmt: Format) -> tuple[np.ndarray, np.ndarray]:
    """Logits in equal steps from -16 to 16, rounded to the format, and the labels 0, 1, 0, 1 ..."""
    logits = np.linspace(-LARGEST, LARGEST, count).astype(fmt.dtype)
    return logits, (np.arange(count) % 2).astype(fmt.dtype)


def write_sample(directory: Path, count: int, fmt: Format) -> list[Path]:
    """Write the arrays of ``sample`` into two files, and return their paths.

    Raises ``RequestError`` before anything is written.
    """
    if count < 1:
        raise RequestError(f"--elements is {count}, but must be 1 or more")
    with OutputDirectory(directory) as output, output.whole() as work:
        for name, array in zip(NAMES, sample(count, fmt), strict=True):
            np.save(work / name, array)
    return [directory / name for name in NAMES]
