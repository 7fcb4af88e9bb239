"""``scegrad lib``: the C library of a platform, for programs written against ``scegrad.h``.

One shared library contains the driver (``sw/driver``) and one access layer (``sw/access``). For the
simulated hardware it also contains the Verilated model, and Python opens the same file for its own
simulations (``build.library``). Headers and files for pkg-config and CMake are beside it; the
directory may be moved.
"""

import shutil
import tempfile
from pathlib import Path

from scegrad.build.driver import library_name, link_library, software_directory
from scegrad.build.simulator import library
from scegrad.errors import check_choice
from scegrad.files import OutputDirectory
from scegrad.platforms import MACHINES, Platform, platform_of
from scegrad.registers import VERSION

ACCESSES = ("sim", "board")
"""The hardware of a library: simulated, or reached through ``/dev/mem`` and UIO."""

HEADERS = (
    "include/scegrad.h",
    "include/sigmoid_cross_entropy.h",
    "include/scegrad_half.h",
    "include/scegrad_status.h",
    "include/scegrad_registers.h",
)

SIM_HEADERS = ("sim/sce_sim.h", "sim/sce_dram.h")
"""Headers of the simulator's functions, which a library of the simulated hardware exports too.
"""


def build_libraries(output: Path, platform: str | None = None, access: str = "sim") -> list[Path]:
    """Write the library of a platform, or of each of ``MACHINES``, and return the files. Raises
    ``RequestError`` and ``BuildError``.
    """
    check_choice("access", access, ACCESSES)
    chosen = [platform_of(platform)] if platform is not None else list(MACHINES)
    with OutputDirectory(output) as directory:
        files = [file for each in chosen for file in build_library(directory.path, each, access)]
    return sorted(set(files))


def build_library(directory: Path, platform: Platform, access: str = "sim") -> list[Path]:
    """Write one platform's library, headers and files for build systems; returns the files, the
    library first. Raises ``BuildError``.
    """
    target = directory / library_name(platform)
    # The library is complete even if its temporary folder cannot be removed.
    with tempfile.TemporaryDirectory(
        dir=directory, prefix=".build-", ignore_cleanup_errors=True
    ) as name:
        work = Path(name).resolve()  # the linker runs there
        made = (
            Path(shutil.copyfile(library(platform, waves=True), work / target.name))
            if access == "sim"
            else link_library(work, platform, access)
        )
        made.replace(target)
    names = HEADERS + (SIM_HEADERS if access == "sim" else ())
    # Without the modes of the installed files: they may be read-only, and the umask may be another.
    headers = [
        Path(shutil.copyfile(software_directory() / name, directory / Path(name).name))
        for name in names
    ]
    packages = {
        f"scegrad_{platform.name}.pc": pkg_config(platform),
        f"scegrad_{platform.name}-config.cmake": cmake_package(platform),
        f"scegrad_{platform.name}-config-version.cmake": cmake_version(),
    }
    for name, text in packages.items():
        (directory / name).write_text(text, encoding="ascii")
    return [target, *headers, *(directory / name for name in packages)]


def pkg_config(platform: Platform) -> str:
    """The pkg-config file beside library and headers."""
    return "\n".join(
        [
            "prefix=${pcfiledir}",
            "",
            f"Name: scegrad_{platform.name}",
            "Description: sigmoid cross-entropy gradient on the scegrad hardware, platform"
            f" {platform.name}",
            f"Version: {VERSION}",
            "Cflags: -I${prefix}",
            f"Libs: -L${{prefix}} -Wl,-rpath,${{prefix}} -lscegrad_{platform.name}",
            "",
        ]
    )


def cmake_package(platform: Platform) -> str:
    """The file that CMake's ``find_package`` reads: it defines the target
    ``scegrad::<platform>``.
    """
    target = f"scegrad::{platform.name}"
    return "\n".join(
        [
            f"if(NOT TARGET {target})",
            f"  add_library({target} SHARED IMPORTED)",
            f"  set_target_properties({target} PROPERTIES",
            f'    IMPORTED_LOCATION "${{CMAKE_CURRENT_LIST_DIR}}/{library_name(platform)}"',
            f'    IMPORTED_SONAME "{library_name(platform)}"',
            '    INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_LIST_DIR}")',
            "endif()",
            "",
        ]
    )


def cmake_version() -> str:
    """The file that ``find_package`` reads first: this version serves every version that is not
    newer and has the same first number.
    """
    return "\n".join(
        [
            f'set(PACKAGE_VERSION "{VERSION}")',
            f'if(PACKAGE_FIND_VERSION_MAJOR STREQUAL "{VERSION.split(".")[0]}"',
            "   AND NOT PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)",
            "  set(PACKAGE_VERSION_COMPATIBLE TRUE)",
            "endif()",
            "if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)",
            "  set(PACKAGE_VERSION_EXACT TRUE)",
            "endif()",
            "",
        ]
    )
