"""The cocotb bench under Icarus Verilog: a few hundred cycles per second."""

import re
import shutil

import numpy as np

from scegrad.build.simulator import verilog
from scegrad.errors import BuildError, SimulationError
from scegrad.request.request import Request
from scegrad.request.result import Progress, Result, Timeline, port_names
from scegrad.sim.simulation import (
    EVENT,
    Channel,
)


def run_icarus(request: Request, progress: Progress | None = None) -> Result:
    """Run a request in the cocotb bench ``tb.bench_job`` under Icarus: a few hundred cycles per
    second.
    """
    if shutil.which("iverilog") is None:
        raise BuildError(
            "Icarus Verilog is not installed: apt-get install iverilog, or choose another backend"
        )
    # cocotb: the other back ends do without.
    from scegrad.tb.job_files import run_files
    from scegrad.tb.runner import BenchError, Design

    platform = request.platform
    design = Design(platform.top_name, verilog(platform).read_text(encoding="ascii"))
    try:
        gradient, ended = run_files(request, design, "icarus", progress)
    except BenchError as error:
        raise SimulationError(_last_error(str(error))) from error
    rows = [(*row[:4], Channel[row[4].upper()]) for row in ended.events]
    timeline = Timeline(np.array(rows, EVENT), port_names(platform)) if request.timeline else None
    return request.result(gradient, ended.counters, timeline=timeline)


def _last_error(message: str) -> str:
    """The first line of a failure with its log, and the last line that names an exception."""
    first, *rest = message.splitlines()
    causes = [line.strip() for line in rest if re.search(r"\b\w*(Error|Refused|Exception): ", line)]
    return f"{first}: {causes[-1]}" if causes else first
