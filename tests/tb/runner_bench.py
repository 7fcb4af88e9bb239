"""cocotb: a test that passes, one that fails and one that leaves (run by test_runner.py)."""

import os

import cocotb
from cocotb.triggers import Timer

from scegrad.tb.bench import parameters


@cocotb.test()
async def passes(dut) -> None:
    await Timer(1, "ns")
    dut._log.info(f"parameters {parameters()}")


@cocotb.test()
async def fails(dut) -> None:
    await Timer(1, "ns")
    assert str(dut.m_axi_bready.value) == "0"


@cocotb.test(skip="leaves" not in os.environ.get("COCOTB_TEST_FILTER", ""))
async def leaves(dut) -> None:
    """End the simulator without a word."""
    os._exit(0)
