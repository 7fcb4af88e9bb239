"""Lanes with one defect each."""

from collections.abc import Callable

import pytest
from amaranth.hdl import Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import connect, flipped

from scegrad.formats import Format
from scegrad.rtl.datapath.rom import Rom
from scegrad.sweep.unit import LaneDesign, SweepUnit, made


class _Before(wiring.Component):
    """``inner`` with one field of its operands changed; the latency is that of ``inner``."""

    def __init__(
        self, inner: wiring.Component, name: str, change: Callable[[wiring.PureInterface], Value]
    ):
        self.inner, self.name, self.change = inner, name, change
        self.latency = inner.latency
        super().__init__(inner.signature)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.inner = self.inner
        m.d.comb += [self.inner.i.payload.eq(self.i.payload), self.inner.i.valid.eq(self.i.valid)]
        m.d.comb += self.inner.i.payload[self.name].eq(self.change(self.i.payload))
        connect(m, self.inner.o, flipped(self.o))
        return m


def before_subtract(
    fmt: Format, name: str, change: Callable[[wiring.PureInterface], Value]
) -> LaneDesign:
    """A lane in which the subtraction sees another value of the field ``name``."""
    unit = SweepUnit(fmt)
    unit.lane.subtract = _Before(unit.lane.subtract, name, change)
    return made(unit)


def flipped_table_bit(
    fmt: Format, entry: int, bit: int, monkeypatch: pytest.MonkeyPatch
) -> LaneDesign:
    """A lane in whose table one bit of one entry is the other way round."""
    unit = SweepUnit(fmt)
    contents = Rom._entry

    def damaged(rom: Rom, row: list[int]) -> int:
        return contents(rom, row) ^ (
            1 << bit if row is rom.table[entry] or (row == rom.table[entry]).all() else 0
        )

    with monkeypatch.context() as patch:
        patch.setattr(Rom, "_entry", damaged)
        return made(unit)
