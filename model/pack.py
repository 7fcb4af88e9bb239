"""Pack: the encoding of the rounded difference, or of the result that an infinity or a NaN
requires.
"""

import numpy as np

from scegrad.formats import Format
from scegrad.model.unpack import Operand


def pack(rounded: np.ndarray, logit: Operand, label: Operand, fmt: Format) -> np.ndarray:
    """Encodings of the results in the format's unsigned type."""
    opposite = np.where(label.sign, 0, fmt.sign_bit) | fmt.infinity
    bits = np.where(label.infinite, opposite, rounded)
    return np.where(logit.nan | label.nan, fmt.nan, bits).astype(fmt.bits_dtype)
