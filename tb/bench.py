"""The start of every cocotb bench: its parameters, its platform, its random numbers, clock and
reset.
"""

import base64
import json
import os
import pickle
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.handle import SimHandleBase
from cocotb.triggers import RisingEdge, Timer

from scegrad.platforms import Platform
from scegrad.tb.memory import AxiMemory, run_memories
from scegrad.tb.process import die_with_parent

PERIOD_NS = 10

die_with_parent()


def parameters() -> dict[str, Any]:
    """The ``parameters`` that ``run_bench`` was given."""
    return json.loads(os.environ.get("SCEGRAD_PARAMETERS", "{}"))


def platform() -> Platform:
    """The platform that ``run_bench`` was given as the design."""
    return pickle.loads(base64.b64decode(os.environ["SCEGRAD_PLATFORM"]))


def randomness(name: str) -> random.Random:
    """Random numbers for the test ``name``: the same whenever the run's seed is the same, whichever
    other tests run.
    """
    return random.Random(f"{cocotb.RANDOM_SEED}:{name}")


async def reset(dut: SimHandleBase, cycles: int = 3) -> None:
    """Hold ``rst`` for some cycles."""
    dut.rst.value = 1
    for _ in range(cycles):
        await RisingEdge(dut.clk)
    dut.rst.value = 0


@asynccontextmanager
async def running(
    dut: SimHandleBase, memories: Sequence[AxiMemory], *, resets: bool = True
) -> AsyncIterator[None]:
    """A clock, the ``memories`` served, and the design just reset, or as it powers up; all of it
    stops at the end of the block.
    """
    dut.clk.value = (
        0  # with any value at the start, the first edge is at the same time in every simulator
    )
    dut.rst.value = 0
    await Timer(PERIOD_NS, "ns")
    clock = Clock(dut.clk, PERIOD_NS, "ns")
    clock.start()
    service = cocotb.start_soon(run_memories(dut, memories))
    if resets:
        await reset(dut)
    await RisingEdge(dut.clk)
    try:
        yield
    finally:
        service.cancel()
        clock.stop()
