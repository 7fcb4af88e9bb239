"""cocotb: a job in the LiteX system of ``platforms/litex``, by its host's pins alone."""

import cocotb
import numpy as np
from cocotb.handle import SimHandleBase

from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.job.job import Job
from scegrad.model.golden import gradient
from scegrad.tb.bench import parameters, platform, running
from scegrad.tb.host import Host

GUARD = 0xA5A5_A5A5


class Registers:
    """The unit's registers, somewhere in the host's address space."""

    def __init__(self, host: Host, base: int) -> None:
        self._host, self._base = host, base
        self.wait = host.wait

    async def read32(self, offset: int) -> int:
        return await self._host.read32(self._base + offset)

    async def write32(self, offset: int, value: int) -> None:
        await self._host.write32(self._base + offset, value)


async def write(host: Host, address: int, words: np.ndarray) -> None:
    for k, word in enumerate(words.view("u4")):
        await host.write32(address + 4 * k, int(word))


@cocotb.test()
async def job(dut: SimHandleBase) -> None:
    """Arrays that start in the middle of a bus word, with a guard word around the result."""
    given = parameters()
    target, fmt, length = platform(), FORMATS["fp16"], 2 * given["words"]
    memory, rng = target.shared[0].base, np.random.default_rng(given["seed"])
    x, y = rng.normal(0, 4, length).astype("f2"), rng.random(length).astype("f2")
    places = memory + 4, memory + 0x1000 + 8, memory + 0x2000 + 12
    host = Host(dut, prefix="host")  # before the reset: a manager keeps its valids low in it
    async with running(dut, []):
        registers = Registers(host, given["registers"])
        await sequence.execute_async(sequence.identify_and_enable(target), registers)
        await write(host, places[0], x)
        await write(host, places[1], y)
        await write(host, places[2] - 4, np.full(given["words"] + 2, GUARD, "u4"))
        steps = sequence.run(Job(target, fmt, False, *places, length, 1))
        counters = await sequence.execute_async(steps, registers)
        found = [await host.read32(places[2] - 4 + 4 * k) for k in range(given["words"] + 2)]
    assert counters.elements == length
    assert found[0] == found[-1] == GUARD
    assert found[1:-1] == gradient(x, y).view("u4").tolist()
