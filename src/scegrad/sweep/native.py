"""The two libraries of a sweep, built when first asked for and kept in the simulator's cache: the
Verilated lane and the exact side.

They are separate on purpose: no code or table of one is in the other (``sw/lane``, ``sw/exact``).
"""

import ctypes
from collections.abc import Callable
from ctypes import c_char_p, c_int, c_uint64, c_void_p
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scegrad.build.cache import cached, content_key
from scegrad.build.simulator import harness_directory
from scegrad.build.toolchain import Toolchain
from scegrad.errors import BuildError, SimulationError
from scegrad.progress import announced
from scegrad.rtl.datapath.sigmoid32 import K_AHEAD
from scegrad.sim.clib import Functions, declare
from scegrad.sweep.unit import LaneDesign
from scegrad.tools.places import cache_directory

EXACT_FLAGS = ("-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
"""No product is fused with a sum, since the error bounds count every rounding."""

Make = Callable[[Toolchain, Path], None]


def _sources(folder: str) -> list[Path]:
    """The C++ of ``sw/<folder>``, headers included."""
    directory = harness_directory().parent / folder
    if not directory.is_dir():
        raise BuildError(f"the sources in sw/{folder} are not installed: use a checkout")
    return sorted(path for path in directory.iterdir() if path.suffix in (".cpp", ".h"))


def _built(name: str, parts: list[bytes], make: Make) -> Path:
    """The file ``name`` made of ``parts``: from the cache, or built into it by ``make``."""
    tools = Toolchain.find()

    def result(work: Path) -> Path:
        with announced(f"building {Path(name).stem} (once)"):
            make(tools, work)
        return work / "result"

    home = (
        cache_directory()
        / f"sweep-{Path(name).stem}-{content_key([tools.identity().encode(), *parts])}"
    )
    return cached(home, result) / name


def lane_library(design: LaneDesign) -> Path:
    """The Verilated lane; raises ``BuildError``."""
    parts = [design.verilog.encode(), *(path.read_bytes() for path in _sources("lane"))]
    return _built("lane.so", parts, lambda tools, work: build_lane(design, tools, work))


def build_lane(
    design: LaneDesign,
    tools: Toolchain,
    work: Path,
    flags: tuple[str, ...] = (),
    more: tuple[Path, ...] = (),
) -> None:
    """Build the library ``result/lane.so`` in ``work``; ``flags`` are for Verilator, and ``more``
    is C++ that goes into it too.
    """
    sources = _sources("lane")
    model, result, verilog = work / "model", work / "result", work / "lane.v"
    model.mkdir()
    result.mkdir()
    verilog.write_text(design.verilog)
    (model / "design.h").write_text(
        f'#define SCE_LANE_RTL "{design.rtl}"\n#define SCE_LANE_BITS {design.fmt.width}\n'
    )
    objects = tools.model(
        [verilog],
        LaneDesign.TOP,
        [path for path in (*sources, *more) if path.suffix == ".cpp"],
        model,
        includes=(sources[0].parent,),
        split=False,
        flags=flags,
    )
    tools.link(objects, result / "lane.so")


def exact_library() -> Path:
    """The exact side; raises ``BuildError``."""
    sources = _sources("exact")

    def make(tools: Toolchain, work: Path) -> None:
        (work / "result").mkdir()
        tools.share(
            [path for path in sources if path.suffix == ".cpp"],
            EXACT_FLAGS,
            work / "result" / "exact.so",
        )

    return _built(
        "exact.so", [" ".join(EXACT_FLAGS).encode(), *(path.read_bytes() for path in sources)], make
    )


class Lane:
    """A Verilated lane after reset, in a library of its own if that is given. Raises ``BuildError``
    if the library was not made from this design.
    """

    def __init__(self, design: LaneDesign, path: Path | None = None):
        self.design = design
        self._library = library = _load_lane(path or lane_library(design))
        if (
            library.sce_lane_rtl().decode() != design.rtl
            or library.sce_lane_bits() != design.fmt.width
        ):
            raise BuildError("the library of the lane was made from other Verilog")
        self._handle = c_void_p(library.sce_lane_create())

    def __del__(self) -> None:
        if handle := getattr(self, "_handle", None):
            self._library.sce_lane_free(handle)

    def run(self, logits: NDArray, labels: NDArray) -> NDArray:
        """Encodings of the results, from contiguous arrays of encodings; raises ``SimulationError``
        unless they come in their cycles.
        """
        fmt = self.design.fmt
        assert logits.dtype == labels.dtype == fmt.bits_dtype and logits.shape == labels.shape
        results = np.empty_like(logits)
        latency = self._library.sce_lane_run(
            self._handle, pointer(logits), pointer(labels), pointer(results), results.size
        )
        if latency != self.design.latency:
            raise SimulationError(
                f"results of the lane came {latency} cycles after their operands, but must come"
                f" {self.design.latency} after"
            )
        return results

    def run_stage(self, logits: NDArray[np.uint32]) -> NDArray[np.uint64]:
        """The output of the fp32 sigmoid for the subtraction: s | sticky << 47 | k << 48. Raises
        ``SimulationError`` as ``run`` does.
        """
        results = np.empty(logits.size, np.uint64)
        latency = self._library.sce_lane_stage(
            self._handle, pointer(logits), pointer(results), results.size, K_AHEAD
        )
        if latency != self.design.stage_latency:
            raise SimulationError(
                f"the sigmoid came {latency} cycles after its logit, but must come"
                f" {self.design.stage_latency} after"
            )
        return results

    def bare(self, cycles: int) -> None:
        """Clock the lane with nothing checked."""
        self._library.sce_lane_bare(self._handle, cycles)


_LANE: Functions = {
    "sce_lane_rtl": (c_char_p, []),
    "sce_lane_bits": (c_int, []),
    "sce_lane_create": (c_void_p, []),
    "sce_lane_free": (None, [c_void_p]),
    "sce_lane_run": (c_uint64, [c_void_p, c_void_p, c_void_p, c_void_p, c_uint64]),
    "sce_lane_stage": (c_uint64, [c_void_p, c_void_p, c_void_p, c_uint64, c_int]),
    "sce_lane_bare": (c_uint64, [c_void_p, c_uint64]),
}

_EXACT: Functions = {
    "sce_exact_tally_bytes": (c_int, []),
    "sce_exact_fp32": (
        None,
        [c_void_p, c_void_p, c_void_p, c_uint64, c_void_p, c_void_p, c_void_p],
    ),
    "sce_exact_fp16": (
        None,
        [c_void_p, c_void_p, c_void_p, c_uint64, c_void_p, c_void_p, c_void_p, c_void_p],
    ),
    "sce_exact_sigmoid": (None, [c_void_p, c_uint64, c_void_p, c_void_p]),
}


@cache
def _load_lane(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    declare(library, _LANE)
    return library


@cache
def load_exact() -> ctypes.CDLL:
    """The exact side with the types of its functions."""
    library = ctypes.CDLL(str(exact_library()))
    declare(library, _EXACT)
    return library


def pointer(array: NDArray) -> c_void_p:
    """The address of a contiguous array; the array lives as long as the pointer.

    So an array that nobody else holds can be passed. Two threads that ask a cache for a table at
    once each get their own, and the cache keeps only the later one.
    """
    assert array.flags.c_contiguous
    return array.ctypes.data_as(c_void_p)
