"""The board's SDRAM controller: LiteDRAM with its SDR PHY for an ECP5, and ports for the unit and
the host. A sequencer initialises the chip, so no processor is needed.

    s_axi, 64 bits --> AXI down-converter --> AXI front end --+
    host, 32 bits ------------------------> down-converter ---+-> crossbar -> controller -+
                                                      sequencer, until the chip is ready -+-> PHY
"""

from dataclasses import dataclass
from typing import Any

from scegrad.litedram.chip import Chip
from scegrad.litedram.core import PORT, as_verilog, axi_port

NAME = "sdram"
"""The module's name."""

SYS_MHZ = 60
"""Clock of the board; docs/fpga.md derives it from the chip's access time."""

CHIP = "MT48LC16M16"
"""32 MiB in 16 bits; the boards have this chip or one of the same speed (IS42S16160, AS4C16M16)."""

AXI_BITS, HOST_BITS = 64, 32

CAS_LATENCY = 2

POWER_UP_US = 200
"""Time from a stable clock to the first command: the longest of the three data sheets."""

REFRESHES = 8
"""Refreshes before the mode register is set: data sheets require 2 or 8."""

REFRESH_US, REFRESH_ROWS = 64_000, 8192
"""The chip needs a refresh of all its rows in this time."""

RFC_NS, RP_NS, MRD_CYCLES = 70, 20, 2


@dataclass(frozen=True)
class Step:
    """A command of the sequence, with its low pins and the cycles until the next command."""

    cycles: int
    low: tuple[str, ...] = ()
    address: int = 0


