"""The constants that golden model, tables and RTL of the sigmoid share: widths, weights and segment
layout.

Both formats compute s = sigmoid(-|x|) as ``s = significand * 2**(-fraction_bits - k)``; see
``docs/numerics.md`` for the error budget.
"""

from dataclasses import dataclass

LIMB = 17
"""Bits of an unsigned limb of a product: with a sign bit it fits one port of an 18 x 18 multiplier.
"""

FACTOR_LIMBS = (12, 17, 17)
"""Bits of the limbs of both factors if s is a product, lowest first; together ``fraction_bits``."""

WINDOW = {"fp32": 72, "fp16": 40}
"""Bits of the subtraction below the anchor, the greatest of the exponents of s, y and 1.

fp32: the 46 of s and 26 more. Next to 1, s of less than 2**-26 is far below half an ulp of the
result, and 1 - y is 0 or at least 2**-24; so s is cut only where no cancellation can follow and no
boundary is near.
"""

COARSE = {"fp32": 12, "fp16": 0}
"""Bits by which a difference from 1 is moved up if it cancels; other differences leave as many bits
to the sticky bit.
"""


def magnitude_bits(fmt_name: str) -> int:
    """Bits of a difference before it is rounded: it is below four times the anchor's weight."""
    return WINDOW[fmt_name] - COARSE[fmt_name] + 2


@dataclass(frozen=True)
class Sigmoid32:
    """fp32: the table is addressed by |x| itself, and a polynomial of degree 5 runs over each
    piece.

    A piece is addressed by exponent and leading bits of |x|; the ``delta_bits`` below them, taken
    about the middle of the piece, are the argument: d = delta * 2**-delta_bits, -1/2 <= d < 1/2,
    exactly.

    ===================  ==========================================================================
    |x|                  pieces
    ===================  ==========================================================================
    below 2**-13         the linear entry: 1/2 - |x|/4, exact but for a cubic term below 2**-44
    2**-13 .. 2**-5      32 to a binade; 1/2 - |x|/4 is added exactly, the polynomial is the rest
    2**-5 .. 2           32 to a binade
    2 .. 32              of 1/16
    32 .. 104            e**-|x| as a product: T for the whole part, 16 pieces for the fraction
    from 104 on          the zero entry: all that counts is that s is not 0
    ===================  ==========================================================================

    Each entry has its own k, so that 2**(fraction_bits - 3) < significand <= 2**fraction_bits.
    """

    fraction_bits: int = 46
    """Weight of the last bit of the significand: 2**(-46 - k)."""
    delta_bits: int = 18
    """Bits of the argument: signed, it fits one port of a multiplier."""
    scales: tuple[int, ...] = (0, 0, 3, 3, 9, 6)
    """Coefficient i counts 2**scales[i] units of the significand's last bit."""
    widths: tuple[int, ...] = (47, 43, 35, 30, 18, 15)
    """Bits of the coefficients, constant first: unsigned, then signed in two's complement."""
    k_bits: int = 8
    """Bits of k, an entry's last field."""
    low_bits: int = 5
    """Leading fraction bits that select a piece below ``first_even``."""
    first_exponent: int = -13
    """Exponent of the first binade in the table."""
    exact_below: int = -5
    """|x| < 2**exact_below: 1/2 - |x|/4 is added exactly."""
    first_even: int = 1
    """From 2**first_even on, all pieces are as wide as those of its binade: 1/16."""
    first_far: int = 5
    """From 2**first_far on, s is a product."""
    huge_from: int = 7
    """|x| >= 2**huge_from is beyond ``far_limit``."""
    far_limit: int = 104
    """From here on s is below half the least subnormal."""
    k_zero: int = 255
    """k of the zero entry."""
    half_below: int = -11
    """With a label of 1/2 and |x| < 2**half_below, the datapath carries |x|/4 in place of s."""

    def step_shift(self, i: int) -> int:
        """A coefficient i + 1 times delta, shifted right by this much, counts as a coefficient i.

        12, 18, 15, 18 from the highest step to the lowest, but for c5 d^2, which is brought to the
        weight of c4 d first (``fifth_shift``).
        """
        return self.delta_bits + self.scales[i] - self.scales[i + 1]

    @property
    def fifth_shift(self) -> int:
        """Shift of c5 d^2, d^2 being in units of d, to the weight of c4 d."""
        return self.scales[4] - self.scales[5]

    @property
    def even_bits(self) -> int:
        """Fraction bits of |x| in the address of a piece from ``first_even`` on."""
        return self.low_bits - self.first_even

    @property
    def depth(self) -> int:
        """Entries of the table."""
        return 1024

    @property
    def low_base(self) -> int:
        """Address of the first binade: {1, binade, leading fraction bits}."""
        return self.depth // 2

    @property
    def scale_base(self) -> int:
        """Address of T for a whole part of 32: {1111, bit 6, bits 4 to 0} for 32 .. 95."""
        return self.depth - 64

    @property
    def upper_scale_base(self) -> int:
        """Address of T for a whole part of 96: {10, bits 2 to 0} for 96 .. 103."""
        return 16

    linear_entry: int = 24
    """c0 = 1/2, k = 1."""
    zero_entry: int = 25
    """All zero, k = ``k_zero``: |x| is infinite, or from ``far_limit`` on."""
    empty_entry: int = 26
    """All zero: for |x|/4 in place of s, and the T of every s that is not a product."""

    @property
    def exact_shift(self) -> int:
        """|x|/4 for the greatest exponent below ``exact_below`` is significand << exact_shift, with
        k = 1.
        """
        return self.exact_below - 1 - 23 - 2 + self.fraction_bits + 1

    @property
    def half_shift(self) -> int:
        """|x|/4 in place of s is significand << half_shift."""
        return self.fraction_bits - 24

    @property
    def factor_shifts(self) -> tuple[int, int, int, int]:
        """The shift of each product of limbs to the weight of the next one, for their sum.

        With limbs a2 a1 a0 and b2 b1 b0 from the highest: a1 b1 right to a2 b0 + a0 b2, these right
        to a2 b1 + a1 b2, a2 b2 left to these, and the sum right to the last bit of the product.
        """
        low, middle, high = FACTOR_LIMBS
        return middle - low, low, middle, high - low

    def half_k(self, exponent):
        """k of |x|/4 in place of s, from the exponent of |x|: integers, arrays or Amaranth's
        values.
        """
        return 1 - exponent


