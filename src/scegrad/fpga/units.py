"""The units that ``scegrad fpga`` measures, by name, and the modules around a unit that measure its
size and its clock.
"""

from collections.abc import Callable, Iterator

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.errors import RequestError
from scegrad.formats import FP16, FP32
from scegrad.platforms import Platform
from scegrad.rtl.control.control import Control
from scegrad.rtl.core import Core
from scegrad.rtl.datapath.datapath import Datapath
from scegrad.rtl.datapath.lane import Lane16, Lane32
from scegrad.rtl.dma.dma import Dma
from scegrad.rtl.top import Top

GROUP = 4
"""The number of outputs that one lookup table folds into one bit."""

UNITS: dict[str, Callable[[Platform], wiring.Component]] = {
    "lane32": lambda platform: Lane32(),
    "lane16": lambda platform: Lane16(),
    "datapath": lambda platform: Datapath(platform.formats),
    "dma": lambda platform: Dma.of(
        platform, platform.shared_data_bits, read_turn_beats=platform.read_turn_beats
    ),
    "control": Control,
    "core": Core,
    "top": Top,
}
"""Units by name, each as in the given platform; ``dma`` is the DMA of the shared port."""


_FORMATS = {"lane32": FP32, "lane16": FP16}


def check(unit: str, platform: Platform) -> None:
    """Raise ``RequestError`` if the platform has no such unit."""
    if unit in _FORMATS and not platform.has(_FORMATS[unit]):
        raise RequestError(
            f"{platform.name} has no {unit}: it does not compute {_FORMATS[unit].name}"
        )


def ports(unit: wiring.Component) -> Iterator[tuple[str, wiring.Flow, Value]]:
    """Name, direction and value of each of the unit's ports, except constant ones."""
    for path, member, value in unit.signature.flatten(unit):
        if not isinstance(Value.cast(value), Const):
            yield "__".join(map(str, path)), member.flow, Value.cast(value)


class Bare(wiring.Component):
    """``unit`` with its ports and nothing else, for its size."""

    def __init__(self, unit: wiring.Component):
        self.unit = unit
        self.black_boxes = getattr(unit, "black_boxes", {})
        super().__init__({name: flow(value.shape()) for name, flow, value in ports(unit)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.unit = self.unit
        for name, flow, value in ports(self.unit):
            port = Value.cast(getattr(self, name))
            m.d.comb += value.eq(port) if flow is In else port.eq(value)
        return m


class Harness(wiring.Component):
    """``unit`` between registers: every input comes from a register and every output goes to one,
    so all of its paths are timed.

    The registers of the inputs are a chain that ``scan_in`` feeds. The registers of the outputs are
    folded into ``folded``, ``GROUP`` to one in each clock, so that nothing is removed as unused.
    The harness has a few pins, however many ports the unit has.
    """

    def __init__(self, unit: wiring.Component):
        self.unit = unit
        self.black_boxes = getattr(unit, "black_boxes", {})
        super().__init__({"scan_in": In(1), "folded": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.unit = self.unit

        inputs = sum(len(value) for _, flow, value in ports(self.unit) if flow is In)
        outputs = Cat(value for _, flow, value in ports(self.unit) if flow is Out)
        chain, bits = Signal(inputs, reset_less=True), Signal(len(outputs), reset_less=True)
        m.d.sync += [chain.eq(Cat(self.scan_in, chain)), bits.eq(outputs)]
        for _name, flow, value in ports(self.unit):
            if flow is In:
                m.d.comb += value.eq(chain[: len(value)])
                chain = chain[len(value) :]
        level = 0
        while len(bits) > 1:
            folded = Signal(-(-len(bits) // GROUP), name=f"folded_{level}", reset_less=True)
            m.d.sync += folded.eq(
                Cat(bits[first : first + GROUP].xor() for first in range(0, len(bits), GROUP))
            )
            bits, level = folded, level + 1
        m.d.comb += self.folded.eq(bits)
        return m
