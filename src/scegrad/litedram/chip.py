"""The memory that LiteDRAM controls: a chip of its list, a clock, and the width of its AXI port."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from scegrad.errors import RequestError, require, shown

PHASES = {"SDR": 1, "DDR": 2, "LPDDR": 2, "DDR2": 2, "DDR3": 4, "DDR4": 4}
"""Memory clocks per clock of the controller, by the type of the memory, as in LiteDRAM's model."""

WORKING_MHZ = range(1, 1001)


def chips() -> ModuleType:
    """LiteDRAM's list of chips; raises ``RequestError`` if the package is not installed."""
    require("litedram", "litex", "migen")
    # LiteDRAM: an optional package, which need not be there.
    import litedram.modules

    return litedram.modules


@dataclass(frozen=True)
class Chip:
    """A memory behind LiteDRAM; raises ``RequestError`` for an impossible one.

    ``name``       class in ``litedram.modules``, such as MT41K64M16
    ``mhz``        clock of the controller, its port and the unit; the memory's clock is ``phases``
                   times as fast
    ``port_bits``  width of the controller's port; it determines the width of the memory's bus, and
    so the number of devices side by side
    """

    name: str
    mhz: int
    port_bits: int

    def __post_init__(self) -> None:
        known = chips()
        chip = getattr(known, self.name, None) if isinstance(self.name, str) else None
        if not (isinstance(chip, type) and issubclass(chip, known.SDRAMModule)):
            raise RequestError(
                f"chip is {shown(self.name)}, but must be a chip of litedram.modules, such as"
                " MT41K64M16"
            )
        if getattr(chip, "memtype", None) not in PHASES or not hasattr(chip, "nbanks"):
            raise RequestError(
                f"{self.name} is not a chip of a type that LiteDRAM's model simulates:"
                f" {', '.join(PHASES)}"
            )
        if self.mhz not in WORKING_MHZ:
            raise RequestError(f"the chip's mhz is {shown(self.mhz)}, but must be 1 to 1000")
        if self.data_bits < 8 or self.data_bits * self.bits_per_pin != self.port_bits:
            raise RequestError(
                f"a port of {self.port_bits} bits takes a {self.memtype} bus of"
                f" {self.port_bits / self.bits_per_pin:g} bits, but a bus has at least 8:"
                f" shared_data_bits must be {8 * self.bits_per_pin} or more"
            )
        try:
            self.phy_settings()
            self.module()
        except (ValueError, KeyError, AssertionError) as error:
            raise RequestError(
                f"LiteDRAM has no {self.memtype} timings for {self.memory_mhz} MHz, the memory's"
                f" clock beside {self.mhz} MHz of the controller: choose a slower one"
            ) from error

    @property
    def memtype(self) -> str:
        """The type of the memory: SDR, DDR3 and the like."""
        return str(getattr(chips(), self.name).memtype)

    @property
    def phases(self) -> int:
        """Clocks of the memory per clock of the controller."""
        return PHASES[self.memtype]

    @property
    def memory_mhz(self) -> int:
        """The memory's clock."""
        return self.mhz * self.phases

    @property
    def bits_per_pin(self) -> int:
        """Bits that a data pin carries in a clock of the controller."""
        return self.phases * (1 if self.memtype == "SDR" else 2)

    @property
    def data_bits(self) -> int:
        """Width of the memory's bus."""
        return self.port_bits // self.bits_per_pin

    def module(self) -> Any:
        """The chip as LiteDRAM describes it, with its timings in clocks of the controller."""
        return getattr(chips(), self.name)(self.mhz * 1_000_000, f"1:{self.phases}")

    def phy_settings(self) -> Any:
        """The latencies of LiteDRAM's model of PHY and memory at this clock."""
        from litedram.phy.model import get_sdram_phy_settings

        return get_sdram_phy_settings(self.memtype, self.data_bits, self.mhz * 1e6)

    @property
    def row_bytes(self) -> int:
        """Bytes of a row over all devices."""
        return (1 << self.module().geom_settings.colbits) * self.data_bits // 8

    @property
    def size(self) -> int:
        """Bytes of the memory."""
        geometry = self.module().geom_settings
        return self.row_bytes << geometry.rowbits + geometry.bankbits
