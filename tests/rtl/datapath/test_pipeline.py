"""Pipeline: a value is read in the stage that asks for it, as it was for the same element."""

import random

import pytest
from amaranth.hdl import Fragment, Module, ResetInserter, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator, SimulatorContext

from scegrad.rtl.datapath.layouts import running
from scegrad.rtl.datapath.pipeline import Pipeline

from .stages import outputs

PAIR = data.StructLayout({"a": 8, "b": 8})


class Example(wiring.Component):
    """(a + b, a, b + 1) after four steps: ``sum`` is read late, ``b`` is written again."""

    latency = 4

    def __init__(self) -> None:
        super().__init__({"i": In(running(PAIR)), "o": Out(running(25))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pipe = Pipeline(m, self.i.valid, pair=self.i.payload)
        pair = pipe.view(PAIR, "pair")
        pipe.a, pipe.b = pair.a, pair.b
        pipe.step()
        pipe.sum = pipe.a + pipe.b
        pipe.b = (pipe.b + 1)[:8]
        pipe.step()
        pipe.step()
        pipe.step()
        assert pipe.latency == self.latency
        m.d.comb += [
            self.o.valid.eq(pipe.valid),
            self.o.payload.eq(pipe.sum << 16 | pipe.a << 8 | pipe.b),
        ]
        return m


def test_values_keep_to_their_element(seed: int) -> None:
    rng = random.Random(seed)
    rows = [(rng.getrandbits(8), rng.getrandbits(8)) for _ in range(60)]
    found = outputs(Example(), [a | b << 8 for a, b in rows], seed)
    assert found == [(a + b) << 16 | a << 8 | (b + 1) & 255 for a, b in rows]


def test_a_value_that_is_written_in_this_stage_is_read_in_it() -> None:
    m = Module()
    pipe = Pipeline(m, Signal(), a=Signal(4))
    pipe.a = pipe.a + 1
    assert (len(pipe.a), pipe.latency) == (5, 0)
    Fragment.get(m, None)  # else Amaranth warns that m was of no use


def test_what_no_stage_has_written() -> None:
    m = Module()
    pipe = Pipeline(m, Signal(), a=Signal())
    with pytest.raises(AttributeError, match=r"^no stage has written b$"):
        _ = pipe.b
    Fragment.get(m, None)


def test_reset_empties_it() -> None:
    """What was inside never comes out; the values themselves need no reset."""
    dut, reset, seen = Example(), Signal(), []

    async def test(ctx: SimulatorContext) -> None:
        for cycle in range(12):
            ctx.set(dut.i.valid, cycle < 3)
            ctx.set(reset, cycle == 3)
            seen.append(ctx.get(dut.o.valid))
            await ctx.tick()

    simulator = Simulator(ResetInserter(reset)(dut))
    simulator.add_clock(1e-9)
    simulator.add_testbench(test)
    simulator.run()
    assert seen == [0] * 12
