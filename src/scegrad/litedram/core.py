"""LiteDRAM's controller for a chip as Verilog: an AXI4 port, controller, and its model of PHY and
memory, made by LiteDRAM's own package.

    AXI4 -> burst to beats -> crossbar -> bank machines, multiplexer -> DFI -> SDRAMPHYModel
"""

import re
from importlib.metadata import version
from typing import Any

from scegrad.litedram.chip import Chip

PACKAGES = ("litedram", "litex", "migen")
"""The packages whose versions decide the Verilog."""

NAME = "litedram"
"""The module's name."""

PORT = "s_axi"
"""The prefix of its AXI port."""


def identity() -> str:
    """The versions that the Verilog depends on."""
    return " ".join(f"{name} {version(name)}" for name in PACKAGES)


def axi_port(
    core: Any, native: Any, prefix: str, *, address_bits: int, id_bits: int, bits: int | None = None
) -> set[Any]:
    """Put LiteDRAM's AXI front end before a native port of ``core``; returns its signals.

    Their names are ``<prefix>_awaddr`` and so on. With ``bits`` the port is wider than the native
    one, by LiteX's down-converter: 256 beats of the native port at most.
    """
    # LiteDRAM, LiteX and Migen: optional packages, which need not be there.
    from litedram.frontend.axi import LiteDRAMAXI2Native, LiteDRAMAXIPort
    from litex.soc.interconnect.axi import AXIDownConverter

    widths = {"address_width": address_bits, "id_width": id_bits}
    axi = inner = LiteDRAMAXIPort(data_width=native.data_width, **widths)
    if bits is not None:
        axi = LiteDRAMAXIPort(data_width=bits, **widths)
        core.submodules += AXIDownConverter(axi, inner)
    core.submodules += LiteDRAMAXI2Native(inner, native)
    signals = set()
    for channel, names in _SIGNALS.items():
        for name in names.split():
            signal = getattr(getattr(axi, channel), name)
            signal.name_override = f"{prefix}_{channel}{name}"
            signals.add(signal)
    return signals


_SIGNALS = {
    "aw": "valid ready id addr len size burst",
    "w": "valid ready data strb last",
    "b": "valid ready id resp",
    "ar": "valid ready id addr len size burst",
    "r": "valid ready id data resp last",
}
"""The signals of each channel of the port."""


def verilog(chip: Chip) -> str:
    """The module ``litedram``: ``clk``, ``rst``, and ``s_axi_*`` with addresses from 0.

    The model of the memory needs no initialisation: the controller drives it from the first cycle.
    """
    from litedram.core import LiteDRAMCore
    from litedram.phy.model import SDRAMPHYModel
    from migen import ClockDomain, Module

    top, described = Module(), chip.module()
    top.clock_domains.sys = sys = ClockDomain("sys")
    top.submodules.phy = phy = SDRAMPHYModel(
        described, data_width=chip.data_bits, clk_freq=chip.mhz * 1e6
    )
    top.submodules.core = core = LiteDRAMCore(
        phy, described.geom_settings, described.timing_settings, chip.mhz * 1_000_000
    )
    ios = axi_port(top, core.crossbar.get_port(), PORT, address_bits=32, id_bits=1)
    sys.clk.name_override, sys.rst.name_override = "clk", "rst"
    return as_verilog(top, {sys.clk, sys.rst, *ios}, NAME)


def as_verilog(top: Any, ios: set[Any], name: str, **options: Any) -> str:
    """A migen module as Verilog, without time scale and without the comments about the time of
    generation.
    """
    from litex.gen.fhdl.verilog import convert

    text = str(convert(top, ios, name=name, **options))
    return re.sub(r"^(//.*(Date|Auto-Generated)|`timescale).*\n", "", text, flags=re.MULTILINE)
