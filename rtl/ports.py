"""The ports of a platform's top module, bus by bus, for headers, scripts and descriptions."""

from collections.abc import Iterator
from dataclasses import dataclass

from amaranth.hdl import Shape
from amaranth.lib.wiring import Out

from scegrad.platforms import REGISTERS_BUS, Platform, Region
from scegrad.registers import ADDRESS_BITS
from scegrad.rtl.axi import Axi4Signature, AxiLiteSignature, flat_members

CLOCK, RESET, INTERRUPT = "clk", "rst", "irq"
"""Rising edge; synchronous and active high; a level, high until it is acknowledged.

Amaranth gives clock and reset their names.
"""


@dataclass(frozen=True)
class Port:
    """A port; ``signal`` is its name in the AXI specification, in capitals."""

    name: str
    signal: str
    output: bool
    width: int


@dataclass(frozen=True)
class Bus:
    """An AXI interface of the top module, whose ports are named ``<name>_<signal>``.

    ``manager`` tells its role; ``data_bits``, ``address_bits`` and ``id_bits`` its widths (without
    IDs it is AXI4-Lite); ``burst_beats`` its longest burst; ``regions`` what a manager reaches.
    """

    name: str
    manager: bool
    data_bits: int
    address_bits: int
    id_bits: int
    burst_beats: int
    regions: tuple[Region, ...]
    ports: tuple[Port, ...]

    @property
    def protocol(self) -> str:
        """What AMD's and Accellera's tools call it."""
        return "AXI4" if self.id_bits else "AXI4LITE"


def buses(platform: Platform) -> tuple[Bus, ...]:
    """The buses of ``scegrad_<platform>``: the registers, then the managers as in ``ports``."""
    lite = AxiLiteSignature(address_bits=ADDRESS_BITS)
    registers = tuple(_ports(REGISTERS_BUS, lite, manager=False))
    reached = [platform.shared, *(platform.private_of(k) for k in range(platform.l2_ports))]
    address_bits, id_bits = platform.address_bits, platform.id_bits
    managers = []
    for (name, bits), regions in zip(platform.ports.items(), reached, strict=True):
        axi = Axi4Signature(data_bits=bits, address_bits=address_bits, id_bits=id_bits)
        ports = tuple(_ports(name, axi, manager=True))
        managers.append(
            Bus(name, True, bits, address_bits, id_bits, platform.burst_beats, regions, ports)
        )
    return (Bus(REGISTERS_BUS, False, 32, ADDRESS_BITS, 0, 1, (), registers), *managers)


def _ports(
    name: str, signature: Axi4Signature | AxiLiteSignature, *, manager: bool
) -> Iterator[Port]:
    for port, member in flat_members(name, signature, manager=manager).items():
        signal = port.removeprefix(f"{name}_").upper()
        yield Port(port, signal, member.flow is Out, Shape.cast(member.shape).width)
