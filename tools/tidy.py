"""Has clang-tidy look at the C and C++ of ``sw/`` that compiles without a Verilated model.

    .venv/bin/python tools/tidy.py          from the root of the checkout, as `make lint` does

``sw/.clang-tidy`` has the checks, and the reason of each that is left out.
The driver includes a header that is made for each platform: that of ``mt7004`` has everything.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from scegrad.build.driver import platform_header
from scegrad.platforms import MT7004

SW = Path("sw")
C_FOLDERS = ("driver", "access", "system")
INCLUDES = ("include", "driver", "access", "system", "sim")

MODEL = ("abi.cpp", "lite_manager.cpp", "simulation.cpp", "waves.cpp")
"""Files of ``sw/sim`` that include the Verilated model."""

FREESTANDING = "bare.c"
"""Written for a board without an operating system, compiled by tests with its cross compilers."""


def tidy(sources: list[Path], *flags: str) -> int:
    """Check files that are compiled with ``flags``; returns the exit status."""
    if not sources:
        raise SystemExit("tools/tidy.py: no sources found; run it from the root of the checkout")
    tool = Path(sys.executable).with_name("clang-tidy")
    command = [str(tool), "--quiet", *map(str, sources), "--", *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
    return done.returncode


def main() -> int:
    """Check C, then C++."""
    c_files = [path for name in C_FOLDERS for path in sorted((SW / name).glob("*.c"))]
    cpp_files = [
        *(path for path in sorted((SW / "sim").glob("*.cpp")) if path.name not in MODEL),
        *sorted((SW / "exact").glob("*.cpp")),
    ]
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "scegrad_platform.h").write_text(platform_header(MT7004), encoding="ascii")
        includes = [f"-I{work}", *(f"-I{SW / name}" for name in INCLUDES)]
        hosted = [path for path in c_files if path.name != FREESTANDING]
        status = tidy(hosted, "-std=c11", *includes)
    return status | tidy(cpp_files, "-std=c++20", f"-I{SW / 'sim'}", f"-I{SW / 'exact'}")


if __name__ == "__main__":
    sys.exit(main())
