"""Programs in C and C++ on the library, as a user would build and run them."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scegrad.build.driver import c_compiler, software_directory
from scegrad.model import golden

HERE = Path(__file__).parent
EXAMPLES = software_directory() / "examples"

LOGITS, LABELS, GRADIENT = 0xA000_0000, 0xA010_0000, 0xC000_0000
"""Where the operator library's program has its arrays."""

TIME_LIMIT = 300


def compile_program(
    output: Path, sources: list[Path], options: list[str], compiler: list[str] | None = None
) -> Path:
    """Compile and link a program."""
    command = [*(compiler or c_compiler()), "-o", str(output), *map(str, sources), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return output


def flags(library: Path) -> list[str]:
    """What pkg-config says of the library, or would say where it is not installed."""
    name = library.stem.removeprefix("lib")
    if shutil.which("pkg-config") is None:
        return [
            f"-I{library.parent}",
            f"-L{library.parent}",
            f"-Wl,-rpath,{library.parent}",
            f"-l{name}",
        ]
    environment = {**os.environ, "PKG_CONFIG_PATH": str(library.parent)}
    words = subprocess.run(
        ["pkg-config", "--cflags", "--libs", name],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return words.stdout.split()


@dataclass(frozen=True)
class Outcome:
    """One call: its status, the cycles and elements that the hardware counted, and the address of a
    bus error.
    """

    status: int
    cycles: int
    elements: int
    fault_address: int


def execute(
    program: Path,
    *words: str,
    load: dict[int, Path] | None = None,
    save: dict[int, tuple[int, Path]] | None = None,
    **settings: str,
):
    """Run a program; returns what ``subprocess.run`` does."""
    environment = {
        **os.environ,
        "EXCHANGE_LOAD": " ".join(f"{address:#x}={path}" for address, path in (load or {}).items()),
        "EXCHANGE_SAVE": " ".join(
            f"{address:#x}:{size}={path}" for address, (size, path) in (save or {}).items()
        ),
        **settings,
    }
    return subprocess.run(
        [str(program), *words],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=TIME_LIMIT,
    )


def outcomes(text: str) -> list[Outcome]:
    """What ``call`` printed."""
    return [Outcome(*map(int, line.split())) for line in text.splitlines()]


def operands(length: int, dtype: type, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels of every kind, special values among them."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 6, length).astype(dtype)
    labels = random.choice([0, 1, 0.5, 0.1], length).astype(dtype)
    special = np.array([0, -0.0, np.inf, -np.inf, np.nan, 20, -20, 1e-5], dtype)[:length]
    logits[: special.size], labels[-special.size :] = special, special
    return logits, labels


def check(
    call: Path,
    tmp_path: Path,
    kind: str,
    dtype: type,
    places: tuple[int, int, int],
    length: int,
    seed: int,
    mask: int = 3,
) -> None:
    """Run one call; its result must be the golden model's, with the bytes around it as they
    were.
    """
    logits, labels = operands(length, dtype, seed)
    logits.tofile(tmp_path / "logits")
    labels.tofile(tmp_path / "labels")
    size, guard = logits.nbytes, 64
    np.full(size + 2 * guard, 0xA5, np.uint8).tofile(tmp_path / "before")
    load = {
        places[2] - guard: tmp_path / "before",
        places[0]: tmp_path / "logits",
        places[1]: tmp_path / "labels",
    }
    word = f"{kind}:{places[0]:#x}:{places[1]:#x}:{places[2]:#x}:{length}:{mask:#x}"
    run = execute(
        call, word, load=load, save={places[2] - guard: (size + 2 * guard, tmp_path / "after")}
    )
    assert (run.returncode, run.stderr) == (0, "")
    (outcome,) = outcomes(run.stdout)
    assert (outcome.status, outcome.elements) == (0, length)
    after = (tmp_path / "after").read_bytes()
    assert after[guard:-guard] == golden.gradient(logits, labels).tobytes()
    assert after[:guard] == after[-guard:] == b"\xa5" * guard
