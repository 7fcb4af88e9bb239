"""The driver without an operating system: cross compilers, no hosted header, nothing needed but
what a compiler itself calls.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from scegrad.build.driver import platform_header, software_directory
from scegrad.platforms import MT7004
from tests.tb.platforms import TINY

COMPILERS = {
    "rv32": ("riscv64-unknown-elf", ["-march=rv32imac", "-mabi=ilp32"]),
    "armv7": ("arm-none-eabi", ["-march=armv7-a", "-mfloat-abi=soft"]),
}
FREE = ["-std=c11", "-ffreestanding", "-nostdinc", "-O2", "-Wall", "-Wextra", "-Werror"]
ACCESS = {"sce_access_open", "sce_access_windows"}
"""The symbols that a user of the driver provides: access to the registers, and the list of
memories."""

COMPILER = {"memcpy", "memset", "memmove", "memcmp"}
"""The functions that GCC needs in every freestanding environment, beside its own library."""


@pytest.mark.parametrize("platform", [TINY, MT7004], ids=lambda platform: platform.name)
@pytest.mark.parametrize("machine", COMPILERS)
def test_the_driver_is_freestanding(tmp_path: Path, machine: str, platform) -> None:
    prefix, options = COMPILERS[machine]
    gcc = f"{prefix}-gcc"
    if shutil.which(gcc) is None:
        pytest.skip(f"{gcc} is not installed: apt-get install gcc-{prefix}")
    software = software_directory()
    (tmp_path / "scegrad_platform.h").write_text(platform_header(platform))
    own = subprocess.run(
        [gcc, "-print-file-name=include"], capture_output=True, text=True, check=True
    ).stdout.strip()
    folders = [tmp_path, *(software / part for part in ("include", "driver"))]
    objects = []
    for source in [*sorted((software / "driver").glob("*.c")), software / "system" / "bare.c"]:
        objects.append(tmp_path / f"{source.stem}.o")
        command = [gcc, *options, *FREE, "-isystem", own, *(f"-I{path}" for path in folders)]
        done = subprocess.run(
            [*command, "-c", source, "-o", objects[-1]], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
    whole = tmp_path / "driver.o"
    link = [gcc, *options, "-nostdlib", "-r", "-o", whole, *objects]
    subprocess.run(link, check=True)
    needed = subprocess.run(
        [f"{prefix}-nm", "-u", whole], capture_output=True, text=True, check=True
    ).stdout.split()[1::2]
    assert {name for name in needed if not name.startswith("__")} <= ACCESS | COMPILER
