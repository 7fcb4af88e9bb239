"""A lane: one element after another through unpack, sigmoid, subtract, round and pack."""

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out, connect

from scegrad.formats import FP16, FP32, Format
from scegrad.model.design import SIGMOID16, SIGMOID32
from scegrad.rtl.datapath.layouts import running
from scegrad.rtl.datapath.pack import Pack
from scegrad.rtl.datapath.round import Round
from scegrad.rtl.datapath.sigmoid16 import Sigmoid16
from scegrad.rtl.datapath.sigmoid32 import Sigmoid32
from scegrad.rtl.datapath.subtract import Subtract
from scegrad.rtl.datapath.unpack import Unpack


class _Lane(wiring.Component):
    """``i``: encodings of a logit and its label; ``o``: the encoding of sigmoid(x) - y, ``latency``
    cycles later, one per cycle.
    """

    def __init__(self, fmt: Format, sigmoid: Any, fraction_bits: int, **members: Any) -> None:
        self.unpack, self.sigmoid = Unpack(fmt), sigmoid
        self.round, self.pack = Round(fmt), Pack(fmt)
        self.subtract = Subtract(fmt, fraction_bits, sigmoid.significand_bits)
        encodings = data.StructLayout({"logit": fmt.width, "label": fmt.width})
        super().__init__({"i": In(running(encodings)), "o": Out(running(fmt.width)), **members})

    def _connect(self, m: Module) -> None:
        m.submodules.unpack, m.submodules.sigmoid = self.unpack, self.sigmoid
        m.submodules.subtract = self.subtract
        m.submodules.round, m.submodules.pack = self.round, self.pack
        connect(m, wiring.flipped(self.i), self.unpack.i)
        connect(m, self.unpack.o, self.sigmoid.i)
        connect(m, self.sigmoid.o, self.subtract.i)
        connect(m, self.subtract.o, self.round.i)
        connect(m, self.round.o, self.pack.i)
        connect(m, self.pack.o, wiring.flipped(self.o))

    @property
    def latency(self) -> int:
        """Cycles from operands to result."""
        return sum(
            stage.latency
            for stage in (self.unpack, self.sigmoid, self.subtract, self.round, self.pack)
        )


class Lane32(_Lane):
    """An fp32 result per cycle, from encodings to encoding. Latency 40."""

    def __init__(self) -> None:
        super().__init__(FP32, Sigmoid32(), SIGMOID32.fraction_bits)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        self._connect(m)
        return m


class Lane16(_Lane):
    """An fp16 result per cycle, from encodings to encoding. Latency 26.

    ``address`` and ``entry`` go to a port of the table that two lanes share.
    """

    def __init__(self) -> None:
        port = {"address": Out(range(SIGMOID16.depth)), "entry": In(sum(SIGMOID16.widths))}
        super().__init__(FP16, Sigmoid16(), SIGMOID16.fraction_bits, **port)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        self._connect(m)
        m.d.comb += [self.address.eq(self.sigmoid.address), self.sigmoid.entry.eq(self.entry)]
        return m
