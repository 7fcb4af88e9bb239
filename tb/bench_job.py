"""cocotb: one job on arrays from files, for ``scegrad run --backend icarus``; ``job_files``
describes the files.
"""

import pickle
import random
import time
from pathlib import Path

import cocotb
import numpy as np
from cocotb.handle import SimHandleBase
from cocotb.triggers import ClockCycles

from scegrad.job.sequence import execute_async, identify_and_enable, run
from scegrad.request.request import Request
from scegrad.tb.bench import parameters, running
from scegrad.tb.host import Host
from scegrad.tb.job_files import GUARD, GUARD_PATTERN, PROGRESS, Ended
from scegrad.tb.memory import AxiMemory, Behaviour, Event
from scegrad.tb.storage import Storage, Window

CYCLES = 100
"""Cycles between two reports of the progress: a fraction of a second under Icarus."""


def _load(request: Request, storage: Storage) -> Window:
    """Put the inputs and the guard bytes into memory, and permit the job only its arrays.

    Returns the window of the output.
    """
    job = request.job
    storage.load(job.logits, request.logits.tobytes())
    storage.load(job.labels, request.labels.tobytes())
    for address, size in request.guards:
        storage.load(address, GUARD_PATTERN * size)
    storage.declare("logits", job.logits, job.size, readable=True)
    storage.declare("labels", job.labels, job.size, readable=True)
    return storage.declare("gradient", job.gradient, job.size, writable=True)


def _rows(port: int, events: list[Event], first: int) -> list[tuple[int, int, int, int, str]]:
    return [(event.cycle - first, event.address, 1, port, event.channel) for event in events]


async def _tell(dut: SimHandleBase, output: Window, element: int, path: Path) -> None:
    """From time to time, write how many elements of the output are written."""
    part = path.with_suffix(".part")
    while True:
        await ClockCycles(dut.clk, CYCLES)
        part.write_text(str(output.written.count(1) // element))
        part.replace(path)  # a reader sees a whole number


@cocotb.test()
async def job(dut: SimHandleBase) -> None:
    """Run the job, check guards and rules, and write the gradient and the counters."""
    directory = Path(parameters()["directory"])
    request: Request = pickle.loads((directory / "request.pickle").read_bytes())
    storage = Storage(1)
    output = _load(request, storage)
    ports = request.job.platform.ports
    memories = [AxiMemory(dut, prefix, storage, random.Random(1)) for prefix in ports]
    for memory in memories:
        memory.behaviour = Behaviour(latency=(request.latency, request.latency))
        memory.log.record = request.timeline
    if request.dram is not None:
        memories[0].use(request.dram)
    host = Host(dut)
    async with running(dut, memories):
        await execute_async(identify_and_enable(request.job.platform), host)
        first = memories[0].cycle
        start = time.process_time()
        teller = cocotb.start_soon(_tell(dut, output, request.fmt.bytes, directory / PROGRESS))
        counters = await execute_async(run(request.job), host)
        teller.cancel()
        seconds = time.process_time() - start
    failures = [failure for memory in memories for failure in memory.log.failures]
    assert not failures, failures[0]
    for address, size in request.guards:
        assert storage.dump(address, size) == GUARD_PATTERN * size, f"{GUARD} at {address:#x}"
    content = np.frombuffer(
        storage.dump(request.job.gradient, request.job.size), request.job.fmt.dtype
    )
    np.save(directory / "gradient.npy", content)
    rows = [
        row for port, memory in enumerate(memories) for row in _rows(port, memory.log.events, first)
    ]
    (directory / "ended.pickle").write_bytes(pickle.dumps(Ended(counters, rows, seconds)))
