"""The fp32 sigmoid: a polynomial of degree 5 over pieces of |x|, and a product beyond 32; the twin
of ``model.sigmoid32``.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FP32
from scegrad.model.design import FACTOR_LIMBS, LIMB, SIGMOID32
from scegrad.rtl.datapath import anchor
from scegrad.rtl.datapath.arithmetic import right_shifter
from scegrad.rtl.datapath.layouts import operands_layout, running, sigmoid_layout
from scegrad.rtl.datapath.pipeline import Pipeline
from scegrad.rtl.datapath.rom import Rom

SPEC = SIGMOID32

LINEAR_SHIFT_BITS = 6
"""Bits of the amount by which |x|/4 is shifted; larger ones saturate, and nothing is left of |x|/4.
"""

K_AHEAD = 3
"""Cycles by which ``k`` comes before its s."""


class Sigmoid32(wiring.Component):
    """s = sigmoid(-|x|) within 2**-40 of itself, and the shifts that align s and y for the
    subtraction.

    Latency 21, one element per cycle; 16 multipliers of 18 x 18 after synthesis and one table of
    1024 x 196 bits. ``i``: ``operands_layout``; ``o``: ``sigmoid_layout`` with s in units of
    2**(-46 - k); ``k``: ``K_AHEAD`` cycles before its s, for tests of s alone.

    ========  ======================================================================================
    stages
    ========  ======================================================================================
    0 .. 4    address and argument, look-up; beside it |x|/4 where it is added exactly
    5 .. 7    a3 = c3 + c4 d + c5 d^2, and c0 - |x|/4
    8 .. 16   a2 = c2 + a3 d,  a1 = c1 + a2 d,  c0 - |x|/4 + a1 d: products by limbs, their sums
    17 .. 20  times T, which is 0 if s is no product, or as it is; beside it k and the anchor
    ========  ======================================================================================
    """

    latency = 21
    significand_bits = SPEC.fraction_bits + 1

    def __init__(self) -> None:
        super().__init__(
            {
                "i": In(running(operands_layout(FP32))),
                "o": Out(running(sigmoid_layout(FP32, self.significand_bits))),
                "k": Out(SPEC.k_bits),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rom = rom = Rom("fp32", (*SPEC.widths, SPEC.k_bits), ports=2)
        pipe = Pipeline(m, self.i.valid, operands=self.i.payload)
        anchor.take_part(pipe, FP32)
        anchor.find_half(pipe)
        control(pipe)
        pipe.step()
        anchor.leave_half(pipe)
        shift(pipe)
        shifter = right_shifter(pipe, "linear")
        next(shifter)
        pipe.step()
        locate(pipe)
        next(shifter)
        pipe.step()
        m.d.comb += rom.address[0].eq(pipe.address)
        square(pipe)
        next(shifter)
        pipe.step()
        pipe.step()
        begin(pipe, rom.data[0])
        multiply(pipe, pipe.a3)
        pipe.a2 = (pipe.c2 + pipe.product.shift_right(SPEC.step_shift(2) - LIMB))[
            : SPEC.widths[2]
        ].as_signed()
        pipe.step()
        multiply(pipe, pipe.a2, up=LIMB - SPEC.step_shift(1))
        pipe.a1 = (pipe.c1 + pipe.product)[: SPEC.widths[1]].as_signed()
        pipe.step()
        multiply_slope(pipe)
        m.d.comb += rom.address[1].eq(pipe.scale_address)
        end(pipe)
        multiply_factors(pipe, rom.data[1])
        m.d.comb += self.k.eq(pipe.k)
        scale(pipe)
        m.d.comb += anchor.result(pipe, self.o)
        assert pipe.latency == self.latency
        return m


def fields(entry: Value) -> list[Value]:
    """The fields of a table entry: c0, unsigned; c1 to c5, signed; k."""
    found, first = [], 0
    for width in (*SPEC.widths, SPEC.k_bits):
        found.append(entry[first : first + width])
        first += width
    c0, *others, k = found
    return [c0, *(field.as_signed() for field in others), k]


def control(pipe: Pipeline) -> None:
    """Part of a stage: the values that the exponent decides.

    Reads ``operands``. Writes ``significand``, ``sticky``, ``half_k``; ``u_shift``; ``binade``,
    ``low``, ``tiny``, ``far``, ``huge`` for ``locate``; ``linear``, |x|/4 before its shift, and
    ``linear_shift``.
    """
    logit = pipe.view(operands_layout(FP32), "operands").logit
    exponent = logit.exponent
    pipe.significand = logit.significand
    pipe.sticky = ~logit.infinite & logit.significand.any()
    pipe.half_k = SPEC.half_k(exponent).as_unsigned()[: SPEC.k_bits]
    pipe.low = exponent < SPEC.first_even
    pipe.tiny = exponent < SPEC.first_exponent
    pipe.far = exponent >= SPEC.first_far
    pipe.huge = exponent >= SPEC.huge_from
    pipe.binade = (exponent - SPEC.first_exponent).as_unsigned()[:4]
    pipe.u_shift = Mux(exponent < SPEC.first_even, 0, (exponent - SPEC.first_even)[:3])
    exact = exponent < SPEC.exact_below
    pipe.linear = Mux(exact, logit.significand, 0) << SPEC.exact_shift
    amount = SPEC.exact_below - 1 - exponent
    limit = (1 << LINEAR_SHIFT_BITS) - 1
    pipe.linear_shift = Mux(amount > limit, limit, amount)[:LINEAR_SHIFT_BITS]


def shift(pipe: Pipeline) -> None:
    """Part of a stage: ``u``, the significand with bits of equal weight from 2 on. |x|/4 is not
    added where it is carried itself.
    """
    pipe.u = (pipe.significand << pipe.u_shift)[: FP32.precision + 5]
    pipe.linear = Mux(pipe.half, 0, pipe.linear)


def locate(pipe: Pipeline) -> None:
    """Part of a stage: the addresses of the piece and of T, and the argument; as
    ``model.sigmoid32.locate``.

    Reads ``u`` and what ``control`` wrote. Writes ``address``, ``scale_address``, ``near`` (s is no
    product), ``delta``.
    """
    delta, index = pipe.u[: SPEC.delta_bits], pipe.u[SPEC.delta_bits :]
    pipe.delta = Cat(delta[:-1], ~delta[-1]).as_signed()
    whole = index[SPEC.even_bits :]
    over = pipe.huge | (pipe.far & (whole >= SPEC.far_limit))
    low = Cat(index[: SPEC.low_bits], pipe.binade, Const(1, 1))
    even = Cat(index[: SPEC.even_bits], Mux(pipe.far, 0, index[SPEC.even_bits : 9]), Const(0, 1))
    special = Mux(over, SPEC.zero_entry, Mux(pipe.half, SPEC.empty_entry, SPEC.linear_entry))
    pipe.address = Mux(over | pipe.half | pipe.tiny, special, Mux(pipe.low, low, even))[:10]
    upper = Cat(whole[:3], Const(SPEC.upper_scale_base >> 3, 7))
    lower = Cat(whole[:5], whole[6], Const(SPEC.scale_base >> 6, 4))
    pipe.near = ~pipe.far | over
    pipe.scale_address = Mux(pipe.near, SPEC.empty_entry, Mux(whole[5] & whole[6], upper, lower))


def square(pipe: Pipeline) -> None:
    """Part of a stage: ``square``, d * d in d's unit, from ``delta``."""
    pipe.square = (pipe.delta * pipe.delta)[SPEC.delta_bits : 2 * SPEC.delta_bits - 1]


