"""The datapath around a lane that stands for any."""

from amaranth.hdl import Module
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FP32
from scegrad.rtl.datapath.datapath import Datapath
from scegrad.rtl.datapath.layouts import running


class _AnyLane(wiring.Component):
    """Stands for a lane: the proof takes any results, one for each pair, at any later time."""

    def __init__(self) -> None:
        pair = data.StructLayout({"logit": FP32.width, "label": FP32.width})
        super().__init__({"i": In(running(pair)), "o": Out(running(FP32.width))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pair = self.i.payload
        m.d.sync += [
            self.o.valid.eq(self.i.valid),
            self.o.payload.eq(pair.logit ^ pair.label),
        ]
        return m


def any_datapath() -> Datapath:
    """With little room, so that covers reach its end."""
    datapath = Datapath(())
    datapath.depth = 4
    datapath.lanes = [_AnyLane()]  # not a real one, on purpose
    return datapath
