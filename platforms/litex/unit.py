"""A LiteX module around the unit: its registers as an AXI-Lite slave, its port to memory as an AXI
master, its interrupt as an event.

    soc.add_module("scegrad", Scegrad("out/litex/scegrad_ecp5_128.v", data_width=128))

It needs LiteX and the Verilog of a platform with one port (``private = []``), and no scegrad.
"""

from pathlib import Path

from litex.gen import ClockSignal, Instance, LiteXModule, ResetSignal
from litex.soc.interconnect.axi import AXIInterface, AXILiteInterface
from litex.soc.interconnect.csr_eventmanager import EventManager, EventSourceLevel

LITE = {"aw": "addr prot", "w": "data strb", "b": "resp", "ar": "addr prot", "r": "data resp"}
FULL = {
    "aw": "id addr len size burst lock cache prot",
    "w": "data strb last",
    "b": "id resp",
    "ar": "id addr len size burst lock cache prot",
    "r": "id data resp last",
}
"""The signals of each channel, beside ``valid`` and ``ready``."""


class Scegrad(LiteXModule):
    """The unit: ``bus`` for ``soc.bus.add_slave``, ``dma`` for memory, ``ev`` for ``soc.irq.add``.

    ``data_width`` is the platform's ``shared_data_bits``.
    """

    def __init__(self, verilog: str, data_width: int) -> None:
        self.bus = AXILiteInterface(data_width=32, address_width=32)
        self.dma = AXIInterface(data_width=data_width, address_width=32, id_width=1)
        self.ev = EventManager()
        self.ev.done = EventSourceLevel()  # high until IRQ_PENDING of the unit is acknowledged
        self.ev.finalize()
        registers = pins("s_axil", self.bus, LITE, manager=False)
        for channel in ("aw", "ar"):  # the unit has 12 bits of the address, LiteX all
            registers[f"i_s_axil_{channel}addr"] = getattr(self.bus, channel).addr[:12]
        self.specials += Instance(
            Path(verilog).stem,
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            o_irq=self.ev.done.trigger,
            **registers,
            **pins("m_axi_shared", self.dma, FULL, manager=True),
        )


def pins(prefix: str, bus: object, channels: dict[str, str], *, manager: bool) -> dict:
    """The arguments of ``Instance`` that connect a bus of which the unit is manager or not."""
    found = {}
    for channel, names in channels.items():
        sends = (channel in ("aw", "w", "ar")) == manager
        for name in f"valid {names} ready".split():
            way = "o" if sends != (name == "ready") else "i"
            found[f"{way}_{prefix}_{channel}{name}"] = getattr(getattr(bus, channel), name)
    return found
