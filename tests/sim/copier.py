"""The stand-in design of the simulator's tests: it copies one array to another, as fast as its
ports allow.
"""

from pathlib import Path

from scegrad.build import simulator as build
from scegrad.platforms import Platform
from scegrad.registers import SHARED, Status, offset, unit_offset
from scegrad.sim.simulation import Simulation

COPIER = Platform("copier", cores=1, formats=("fp32",))
"""A 512-bit shared port and a 64-bit one."""

SOURCE, TARGET = 0x8000_0000, 0xA000_0000
"""Addresses that the tests copy from and to."""


def verilog(directory: Path, bits: int = COPIER.shared_data_bits) -> Path:
    """The copier's Verilog, with a shared port of so many bits."""
    path = directory / "copier.v"
    path.write_text(
        f"`define SHARED_BITS {bits}\n{Path(__file__).with_name('copier.v').read_text()}"
    )
    return path


def library(directory: Path, *, waves: bool = False) -> Path:
    """The copier's simulator."""
    return build.library(COPIER, source=verilog(directory), waves=waves)


def start(
    sim: Simulation,
    words: int,
    *,
    private: bool = False,
    source: int = SOURCE,
    target: int = TARGET,
) -> None:
    """Start to copy 32-bit words."""
    sim.write32(offset("IRQ_ENABLE"), 1 << SHARED | 1)
    sim.write32(offset("IRQ_PENDING"), 1 << SHARED | 1)
    for name, value in (
        ("LOGITS", source),
        ("GRADIENT", target),
        ("LENGTH", words),
        ("MODE", int(private)),
        ("START", 1),
    ):
        sim.write32(offset(name), value)


def finish(sim: Simulation, *, private: bool = False) -> tuple[Status, int]:
    """Run to the interrupt; the status and the cycles of the copy."""
    sim.run(1_000_000, until_irq=True)
    assert sim.irq
    unit = 0 if private else SHARED
    return Status(sim.read32(unit_offset(unit, "STATUS"))), sim.read32(unit_offset(unit, "CYCLES"))
