"""A LiteX system with the unit and LiteDRAM, for simulation: it has no processor, but pins
``host_*`` (AXI-Lite) that read and write as one would.

    python platforms/litex/soc.py out/litex/scegrad_ecp5_128.v 128 > out/litex/soc.v

On a board the processor takes the host's place, and the board's PHY that of LiteDRAM's model.
"""

import sys

from litedram.frontend.axi import LiteDRAMAXI2Native
from litedram.modules import M12L16161A
from litedram.phy.model import SDRAMPHYModel
from litex.build.generic_platform import Pins
from litex.build.sim import SimPlatform
from litex.gen import ClockDomain, LiteXModule
from litex.soc.integration.soc import SoCRegion
from litex.soc.integration.soc_core import SoCMini
from litex.soc.interconnect.axi import AXILiteInterface
from unit import Scegrad  # beside this file

MHZ = 100
REGISTERS, MEMORY = 0x9000_0000, 0x4000_0000
PINS = [("clk", 0, Pins(1)), ("rst", 0, Pins(1)), ("irq", 0, Pins(1))]
PINS += AXILiteInterface(data_width=32, address_width=32).get_ios("host")


class Clock(LiteXModule):
    """The system's clock and reset, straight from the pins."""

    def __init__(self, platform: SimPlatform) -> None:
        self.cd_sys = ClockDomain()
        self.comb += self.cd_sys.clk.eq(platform.request("clk"))
        self.comb += self.cd_sys.rst.eq(platform.request("rst"))


class Soc(SoCMini):
    """The system; ``bits`` is the platform's ``shared_data_bits``, ``MEMORY`` its DDR's base, as
    in ``platforms/ecp5_128.toml``.
    """

    def __init__(self, platform: SimPlatform, verilog: str, bits: int) -> None:
        super().__init__(platform, clk_freq=MHZ * 1e6)
        self.crg = Clock(platform)
        chip = M12L16161A(MHZ * 1_000_000, "1:1")
        self.phy = SDRAMPHYModel(chip, data_width=bits, clk_freq=MHZ * 1e6)
        # No L2 cache: it would not see what the unit writes.
        self.add_sdram("sdram", self.phy, chip, origin=MEMORY, l2_cache_size=0)

        self.add_module("scegrad", Scegrad(verilog, bits))
        platform.add_source(verilog)
        self.bus.add_slave("scegrad", self.scegrad.bus, SoCRegion(REGISTERS, 0x1000, cached=False))
        port = self.sdram.crossbar.get_port(data_width=bits)
        self.submodules += LiteDRAMAXI2Native(self.scegrad.dma, port, base_address=MEMORY)
        # With a processor, self.irq.add("scegrad") takes the place of these lines.
        host = AXILiteInterface(data_width=32, address_width=32)
        self.comb += host.connect_to_pads(platform.request("host"), mode="slave")
        self.comb += platform.request("irq").eq(self.scegrad.ev.done.trigger)
        self.bus.add_master("host", host)


def main() -> None:
    """Print the system's Verilog, without the unit's."""
    platform = SimPlatform("SIM", PINS)
    soc = Soc(platform, sys.argv[1], int(sys.argv[2]))
    soc.finalize()
    print(platform.get_verilog(soc, name="soc", regular_comb=False).main_source)


if __name__ == "__main__":
    main()
