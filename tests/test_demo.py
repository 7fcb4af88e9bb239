"""The demonstration: training converges, and what the hardware gives is held against golden model and exact result."""

import dataclasses

import numpy as np
import pytest
from scegrad import demo
from scegrad.api import run_job


@pytest.fixture(scope="module")
def data():
    return {each.name: each for each in demo.data_sets()}


def test_data_sets_have_the_expected_sizes(data):
    assert {name: each.elements for name, each in data.items()} == {"breast cancer": 569, "digits": 17_970}


@pytest.mark.parametrize(("name", "least"), [("breast cancer", 0.97), ("digits", 0.95)])
def test_training_in_float64_reaches_its_accuracy(data, name, least):
    assert demo.accuracy(data[name], demo.train(data[name], demo.in_float64)) >= least


def test_training_with_the_model_finds_no_mismatch(data, monkeypatch, tmp_path):
    monkeypatch.setattr(demo, "STEPS", 3)
    steps = []
    training = demo.train_on_hardware(data["breast cancer"], "mt7004", "fp16", "model", lambda: steps.append(1))
    assert (training.mismatches, training.elements, len(training.losses)) == (0, len(steps) * 569, len(steps))
    assert training.worst <= 0.5
    assert training.losses == sorted(training.losses, reverse=True)
    assert all(path.stat().st_size for path in demo.write_pictures([training], tmp_path))


def test_a_wrong_bit_is_a_mismatch(data):
    training = demo.Training(data["breast cancer"], "ft78ne", "fp32")
    logits = np.linspace(-3, 3, 8, dtype=np.float32)
    result = run_job(logits, logits * 0, backend="model")
    wrong = result.gradient.copy()
    wrong.view(np.uint32)[5] ^= 1
    demo.check(training, logits, logits * 0, dataclasses.replace(result, gradient=wrong))
    assert training.mismatches == 1
