"""``make run``: trains a logistic regression whose every gradient the simulated hardware computes, on data that scikit-learn carries.

Full-batch gradient descent with standardised features: logits = features @ weights, gradient of the mean loss = features.T @ (sigmoid(logits) -
labels) / samples. The hardware gives sigmoid(logits) - labels; the rest, and the same training beside it for comparison, is float64 NumPy.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sklearn.datasets import load_breast_cancer, load_digits

from .api import Result, run_job
from .files import Output
from .formats import FORMATS
from .model import golden, reference
from .platforms import PLATFORMS
from .report import write_report
from .requests import prepare

STEPS = 60
RATE = 2.0
OUTPUT = Path("out")

PLACES = (("ft78ne", "fp32"), ("mt7004", "fp16"))
"""Where each data set is trained: platform and format, with all cores."""

TABLE_WIDTH = 120
"""Columns that the table needs; a log file has no width of its own."""

Difference = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""sigmoid(logits) - labels, from float64 to float64."""


@dataclass(frozen=True)
class Data:
    """``features`` are standardised, with a column of ones; ``labels`` have a column for each classifier."""

    name: str
    features: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)

    @property
    def elements(self) -> int:
        """Logits in one step."""
        return self.labels.size


@dataclass
class Training:
    """One training on the hardware: what it took, and what was found."""

    data: Data
    platform: str
    fmt: str
    elements: int = 0
    cycles: int = 0
    mismatches: int = 0
    worst: float = 0.0
    losses: list[float] = field(default_factory=list)
    accuracy: float = 0.0
    expected: float = 0.0
    last: tuple[np.ndarray, np.ndarray, Result] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """For file names."""
        return f"{self.data.name}-{self.platform}-{self.fmt}".replace(" ", "-")


def standardised(features: np.ndarray) -> np.ndarray:
    """Zero mean and unit variance in each column that varies, and a column of ones."""
    spread = features.std(axis=0)
    return np.column_stack([(features - features.mean(axis=0)) / np.where(spread > 0, spread, 1), np.ones(len(features))])


def data_sets() -> list[Data]:
    """Breast cancer (569 logits a step), and digits, one classifier for each digit against the rest (17,970 logits a step)."""
    cancer, digits = load_breast_cancer(), load_digits()
    return [
        Data("breast cancer", standardised(cancer.data), cancer.target[:, None].astype(float)),
        Data("digits", standardised(digits.data), (digits.target[:, None] == np.arange(10)).astype(float)),
    ]


