"""``make examples``: the C programs of ``sw/examples`` compiled, run on the simulated hardware, and
compared with the exact reference.

scegrad examples DIR             DIR has the libraries of ``scegrad lib -o DIR`` scegrad examples
DIR --time      the time of a call, and the simulation's part of it
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scegrad.build.driver import (
    c_compiler,
    library_name,
    link_library,
    run_compiler,
    software_directory,
)
from scegrad.errors import SimulationError
from scegrad.formats import FORMATS
from scegrad.model import reference
from scegrad.platforms import MACHINES

LENGTH = 1024
SAMPLES, STEPS = 1000, 5
"""Elements of the operator library's programs; samples and steps of the logistic regression."""

TIME_LIMIT = 300

CALLS = 50
"""Number of calls of which the mean is taken."""


@dataclass(frozen=True)
class Example:
    """A program, its platforms, its format, and the addresses of its arrays; with None the program
    records the arrays itself.
    """

    name: str
    platforms: tuple[str, ...]
    fmt: str = "fp32"
    places: tuple[int, int, int] | None = None


SHARED = (0xA000_0000, 0xA010_0000, 0xC000_0000)
PRIVATE = (0x1081_0000, 0x1082_0000, 0x1083_0000)
AM_FP32 = (0x1000_0000, 0x1000_1000, 0x1000_2000)
AM_FP16 = (0x1000_0000, 0x1001_0000, 0x1002_0000)

EXAMPLES = (
    Example("shared_fp32", ("ft78ne", "mt7004"), "fp32", SHARED),
    Example("private_fp32", ("ft78ne", "mt7004"), "fp32", PRIVATE),
    Example("shared_fp16", ("mt7004",), "fp16", SHARED),
    Example("private_fp16", ("mt7004",), "fp16", PRIVATE),
    Example("am_fp32", ("mt7004",), "fp32", AM_FP32),
    Example("am_fp16", ("mt7004",), "fp16", AM_FP16),
    Example("logistic_regression", ("ft78ne", "mt7004")),
)

Triple = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Logits, labels, gradient."""


def compile_example(
    name: str,
    library: Path,
    output: Path,
    options: Iterable[str] = ("-O2",),
    compiler: list[str] | None = None,
) -> Path:
    """Compile one program, with the code that loads its data, against a library. Raises
    ``BuildError``.
    """
    folder = software_directory() / "examples"
    sources = [str(folder / f"{part}.c") for part in (name, "exchange")]
    link = [
        f"-I{library.parent}",
        f"-I{software_directory() / 'include'}",
        f"-L{library.parent}",
        f"-Wl,-rpath,{library.parent.resolve()}",
        f"-l{library.stem.removeprefix('lib')}",
        "-lm",
    ]
    run_compiler([*(compiler or c_compiler()), *options, "-o", str(output), *sources, *link])
    return output


def run_example(example: Example, program: Path, work: Path) -> list[Triple]:
    """Run a program; returns its operands and its results. Raises ``SimulationError`` if it fails
    or prints an error.
    """
    if example.places is None:
        _run(program, [str(work / "record")], {})
        return [
            tuple(step)
            for step in np.fromfile(work / "record", np.float32).reshape(STEPS, 3, SAMPLES)
        ]
    dtype = FORMATS[example.fmt].dtype
    random = np.random.default_rng(LENGTH)
    logits, labels = (
        random.normal(0, 6, LENGTH).astype(dtype),
        random.choice([0, 1, 0.1], LENGTH).astype(dtype),
    )
    logits.tofile(work / "logits")
    labels.tofile(work / "labels")
    load = f"{example.places[0]:#x}={work / 'logits'} {example.places[1]:#x}={work / 'labels'}"
    _run(
        program,
        [],
        {
            "EXCHANGE_LOAD": load,
            "EXCHANGE_SAVE": f"{example.places[2]:#x}:{logits.nbytes}={work / 'gradient'}",
        },
    )
    return [(logits, labels, np.fromfile(work / "gradient", dtype))]


def _run(program: Path, words: list[str], settings: dict[str, str]) -> None:
    done = subprocess.run(
        [str(program), *words],
        env={**os.environ, **settings},
        stderr=subprocess.PIPE,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )
    if done.returncode or done.stderr:
        raise SimulationError(
            f"{program.name} ended with status {done.returncode}: {done.stderr.strip()}"
        )


def check(triples: list[Triple]) -> tuple[int, int, float]:
    """Number of elements, number of them outside the contract's bound, and the greatest error in
    ulp.
    """
    wrong = sum(
        int((~reference.within_bound(gradient, logits, labels)).sum())
        for logits, labels, gradient in triples
    )
    worst = max(
        float(reference.ulp_error(gradient, logits, labels).max())
        for logits, labels, gradient in triples
    )
    return sum(gradient.size for _, _, gradient in triples), wrong, worst


def run_all(directory: Path, say: Callable[[str], None] = print) -> int:
    """Compile, run and check every example; returns the number of results out of bounds. Raises
    ``BuildError`` and ``SimulationError``.
    """
    total = 0
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for example in EXAMPLES:
            for platform in example.platforms:
                library = directory / f"libscegrad_{platform}.so"
                program = compile_example(
                    example.name, library, work / f"{example.name}-{platform}"
                )
                elements, wrong, worst = check(run_example(example, program, work))
                say(
                    f"{example.name:20} {platform:7} {elements:5} results, {wrong} wrong, at most"
                    f" {worst:.3f} ulp from the exact value"
                )
                total += wrong
    return total


def time_calls(directory: Path, say: Callable[[str], None] = print) -> None:
    """Print the processor time of a call for 1,024 elements on each platform's library, and the
    simulation's part of it.

    The rest is the driver's part, measured on a device that takes no time (``fake.c``). Raises
    ``BuildError`` and ``SimulationError``.
    """
    with tempfile.TemporaryDirectory() as name:
        for platform in MACHINES:
            work = Path(name) / platform.name
            work.mkdir()
            simulated = _timings(directory / library_name(platform), work / "simulated", CALLS)
            alone = _timings(link_library(work, platform, "fake"), work / "alone", 100 * CALLS)
            for (kind, first, each, cycles), (_, _, driver, _) in zip(
                simulated, alone, strict=True
            ):
                share = 100 * (1 - float(driver) / float(each))
                line = (
                    f"{float(each):7.0f} us per call, {share:.2f} % of it in simulation,"
                    f" {float(driver):.1f} us in the driver; {cycles} cycles"
                )
                opening = (
                    f"; the process's first call {float(first):.1f} ms" if kind == "shared" else ""
                )
                say(f"{platform.name} {kind:7} {LENGTH} elements: {line}{opening}")


def _timings(library: Path, program: Path, calls: int) -> list[list[str]]:
    """The output of ``timing.c`` with a library: kind, milliseconds of the first call, microseconds
    of every other call, cycles.
    """
    compile_example("timing", library, program)
    done = subprocess.run(
        [str(program), str(calls)], capture_output=True, text=True, timeout=TIME_LIMIT, check=False
    )
    if done.returncode or done.stderr:
        raise SimulationError(
            f"{program.name} ended with status {done.returncode}: {done.stderr.strip()}"
        )
    return [line.split() for line in done.stdout.splitlines()]
