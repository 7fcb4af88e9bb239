"""A request, checked whole before anything is opened or runs: every fault in it is a
``RequestError`` of one line.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from scegrad.errors import RequestError, check_choice, shown
from scegrad.files import waves_file
from scegrad.formats import Format
from scegrad.job.job import Counters, Job
from scegrad.job.placement import Place, place
from scegrad.platforms import PLATFORMS, Platform, platform_of
from scegrad.request.arrays import Arrays
from scegrad.request.checks import file_name, flag, whole
from scegrad.request.result import Result
from scegrad.request.settings import (
    BACKENDS,
    IN_PLACE,
    MAX_LATENCY,
    MEMORIES,
    SIMULATORS,
    UART,
    Settings,
)
from scegrad.sim.dram import PRESETS, Dram, DramError, preset

SHARED_LATENCY = 40
PRIVATE_LATENCY = 0
"""Cycles from a request to the first answer of shared and of private memory, unless the caller
chooses: 0 answers at once."""


@dataclass(frozen=True)
class Request:
    """A valid job, its operands, and how to carry it out.

    ``logits`` and ``labels`` are flat, in the job's format; the gradient is returned in ``shape``
    and ``dtype``. ``guards`` are ranges (address, size) beside the output that must not change.
    ``latency`` is that of the memories, unless ``dram`` gives shared memory its timing.
    """

    job: Job
    backend: str
    logits: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    shape: tuple[int, ...]
    dtype: np.dtype
    guards: tuple[tuple[int, int], ...] = ()
    latency: int = SHARED_LATENCY
    dram: Dram | None = None
    waves: Path | None = None
    timeline: bool = False

    @property
    def platform(self) -> Platform:
        """The platform of the job."""
        return self.job.platform

    @property
    def fmt(self) -> Format:
        """The format of the job."""
        return self.job.fmt

    @property
    def memory(self) -> str:
        """The word for the place of the arrays: shared or private."""
        return MEMORIES[self.job.private]

    def result(
        self, gradient: np.ndarray, measured: Counters | None = None, **recorded: Any
    ) -> Result:
        """The result with this flat gradient; ``recorded`` are the other fields of ``Result``."""
        shaped = gradient.reshape(self.shape).astype(self.dtype, copy=False)
        return Result(shaped, self.platform, self.backend, measured, **recorded)


def _place(platform: Platform, arrays: Arrays, settings: Settings, core: int | None) -> Place:
    try:
        return place(
            platform,
            arrays.fmt,
            arrays.logits.size,
            core=core,
            in_place=settings.in_place,
            misalignment=_misalignment(settings.misalignment),
        )
    except ValueError as error:
        raise RequestError(str(error)) from error


def prepare(logits: Any, labels: Any, settings: Settings) -> Request:
    """Check settings and arrays, and place the job in memory. Raises ``RequestError``."""
    platform = platform_of(settings.platform)
    check_choice("memory", settings.memory, MEMORIES)
    _check_backend(settings.backend)
    if settings.in_place is not None:
        check_choice("in_place", settings.in_place, IN_PLACE)
    private = settings.memory == "private"
    mask, core = _cores(platform, settings.core_mask, private)
    arrays = Arrays.of(logits, labels, settings.fmt)
    _check_format(platform, arrays.fmt)
    latency = _latency(settings, private)
    dram = _dram(settings, private)
    waves = _waves(settings.waves)
    timeline = flag("timeline", settings.timeline)
    _check_simulated(settings.backend, waves=waves, latency=settings.latency, dram=settings.dram)
    where = _place(platform, arrays, settings, core if private else None)
    x, y = arrays.flat()
    addresses = where.logits, where.labels, where.gradient
    return Request(
        Job(platform, arrays.fmt, private, *addresses, x.size, 0 if private else mask),
        settings.backend,
        x,
        y,
        arrays.logits.shape,
        arrays.dtype,
        where.guards,
        latency,
        dram,
        waves,
        timeline,
    )


def _check_backend(backend: Any) -> None:
    device = isinstance(backend, str) and backend.startswith(UART) and backend != UART
    if not device:
        check_choice("backend", backend, (*BACKENDS, f"{UART}DEVICE"))


def _check_format(platform: Platform, fmt: Format) -> None:
    if not platform.has(fmt):
        able = [name for name, other in PLATFORMS.items() if other.has(fmt)]
        raise RequestError(
            f"{platform.name} does not compute {fmt.name}: its cores have"
            f" {' and '.join(platform.formats)}; choose --platform {' or '.join(able)}, or"
            f" --format {platform.formats[0]}"
        )


def _check_simulated(backend: str, **chosen: object) -> None:
    """Refuse settings that only simulated hardware has."""
    given = [name for name, value in chosen.items() if value is not None]
    if given and backend not in SIMULATORS:
        raise RequestError(
            f"the backend {backend} has no {' and no '.join(given)} to choose: use"
            f" {' or '.join(SIMULATORS)}"
        )


def _cores(platform: Platform, core_mask: Any, private: bool) -> tuple[int, int]:
    """The mask of a shared job, and the core of a private one: the lowest bit of the mask."""
    if core_mask is None:
        return (1, 0) if private else (platform.all_cores, 0)
    mask = whole("core mask", core_mask, -(1 << 64), 1 << 64)
    if not 0 < mask <= platform.all_cores:
        last = platform.cores - 1
        cores = f"core 0 to core {last}" if last else "core 0"
        raise RequestError(
            f"core mask is {mask:#x}, but {platform.name} has {cores}: it must be 0x1 to"
            f" {platform.all_cores:#x}"
        )
    return mask, (mask & -mask).bit_length() - 1


def _misalignment(value: Any) -> tuple[int, int, int]:
    try:
        first, second, third = value
    except Exception:  # an __iter__ may raise anything
        raise RequestError(
            f"misalignment is {shown(value)}, but must be three numbers: of logits, labels and"
            " gradient"
        ) from None
    names = ("logits", "labels", "gradient")
    a, b, c = (
        whole(f"misalignment of {name}", item, 0, (1 << 32) - 1, " bytes")
        for name, item in zip(names, (first, second, third), strict=True)
    )
    return a, b, c


def _latency(settings: Settings, private: bool) -> int:
    if settings.latency is None:
        return PRIVATE_LATENCY if private else SHARED_LATENCY
    return whole("latency", settings.latency, 0, MAX_LATENCY, " cycles")


def _dram(settings: Settings, private: bool) -> Dram | None:
    """The requested DRAM."""
    dram, core_mhz = settings.dram, settings.core_mhz
    if dram is None:
        if core_mhz is not None:
            raise RequestError("core_mhz was given, but matters only beside a DRAM: give dram too")
        return None
    if private:
        raise RequestError(
            "dram was given, but private memory is not DRAM: use --memory shared"
            ' (from Python memory="shared")'
        )
    if settings.latency is not None:
        raise RequestError(
            "latency and dram were both given, but the DRAM decides how long it takes"
        )
    if core_mhz is not None:
        core_mhz = whole("core_mhz", core_mhz, 0, (1 << 32) - 1)
    if not isinstance(dram, Dram):
        check_choice("dram", dram, PRESETS)
    try:
        if isinstance(dram, str):
            return preset(dram, core_mhz=core_mhz)
        dram = dram if core_mhz is None else replace(dram, core_mhz=core_mhz)
        dram.structure()
    except DramError as error:
        raise RequestError(str(error)) from error
    return dram


def _waves(value: Any) -> Path | None:
    """The file for the waveform; a name for another format than FST is refused."""
    if value is None:
        return None
    return waves_file(file_name("waves", value))
