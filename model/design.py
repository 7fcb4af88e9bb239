"""The numbers that golden model, tables and RTL of the sigmoid have in common: widths, weights and segment layout.

Both formats compute s = sigmoid(-|x|) as ``s = significand * 2**(-fraction_bits - k)``; see ``docs/numerics.md`` for the error budget.
"""

from dataclasses import dataclass
from math import ceil, log2

import gmpy2

LIMB = 17
"""Bits of an unsigned limb of a product: with a sign bit it fits one port of an 18 x 18 multiplier."""


@dataclass(frozen=True)
class Sigmoid32:
    """fp32: |x| * log2(e) = k + f, and a quartic in f for each k and each sixteenth of f.

    ``s = 2**-k * g(k, f)`` with ``g(k, f) = 2**-f / (1 + 2**-(k + f))``. From ``rows`` on, g is 2**-f within 2**-rows. Below
    2**``linear_below`` the polynomial is 1/2 - |x|/4, exact but for the cubic term, under a row of its own.
    """

    fraction_bits: int = 40
    """Weight of the last bit of the significand: 2**-40."""
    u_fraction_bits: int = 38
    """Bits of f."""
    segment_bits: int = 4
    """Leading bits of f that select the polynomial; the others are its argument, delta."""
    rows: int = 40
    """k at which g no longer depends on k."""
    linear_below: int = -11
    """|x| < 2**linear_below takes the linear row."""
    overflow_from: int = 7
    """|x| >= 2**overflow_from: sigmoid(-|x|) < 2**-184, which only rounds as 'not zero'."""
    constant_bits: int = 46
    """Bits of log2(e) after the point."""
    k_bits: int = 8
    slope_fraction_bits: int = 38
    """Weight of the last bit of the linear coefficient, so that it fits two limbs."""

    @property
    def delta_bits(self) -> int:
        """Bits of the polynomial's argument: two limbs."""
        return self.u_fraction_bits - self.segment_bits

    @property
    def k_overflow(self) -> int:
        """K given to an |x| of 2**overflow_from or more."""
        return (1 << self.k_bits) - 1

    @property
    def linear_row(self) -> int:
        """Row of the linear polynomial."""
        return self.rows + 1

    @property
    def depth(self) -> int:
        """Entries of the table."""
        return (self.linear_row + 1) << self.segment_bits

    @property
    def address_bits(self) -> int:
        """Bits of a table address, {row, leading bits of f}."""
        return ceil(log2(self.depth))

    @property
    def weights(self) -> tuple[int, ...]:
        """Fraction bits of the coefficients, constant first."""
        return (
            self.fraction_bits,
            self.slope_fraction_bits,
            self.fraction_bits,
            self.fraction_bits,
            self.fraction_bits - 1,
        )

    @property
    def widths(self) -> tuple[int, ...]:
        """Bits of the coefficients, constant first: unsigned, then signed in two's complement."""
        return (40, 35, 31, 25, 18)

    @property
    def log2e(self) -> int:
        """log2(e) to ``constant_bits`` after the point, rounded to nearest."""
        with gmpy2.context(gmpy2.get_context(), precision=160):
            return int(gmpy2.rint(gmpy2.mul_2exp(1 / gmpy2.const_log2(), self.constant_bits)))


@dataclass(frozen=True)
class Sigmoid16:
    """fp16: floor(2**25 * s), exact for every logit, from a quadratic for every eight logits.

    Every label is a multiple of 2**-24, so a midpoint between two results is a multiple of 2**-25: where s lies between two such
    multiples is all that rounding can ask, with the knowledge that it lies strictly between.
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
    def depth(self) -> int:
        """Entries of the table."""
        return self.binades << self.segment_bits


SIGMOID32 = Sigmoid32()
SIGMOID16 = Sigmoid16()
