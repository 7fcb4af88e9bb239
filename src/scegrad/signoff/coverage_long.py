"""What the coverage of platforms with a wide port needs beside the regression: longer jobs, because
only in these its reads take turns of more than one burst, and requests in a format that is missing.

It is apart from ``coverage_runs``, by which mutants of the one-core platform are judged too.
"""

import random

from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.platforms import Platform
from scegrad.rtl.dma.reader import LONG_JOB_TURNS
from scegrad.signoff.coverage_runs import BUSY, LATE, LIMIT, SEED, run_checked
from scegrad.sim.simulation import Simulation
from scegrad.soak.registers import SoakRegisters, start_as_due
from scegrad.tb import scenarios

BAD = 3
"""The kinds of bad jobs up to the one after that with a missing format."""

TIMES = 3
"""The bytes of a job, as a multiple of the least that takes long turns."""


def run_long(platform: Platform, simulation: Simulation) -> int:
    """Run shared jobs on all cores, and bad requests; returns the number of jobs. Raises
    ``SoakError`` if anything is wrong.
    """
    rng, jobs = random.Random(SEED), 0
    size = TIMES * LONG_JOB_TURNS * platform.read_turn_beats * platform.shared_data_bits // 8
    for memory in (LATE, BUSY):
        simulation.set_memory(memory)
        for name in platform.formats:
            fmt = FORMATS[name]
            length = size // fmt.bytes + 1
            shape = scenarios.Shape(fmt, private=False, mask=platform.all_cores, length=length)
            run_checked(rng, simulation, scenarios.draw_job(rng, platform, shape, []))
            jobs += 1
    access = SoakRegisters(simulation)
    for number in range(BAD):
        job = scenarios.draw_bad_job(rng, platform, number)
        if start_as_due(job, access):  # it is good where no format is missing
            sequence.execute(sequence.finish(job.unit, LIMIT), access)
            jobs += 1
    return jobs
