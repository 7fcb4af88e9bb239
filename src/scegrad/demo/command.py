"""``scegrad demo``: logistic regressions on data of scikit-learn; the simulated hardware computes
every gradient.

Each gradient is compared bit by bit with the golden model, and its error against the exact value is
measured. Each training is compared with the same training in float64. A table goes to standard
output, pictures and numbers go to a directory.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import typer
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from scegrad.api import run_job
from scegrad.build.simulator import library
from scegrad.demo.training import (
    F64,
    Task,
    TrainingHistory,
    breast_cancer,
    digits,
    exact_gradient,
    train,
)
from scegrad.errors import printable
from scegrad.files import Output, OutputDirectory
from scegrad.formats import FORMATS, Format
from scegrad.model import golden, reference
from scegrad.platforms import FT78NE, MT7004, Platform
from scegrad.progress import Bar
from scegrad.request.request import prepare
from scegrad.request.result import Result
from scegrad.request.settings import Settings
from scegrad.run.report import write_report
from scegrad.show.style import COLOURS, drawn, figure_of, save
from scegrad.show.table import Sheet, numbers, output_console, show, texts

STEPS = 80
"""Steps of each training: enough for both data sets to converge."""

RUNS: tuple[tuple[Platform, str], ...] = ((FT78NE, "fp32"), (MT7004, "fp16"))
"""The platform and the format of each training."""

Compute = Callable[..., Result]
"""A function that computes a gradient, with the signature of ``api.run_job``."""


@dataclass
class Run:
    """One training on one platform, with the sums over its gradients.

    ``worst`` is the largest error of any gradient in ulp; ``logits``, ``last`` and
    ``last_mismatches`` are of the last step.
    """

    task: Task
    platform: Platform
    fmt: Format
    history: TrainingHistory | None = None
    exact: TrainingHistory | None = None
    elements: int = 0
    cycles: int | None = 0
    worst: float = 0.0
    mismatches: int = 0
    last: Result | None = field(default=None, repr=False)
    last_mismatches: int = 0
    logits: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)

    @property
    def name(self) -> str:
        """The name of the run's directory."""
        return f"{self.platform.name}-{self.fmt.name}-{self.task.name.replace(' ', '-')}"

    def numbers(self) -> dict[str, object]:
        """The run's part of ``demo.json``."""
        assert self.history is not None
        assert self.exact is not None
        return {
            "platform": self.platform.name,
            "data": self.task.name,
            "format": self.fmt.name,
            "elements": self.elements,
            "cycles": self.cycles,
            "elements_per_cycle": self.elements / self.cycles if self.cycles else None,
            "worst_error_ulp": self.worst if np.isfinite(self.worst) else None,
            "mismatches_against_golden_model": self.mismatches,
            "accuracy": self.history.accuracies[-1],
            "accuracy_in_float64": self.exact.accuracies[-1],
        }


def carry_out(
    run: Run, steps: int, backend: str, compute: Compute, advance: Callable[[], None]
) -> None:
    """Train with the hardware's gradients and with those of float64; record the bus traffic of the
    last step.
    """
    labels = run.task.labels.astype(run.fmt.dtype)

    def gradient(step: int, logits: F64, _: F64) -> F64:
        last = step == steps - 1
        run.logits = logits.astype(run.fmt.dtype)
        result = compute(
            run.logits,
            labels,
            platform=run.platform,
            memory="shared",
            core_mask=None,
            backend=backend,
            timeline=last,
        )
        _account(run, result, labels)
        advance()
        return result.gradient.astype(np.float64)

    run.history = train(run.task, gradient, steps)
    run.exact = train(run.task, exact_gradient, steps)


def _account(run: Run, result: Result, labels: np.ndarray) -> None:
    """Add a gradient to the run's sums."""
    bits = run.fmt.bits_dtype
    run.elements += labels.size
    run.cycles = None if result.cycles is None or run.cycles is None else run.cycles + result.cycles
    run.last = result
    run.last_mismatches = int(
        np.count_nonzero(
            result.gradient.view(bits) != golden.gradient(run.logits, labels).view(bits)
        )
    )
    run.mismatches += run.last_mismatches
    run.worst = max(
        run.worst, float(reference.ulp_error(result.gradient, run.logits, labels).max())
    )


def sheet(runs: list[Run]) -> Sheet:
    """A line for each training."""
    columns = [
        *texts("platform", "format", "data set"),
        *numbers("elements", "cycles", "results per cycle", "worst error in ulp", "differ"),
        *numbers("accuracy", "accuracy in float64"),
    ]
    return Sheet(
        "trainings in which the simulated hardware computes every gradient",
        columns,
        [_row(run) for run in runs],
        groups=2,
        alarming=frozenset(k for k, run in enumerate(runs) if run.mismatches),
    )


