"""cocotb: only the clock, for as many cycles as a job takes: no bench in Python can be faster."""

import time
from pathlib import Path

import cocotb
from cocotb.handle import SimHandleBase
from cocotb.triggers import RisingEdge

from scegrad.tb.bench import parameters, running


@cocotb.test()
async def floor(dut: SimHandleBase) -> None:
    """Await every rising edge, as a bench does, and write the seconds of processor time."""
    async with running(dut, []):
        start = time.process_time()
        for _ in range(parameters()["cycles"]):
            await RisingEdge(dut.clk)
        seconds = time.process_time() - start
    Path(parameters()["file"]).write_text(repr(seconds), encoding="ascii")
