"""``scegrad lib``: the C library of a platform, for programs written against ``scegrad.h``.

One shared library holds the driver (``sw/driver``), one way to reach the hardware (``sw/access``), and for the simulated hardware the
Verilated model, which is taken from the cache of ``build``. With it go the headers and a file for pkg-config.
"""

import importlib.metadata
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .build import harness_directory, linkable
from .files import OutputDirectory
from .platforms import FT78NE, MT7004, Platform
from .registers import capabilities_value, widths_value
from .requests import check_choice, platform_of
from .toolchain import BuildError, Toolchain

ACCESSES = ("sim", "board")
"""How a library reaches its hardware: in simulation, or over ``/dev/mem`` and UIO."""

MACHINES = (FT78NE, MT7004)
"""Whose library is written unless one is asked for."""

HEADERS = ("scegrad.h", "scegrad_half.h", "scegrad_registers.h")

C_FLAGS = ("-std=gnu11", "-O2", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-pthread")


def build_libraries(output: Path, platform: str | None = None, access: str = "sim") -> list[Path]:
    """Write the library of a platform, or of each of ``MACHINES``, and return the files. Raises ``RequestError`` and ``BuildError``."""
    check_choice("access", access, ACCESSES)
    chosen = [platform_of(platform)] if platform is not None else list(MACHINES)
    with OutputDirectory(output) as directory:
        files = [file for each in chosen for file in build_library(directory.path, each, access)]
    return sorted(set(files))


def build_library(directory: Path, platform: Platform, access: str = "sim") -> list[Path]:
    """Write one platform's library, its headers and its pkg-config file; returns them. Raises ``BuildError``."""
    headers = [Path(shutil.copy(_software() / "include" / name, directory)) for name in HEADERS]
    library = directory / f"libscegrad_{platform.name}.so"
    objects = [linkable(platform, waves=True)] if access == "sim" else []
    with tempfile.TemporaryDirectory(dir=directory, prefix=".build-", ignore_cleanup_errors=True) as name:
        work = Path(name)
        objects += compile_driver(work, platform, access)
        exports = work / "exports.map"
        exports.write_text(f"{{ global: {' '.join(f'{symbol};' for symbol in symbols(platform))} local: *; }};\n", encoding="ascii")
        command = [*Toolchain.find().cxx, "-shared", "-pthread", f"-Wl,--version-script={exports}", f"-Wl,-soname,{library.name}"]
        run_compiler([*command, "-Wl,--no-undefined", "-s", "-o", str(work / library.name), *map(str, objects)])
        (work / library.name).replace(library)
    package = directory / f"scegrad_{platform.name}.pc"
    package.write_text(pkg_config(platform), encoding="ascii")
    return [library, *headers, package]


def compile_driver(work: Path, platform: Platform, access: str, flags: Iterable[str] = ()) -> list[Path]:
    """Compile the driver over one access layer into ``work``; returns the objects. Raises ``BuildError``."""
    software = _software()
    (work / "scegrad_platform.h").write_text(platform_header(platform), encoding="ascii")
    layer = [software / "access" / f"{access}.c"] + ([] if access == "fake" else [software / "access" / "windows.c"])
    includes = [f"-I{path}" for path in (work, *(software / part for part in ("include", "driver", "access")), harness_directory())]
    objects = []
    for source in [*sorted((software / "driver").glob("*.c")), *layer]:
        objects.append(work / f"{source.stem}.o")
        run_compiler([*c_compiler(), *C_FLAGS, *flags, *includes, "-c", str(source), "-o", str(objects[-1])])
    return objects


def symbols(platform: Platform) -> list[str]:
    """What the library exports: the operator in the platform's formats, and what is asked about a call."""
    operators = [f"{prefix}_sigmoidcrossentropywithlogitsgrad_{kind}" for prefix in _prefixes(platform) for kind in "sp"]
    questions = (
        "status",
        "strerror",
        "message",
        "set_quiet",
        "set_timeout",
        "cycles",
        "get_counters",
        "fault_address",
        "platform",
        "cores",
    )
    return operators + [f"scegrad_{name}" for name in questions]


def _prefixes(platform: Platform) -> list[str]:
    return [{"fp32": "fp", "fp16": "hp"}[name] for name in platform.formats]


def platform_header(platform: Platform) -> str:
    """The C header from which the driver knows its platform: what the hardware must say of itself, and the memory windows."""
    windows = [(region, -1) for region in platform.shared] + [(region, core) for core, region in enumerate(platform.l2)]
    each = " ".join(f'WINDOW("{region.name}", {region.base:#x}u, {region.size:#x}ull, {core})' for region, core in windows)
    return "\n".join(
        [
            f"/* The platform {platform.name}. Windows: name, base, bytes, the core whose L2 it is or -1. */",
            "#ifndef SCEGRAD_PLATFORM_H",
            "#define SCEGRAD_PLATFORM_H",
            f'#define SCE_PLATFORM_NAME "{platform.name}"',
            f"#define SCE_PLATFORM_CORES {platform.cores}",
            f"#define SCE_PLATFORM_FP16 {int('fp16' in platform.formats)}",
            f"#define SCE_PLATFORM_CAPABILITIES {capabilities_value(platform):#x}u",
            f"#define SCE_PLATFORM_WIDTHS {widths_value(platform):#x}u",
            f"#define SCE_EACH_WINDOW(WINDOW) {each}",
            "#endif",
            "",
        ]
    )


def pkg_config(platform: Platform) -> str:
    """The pkg-config file that lies beside library and headers."""
    return "\n".join(
        [
            "prefix=${pcfiledir}",
            "",
            f"Name: scegrad_{platform.name}",
            f"Description: sigmoid cross-entropy gradient on the scegrad hardware, platform {platform.name}",
            f"Version: {importlib.metadata.version('scegrad')}",
            "Cflags: -I${prefix}",
            f"Libs: -L${{prefix}} -Wl,-rpath,${{prefix}} -lscegrad_{platform.name}",
            "",
        ]
    )


def c_compiler() -> list[str]:
    """The C compiler's command. Raises ``BuildError`` where there is none."""
    for candidate in (os.environ.get("CC", ""), "gcc", "cc", "clang"):
        command = shlex.split(candidate)
        if command and shutil.which(command[0]):
            return command
    raise BuildError("no C compiler was found: install gcc (apt-get install gcc)")


def run_compiler(command: list[str]) -> None:
    """Run a compiler; raises ``BuildError`` with its first error."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "rror" in line or "undefined" in line] or ["no output"]
        raise BuildError(f"{command[0]} failed with status {done.returncode}: {lines[0].strip()}")


def _software() -> Path:
    """The folder ``sw``."""
    return harness_directory().parent
