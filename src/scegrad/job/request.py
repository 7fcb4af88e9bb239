"""What a caller asks for, checked before anything runs: every fault in it is a ``RequestError`` of one line."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scegrad.errors import RequestError, check_choice
from scegrad.formats import FORMATS, Format, format_of
from scegrad.job.placement import Place, place
from scegrad.platforms import Platform, platform_of

BACKENDS = ("verilator", "icarus", "model")
"""The simulator that is built for speed, the cocotb bench under Icarus, and the golden model alone."""

SIMULATORS = ("verilator", "icarus")
"""Those that have memories with a timing, and waves."""

UART = "uart:"
"""Before the name of a serial device, such as ``uart:/dev/ttyUSB0``: the board behind it is the backend."""

MEMORIES = ("shared", "private")

IN_PLACE = ("logits", "labels")
"""The inputs that the output may replace."""

MAX_LENGTH = (1 << 31) - 1
"""The longest array that the register LENGTH can hold."""


@dataclass(frozen=True)
class Request:
    """A request that can be carried out: flat arrays of the format's type, and where they are to lie.

    ``core`` is the core that runs a private job, ``shape`` and ``dtype`` are what the gradient is returned in.
    """

    platform: Platform
    fmt: Format
    private: bool
    core_mask: int
    core: int
    backend: str
    logits: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    shape: tuple[int, ...]
    dtype: np.dtype
    place: Place


def check_settings(backend: str, **settings: object) -> None:
    """Refuse what only simulated hardware can be told, where it is given; raises ``RequestError``."""
    given = [name for name, value in settings.items() if value is not None]
    if given and backend not in SIMULATORS:
        raise RequestError(
            f"the backend {backend} has no {' and no '.join(given)} to choose: use {' or '.join(SIMULATORS)}"
        )


def check_mask(platform: Platform, core_mask: int | None, private: bool) -> tuple[int, int]:
    """The ``core_mask`` of a job and the core of a private one: its lowest bit, which is core 0 where no mask is given."""
    if core_mask is None:
        return (1, 0) if private else (platform.all_cores, 0)
    if not 0 < core_mask <= platform.all_cores:
        last = platform.cores - 1
        cores = f"core 0 to core {last}" if last else "core 0"
        raise RequestError(
            f"core mask is {core_mask:#x}, but {platform.name} has {cores}: it must be 0x1 to {platform.all_cores:#x}"
        )
    return core_mask, (core_mask & -core_mask).bit_length() - 1


def prepare(
    logits: Any,
    labels: Any,
    *,
    platform: str | Platform = "ft78ne",
    memory: str = "shared",
    core_mask: int | None = None,
    backend: str = "verilator",
    fmt: str | Format | None = None,
    in_place: str | None = None,
    misalignment: tuple[int, int, int] = (0, 0, 0),
) -> Request:
    """Check a request; raises ``RequestError``.

    ``fmt`` converts floating-point arrays of another type, to nearest. ``misalignment`` is how many bytes logits, labels and gradient start
    past a multiple of the bus width.
    """
    chosen = platform_of(platform)
    check_choice("memory", memory, MEMORIES)
    if not backend.startswith(UART) or backend == UART:
        check_choice("backend", backend, (*BACKENDS, f"{UART}DEVICE"))
    if in_place is not None:
        check_choice("in_place", in_place, IN_PLACE)
    private = memory == "private"
    mask, core = check_mask(chosen, core_mask, private)
    x, y = np.asarray(logits), np.asarray(labels)
    if x.shape != y.shape:
        raise RequestError(
            f"logits have shape {x.shape}, labels {y.shape}, but the shapes must agree"
        )
    x_flat, y_flat, form = _convert(x, y, fmt)
    if not chosen.has(form):
        raise RequestError(
            f"{chosen.name} does not compute {form.name}: its cores have {' and '.join(chosen.formats)}"
        )
    if x.size > MAX_LENGTH:
        raise RequestError(f"the arrays have {x.size} elements, but a job has at most {MAX_LENGTH}")
    try:
        where = place(
            chosen,
            form,
            x.size,
            core=core if private else None,
            in_place=in_place,
            misalignment=misalignment,
        )
    except ValueError as error:
        raise RequestError(str(error)) from error
    dtype = x.dtype if fmt is None else form.dtype
    return Request(
        chosen, form, private, mask, core, backend, x_flat, y_flat, x.shape, dtype, where
    )


def _convert(
    x: np.ndarray, y: np.ndarray, fmt: str | Format | None
) -> tuple[np.ndarray, np.ndarray, Format]:
    """Both arrays flat, contiguous and in the format's type."""
    if isinstance(fmt, str):
        check_choice("format", fmt, tuple(FORMATS))
        fmt = FORMATS[fmt]
    if fmt is None:
        if x.dtype.newbyteorder("=") != y.dtype.newbyteorder("="):
            raise RequestError(
                f"logits are {x.dtype}, labels {y.dtype}, but the types must agree (or a format be given)"
            )
        try:
            fmt = format_of(x.dtype.newbyteorder("="))
        except ValueError as error:
            raise RequestError(str(error)) from error
    for name, array in (("logits", x), ("labels", y)):
        if array.dtype.kind != "f":
            raise RequestError(
                f"{name} are {array.dtype}, but only floating-point arrays are converted to {fmt.name}"
            )
    with np.errstate(
        over="ignore", under="ignore", invalid="ignore"
    ):  # to infinity, zero, NaN: that is what rounding to the format gives
        flat = [
            np.ascontiguousarray(array).reshape(-1).astype(fmt.dtype, copy=False)
            for array in (x, y)
        ]
    return flat[0], flat[1], fmt
