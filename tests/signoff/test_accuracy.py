"""Accuracy of the lanes: a wrong row of the tables that golden model and lane share is refuted."""

import re

import numpy as np
import pytest

from scegrad.formats import FP16, FP32
from scegrad.model import golden, sigmoid16, sigmoid32
from scegrad.model.design import SIGMOID32
from scegrad.model.tables import columns
from scegrad.signoff import accuracy
from scegrad.signoff.result import Verdict
from scegrad.sweep import stage


class GoldenLane:
    """The golden model in place of the Verilated lane, to which it is equal bit for bit."""

    def __init__(self, design):
        self.fmt = design

    def run(self, logits, labels):
        return golden.gradient_bits(logits, labels, self.fmt)

    def run_stage(self, logits):
        return stage.golden(logits)


@pytest.fixture(autouse=True)
def _golden(monkeypatch):
    monkeypatch.setattr(accuracy, "Lane", GoldenLane)
    monkeypatch.setattr(accuracy, "STEP", 5003)  # one logit and more in each row


def wrong_row(monkeypatch, module, name, change):
    table = columns(name).copy()
    table[0, 300] += change
    monkeypatch.setattr(module, "columns", lambda _: table)


def test_a_wrong_row_of_fp32_is_refuted(monkeypatch):
    assert accuracy.accuracy32(FP32).verdict is Verdict.PROVED
    wrong_row(monkeypatch, sigmoid32, "fp32", 1 << 20)
    found = accuracy.accuracy32(FP32)
    assert found.verdict is Verdict.REFUTED
    assert "0 differ from the golden model" in found.detail
    assert found.detail.endswith("breaks one")


def test_a_lane_that_differs_from_the_golden_model_is_told(monkeypatch):
    golden_stage = stage.golden
    monkeypatch.setattr(
        GoldenLane, "run_stage", lambda _, x: golden_stage(x) ^ (x == 0x38000000).astype(np.uint64)
    )
    found = accuracy.accuracy32(FP32)
    assert found.verdict is Verdict.REFUTED
    assert "0 break a condition of sweep/stage.py, 1 differ from the golden model" in found.detail
    assert re.search(r"first 0x38000000: 0x\w+ is 0x\w+ in the golden model$", found.detail)


def test_a_wrong_row_of_fp16_is_refuted(monkeypatch):
    assert accuracy.accuracy16(FP16).verdict is Verdict.PROVED
    wrong_row(monkeypatch, sigmoid16, "fp16", 64)
    assert accuracy.accuracy16(FP16).verdict is Verdict.REFUTED


def test_a_row_without_a_logit_is_vacuous(monkeypatch):
    monkeypatch.setattr(accuracy, "STEP", 1 << 20)
    assert accuracy.accuracy32(FP32).verdict is Verdict.VACUOUS


def test_each_row_is_reached_by_some_logit():
    unused = set(range(SIGMOID32.depth)) - accuracy._rows(accuracy._logits32())
    assert not unused & accuracy._used()
