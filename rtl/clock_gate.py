"""Clock gates: a part of the design that has nothing to do gets no clock edges.

An idle part keeps its state, so the design behaves the same, cycle for cycle, with real gates and
with wires. The user of the Verilog chooses between them (``CELL``). FPGAs have few clock nets and
take the wire; silicon saves power with gates. The fast simulation (``build.model_text``) does not
evaluate a part without a clock edge.
"""

from amaranth.hdl import (
    Cat,
    ClockDomain,
    ClockSignal,
    Instance,
    Module,
    ResetSignal,
    Signal,
    Value,
    ValueLike,
)
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

NAME = "clock_gate"
"""The cell's module; in the Verilog, the name of the top module stands before it."""

VERILOG = "verilog"
"""The ``platform`` of a conversion to Verilog, which has the cell."""

CELL = """
// Lets clk through in the cycles in which enable is high. What it clocks is the same cycle for
// cycle without it: so it is a wire, for FPGAs; silicon has the clock gating cell of its process.
module {name}(clk, enable, gated);
  input clk;
  wire clk;
  input enable;
  wire enable;
  output gated;
  wire gated;
  assign gated = clk;
endmodule
"""
"""Verilog of the cell."""


class ClockGate(wiring.Component):
    """The clock of a part, for the cycles in which that part may change.

    Latency: none; the edge that ends a cycle with ``active`` high is passed on. So are the edges
    that end the ``linger`` cycles after that, and those in reset.

    Parameters
    ----------
    linger : cycles after the last with ``active`` in which the part still changes

    Members
    -------
    active : In(1), the part has work
    gated : Out(1), its clock
    """

    def __init__(self, *, linger: int):
        self._linger = linger
        super().__init__({"active": In(1), "gated": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        enable: Value = self.active | ResetSignal()
        if self._linger:
            recent = Signal(self._linger, init=-1)
            m.d.sync += recent.eq(Cat(self.active, recent))
            enable |= recent.any()
        m.submodules.gate = Instance(NAME, i_clk=ClockSignal(), i_enable=enable, o_gated=self.gated)
        return m


def gated_domain(
    m: Module,
    platform: object,
    name: str,
    active: ValueLike = 1,
    *,
    linger: int = 0,
    flush: ValueLike = 0,
) -> str:
    """Add a clock domain to ``m`` that runs while its part is ``active``; returns its name.

    See ``ClockGate``; a part that is always active has none. The domain is reset with that of
    ``m``, and by ``flush``. Gates are for Verilog only. Without a ``platform``, as in Amaranth's
    simulator, the domain has the clock of ``m``: that simulator has no cells, and a derived clock
    comes late in it.
    """
    if platform is None:
        assert isinstance(flush, int), "a part with a flush of its own needs a domain of its own"
        return "sync"
    clock: Value = ClockSignal()
    if not isinstance(active, int):
        m.submodules[f"{name}_gate"] = gate = ClockGate(linger=linger)
        m.d.comb += gate.active.eq(active)
        clock = gate.gated
    domain = ClockDomain(name, local=True)
    # Ports of the modules inside have the names that they have everywhere.
    domain.clk, domain.rst = Signal(name="clk"), Signal(name="rst")
    m.domains += domain
    # Amaranth names what is used first, so that the module's own clock and reset stay clk and rst.
    m.d.comb += Signal(2, name="own").eq(Cat(ClockSignal(), ResetSignal()))
    m.d.comb += [domain.clk.eq(clock), domain.rst.eq(ResetSignal() | flush)]
    return name