@dataclass(frozen=True)
class Sigmoid16:
    """fp16: floor(2**25 * s), exact for every logit, from a quadratic for every eight logits.

    Every label is a multiple of 2**-24, so a midpoint between two results is a multiple of 2**-25:
    where s lies between two such multiples is all that rounding can ask, with the knowledge that it
    lies strictly between.
    """

    fraction_bits: int = 25
    offset_bits: int = 3
    """Bits of a logit's significand that are the polynomial's argument."""
    first_exponent: int = -11
    """Exponent of the first binade in the table; below it, 1/2 - |x|/4 decides."""
    binades: int = 16
    """Binades in the table; above them, s < 2**-25."""
    guard_bits: int = 6
    """Bits of the coefficients after the point."""
    widths: tuple[int, ...] = (30, 20, 10)
    """Bits of the coefficients: unsigned, signed, signed."""

    @property
    def segment_bits(self) -> int:
        """Leading fraction bits of a logit that select the polynomial within a binade."""
        return 10 - self.offset_bits

    @property
    def binade_bits(self) -> int:
        """Bits of an address that select the binade."""
        return (self.binades - 1).bit_length()

    @property
    def depth(self) -> int:
        """Entries of the table."""
        return self.binades << self.segment_bits

    @property
    def linear_bits(self) -> int:
        """Bits of the greatest ``linear_shift``: that of the exponent next below the table."""
        return self.linear_shift(self.first_exponent - 1).bit_length()

    def linear_shift(self, exponent):
        """The significand of a logit below the table, shifted left by this much, is 2**24 * |x|;
        from its exponent: integers, arrays or Amaranth's values.
        """
        return exponent + (self.fraction_bits - 1 - 10)


SIGMOID32 = Sigmoid32()
SIGMOID16 = Sigmoid16()
