"""The IEEE 754 binary formats of the operator."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Format:
    """One IEEE 754 binary interchange format; every width and special value follows from two
    fields.

    ``exponent_bits`` is the width of the biased exponent field and ``fraction_bits`` that of the
    stored fraction, so the significand has ``fraction_bits + 1`` bits with the hidden one.
    """

    name: str
    exponent_bits: int
    fraction_bits: int

    @property
    def width(self) -> int:
        """Bits of an encoded value."""
        return 1 + self.exponent_bits + self.fraction_bits

    @property
    def bytes(self) -> int:
        """Bytes of an encoded value, which is also the alignment of an array of them."""
        return self.width // 8

    def text(self, bits: int) -> str:
        """An encoding as readable text: the value and the bits, such as ``0.5 (0x3f000000)``."""
        # NumPy: other facts, and --help, do not need it.
        import numpy as np

        value = np.array(bits, self.bits_dtype).view(self.dtype)[()]
        return f"{value} ({bits:#0{self.width // 4 + 2}x})"

    @property
    def precision(self) -> int:
        """Bits of the significand, the hidden one included."""
        return self.fraction_bits + 1

    @property
    def bias(self) -> int:
        """The number that is added to an exponent to make its field."""
        return (1 << (self.exponent_bits - 1)) - 1

    @property
    def emin(self) -> int:
        """Exponent of the smallest normal number, and of every subnormal."""
        return 1 - self.bias

    @property
    def emax(self) -> int:
        """Exponent of the largest finite number."""
        return self.bias

    @property
    def exponent_mask(self) -> int:
        """The exponent field of an infinity or a NaN: all ones."""
        return (1 << self.exponent_bits) - 1

    @property
    def infinity(self) -> int:
        """Encoding of +infinity."""
        return self.exponent_mask << self.fraction_bits

    @property
    def nan(self) -> int:
        """Encoding of the canonical quiet NaN: positive, with the first fraction bit alone."""
        return self.infinity | 1 << (self.fraction_bits - 1)

    @property
    def sign_bit(self) -> int:
        """The sign's place in an encoded value."""
        return 1 << (self.width - 1)

    # NumPy loads at the first use of one of its types: help texts and registers do not need it.
    @cached_property
    def dtype(self) -> "np.dtype":
        """NumPy's type of the values."""
        import numpy as np

        return np.dtype(f"f{self.bytes}")

    @cached_property
    def bits_dtype(self) -> "np.dtype":
        """NumPy's unsigned type of the same width, for encodings."""
        import numpy as np

        return np.dtype(f"u{self.bytes}")


FP16 = Format("fp16", exponent_bits=5, fraction_bits=10)
FP32 = Format("fp32", exponent_bits=8, fraction_bits=23)

FORMATS = {fmt.name: fmt for fmt in (FP32, FP16)}
"""Every format by name, in the order of the register encoding (see ``registers.FORMAT_CODES``)."""


def format_of(dtype: "np.dtype") -> Format:
    """The format whose values have this NumPy type; raises ``ValueError`` if there is none."""
    for fmt in FORMATS.values():
        if fmt.dtype == dtype:
            return fmt
    offered = " or ".join(f"{fmt.dtype} ({fmt.name})" for fmt in FORMATS.values())
    raise ValueError(f"elements are {dtype}, but must be {offered}")
