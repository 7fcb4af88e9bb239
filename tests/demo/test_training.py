"""Training in float64, and with gradients in the hardware's formats."""

import numpy as np
import pytest

from scegrad.demo.training import (
    F64,
    Task,
    breast_cancer,
    digits,
    exact_gradient,
    standardise,
    train,
)
from scegrad.formats import FORMATS, Format
from scegrad.model import reference


@pytest.fixture(scope="module", params=[breast_cancer, digits])
def task(request: pytest.FixtureRequest) -> Task:
    return request.param()


def test_sizes() -> None:
    assert breast_cancer().logits == 569
    assert digits().logits == 17_970


def test_float64_training_reaches_its_accuracy(task: Task) -> None:
    history = train(task, exact_gradient, 80)
    assert len(history.losses) == len(history.accuracies) == 81
    assert history.losses[0] == pytest.approx(np.log(2))
    assert (np.diff(history.losses) < 0).all()
    assert history.accuracies[-1] > {"breast cancer": 0.98, "digits": 0.965}[task.name]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
def test_rounded_gradients_train_as_well(task: Task, fmt: Format) -> None:
    dtype = fmt.dtype

    def gradient(step: int, logits: F64, labels: F64) -> F64:
        return reference.gradient(logits.astype(dtype), labels.astype(dtype)).astype(np.float64)

    mine, exact = train(task, gradient, 40), train(task, exact_gradient, 40)
    assert mine.losses[-1] == pytest.approx(exact.losses[-1], rel=1e-3)
    assert mine.accuracies[-1] == pytest.approx(exact.accuracies[-1], abs=0.002)


def test_gradient_is_the_derivative_of_the_loss(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(0, 3, (20, 1)), (rng.random((20, 1)) < 0.5).astype(float)
    task, step = Task("", np.zeros((20, 1)), labels, 1.0), 1e-6
    for k in range(20):
        moved = np.zeros((20, 1))
        moved[k] = step
        slope = (task.loss(logits + moved) - task.loss(logits - moved)) / (2 * step)
        assert slope * 20 == pytest.approx(exact_gradient(0, logits, labels)[k, 0], abs=1e-7)


def test_exact_gradient_keeps_its_accuracy() -> None:
    assert exact_gradient(
        0, np.array([20.0, -800.0, 800.0]), np.array([1.0, 0.0, 1.0])
    ) == pytest.approx([-2.0611536e-9, 0, 0], rel=1e-6)


def test_features_are_standardised() -> None:
    features, labels = standardise(np.array([[1, 5, 0], [3, 5, 2], [5, 5, 1]]), np.array([0, 1, 1]))
    assert features.mean(axis=0) == pytest.approx([0, 0, 0, 1])
    assert features.std(axis=0) == pytest.approx([1, 0, 1, 0])
    assert labels.tolist() == [[0], [1], [1]]


def test_accuracy() -> None:
    one = Task("", np.zeros((3, 1)), np.array([[0.0], [1.0], [1.0]]), 1.0)
    assert one.accuracy(np.array([[-1.0], [1.0], [-1.0]])) == pytest.approx(2 / 3)
    several = Task("", np.zeros((2, 1)), np.eye(2), 1.0)
    assert several.accuracy(np.array([[-1.0, -2.0], [5.0, 4.0]])) == 0.5
