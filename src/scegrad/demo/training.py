"""Logistic regression by full-batch gradient descent; a function of the caller computes the
gradient of the loss.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

Gradient = Callable[[int, F64, F64], F64]
"""sigmoid(logits) - labels, given the number of the step, the logits and the labels."""


@dataclass(frozen=True)
class Task:
    """A data set: standardised features with a column of ones (samples, features), labels 0 and 1
    (samples, classes), and a learning rate.

    With one class the sign of its logit decides; with several classes the one with the greatest
    logit is the answer.
    """

    name: str
    features: F64 = field(repr=False)
    labels: F64 = field(repr=False)
    rate: float

    @property
    def logits(self) -> int:
        """Logits, and so elements of the gradient, in each step."""
        return self.labels.size

    def accuracy(self, logits: F64) -> float:
        """The fraction of samples that these logits classify correctly."""
        if self.labels.shape[1] == 1:
            return float(np.mean((logits > 0) == (self.labels == 1)))
        return float(np.mean(logits.argmax(axis=1) == self.labels.argmax(axis=1)))

    def loss(self, logits: F64) -> float:
        """The mean sigmoid cross entropy of these logits."""
        return float(np.mean(np.logaddexp(0, logits) - self.labels * logits))


@dataclass(frozen=True)
class TrainingHistory:
    """Loss and accuracy before each step and after the last step."""

    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)

    def add(self, task: Task, logits: F64) -> None:
        """Append loss and accuracy of these logits."""
        self.losses.append(task.loss(logits))
        self.accuracies.append(task.accuracy(logits))


def standardise(features: NDArray, labels: NDArray) -> tuple[F64, F64]:
    """Features scaled to mean 0 and deviation 1 (constant features become 0), with a column of
    ones; labels with an axis for classes.
    """
    values = np.asarray(features, np.float64)
    deviation = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    answers = np.asarray(labels, np.float64)
    return np.hstack([scaled, np.ones((len(values), 1))]), answers.reshape(len(values), -1)


def breast_cancer() -> Task:
    """569 tumours, 30 measurements of each: benign or not."""
    # scikit-learn takes seconds to load: other tasks do without.
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    return Task("breast cancer", *standardise(data.data, data.target), rate=1.0)


def digits() -> Task:
    """1797 images of digits, 8 x 8 pixels: each of the ten digits against the rest, 17,970
    logits.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    return Task("digits", *standardise(data.data, data.target[:, None] == np.arange(10)), rate=1.0)


def exact_gradient(step: int, logits: F64, labels: F64) -> F64:
    """The gradient in float64; the form of the sigmoid does not overflow."""
    small = np.exp(-np.abs(logits))
    return np.where(logits > 0, 1 - labels - small / (1 + small), small / (1 + small) - labels)


def train(task: Task, gradient: Gradient, steps: int) -> TrainingHistory:
    """Descend ``steps`` times from weights of zero, with the loss gradients of ``gradient``."""
    history = TrainingHistory()
    weights = np.zeros((task.features.shape[1], task.labels.shape[1]))
    for step in range(steps):
        logits = task.features @ weights
        history.add(task, logits)
        slope = task.features.T @ gradient(step, logits, task.labels)
        weights -= task.rate / len(task.features) * slope
    history.add(task, task.features @ weights)
    return history