def begin(pipe: Pipeline, entry: Value) -> None:
    """Three stages: the two highest powers, and the base to which the polynomial is added.

    Reads ``entry``, ``delta``, ``square``, ``linear``, ``half``, ``significand``. Writes ``base``,
    ``a3``, ``c1``, ``c2``, ``k``.
    """
    c0, pipe.c1, pipe.c2, pipe.c3, c4, c5, pipe.k = fields(entry)
    pipe.fourth, pipe.fifth = c4 * pipe.delta, c5 * pipe.square
    pipe.c0 = c0 | Mux(pipe.half, pipe.significand << SPEC.half_shift, 0)
    pipe.step()
    pipe.highest = pipe.fourth + pipe.fifth.shift_right(SPEC.fifth_shift)
    # c0 less |x|/4 rounded up; where |x|/4 itself is carried, 1 less.
    linear = Cat(pipe.linear, Const(0, len(pipe.c0) - len(pipe.linear)))
    pipe.base = (pipe.c0 + ~linear + ~(pipe.linear_lost | pipe.half))[: len(pipe.c0)]
    pipe.step()
    pipe.a3 = (pipe.c3 + pipe.highest.shift_right(SPEC.step_shift(3)))[: SPEC.widths[3]].as_signed()
    pipe.step()


