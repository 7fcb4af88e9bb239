"""cocotb: the unit between cocotbext-axi's memories and manager, which know only its port names and
the register table.

A second opinion on the bus protocol: nothing here comes from our own memory model or driver.
"""

import itertools
import logging
import mmap
import random

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.handle import SimHandleBase
from cocotb.triggers import ClockCycles, RisingEdge, with_timeout
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiRam

from scegrad.formats import FORMATS, Format
from scegrad.model.golden import gradient
from scegrad.platforms import REGISTERS_BUS, Platform
from scegrad.registers import REGISTER, SHARED, Status, unit_offset
from scegrad.tb.bench import PERIOD_NS, parameters, platform, randomness

ADDRESS_SPACE = 1 << 32
AROUND = 128
"""Bytes on either side of an array that are compared."""

LIMIT_NS = 200_000 * PERIOD_NS


class Surroundings:
    """One memory, sparse, behind a cocotbext-axi RAM on every port, and an AXI4-Lite manager."""

    def __init__(self, dut: SimHandleBase, platform: Platform) -> None:
        logging.getLogger(f"cocotb.{dut._name}").setLevel(logging.WARNING)
        self.dut = dut
        self.memory = mmap.mmap(-1, ADDRESS_SPACE)
        self.rams = [
            AxiRam(
                AxiBus.from_prefix(dut, prefix),
                dut.clk,
                dut.rst,
                size=ADDRESS_SPACE,
                mem=self.memory,
            )
            for prefix in platform.ports
        ]
        self.registers = AxiLiteMaster(AxiLiteBus.from_prefix(dut, REGISTERS_BUS), dut.clk, dut.rst)

    def pause(self, rng: random.Random, share: float) -> None:
        """Let every channel of every RAM pause for a share of the cycles, differently."""
        for ram in self.rams:
            channels = [
                ram.write_if.aw_channel,
                ram.write_if.w_channel,
                ram.write_if.b_channel,
                ram.read_if.ar_channel,
                ram.read_if.r_channel,
            ]
            for channel in channels:
                channel.set_pause_generator(
                    itertools.cycle([rng.random() < share for _ in range(97)])
                )

    async def write(self, name: str, value: int) -> None:
        """Write the register of this name."""
        await self.registers.write_dword(REGISTER[name].offset, value)

    async def read(self, offset: int) -> int:
        """Read a register."""
        return await self.registers.read_dword(offset)


async def _start_and_finish(
    around: Surroundings, fmt: Format, values: tuple[int, ...], core: int | None
) -> None:
    """Write ``values`` to the registers from LOGITS on, start the job and see it end."""
    for name, value in zip(
        ("LOGITS", "LABELS", "GRADIENT", "LENGTH", "CORE_MASK"),
        values,
        strict=True,
    ):
        await around.write(name, value)
    mode = REGISTER["MODE"]
    half = mode.field("FORMAT").mask if fmt.name == "fp16" else 0
    await around.write("MODE", half | (0 if core is None else mode.field("PRIVATE").mask))
    await around.write("START", 1)
    assert await around.read(REGISTER["REQUEST"].offset) == Status.ACCEPTED
    if str(around.dut.irq.value) != "1":
        await with_timeout(RisingEdge(around.dut.irq), LIMIT_NS, "ns")
    unit = SHARED if core is None else core
    assert await around.read(REGISTER["IRQ_PENDING"].offset) == 1 << unit
    assert await around.read(unit_offset(unit, "STATUS")) == Status.DONE
    assert await around.read(unit_offset(unit, "ELEMENTS")) == values[3]
    await around.write("IRQ_PENDING", 1 << unit)


async def run(
    around: Surroundings,
    fmt: Format,
    places: tuple[int, int, int],
    length: int,
    mask: int,
    core: int | None,
) -> None:
    """Run one job by the register table alone, private where ``core`` is given, and compare all
    bytes near its arrays.
    """
    rng = np.random.default_rng(length)
    arrays = [
        rng.normal(0, 5, length).astype(fmt.dtype),
        rng.integers(0, 2, length).astype(fmt.dtype),
    ]
    for address, array in zip(places, arrays, strict=False):
        around.memory[address : address + array.nbytes] = array.tobytes()
    size = length * fmt.bytes
    ranges = [
        (max(0, address - AROUND), min(ADDRESS_SPACE, address + size + AROUND))
        for address in places
    ]
    image = {
        position: around.memory[position] for start, end in ranges for position in range(start, end)
    }
    image |= dict(enumerate(gradient(*arrays).tobytes(), start=places[2]))

    await _start_and_finish(around, fmt, (*places, length, mask), core)
    wrong = [position for position, byte in image.items() if around.memory[position] != byte]
    assert not wrong, (
        f"{len(wrong)} bytes differ, the first at {wrong[0]:#x}: {fmt.name} {places} {length}"
        f" {mask:#x} {core}"
    )


@cocotb.test()
async def jobs(dut: SimHandleBase) -> None:
    """Shared and private jobs in every format, with and without pauses."""
    target, rng = platform(), randomness("cocotbext")
    cocotb.start_soon(Clock(dut.clk, PERIOD_NS, "ns").start())
    around = Surroundings(dut, target)
    dut.rst.value = 1
    await ClockCycles(dut.clk, 4)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 2)
    await around.write("IRQ_ENABLE", 1 << SHARED | target.all_cores)
    for share in (0.0, 0.4):
        if share:
            around.pause(rng, share)
        for fmt in (FORMATS[name] for name in target.formats):
            for core in (None, *range(target.cores)):
                base = target.shared[0].base if core is None else target.l2[core].base
                length = rng.randint(1, int(parameters().get("longest", 150)))
                x, y, z = (
                    base + 0x1000 * (k + 1) * 4 - fmt.bytes * rng.randint(0, 40) for k in range(3)
                )
                mask = rng.randint(1, target.all_cores)
                await run(
                    around, fmt, rng.choice(((x, y, z), (x, y, x), (x, y, y))), length, mask, core
                )
    around.memory.close()