def sequence(mhz: int) -> list[Step]:
    """The sequence that initialises the chip: wait, precharge all, refresh, burst length 1 and CAS
    latency.
    """

    def cycles(ns: int) -> int:
        return -(-ns * mhz // 1000)

    refresh = Step(cycles(RFC_NS), ("ras_n", "cas_n"))
    return [
        Step(cycles(POWER_UP_US * 1000)),
        Step(cycles(RP_NS), ("ras_n", "we_n"), 1 << 10),
        *[refresh] * REFRESHES,
        Step(MRD_CYCLES, ("ras_n", "cas_n", "we_n"), CAS_LATENCY << 4),
        Step(1),
    ]


def _sequencer(top: Any, dfi: Any, done: Any, steps: list[Step]) -> None:
    """Drive the commands of ``steps`` on ``dfi``, each for one cycle, then set ``done``."""
    # LiteDRAM, LiteX and Migen: optional packages, which need not be there.
    from migen import Case, If, Signal

    index = Signal(max=len(steps) + 1, name="step")
    left = Signal(max=max(step.cycles for step in steps) + 1, name="step_left")
    phase = dfi.phases[0]
    cases: dict[int | str, Any] = {}
    for k, step in enumerate(steps):
        given = {"cs_n": 0, "ras_n": 1, "cas_n": 1, "we_n": 1, **dict.fromkeys(step.low, 0)}
        cases[k] = [getattr(phase, name).eq(value) for name, value in given.items()]
        cases[k] += [phase.address.eq(step.address), phase.bank.eq(0), left.eq(step.cycles - 1)]
        cases[k] += [index.eq(k + 1)]
    idle = [getattr(phase, name).eq(1) for name in ("cs_n", "ras_n", "cas_n", "we_n")]
    cases["default"] = done.eq(1)
    top.comb += phase.cke.eq(1)
    top.sync.init += [*idle, If(left != 0, left.eq(left - 1)).Else(Case(index, cases))]


def _host(top: Any, native: Any) -> set[Any]:
    """Access of the bridge, one word at a time, with the signals of
    ``board.memory.HostSignature``.
    """
    from migen import FSM, NextState, NextValue, Signal

    valid, write, ready = (Signal(name=f"host_{name}") for name in ("valid", "write", "ready"))
    address = Signal(32, name="host_address")
    data, read = Signal(HOST_BITS, name="host_data"), Signal(HOST_BITS, name="host_read")
    top.submodules.fsm = fsm = FSM(reset_state="COMMAND")
    top.comb += [native.cmd.addr.eq(address[2:]), native.cmd.we.eq(write), native.cmd.last.eq(1)]
    top.comb += [native.wdata.data.eq(data), native.wdata.we.eq(0b1111)]
    moved = (native.wdata.valid & native.wdata.ready) | (native.rdata.valid & native.rdata.ready)
    taken = valid & native.cmd.ready
    fsm.act("COMMAND", native.cmd.valid.eq(valid), *_when(taken, NextState("DATA")))
    fsm.act(
        "DATA",
        native.wdata.valid.eq(write),
        native.rdata.ready.eq(~write),
        NextValue(read, native.rdata.data),
        *_when(moved, NextState("DONE")),
    )
    fsm.act("DONE", ready.eq(1), NextState("COMMAND"))
    return {valid, write, ready, address, data, read}


def _when(condition: Any, action: Any) -> tuple[Any]:
    from migen import If

    return (If(condition, action),)


def _pads(chip: Chip) -> Any:
    """The chip's pins with the names of LiteDRAM's PHY; each is a port ``sdram_<name>``."""
    from migen import Record

    geometry = chip.module().geom_settings
    widths = {"a": geometry.addressbits, "ba": geometry.bankbits, "dq": chip.data_bits}
    widths |= {"dm": chip.data_bits // 8}
    widths |= dict.fromkeys(("ras_n", "cas_n", "we_n", "cs_n", "cke"), 1)
    pads = Record(list(widths.items()))
    for name in widths:
        getattr(pads, name).name_override = f"sdram_{name}"
    return pads


def verilog(chip: Chip | None = None) -> str:
    """The module ``sdram``.

    Ports: ``clk`` and ``rst``; ``clk_chip``, the shifted clock for the chip, which leaves at
    ``sdram_clk``; ``ready``, high after the initialisation of the chip: no request may come before;
    ``s_axi_*``, 64 bits, addresses from 0; ``host_*``; the chip's pins ``sdram_*``.
    """
    from litedram.core import LiteDRAMCore
    from litedram.phy import GENSDRPHY
    from litex.build.io import DDROutput
    from litex.build.lattice.common import lattice_ecp5_special_overrides
    from migen import ClockDomain, Module, Signal

    chip = chip or Chip(CHIP, SYS_MHZ, 16)
    top, described, pads = Module(), chip.module(), _pads(chip)
    init, sys, out = (ClockDomain(name) for name in ("init", "sys", "chip"))
    out.rst = None
    top.clock_domains += [init, sys, out]
    ready, sdram_clk = Signal(name="ready"), Signal(name="sdram_clk")
    top.comb += [sys.clk.eq(init.clk), sys.rst.eq(~ready)]
    top.submodules.phy = phy = GENSDRPHY(pads, chip.mhz * 1_000_000, cl=CAS_LATENCY)
    # LiteDRAM rounds the refresh interval up, so 8,192 refreshes would take more than 64 ms.
    described.timing_settings.tREFI = chip.mhz * REFRESH_US // REFRESH_ROWS
    top.submodules.core = core = LiteDRAMCore(
        phy, described.geom_settings, described.timing_settings, chip.mhz * 1_000_000
    )
    top.comb += core.dfii.ext_dfi_sel.eq(~ready)
    _sequencer(top, core.dfii.ext_dfi, ready, sequence(chip.mhz))
    ios = axi_port(top, core.crossbar.get_port(), PORT, address_bits=32, id_bits=1, bits=AXI_BITS)
    ios |= _host(top, core.crossbar.get_port(data_width=HOST_BITS))
    top.specials += DDROutput(1, 0, sdram_clk, out.clk)
    names = {init.clk: "clk", init.rst: "rst", out.clk: "clk_chip"}
    for signal, name in names.items():
        signal.name_override = name
    ios |= {*names, ready, sdram_clk, *pads.flatten()}
    return as_verilog(top, ios, NAME, special_overrides=lattice_ecp5_special_overrides)
