"""The C driver of ``sw/driver`` over one access layer (``sw/access``), compiled and linked into
``libscegrad_<platform>.so``.
"""

import os
import re
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scegrad.build.toolchain import Toolchain, asked_or_usual
from scegrad.errors import BuildError
from scegrad.job import sequence
from scegrad.platforms import Platform
from scegrad.registers import capabilities_value, widths_value
from scegrad.tools.places import environment

C_FLAGS = ("-std=gnu11", "-O2", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-pthread")

QUESTIONS = (
    "status",
    "strerror",
    "message",
    "set_quiet",
    "set_timeout",
    "abort",
    "cycles",
    "get_counters",
    "fault_address",
    "platform",
    "cores",
)
"""The functions ``scegrad_*`` of ``scegrad.h``: they tell about calls and change settings."""


_PARTS = ("include", "driver", "access", "sim")
"""Folders of sw with headers."""


def software_directory() -> Path:
    """The folder ``sw`` of the package; raises ``BuildError`` if it is missing."""
    directory = (Path(__file__).parents[1] / "sw").resolve()
    if not (directory / "sim").is_dir():
        raise BuildError(
            f"the sources of the simulator and the driver are missing: they are not in {directory}"
        )
    return directory


def library_name(platform: Platform) -> str:
    """The file name of a platform's library."""
    return f"libscegrad_{platform.name}.so"


def compile_driver(
    work: Path, platform: Platform, access: str, flags: Iterable[str] = ()
) -> list[Path]:
    """Compile the driver over one access layer into ``work``; returns the objects. Raises
    ``BuildError``.
    """
    software = software_directory()
    (work / "scegrad_platform.h").write_text(platform_header(platform), encoding="ascii")
    layer = [software / "system" / "posix.c", software / "access" / f"{access}.c"] + (
        [] if access == "fake" else [software / "access" / "windows.c"]
    )
    includes = [f"-I{path}" for path in (work, *(software / part for part in _PARTS))]
    command = [*c_compiler(), *C_FLAGS, *flags, *includes, "-c"]

    def compile_one(source: Path) -> Path:
        target = work / f"{source.stem}.o"
        run_compiler([*command, str(source), "-o", str(target)])
        return target

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(compile_one, [*sorted((software / "driver").glob("*.c")), *layer]))


def link_library(work: Path, platform: Platform, access: str, objects: Iterable[Path] = ()) -> Path:
    """Link the library in ``work`` from the driver, one access layer and their needs; returns its
    path. Raises ``BuildError``.

    The simulated hardware is C++; the driver of a board is C alone, and ``CC`` may be the compiler
    of another machine.
    """
    work = work.resolve()  # the linker runs there
    driver = compile_driver(work, platform, access)
    exports = work / "exports.map"
    names = [*symbols(platform), *(["sce_sim_*", "sce_dram_*"] if access == "sim" else [])]
    exports.write_text(
        f"{{ global: {' '.join(f'{name};' for name in names)} local: *; }};\n", encoding="ascii"
    )
    library = work / library_name(platform)
    tools = Toolchain.find() if access == "sim" else None
    command = [
        *(tools.cxx if tools else c_compiler()),
        "-shared",
        "-pthread",
        f"-Wl,--version-script={exports.name}",  # no path: a comma would split it
        f"-Wl,-soname,{library.name}",
    ]
    run_compiler(
        [
            *command,
            "-Wl,--no-undefined",
            "-s",
            "-o",
            str(library),
            *map(str, [*driver, *objects]),
            *(tools.libraries if tools else ()),
        ],
        work,
    )
    return library


def inputs(platform: Platform) -> list[bytes]:
    """All inputs of ``link_library`` except its objects."""
    files = [
        path
        for part in (*_PARTS, "system")
        for path in sorted((software_directory() / part).glob("*.[ch]"))
    ]
    compiler = subprocess.run(
        [*c_compiler(), "-dumpfullversion", "-dumpmachine"], capture_output=True, check=False
    ).stdout
    words = [platform_header(platform), *symbols(platform), *C_FLAGS, *c_compiler()]
    return [*(path.read_bytes() for path in files), compiler, *(word.encode() for word in words)]


def symbols(platform: Platform) -> list[str]:
    """The functions that ``scegrad.h`` declares and the library exports: the operator in the
    platform's formats, and ``scegrad_*``.
    """
    prefixes = [{"fp32": "fp", "fp16": "hp"}[name] for name in platform.formats]
    operators = [
        f"{prefix}_sigmoidcrossentropywithlogitsgrad_{kind}" for prefix in prefixes for kind in "sp"
    ]
    return operators + [f"scegrad_{name}" for name in QUESTIONS]


def platform_header(platform: Platform) -> str:
    """The C header that describes the platform to the driver: the expected values of the
    identification registers, the memory windows, and the time limits of a job.
    """
    windows = [(region, -1) for region in platform.shared] + [
        (region, core) for core in range(platform.cores) for region in platform.private_of(core)
    ]
    each = " ".join(
        f'WINDOW("{region.name}", {region.base:#x}u, {region.size:#x}ull, {core})'
        for region, core in windows
    )
    return "\n".join(
        [
            f"/* The platform {platform.name}. Windows: name, base, bytes, the core whose memory"
            " it is, or -1. */",
            "#ifndef SCEGRAD_PLATFORM_H",
            "#define SCEGRAD_PLATFORM_H",
            f'#define SCE_PLATFORM_NAME "{platform.name}"',
            f"#define SCE_PLATFORM_CORES {platform.cores}",
            f"#define SCE_PLATFORM_FP16 {int('fp16' in platform.formats)}",
            f"#define SCE_PLATFORM_CAPABILITIES {capabilities_value(platform):#x}u",
            f"#define SCE_PLATFORM_WIDTHS {widths_value(platform):#x}u",
            f"#define SCE_EACH_WINDOW(WINDOW) {each}",
            "/* Cycles that a job has, more for each element, and to end after an abort. */",
            f"#define SCE_JOB_CYCLES {sequence.JOB_CYCLES}u",
            f"#define SCE_ELEMENT_CYCLES {sequence.ELEMENT_CYCLES}u",
            f"#define SCE_DRAIN_CYCLES {sequence.DRAIN_CYCLES}u",
            "#endif",
            "",
        ]
    )


def c_compiler() -> tuple[str, ...]:
    """The C compiler's command. Raises ``BuildError`` if there is none."""
    return asked_or_usual("CC", "gcc", "cc", "clang")


def run_compiler(command: list[str], directory: Path | None = None) -> None:
    """Run a compiler, in ``directory`` if that is given; raises ``BuildError`` with its first
    error.
    """
    done = subprocess.run(
        command, cwd=directory, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if not line.startswith("collect2")]
        telling = [line for line in lines if re.search("error|undefined|cannot", line, re.I)]
        line = (telling or lines or ["no output"])[0].strip()
        raise BuildError(f"{command[0]} failed with status {done.returncode}: {line}")