def multiply(pipe: Pipeline, value: Value, up: int = 0) -> None:
    """Two stages: ``product``, a signed value of two limbs times ``delta``, in units of 2**(LIMB -
    up) of theirs, rounded down.
    """
    pipe.high, pipe.low = value[LIMB:].as_signed() * pipe.delta, value[:LIMB] * pipe.delta
    pipe.step()
    pipe.product = pipe.high.shift_left(up) + pipe.low.shift_right(LIMB - up)
    pipe.step()


def multiply_slope(pipe: Pipeline) -> None:
    """One stage: ``high``, ``middle``, ``low``, the three limbs of ``a1`` times ``delta``."""
    a1, delta = pipe.a1, pipe.delta
    pipe.high = a1[2 * LIMB :].as_signed() * delta
    pipe.middle, pipe.low = a1[LIMB : 2 * LIMB] * delta, a1[:LIMB] * delta
    pipe.step()


def end(pipe: Pipeline) -> None:
    """Two stages: ``s`` = ``base`` + a1 d, from the products of ``multiply_slope``."""
    last = SPEC.step_shift(0) - LIMB
    pipe.upper = pipe.base.shift_left(last) + pipe.high.shift_left(LIMB)
    pipe.lower = pipe.middle + pipe.low.shift_right(LIMB)
    pipe.step()
    pipe.s = (pipe.upper + pipe.lower)[last : last + Sigmoid32.significand_bits]
    pipe.step()


def limbs(value: Value) -> list[Value]:
    """The bits below 2**fraction_bits in limbs of ``FACTOR_LIMBS`` bits, lowest first."""
    found, first = [], 0
    for bits in FACTOR_LIMBS:
        found.append(value[first : first + bits])
        first += bits
    return found


def multiply_factors(pipe: Pipeline, entry: Value) -> None:
    """One stage: the six products of limbs of ``s`` and the T of ``entry``, which is 0 if s is
    no product; ``k``.
    """
    t, *_, k = fields(entry)
    (a0, a1, a2), (b0, b1, b2) = limbs(pipe.s), limbs(t)
    pipe.p22, pipe.p21, pipe.p12 = a2 * b2, a2 * b1, a1 * b2
    pipe.p20, pipe.p02, pipe.p11 = a2 * b0, a0 * b2, a1 * b1
    pipe.k = Mux(pipe.half, pipe.half_k, pipe.k + k)[: SPEC.k_bits]
    pipe.step()


def scale(pipe: Pipeline) -> None:
    """Three stages: ``s`` from the products of its limbs, or as it is where these are 0; anchor and
    shifts.
    """
    lowest, lower, up, last = SPEC.factor_shifts
    anchor.anchor(pipe)
    pipe.upper = pipe.p22.shift_left(up) | Mux(pipe.near, pipe.s.shift_left(last), 0)
    pipe.middle, pipe.lower = pipe.p21 + pipe.p12, pipe.p20 + pipe.p02
    pipe.step()
    anchor.shifts(pipe)
    pipe.upper = pipe.upper + pipe.middle
    pipe.lower = pipe.lower + pipe.p11.shift_right(lowest)
    pipe.step()
    pipe.s = (pipe.upper + pipe.lower.shift_right(lower))[last : last + Sigmoid32.significand_bits]
    pipe.step()
