"""cocotb: a copy through the memory model, and what the model says of it (run by
test_memory.py).
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import cocotb
from cocotb.handle import Force, Release
from cocotb.triggers import RisingEdge

from scegrad.axi import Resp
from scegrad.tb.bench import parameters, randomness, running
from scegrad.tb.memory import AxiMemory, Behaviour
from scegrad.tb.storage import Fault, Storage
from tests.tb.axi_copy import DEFECTS

SOURCE, TARGET = 0x8000_0FC0, 0x9000_1F80
WORD = 8


async def copy(dut, memory: AxiMemory, rng: random.Random, *, beats: int, short: int = 0) -> bool:
    """Copy 12 bursts with everything declared, but for the last ``short`` bytes of the target;
    whether it came to an end.
    """
    size = 12 * beats * WORD
    content = rng.randbytes(size)
    storage = memory.storage
    storage.load(SOURCE, content)
    storage.declare("source", SOURCE, size, readable=True)
    target = storage.declare("target", TARGET, size - short, writable=True)
    dut.source.value, dut.target.value, dut.bursts.value = SOURCE, TARGET, 12
    dut.start.value = 1
    await RisingEdge(dut.clk)
    dut.start.value = 0
    for _ in range(3000):
        await RisingEdge(dut.clk)
        if str(dut.done.value) == "1":
            break
    else:
        return False
    if not (memory.log.failures or memory.log.errors):
        assert storage.dump(TARGET, size) == content
        assert all(target.written), "some bytes were not written"
        assert memory.idle
    return True


@asynccontextmanager
async def serving(
    dut, defect: str | None = None, name: str = "copy"
) -> AsyncIterator[tuple[AxiMemory, random.Random]]:
    """A memory that serves from reset on, and a manager with one defect; ``name`` varies the random
    choices of a run.
    """
    rng = randomness(name)
    memory = AxiMemory(dut, "m_axi", Storage(1), rng, max_beats=parameters()["beats"])
    dut.start.value = 0
    dut.defect.value = 0 if defect is None else DEFECTS.index(defect) + 1
    async with running(dut, [memory]):
        yield memory, rng


ATTEMPTS = 12
"""Runs in which a defect may show."""


@cocotb.test()
async def good_manager(dut) -> None:
    """No complaint about a manager that keeps the rules, whatever the memory does."""
    async with serving(dut) as (memory, rng):
        for trial in range(12):
            memory.behaviour = Behaviour() if trial == 0 else Behaviour.draw(rng)
            memory.storage.windows.clear()
            assert await copy(dut, memory, rng, beats=parameters()["beats"]), (
                f"{memory.behaviour}: no end"
            )
            assert not memory.log.failures, f"{memory.behaviour}: {memory.log.failures}"


@cocotb.test()
async def timing(dut) -> None:
    """Latency counts from the acceptance of an address to the edge before the first beat, and beats
    follow one another.
    """
    async with serving(dut) as (memory, rng):
        for latency in (0, 7):
            memory.behaviour = Behaviour(latency=(latency, latency))
            memory.log.record = True
            memory.log.events.clear()
            memory.storage.windows.clear()
            assert await copy(dut, memory, rng, beats=4)
            accepted, *beats = [
                event.cycle for event in memory.log.events if event.channel in ("ar", "r")
            ][:5]
            assert [cycle - accepted for cycle in beats] == [
                latency + 1 + index for index in range(4)
            ]


@cocotb.test()
async def faults(dut) -> None:
    """Injected errors are answered, noted and no failure."""
    async with serving(dut) as (memory, rng):
        memory.storage.faults = [
            Fault(SOURCE + 3 * WORD, Resp.SLVERR),
            Fault(TARGET + 5 * WORD + 1, Resp.DECERR, write=True),
        ]
        await copy(dut, memory, rng, beats=4)
        read, write = memory.log.errors
        assert (read.channel, read.address, read.response) == ("r", SOURCE + 3 * WORD, Resp.SLVERR)
        assert (write.channel, write.address, write.response) == (
            "b",
            TARGET + 4 * WORD,
            Resp.DECERR,
        )
        assert not memory.log.failures


@cocotb.test()
async def write_past_the_end(dut) -> None:
    """The last byte of the last beat is not declared: DECERR, a report, and the byte keeps its
    value.
    """
    async with serving(dut) as (memory, rng):
        last = TARGET + 12 * 4 * WORD - 1
        before = memory.storage.dump(last, 1)
        await copy(dut, memory, rng, beats=4, short=1)
        assert memory.storage.dump(last, 1) == before
        assert ["nobody declared writable" in failure for failure in memory.log.failures] == [True]
        assert memory.log.errors[-1].response is Resp.DECERR


@cocotb.test()
async def bad_manager(dut) -> None:
    """Every defect is found, and named as expected."""
    for defect, expected in parameters()["expected"].items():
        found: list[str] = []
        # Whether a defect shows can depend on how long the memory happens to hold the manager up.
        for attempt in range(ATTEMPTS):
            async with serving(dut, defect, f"copy {attempt}") as (memory, rng):
                memory.behaviour = Behaviour(
                    ar=0.5, aw=0.5, w=0.5, r=0.2, latency=(0, 3), patient=defect == "aw_waits"
                )
                ended = await copy(dut, memory, rng, beats=4)
                found = memory.log.failures + ([] if ended else ["no end"])
            if any(expected in failure for failure in found):
                break
        else:
            raise AssertionError(
                f"{defect}: expected {expected!r} in one of {ATTEMPTS} runs, got {found} in the"
                " last"
            )


@cocotb.test()
async def unknown_values(dut) -> None:
    """X is found where it matters (Icarus only)."""
    for port, expected in (
        ("wdata", "wdata has X"),
        ("wstrb", "wstrb is xxxxxxxx"),
        ("araddr", "ar: X"),
        ("awvalid", "awvalid is x"),
    ):
        async with serving(dut) as (memory, rng):
            signal = getattr(dut, f"m_axi_{port}")
            signal.value = Force("x" * len(signal))
            await copy(dut, memory, rng, beats=4)
            signal.value = Release()
            assert any(expected.lower() in failure.lower() for failure in memory.log.failures), (
                f"{port}: got {memory.log.failures}"
            )
