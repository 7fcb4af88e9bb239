"""The fp32 sigmoid: |x| * log2(e) = k + f, then a quartic in f; the twin of ``model.sigmoid32``."""

from amaranth.hdl import Cat, Const, Module, Mux, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FP32
from scegrad.model.design import LIMB, SIGMOID32
from scegrad.model.sigmoid32 import limbs
from scegrad.rtl.datapath import anchor
from scegrad.rtl.datapath.arithmetic import shift_right
from scegrad.rtl.datapath.layouts import operands_layout, running, sigmoid_layout
from scegrad.rtl.datapath.pipeline import Pipeline
from scegrad.rtl.datapath.rom import Rom


class Sigmoid32(wiring.Component):
    """s = sigmoid(-|x|) with a relative error below 2**-34, and the shifts that align s and y for the subtraction.

    Latency 22, one element a cycle; 17 multipliers of 18 x 18 after synthesis and one table of 672 x 149 bits. ``i``: ``operands_layout``;
    ``o``: ``sigmoid_layout`` with s in units of 2**(-40 - k).
    """

    latency = 22
    significand_bits = SIGMOID32.fraction_bits + 1

    def __init__(self) -> None:
        super().__init__(
            {
                "i": In(running(operands_layout(FP32))),
                "o": Out(running(sigmoid_layout(FP32, self.significand_bits))),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rom = rom = Rom("fp32", SIGMOID32.widths)
        pipe = Pipeline(m, self.i.valid, operands=self.i.payload)
        anchor.take_part(pipe, FP32)
        scale(pipe)
        shift_right(pipe, "u")
        split(pipe)
        pipe.step()
        anchor.anchor(pipe)
        m.d.comb += rom.address[0].eq(pipe.address)
        pipe.step()
        anchor.shifts(pipe)
        pipe.step()
        horner(pipe, rom.data[0])
        m.d.comb += [
            self.o.valid.eq(pipe.valid),
            self.o.payload.s.eq(Mux(pipe.infinite, 0, pipe.s)),
        ]
        for name in (
            "s_shift",
            "sticky",
            "y",
            "y_shift",
            "negate_y",
            "one",
            "positive",
            "anchor",
            "special",
        ):
            m.d.comb += self.o.payload[name].eq(getattr(pipe, name))
        assert pipe.latency == self.latency
        return m


def scale(pipe: Pipeline) -> None:
    """Four stages: |x| * log2(e), or |x| itself where the polynomial is linear in it, and the shift that makes k and f of it."""
    spec = SIGMOID32
    logit = pipe.view(operands_layout(FP32), "operands").logit
    significand, exponent = logit.significand, logit.exponent
    for name, limb in zip(("low", "middle", "high"), limbs(spec.log2e, 3), strict=True):
        setattr(pipe, f"{name}_0", significand[:LIMB] * Const(limb, LIMB))
        setattr(pipe, f"{name}_1", significand[LIMB:] * Const(limb, LIMB))
    pipe.significand = significand
    pipe.linear = exponent < spec.linear_below
    pipe.overflow = exponent >= spec.overflow_from
    pipe.infinite = logit.infinite
    pipe.sticky = ~logit.infinite & significand.any()
    pipe.left = (spec.linear_below - 1 - exponent)[:9]
    pipe.right = (spec.overflow_from - 1 - exponent)[:5]
    pipe.step()
    for name in ("low", "middle", "high"):
        setattr(
            pipe,
            name,
            (getattr(pipe, f"{name}_0") + getattr(pipe, f"{name}_1").shift_left(LIMB))[: 24 + LIMB],
        )
    pipe.u_shift = Mux(
        pipe.linear, Mux(pipe.left >= 31, 31, pipe.left), Mux(pipe.overflow, 0, pipe.right)
    )[:5]
    pipe.step()
    pipe.lower = pipe.low.shift_right(22) + pipe.middle.shift_right(5)
    pipe.step()
    product = (pipe.high.shift_left(9) + pipe.lower.shift_right(3))[
        : spec.k_bits + spec.u_fraction_bits
    ]
    pipe.u = Mux(pipe.linear, pipe.significand.shift_left(4), product)
    pipe.step()


def split(pipe: Pipeline) -> None:
    """One stage: u to k, the table's address and delta."""
    spec = SIGMOID32
    delta, segment, k = (
        pipe.u[: spec.delta_bits],
        pipe.u[spec.delta_bits : spec.u_fraction_bits],
        pipe.u[spec.u_fraction_bits :],
    )
    pipe.k = Mux(pipe.linear, 0, Mux(pipe.overflow, spec.k_overflow, k))
    row = Mux(pipe.overflow | (k >= spec.rows), spec.rows, k)[:6]
    pipe.address = Mux(pipe.linear, spec.linear_row << spec.segment_bits, Cat(segment, row))
    pipe.delta = delta | (pipe.linear & pipe.u_lost)


def horner(pipe: Pipeline, entry: Value) -> None:
    """Twelve stages: the quartic at delta; each step is products, sums of those of equal weight, and one sum."""
    c0, c1, c2, c3, c4 = coefficients(entry)
    pipe.c0, pipe.c1, pipe.c2, pipe.c3 = c0, c1, c2, c3
    pipe.q = c4 * pipe.delta[LIMB:]
    pipe.step()
    pipe.a = pipe.c3 + pipe.q.shift_right(LIMB - 1)
    pipe.step()
    multiply_add(pipe, 26, pipe.c2)
    pipe.a = pipe.base + pipe.across.shift_right(LIMB)
    pipe.step()
    multiply_add(pipe, 32, pipe.c1.shift_left(2))
    pipe.a = (pipe.base + pipe.across.shift_right(LIMB)).shift_right(2)
    pipe.step()
    multiply_add(pipe, SIGMOID32.widths[1], pipe.c0, scale=2)
    pipe.across = pipe.across + pipe.lowest.shift_right(LIMB)
    pipe.step()
    pipe.s = (pipe.base + pipe.across.shift_right(LIMB - 2))[: Sigmoid32.significand_bits]
    pipe.step()


def coefficients(entry: Value) -> list[Value]:
    """The coefficients of a table entry, constant first: unsigned, the others signed."""
    fields, first = [], 0
    for degree, width in enumerate(SIGMOID32.widths):
        field = entry[first : first + width]
        fields.append(field.as_signed() if degree else field)
        first += width
    return fields


def multiply_add(pipe: Pipeline, width: int, addend: Value, scale: int = 0) -> None:
    """Two stages: ``a`` (signed, ``width`` bits) times delta in limbs, summed by weight.

    ``base`` is high x high * 2**scale + ``addend``, ``across`` the sum of the mixed products, ``lowest`` low x low.
    """
    a = pipe.a.as_signed()[:width].as_signed()
    high, low = a[LIMB:].as_signed(), a[:LIMB]
    delta_high, delta_low = pipe.delta[LIMB:], pipe.delta[:LIMB]
    pipe.high_high, pipe.high_low, pipe.low_high = (
        high * delta_high,
        high * delta_low,
        low * delta_high,
    )
    pipe.low_low = low * delta_low
    pipe.addend = addend
    pipe.step()
    pipe.base = pipe.high_high.shift_left(scale) + pipe.addend
    pipe.across = pipe.high_low + pipe.low_high
    pipe.lowest = pipe.low_low
    pipe.step()