def in_float64(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """sigmoid(logits) - labels by NumPy."""
    decay = np.exp(-np.abs(logits))
    return np.where(logits > 0, 1, decay) / (1 + decay) - labels


def train(data: Data, difference: Difference, steps: int = STEPS, after: Callable[[np.ndarray], None] | None = None) -> np.ndarray:
    """The weights after ``steps`` steps; ``after`` sees the logits of each."""
    weights = np.zeros((data.features.shape[1], data.labels.shape[1]))
    rate = RATE / np.linalg.norm(data.features, ord=2) ** 2 * 4
    for _ in range(steps):
        logits = data.features @ weights
        weights -= rate * data.features.T @ difference(logits, data.labels)
        if after is not None:
            after(logits)
    return weights


def loss(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean cross entropy."""
    return float(np.mean(np.logaddexp(0, logits) - labels * logits))


def accuracy(data: Data, weights: np.ndarray) -> float:
    """Share of the samples whose class is found."""
    logits, labels = data.features @ weights, data.labels
    if labels.shape[1] == 1:
        return float(np.mean((logits > 0) == (labels > 0.5)))
    return float(np.mean(logits.argmax(axis=1) == labels.argmax(axis=1)))


def train_on_hardware(data: Data, platform: str, fmt: str, backend: str, advance: Callable[[], None]) -> Training:
    """Train, and compare every gradient with the golden model and with the exact result."""
    training = Training(data, platform, fmt)
    dtype = FORMATS[fmt].dtype

    def difference(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
        x, y = logits.astype(dtype), labels.astype(dtype)
        result = run_job(x, y, platform=platform, backend=backend, timeline=len(training.losses) == STEPS - 1)
        check(training, x, y, result)
        advance()
        return result.gradient.astype(float)

    weights = train(data, difference, after=lambda logits: training.losses.append(loss(logits, data.labels)))
    training.accuracy = accuracy(data, weights)
    training.expected = accuracy(data, train(data, in_float64))
    return training


def check(training: Training, logits: np.ndarray, labels: np.ndarray, result: Result) -> None:
    """Add a step to the training's figures."""
    bits = FORMATS[training.fmt].bits_dtype
    training.elements += logits.size
    training.cycles += result.cycles or 0
    training.mismatches += int(np.count_nonzero(result.gradient.view(bits) != golden.gradient(logits, labels).view(bits)))
    training.worst = max(training.worst, float(reference.ulp_error(result.gradient, logits, labels).max()))
    training.last = (logits, labels, result)


def table(trainings: list[Training]) -> Table:
    """What was trained where, how fast, and how exactly."""
    result = Table(title="logistic regression, every gradient computed by the simulated hardware")
    columns = ("data", "platform", "format", "elements", "cycles", "elements a cycle", "worst error, ulp", "mismatches", "accuracy", "in float64")
    for column in columns:
        result.add_column(column, justify="left" if column in columns[:3] else "right")
    for training in trainings:
        rate = f"{training.elements / training.cycles:.2f}" if training.cycles else "-"
        figures = (f"{training.elements:,}", f"{training.cycles:,}", rate, f"{training.worst:.5f}", str(training.mismatches))
        shares = (f"{training.accuracy:.4f}", f"{training.expected:.4f}")
        result.add_row(training.data.name, training.platform, training.fmt, *figures, *shares)
    return result


def curves(trainings: list[Training]) -> Figure:
    """Loss over the steps of every training."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot(xlabel="step", ylabel="mean cross entropy", title="training with gradients from the simulated hardware")
    for training, style in zip(trainings, ("-", "--", "-", "--"), strict=False):
        axes.plot(training.losses, style, label=f"{training.data.name}, {training.fmt} on {training.platform}")
    axes.set_yscale("log")
    axes.legend()
    return figure


def write_pictures(trainings: list[Training], directory: Path) -> list[Path]:
    """The curves, and a report on the last step of every training."""
    directory.mkdir(parents=True, exist_ok=True)
    written = [directory / "training.png"]
    with Output(written[0]) as output:
        curves(trainings).savefig(output.temporary, format="png", dpi=120)
        output.commit()
    for training in trainings:
        if training.last is not None:
            logits, labels, result = training.last
            reports = directory / training.name
            reports.mkdir(exist_ok=True)
            request = prepare(logits, labels, platform=training.platform, backend=result.backend)
            written += write_report(reports, request, result, training.mismatches)
    return written


def main(backend: str = "verilator", directory: Path = OUTPUT) -> int:
    """Train everything, print the table, write the pictures; returns 1 where a gradient differs from the golden model."""
    console = Console()
    console = Console(width=max(console.width, TABLE_WIDTH))
    data = data_sets()
    trainings = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        for platform, fmt in PLACES:
            for each in data:
                task = progress.add_task(f"{each.name}, {fmt} on {PLATFORMS[platform].name}", total=STEPS)
                trainings.append(train_on_hardware(each, platform, fmt, backend, lambda task=task: progress.advance(task)))
    console.print(table(trainings))
    for path in write_pictures(trainings, directory):
        console.print(f"written: {path}", highlight=False)
    mismatches = sum(training.mismatches for training in trainings)
    checked = sum(training.elements for training in trainings)
    console.print(f"{checked:,} gradients compared with the golden model: {mismatches or 'no'} mismatches", highlight=False)
    return 1 if mismatches else 0
