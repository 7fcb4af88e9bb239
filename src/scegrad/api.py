"""The operator on arrays: the gradient of the sigmoid cross entropy with respect to the logits, computed by the simulated hardware."""

from dataclasses import asdict, dataclass, field, replace
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from scegrad.backends.dispatch import run as run_request
from scegrad.backends.outcome import Options, Progress, Timeline
from scegrad.errors import RequestError
from scegrad.formats import Format
from scegrad.job.request import Request, check_settings, prepare
from scegrad.platforms import Platform
from scegrad.sim.dram import Dram, DramError, DramStats, preset
from scegrad.sim.simulation import Traffic


@dataclass(frozen=True)
class Result:
    """A gradient and what it took.

    ``cycles`` is from the start of the job to its end, None from the model; ``counters`` are the unit's counters by name, empty from the
    model; ``timeline`` is there where it was asked for; ``traffic`` is what the memory saw at the job's port, ``dram`` what a DRAM did
    (backend verilator).
    """

    gradient: np.ndarray = field(repr=False)
    cycles: int | None
    counters: dict[str, int]
    platform: Platform
    backend: str
    timeline: Timeline | None = field(default=None, repr=False)
    traffic: Traffic | None = field(default=None, repr=False)
    dram: DramStats | None = field(default=None, repr=False)


def run_job(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    platform: str | Platform = "ft78ne",
    memory: str = "shared",
    core_mask: int | None = None,
    backend: str = "verilator",
    fmt: str | Format | None = None,
    in_place: str | None = None,
    misalignment: tuple[int, int, int] = (0, 0, 0),
    latency: int | None = None,
    dram: str | Dram | None = None,
    core_mhz: int | None = None,
    waves: str | PathLike[str] | None = None,
    timeline: bool = False,
    progress: Progress | None = None,
) -> Result:
    """sigmoid(logits) - labels, with cycles and counters; the arguments that both have are those of the operator below.

    ``fmt``           "fp32" or "fp16": floating-point arrays of another type are rounded to it, and the gradient has its type
    ``in_place``      "logits" or "labels": the output takes the place of that input in the hardware's memory (never in yours)
    ``misalignment``  bytes past a multiple of 64 at which logits, labels and gradient start in that memory
    ``latency``       cycles from a request to the memory's first answer; 40 for shared memory and 0, at once, for private unless given
    ``dram``          "ddr3-1600", "ddr4-2400" or a ``Dram``: shared memory with the timing of DRAM beside a unit clocked at ``core_mhz``
                      (1,000 unless given; docs/memory.md)
    ``waves``         a file for the waveform of the whole job, in FST
    ``timeline``      whether to record what went over the ports and when (backend verilator)
    ``progress``      called now and then with the elements done and the elements of the job

    Raises ``RequestError``, a ``ValueError``, for a request that cannot be carried out, before anything runs.
    """
    request = prepare(
        logits,
        labels,
        platform=platform,
        memory=memory,
        core_mask=core_mask,
        backend=backend,
        fmt=fmt,
        in_place=in_place,
        misalignment=misalignment,
    )
    if latency is not None and not 0 <= latency < 1 << 20:
        raise RequestError(f"latency is {latency}, but must be 0 to {(1 << 20) - 1} cycles")
    memory_timing = _dram(dram, core_mhz, request, latency)
    check_settings(backend, waves=waves, latency=latency, dram=dram)
    outcome = run_request(
        request,
        Options(
            Path(waves) if waves is not None else None, timeline, latency, progress, memory_timing
        ),
    )
    gradient = outcome.gradient.reshape(request.shape).astype(request.dtype, copy=False)
    counters = asdict(outcome.counters) if outcome.counters else {}
    return Result(
        gradient,
        counters.get("cycles"),
        counters,
        request.platform,
        backend,
        outcome.timeline,
        outcome.traffic,
        outcome.dram,
    )


def _dram(
    dram: str | Dram | None, core_mhz: int | None, request: Request, latency: int | None
) -> Dram | None:
    """The DRAM that a request asks for; raises ``RequestError``."""
    if dram is None:
        if core_mhz is not None:
            raise RequestError("core_mhz was given, but matters only beside a DRAM: give dram too")
        return None
    if request.private:
        raise RequestError(
            "dram was given, but private arrays are in on-chip memory, which is no DRAM: use shared memory"
        )
    if latency is not None:
        raise RequestError(
            "latency and dram were both given, but the DRAM decides how long it takes"
        )
    try:
        if isinstance(dram, str):
            return preset(dram, core_mhz=core_mhz)
        dram = dram if core_mhz is None else replace(dram, core_mhz=core_mhz)
        dram.structure()
    except DramError as error:
        raise RequestError(str(error)) from error
    return dram


def sigmoid_cross_entropy_with_logits_grad(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    platform: str | Platform = "ft78ne",
    memory: str = "shared",
    core_mask: int | None = None,
    backend: str = "verilator",
) -> np.ndarray:
    """sigmoid(logits) - labels, an array of the inputs' type and shape.

    ``logits``, ``labels``  arrays of one shape, any, and one type, float32 or float16
    ``platform``   "ft78ne" (8 cores, fp32), "mt7004" (4 cores, fp32 and fp16), "ecp5_demo" (1 core, fp32 and fp16), or a ``Platform``
    ``memory``     "shared": the arrays are in DDR and the cores of ``core_mask`` (bit i is core i; all unless given) share the work;
                   "private": they are in the private memory of one core, the lowest of ``core_mask`` (core 0 unless given)
    ``backend``    "verilator" (fast simulation of the RTL), "icarus" (its cocotb bench, slow) or "model" (the golden model); all give
                   the same bits

    Raises ``RequestError``, a ``ValueError``, for a request that cannot be carried out.
    """
    return run_job(
        logits, labels, platform=platform, memory=memory, core_mask=core_mask, backend=backend
    ).gradient
