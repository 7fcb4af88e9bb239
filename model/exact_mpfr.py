"""The exact fp32 gradient of one pair, by MPFR interval arithmetic with as many bits as needed
(Ziv's strategy).

Slow and simple: it decides the pairs that the vectorised ``exact_fp32`` leaves open, whose tests
compare the two. As there, |x| is limited to 200, because any sigmoid below 2^-150 rounds
alike; with that, the search ends well before ``MOST_BITS``, or raises ``ArithmeticError``.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import gmpy2

from scegrad.model.bounds import ALLOWANCE

LARGEST = 200
FEWEST_BITS = 128
MOST_BITS = 1 << 14

Interval = tuple[gmpy2.mpfr, gmpy2.mpfr]
T = TypeVar("T")


def _small(x: float, up: gmpy2.context, down: gmpy2.context) -> Interval:
    """sigmoid(-|x|), from below and from above."""
    z = gmpy2.mpfr(min(abs(x), LARGEST))
    if z == 0:
        return gmpy2.mpfr(0.5), gmpy2.mpfr(0.5)
    if gmpy2.is_infinite(gmpy2.mpfr(x)):
        return gmpy2.mpfr(0), gmpy2.mpfr(0)
    low, high = down.exp(-z), up.exp(-z)
    return down.div(low, up.add(low, 1)), up.div(high, down.add(high, 1))


def _intervals(x: float, y: float) -> Iterator[tuple[Interval, Interval]]:
    """Enclosures of sigmoid(x) - y and of sigmoid(-|x|), with twice the bits each time."""
    bits = FEWEST_BITS
    while bits <= MOST_BITS:
        up = gmpy2.context(precision=bits, round=gmpy2.RoundUp)
        down = gmpy2.context(precision=bits, round=gmpy2.RoundDown)
        low, high = small = _small(x, up, down)
        if x > 0:
            low, high = down.sub(1, high), up.sub(1, low)
        yield (down.sub(low, gmpy2.mpfr(y)), up.sub(high, gmpy2.mpfr(y))), small
        bits *= 2


def _settle(x: float, y: float, decide: Callable[[Interval, Interval], T | None]) -> T:
    """What ``decide`` says of the first enclosure that suffices for it."""
    for difference, small in _intervals(x, y):
        answer = decide(difference, small)
        if answer is not None:
            return answer
    raise ArithmeticError(f"{MOST_BITS} bits do not decide x = {x!r}, y = {y!r}")


def _to_fp32(value: gmpy2.mpfr) -> float:
    with gmpy2.context(gmpy2.ieee(32)):
        return float(+value)


def rounded(x: float, y: float) -> float:
    """sigmoid(x) - y correctly rounded to binary32, for finite y and x not NaN; an exact zero is
    +0.
    """

    def decide(difference: Interval, _: Interval) -> float | None:
        if difference[0] == difference[1] == 0:
            return 0.0
        low, high = map(_to_fp32, difference)
        return low if str(low) == str(high) else None

    return _settle(x, y, decide)


def _ulp(value: gmpy2.mpfr) -> gmpy2.mpfr:
    """The spacing of binary32 in the binade of ``value``, at least that of the subnormals."""
    return gmpy2.exp2(-149 if value == 0 else max(gmpy2.get_exp(value) - 24, -149))


def error(result: float, x: float, y: float) -> float:
    """|result - exact| in ulp of the exact value, to 2^-40."""

    def decide(difference: Interval, _: Interval) -> float | None:
        low, high = difference
        ulp = _ulp(low)
        if ulp != _ulp(high):
            return None
        with gmpy2.context(precision=2 * MOST_BITS):
            below, above = ((result - value) / ulp for value in difference)
        return abs(float(below)) if abs(below - above) < gmpy2.exp2(-40) else None

    return _settle(x, y, decide)


def within(result: float, x: float, y: float) -> bool:
    """Whether |result - exact| <= ulp(result)/2 + 2^-40 sigmoid(-|x|)."""

    def decide(difference: Interval, small: Interval) -> bool | None:
        with gmpy2.context(precision=2 * MOST_BITS):
            half = _ulp(gmpy2.mpfr(result)) / 2
            errors = [abs(result - value) for value in difference]
            inside = max(errors) <= half + small[0] * ALLOWANCE
            outside = min(errors) > half + small[1] * ALLOWANCE
        # An enclosure that contains the result includes an error of zero. This does no harm: it
        # proves nothing about being outside the bound.
        straddles = difference[0] < result < difference[1]
        return True if inside else False if outside and not straddles else None

    return _settle(x, y, decide)