def _row(run: Run) -> list[str]:
    assert run.history is not None
    assert run.exact is not None
    cycles = [f"{run.cycles:,}", f"{run.elements / run.cycles:.2f}"] if run.cycles else ["-", "-"]
    return [
        run.platform.name,
        run.fmt.name,
        run.task.name,
        f"{run.elements:,}",
        *cycles,
        f"{run.worst:.6f}",
        f"{run.mismatches:,}",
        f"{run.history.accuracies[-1]:.2%}",
        f"{run.exact.accuracies[-1]:.2%}",
    ]


@drawn
def training_picture(runs: list[Run]) -> Figure:
    """Loss and accuracy over the steps, a column for each data set, float64 beneath the
    hardware.
    """
    names = list(dict.fromkeys(run.task.name for run in runs))
    figure = figure_of(6)
    figure.suptitle("logistic regression trained with the hardware's gradients")
    parts = figure.subplots(2, len(names), sharex=True, squeeze=False)
    for (loss, accuracy), name in zip(parts.T, names, strict=True):
        mine = [run for run in runs if run.task.name == name]
        curves = [("float64", mine[0].exact, {"color": "0.7", "linewidth": 5})]
        for run, colour, dash in zip(mine, COLOURS, ("-", "--", "-.", ":"), strict=False):
            curves.append(
                (
                    f"{run.platform.name}, {run.fmt.name}",
                    run.history,
                    {"color": colour, "linewidth": 1.5, "linestyle": dash},
                )
            )
        for label, history, style in curves:
            assert history is not None
            loss.semilogy(history.losses, label=label, **style)
            accuracy.plot(np.multiply(history.accuracies, 100), label=label, **style)
        loss.set(
            title=f"{name}: {mine[0].task.logits:,} logits per step", ylabel="mean cross entropy"
        )
        accuracy.set(xlabel="step", ylabel="accuracy in %")
        loss.yaxis.set_minor_locator(LogLocator(subs=(2, 3, 5)))
        loss.yaxis.set_major_formatter("{x:g}")
        loss.yaxis.set_minor_formatter("{x:g}")
        for axes in (loss, accuracy):
            axes.grid(which="both")
        accuracy.legend(loc="lower right")
    return figure


def write(runs: list[Run], directory: Path, backend: str) -> None:
    """Write ``demo.json``, ``training.png`` and a report on the last step of each training."""
    with OutputDirectory(directory), Output(directory / "demo.json") as numbers:
        save(training_picture(runs), directory / "training.png")
        for run in runs:
            assert run.last is not None
            request = prepare(
                run.logits,
                run.task.labels.astype(run.fmt.dtype),
                Settings(platform=run.platform, backend=backend),
            )
            with OutputDirectory(directory / run.name) as place:
                write_report(place.path, request, run.last, run.last_mismatches)
        numbers.temporary.write_text(
            json.dumps([run.numbers() for run in runs], indent=2) + "\n", encoding="utf-8"
        )
        numbers.commit()


def demonstrate(
    directory: Path, *, backend: str = "verilator", steps: int = STEPS, compute: Compute = run_job
) -> list[Run]:
    """Train on both data sets and platforms, and write the results; returns the runs."""
    tasks = breast_cancer(), digits()
    runs = [Run(task, platform, FORMATS[name]) for platform, name in RUNS for task in tasks]
    if backend == "verilator" and compute is run_job:
        for platform, _ in RUNS:
            library(platform)
    for run in runs:
        with Bar(f"{run.platform.name} {run.fmt.name}: {run.task.name}", steps) as bar:
            carry_out(run, steps, backend, compute, bar.step)
    write(runs, directory, backend)
    return runs


def main(directory: Path = Path("out"), *, backend: str = "verilator", steps: int = STEPS) -> None:
    """Run the demonstration and print its table; raises ``typer.Exit`` with status 1 if a
    gradient is not the golden model's.
    """
    runs = demonstrate(directory, backend=backend, steps=steps)
    console = output_console()
    show(sheet(runs), console)
    mismatches = sum(run.mismatches for run in runs)
    count = sum(run.elements for run in runs)
    if mismatches:
        console.print(
            f"MISMATCH: {mismatches:,} of {count:,} gradients differ from the golden model",
            style="bold red",
        )
        raise typer.Exit(1)
    console.print(
        f"All {count:,} gradients are those of the golden model, bit for bit.", highlight=False
    )
    print(next_steps(directory, runs[-1].name))


def next_steps(directory: Path, name: str) -> str:
    """The closing text: which results to look at, and what to do next; ``name`` is the name of a
    run.
    """
    place = printable(directory)
    return f"""
Look at
  {place}/training.png: loss and accuracy, beside those of float64
  {place}/{name}/gradient.png: the last gradients and their errors
  {place}/{name}/timeline.png: the bus and the cores, cycle by cycle
  {place}/demo.json: the numbers
Next
  scegrad run LOGITS.npy LABELS.npy -o GRADIENT.npy --report DIR   your own data
  scegrad run ... --waves FILE.fst     a waveform, for GTKWave or Surfer
  scegrad verilog -o DIR               the Verilog, for simulators and FPGA tools
  scegrad lib -o DIR                   the C library
  scegrad --help                       everything else (in a checkout: .venv/bin/scegrad)"""
