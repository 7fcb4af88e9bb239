"""Conditions as gates of an and-inverter graph."""

from collections.abc import Iterable, Sequence

from scegrad.formats import FP16, FP32
from scegrad.signoff import stage_facts
from scegrad.signoff.aig import Aig, Literal
from scegrad.sweep.stage import TAIL

Known = dict[tuple[Literal, Literal], Literal]


class Logic:
    """Adds gates to a graph, those that are ``known`` only once."""

    def __init__(self, graph: Aig, known: Known) -> None:
        self.graph, self.known = graph, known

    def both(self, a: Literal, b: Literal) -> Literal:
        """a and b."""
        return self.graph.gate(a, b, self.known)

    def every(self, literals: Iterable[Literal]) -> Literal:
        """All of them; 1 for none."""
        found = 1
        for literal in literals:
            found = self.both(found, literal)
        return found

    def some(self, literals: Iterable[Literal]) -> Literal:
        """Any of them; 0 for none."""
        return self.every(literal ^ 1 for literal in literals) ^ 1

    def chosen(self, condition: Literal, a: Literal, b: Literal) -> Literal:
        """a if the condition holds, else b."""
        return self.some((self.both(condition, a), self.both(condition ^ 1, b)))

    def differ(self, pairs: Iterable[tuple[Literal, Literal]]) -> Literal:
        """Whether the two of any pair differ."""
        return self.some(self.some((self.both(a, b ^ 1), self.both(a ^ 1, b))) for a, b in pairs)

    def equal(self, bits: Sequence[Literal], number: int) -> Literal:
        """Whether an unsigned number, its lowest bit first, is ``number``."""
        return self.every(bit ^ (not number >> i & 1) for i, bit in enumerate(bits))

    def above(self, bits: Sequence[Literal], number: int) -> Literal:
        """Whether an unsigned number, its lowest bit first, is greater than ``number``."""
        found = 0
        for i, bit in enumerate(bits):
            found = self.both(bit, found) if number >> i & 1 else self.some((bit, found))
        return found


HALF, BELOW = 0x3F00_0000, (116 << 23) - 1
"""In fp32: the label of 1/2, and the greatest logit beside which |x|/4 stands for s."""


def _quarter(logic: Logic, magnitude: list[Literal], s: list[Literal], k: list[Literal]) -> Literal:
    """Whether s and k are |x|/4 less one unit, for a finite logit below 1."""
    field = magnitude[FP32.fraction_bits :]
    hidden = logic.some(field)
    field[0] = logic.some((field[0], hidden ^ 1))  # a subnormal has the exponent of 1
    pairs, lower = [(k[-1], 0)], 0
    for bit, own in zip(k[:-1], field[:-1], strict=True):  # k is 128 less the exponent
        pairs.append((bit, logic.differ([(own, lower)])))
        lower = logic.some((lower, own))
    significand = [*magnitude[: FP32.fraction_bits], hidden]
    spare = len(s) - 1 - len(significand)
    pairs += [(bit, 1) for bit in s[:spare]]
    borrow = 1
    for bit, own in zip(s[spare:], [*significand, 0], strict=True):
        flipped = logic.differ([(own, borrow)])
        pairs.append((bit, flipped))
        borrow = logic.both(own ^ 1, borrow)
    return logic.differ(pairs) ^ 1


def _fits(logic: Logic, s: list[Literal], k: list[Literal]) -> Literal:
    """Whether s can come with this k below 104 (``stage_facts``)."""
    upper = s[stage_facts.COARSE :]
    choices = []
    for number, (low, high) in stage_facts.bounds().items():
        inside = logic.both(logic.above(upper, low - 1), logic.above(upper, high) ^ 1)
        choices.append(logic.both(logic.equal(k, number), inside))
    fits = logic.some(choices)
    for number, target, bits in stage_facts.gaps():
        upper, middle = s[bits:], target >> bits
        close = logic.some((logic.equal(upper, middle), logic.equal(upper, middle - 1)))
        fits = logic.both(fits, logic.both(logic.equal(k, number), close) ^ 1)
    return fits


