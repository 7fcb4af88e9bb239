"""The designs of benches: the Verilog of a platform's top or of any component."""

import re
from dataclasses import dataclass, replace

from amaranth.lib import wiring

from scegrad.build.model_text import clock_gates
from scegrad.build.simulator import verilog
from scegrad.platforms import Platform
from scegrad.rtl.verilog import to_verilog


@dataclass(frozen=True)
class Design:
    """A top module: its name and its Verilog, and the platform whose top it is, if it is one's."""

    name: str
    text: str
    platform: Platform | None = None

    @property
    def ports(self) -> list[tuple[str, str]]:
        """Direction and name of every port of the top module, which is the first in the text."""
        module = re.split(rf"^module {self.name} ?\(", self.text, maxsplit=1, flags=re.MULTILINE)[1]
        return re.findall(
            r"^ +(input|output) +(?:(?:wire|reg) +)?(?:\[[0-9:]+\] )?(\w+)[;,]?$",
            module[: module.index("endmodule")],
            re.MULTILINE,
        )


def control_file(design: Design) -> str:
    """The Verilator control file that lets a bench read every port of the top module and write the
    inputs.
    """
    kinds = {"input": "public_flat_rw", "output": "public_flat_rd"}
    lines = [
        f'{kinds[direction]} -module "{design.name}" -var "{port}"'
        for direction, port in design.ports
    ]
    return "\n".join(["`verilator_config", *lines, ""])


def design_of(design: Platform | wiring.Component, name: str | None = None) -> Design:
    """The Verilog of a platform's top or of a component, which is then named after its class unless
    ``name`` is given.
    """
    if isinstance(design, Platform):
        return Design(design.top_name, verilog(design).read_text(encoding="ascii"), design)
    name = name or type(design).__name__.lower()
    return Design(name, to_verilog(design, name))


def gated(design: Design) -> Design:
    """``design`` with its clock gates as gates: the same in every cycle, at several times the speed
    in Icarus, which evaluates each register at each edge of its clock.
    """
    return replace(design, text=clock_gates(design.text))
