"""Parts of stages: shifters, sums in halves and leading zeros, against Python's integers."""

from collections.abc import Callable
from random import Random

import pytest
from amaranth.hdl import Module
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from scegrad.rtl.datapath.arithmetic import (
    GROUP,
    add_in_halves,
    count_leading_zeros,
    shift_left,
    shift_right,
    shift_stages,
)
from scegrad.rtl.datapath.layouts import running
from scegrad.rtl.datapath.pipeline import Pipeline

from .stages import outputs

WIDTHS = (5, 8, 23, 64)


class Part(wiring.Component):
    """``work`` from the fields of ``given`` to ``result``, a value of ``width`` bits."""

    def __init__(
        self, given: dict[str, int], width: int, latency: int, work: Callable[[Pipeline], None]
    ) -> None:
        self.given, self.latency, self.work = given, latency, work
        super().__init__({"i": In(running(data.StructLayout(given))), "o": Out(running(width))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pipe = Pipeline(m, self.i.valid, **{name: self.i.payload[name] for name in self.given})
        self.work(pipe)
        assert pipe.latency == self.latency
        m.d.comb += [self.o.valid.eq(pipe.valid), self.o.payload.eq(pipe.result)]
        return m

    def results(self, rows: list[tuple[int, ...]], seed: int) -> list[int]:
        """What becomes of ``rows``, each a value for each field."""
        payloads = []
        for row in rows:
            payload, first = 0, 0
            for value, width in zip(row, self.given.values(), strict=True):
                payload, first = payload | value << first, first + width
            payloads.append(payload)
        return outputs(self, payloads, seed)


def values(width: int, random: Random) -> list[int]:
    """0, a single one and a field of ones at every place, and random values of any length."""
    ones = [1 << i for i in range(width)]
    return [0, *ones, *(2 * one - 1 for one in ones)] + [
        random.getrandbits(width) >> random.randrange(width) for _ in range(40)
    ]


def of_each_size(test: Callable[..., None]) -> Callable[..., None]:
    """A shift of values of every width by amounts of every length."""
    each = pytest.mark.parametrize("bits", [1, 3, 6])(test)
    return pytest.mark.parametrize("width", WIDTHS)(each)


@of_each_size
def test_shift_right(width: int, bits: int, seed: int) -> None:
    random = Random(seed)

    def work(pipe: Pipeline) -> None:
        shift_right(pipe, "a")
        pipe.result = pipe.a | pipe.a_lost << width

    part = Part({"a": width, "a_shift": bits}, width + 1, shift_stages(bits), work)
    rows = [(value, random.getrandbits(bits)) for value in values(width, random)]
    expected = [value >> by | (value & (1 << by) - 1 != 0) << width for value, by in rows]
    assert part.results(rows, seed) == expected


@of_each_size
def test_shift_left(width: int, bits: int, seed: int) -> None:
    random = Random(seed)

    def work(pipe: Pipeline) -> None:
        shift_left(pipe, "a")
        pipe.result = pipe.a

    part = Part({"a": width, "a_shift": bits}, width, shift_stages(bits), work)
    rows = [(value, random.getrandbits(bits)) for value in values(width, random)]
    assert part.results(rows, seed) == [value << by & (1 << width) - 1 for value, by in rows]


@pytest.mark.parametrize("width", WIDTHS)
def test_add_in_halves(width: int, seed: int) -> None:
    random = Random(seed)

    def work(pipe: Pipeline) -> None:
        add_in_halves(pipe, "result", "a", pipe.b, pipe.carry)

    part = Part({"a": width, "b": width, "carry": 1}, width, 2, work)
    some = values(width, random)
    rows = [(a, random.choice(some), random.getrandbits(1)) for a in some]
    rows += [(a, ~a & (1 << width) - 1, carry) for a in some for carry in (0, 1)]
    assert part.results(rows, seed) == [sum(row) & (1 << width) - 1 for row in rows]


@pytest.mark.parametrize("width", WIDTHS)
def test_count_leading_zeros(width: int, seed: int) -> None:
    def work(pipe: Pipeline) -> None:
        count_leading_zeros(pipe, "a")
        pipe.result = pipe.a_zeros

    part = Part({"a": width}, 8, 2, work)
    some = values(width, Random(seed))
    # Groups are filled up with ones, so that a one is found even in 0, unless all groups are full.
    none = width if width % GROUP else width - 1
    zeros = [width - value.bit_length() if value else none for value in some]
    assert part.results([(value,) for value in some], seed) == zeros
