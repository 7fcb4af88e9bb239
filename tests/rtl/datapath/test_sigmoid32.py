"""Sigmoid32: rtl(operands) == model.sigmoid32 and the shifts; k comes ``K_AHEAD`` cycles before."""

import numpy as np

from scegrad.formats import FP32
from scegrad.model.design import SIGMOID32
from scegrad.model.hard_cases import hard_logits
from scegrad.rtl.datapath.layouts import operands_layout, sigmoid_layout
from scegrad.rtl.datapath.sigmoid32 import K_AHEAD, Sigmoid32

from .golden import from_unpack, operands, sigmoid, to_subtract
from .samples import pairs, specials
from .stages import assert_same, outputs, packed, unpacked


def meeting_places() -> np.ndarray:
    """Logits about the ends of every kind of piece, and one in each whole part of the product."""
    ends = np.ldexp(1.0, np.arange(SIGMOID32.first_exponent - 1, SIGMOID32.huge_from + 1))
    ends = np.concatenate([ends, [SIGMOID32.far_limit, 64, 96, 127]]).astype("f4").view("u4")
    parts = np.arange(32, 105, dtype="f4") + np.float32(0.4)
    near = np.concatenate([*(ends - 1, ends, ends + 1), parts.view("u4")])
    return np.concatenate([near, near | FP32.sign_bit]).astype(np.uint32)


def half_labels(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits about and below 2**half_below with a label of 1/2, where |x|/4 itself is carried."""
    exponents = rng.integers(-149, SIGMOID32.half_below + 2, count)
    exponents = np.where(rng.random(count) < 0.5, exponents, SIGMOID32.half_below)
    logits = np.ldexp(rng.uniform(-1, 1, count), exponents).astype(np.float32)
    return logits, np.full(count, 0.5, np.float32)


def samples(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels: the ends of pieces, half labels, hard cases, and any."""
    rng = np.random.default_rng(seed)
    directed = np.concatenate(
        [specials(FP32), meeting_places(), rng.choice(hard_logits(), 60)]
    ).view(np.float32)
    labels = rng.choice(specials(FP32), directed.size).view(np.float32)
    groups = ((directed, labels), half_labels(rng, 60), pairs(FP32, 240, seed))
    logits, labels = (np.concatenate(group) for group in zip(*groups, strict=True))
    return logits, labels


def test_sigmoid32(seed: int) -> None:
    dut = Sigmoid32()
    logit, label = operands(*samples(seed), FP32)
    payloads = packed(operands_layout(FP32), from_unpack(logit, label))
    layout = sigmoid_layout(FP32, Sigmoid32.significand_bits)
    found = unpacked(layout, outputs(dut, payloads, seed))
    assert_same(found, to_subtract(logit, label, FP32), f"seed {seed}")


def test_k_comes_ahead(seed: int) -> None:
    dut = Sigmoid32()
    logit, label = operands(*samples(seed), FP32)
    payloads = packed(operands_layout(FP32), from_unpack(logit, label))
    found = outputs(dut, payloads, seed, early=(dut.k, K_AHEAD))
    _, s = sigmoid(logit, label, FP32)
    np.testing.assert_array_equal(found, s.k, err_msg=f"seed {seed}")
