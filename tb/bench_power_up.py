"""cocotb: the unit as it powers up, with no reset at all. A module of its own, since a simulation
powers up once.

Under Verilator it is run with ``unset="ones"``: a clock that starts at random may have an edge
before the bench drives the inputs.
"""

import cocotb

from scegrad.tb.bench import parameters
from scegrad.tb.scenarios import Shape, draw_job
from scegrad.tb.system import system


@cocotb.test()
async def power_up(dut) -> None:
    """Registers and memories have the values that a reset would give them: jobs run, shared,
    private, shared again.
    """
    async with system(dut, "power_up", resets=False) as unit:
        for private in (False, True, False):
            length = parameters().get("length", 100)
            await unit.run(
                draw_job(unit.rng, unit.platform, Shape(private=private, length=length), [])
            )
