"""Components that a design contains several times but converts to Verilog once."""

from amaranth.hdl import ClockSignal, Instance, Module, ResetSignal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In


class BlackBox(wiring.Component):
    """Stands for the component ``name``, whose ``signature`` it has.

    The owner lists the component under this name in a dictionary ``black_boxes``, from which
    ``rtl.verilog`` adds the module. Without this, repeated elaboration of equal cores would take
    most of the time of generation.
    """

    def __init__(self, name: str, signature: wiring.Signature):
        self._name = name
        super().__init__(signature)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        ports = {}
        for path, member, value in self.signature.flatten(self):
            direction = "i" if member.flow is In else "o"
            ports[f"{direction}_{'__'.join(map(str, path))}"] = Value.cast(value)
        m.submodules.unit = Instance(self._name, i_clk=ClockSignal(), i_rst=ResetSignal(), **ports)
        return m
