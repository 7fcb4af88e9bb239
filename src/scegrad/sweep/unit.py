"""The unit that a sweep drives: one lane of a core's datapath, with its table, behind plain
ports.
"""

import hashlib
from dataclasses import dataclass

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FORMATS, FP16, FP32, Format
from scegrad.model.design import SIGMOID16, SIGMOID32
from scegrad.rtl.datapath.lane import Lane16, Lane32
from scegrad.rtl.datapath.rom import Rom
from scegrad.rtl.datapath.sigmoid32 import Sigmoid32
from scegrad.rtl.verilog import to_verilog


class SweepUnit(wiring.Component):
    """The lane of ``fmt`` as ``rtl.datapath.datapath`` contains it.

    ``valid``, ``logit``, ``label``: encodings of a pair; ``done``, ``gradient``: the encoding of
    its result, ``latency`` cycles later. One pair per cycle. In fp32 also the output of the sigmoid
    for the subtraction, for a sweep of that stage alone: ``s``, ``sticky`` and ``s_valid``,
    ``stage_latency`` cycles after the pair, and ``k``, ``K_AHEAD`` cycles before its s.
    """

    def __init__(self, fmt: Format):
        self.fmt = fmt
        self.lane = Lane16() if fmt is FP16 else Lane32()
        width = fmt.width
        members = {
            "valid": In(1),
            "logit": In(width),
            "label": In(width),
            "done": Out(1),
            "gradient": Out(width),
        }
        if fmt is FP32:
            stage = {
                "s": Sigmoid32.significand_bits,
                "k": SIGMOID32.k_bits,
                "sticky": 1,
                "s_valid": 1,
            }
            members |= {name: Out(bits) for name, bits in stage.items()}
        super().__init__(members)

    @property
    def latency(self) -> int:
        """Cycles from a pair to its result."""
        return self.lane.latency

    @property
    def stage_latency(self) -> int:
        """Cycles from a pair to its ``s``."""
        return self.lane.unpack.latency + self.lane.sigmoid.latency

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
        if isinstance(lane, Lane32):
            sigmoid = lane.sigmoid
            m.d.comb += [
                self.s.eq(sigmoid.o.payload.s),
                self.sticky.eq(sigmoid.o.payload.sticky),
                self.s_valid.eq(sigmoid.o.valid),
                self.k.eq(sigmoid.k),
            ]
        m.d.comb += [self.done.eq(lane.o.valid), self.gradient.eq(lane.o.payload)]
        return m


@dataclass(frozen=True)
class LaneDesign:
    """A unit as Verilog, which is all that a worker needs of it; ``rtl`` is the hash that
    identifies its results.
    """

    fmt_name: str
    verilog: str
    latency: int
    stage_latency: int

    TOP = "scegrad_lane"

    @property
    def fmt(self) -> Format:
        """The format of the lane."""
        return FORMATS[self.fmt_name]

    @property
    def rtl(self) -> str:
        """SHA-256 of the Verilog from its first module on: the comment before it decides
        nothing.
        """
        return hashlib.sha256(self.verilog[self.verilog.index("module ") :].encode()).hexdigest()


def made(unit: SweepUnit) -> LaneDesign:
    """A unit as its Verilog; takes some seconds."""
    verilog = to_verilog(unit, LaneDesign.TOP)
    return LaneDesign(unit.fmt.name, verilog, unit.latency, unit.stage_latency)


def design(fmt: Format) -> LaneDesign:
    """The unit of ``fmt`` as the sources have it now."""
    return made(SweepUnit(fmt))
