"""The unit that a sweep drives: one lane of a core's datapath, with its table, behind plain ports."""

import hashlib
from dataclasses import dataclass

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FORMATS, FP16, Format
from scegrad.model.design import SIGMOID16
from scegrad.rtl.datapath.lane import Lane16, Lane32
from scegrad.rtl.datapath.rom import Rom
from scegrad.rtl.verilog import to_verilog


class SweepUnit(wiring.Component):
    """The lane of ``fmt`` as ``rtl.datapath.datapath`` contains it.

    ``valid``, ``logit``, ``label``: encodings of a pair; ``done``, ``gradient``: the encoding of its result, ``latency`` cycles later.
    One pair a cycle.
    """

    def __init__(self, fmt: Format):
        self.fmt = fmt
        self.lane = Lane16() if fmt is FP16 else Lane32()
        width = fmt.width
        super().__init__(
            {
                "valid": In(1),
                "logit": In(width),
                "label": In(width),
                "done": Out(1),
                "gradient": Out(width),
            }
        )

    @property
    def latency(self) -> int:
        """Cycles from a pair to its result."""
        return self.lane.latency

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.lane = lane = self.lane
        if isinstance(lane, Lane16):
            m.submodules.rom = rom = Rom(self.fmt.name, SIGMOID16.widths)
            m.d.comb += [rom.address[0].eq(lane.address), lane.entry.eq(rom.data[0])]
        m.d.comb += [
            lane.i.valid.eq(self.valid),
            lane.i.payload.logit.eq(self.logit),
            lane.i.payload.label.eq(self.label),
        ]
        m.d.comb += [self.done.eq(lane.o.valid), self.gradient.eq(lane.o.payload)]
        return m


@dataclass(frozen=True)
class Design:
    """A unit as Verilog, which is all that a worker needs of it; ``rtl`` is the hash by which results are told apart."""

    fmt_name: str
    verilog: str
    latency: int

    TOP = "scegrad_lane"

    @property
    def fmt(self) -> Format:
        """The format of the lane."""
        return FORMATS[self.fmt_name]

    @property
    def rtl(self) -> str:
        """SHA-256 of the Verilog from its first module on: the comment before it decides nothing."""
        return hashlib.sha256(self.verilog[self.verilog.index("module ") :].encode()).hexdigest()


def design(fmt: Format) -> Design:
    """The unit of ``fmt`` as the sources have it now; takes some seconds."""
    unit = SweepUnit(fmt)
    return Design(fmt.name, to_verilog(unit, Design.TOP), unit.latency)