def side_conditions(logic: Logic, inputs: dict[str, list[Literal]]) -> Literal:
    """Which s, and in fp32 which k, can occur with a logit that is not NaN.

    It is what the sweep of the fp32 stage over all logits shows of them, as in ``formal/lane32.v``,
    which has |x|/4 in place of s beside a label of 1/2 too; of fp16, that s is at most 1/2, and its
    value for 0 and infinity.
    """
    magnitude, s, k = inputs["logit"][:-1], inputs["s"], inputs.get("k", [])
    fmt = FP32 if k else FP16
    one = 1 << len(s) - 1
    zero = logic.equal(magnitude, 0)
    infinite = logic.equal(magnitude, fmt.infinity)
    at_most_one = logic.above(s, one) ^ 1
    if k:
        far = logic.above(k, 151)
        near = logic.both(at_most_one, _fits(logic, s, k))
        tail = logic.above(magnitude, TAIL - 1)
        finite = logic.chosen(tail, logic.both(at_most_one, far), near)
        alone = logic.both(logic.equal(inputs["label"], HALF), logic.above(magnitude, BELOW) ^ 1)
        finite = logic.chosen(alone, _quarter(logic, magnitude, s, k), finite)
        at_zero = logic.both(logic.equal(s, one), logic.equal(k, 1))
    else:
        far, finite, at_zero = 1, logic.above(s, one - 1) ^ 1, logic.equal(s, one)
    at_infinity = logic.both(logic.equal(s, 0), far)
    number = logic.chosen(zero, at_zero, logic.chosen(infinite, at_infinity, finite))
    return logic.some((number, logic.above(magnitude, fmt.infinity)))


def exact_conditions(logic: Logic, inputs: dict[str, list[Literal]]) -> Literal:
    """More of what s and k of fp32 are: what each logit from 4 to 104 shows by itself
    (``stage_facts.exact``).

    A NaN is left out, which may have any, and |x|/4 in place of s beside a label of 1/2.
    """
    magnitude, s, k = inputs["logit"][:-1], inputs["s"], inputs["k"]
    alone = logic.both(logic.equal(inputs["label"], HALF), logic.above(magnitude, BELOW) ^ 1)
    applies = logic.every(
        (
            logic.above(magnitude, FP32.infinity) ^ 1,
            alone ^ 1,
            logic.above(k, stage_facts.LEAST - 1),
            logic.above(k, stage_facts.MOST) ^ 1,
        )
    )
    known = stage_facts.exact()
    wrong = [_exact_end(logic, s, k, known.ties)]
    for number, margin in known.margins.items():
        rest = s[: 21 + number]
        upper = logic.above(rest, (1 << 21 + number) - margin)
        near = logic.some((upper, logic.above(rest, margin - 1) ^ 1))
        wrong.append(logic.both(logic.equal(k, number), near))
    return logic.both(applies, logic.some(wrong)) ^ 1


def _exact_end(
    logic: Logic, s: list[Literal], k: list[Literal], ties: Iterable[tuple[int, int]]
) -> Literal:
    """Whether the bits of s that rounding drops are 0 or a tie, and s is none of some."""
    longest = len(s) - 2  # the bit that the longest s has, but for the power of two above it
    long, middle = logic.some(s[longest:]), s[longest - 1]
    dropped = stage_facts.DROPPED[-1]
    zeros = [logic.some(s[: dropped - 1 - i]) ^ 1 for i in range(3)]
    end = logic.chosen(long, zeros[0], logic.chosen(middle, zeros[1], zeros[2]))
    known = logic.some(logic.both(logic.equal(k, a), logic.equal(s, b)) for a, b in ties)
    return logic.both(end, known ^ 1)
