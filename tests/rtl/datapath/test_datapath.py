"""The datapath of a core equals the golden model, at any pace, and takes a chunk in two cycles."""

import random

import numpy as np
import pytest

from scegrad.formats import FORMATS, Format
from scegrad.model.golden import gradient
from scegrad.platforms import CHUNK_BITS
from scegrad.rtl.datapath.datapath import Datapath

from .harness import receive, send, simulate
from .samples import pairs

CHUNK_BYTES = CHUNK_BITS // 8


def to_chunks(array: np.ndarray) -> list[int]:
    return [int(chunk) for chunk in array.view(np.uint64)]


def run(
    formats: tuple[str, ...], fmt: Format, count: int, offered: float, taken: float, seed: int
) -> tuple[np.ndarray, list[int], Datapath]:
    """Gradients of ``count`` pairs, and the cycles in which their chunks came out."""
    logits, labels = pairs(fmt, count, seed)
    dut, rng, received = Datapath(formats), random.Random(seed), []
    operands = [
        {"logits": x, "labels": y}
        for x, y in zip(to_chunks(logits), to_chunks(labels), strict=True)
    ]

    async def feed(ctx):
        ctx.set(dut.half, fmt.name == "fp16")
        await send(ctx, dut.operands, operands, offered, rng)

    async def drain(ctx):
        received.extend(await receive(ctx, dut.gradients, len(operands), taken, rng))

    simulate(dut, feed, drain)
    result = np.array([chunk for _, chunk in received], dtype=np.uint64).view(fmt.bits_dtype)
    np.testing.assert_array_equal(
        result, gradient(logits, labels).view(fmt.bits_dtype), err_msg=f"seed {seed}"
    )
    return result, [cycle for cycle, _ in received], dut


@pytest.mark.parametrize(
    "pace", [(1.0, 1.0), (0.5, 1.0), (1.0, 0.3)], ids=["full", "starved", "held back"]
)
@pytest.mark.parametrize(
    ("formats", "name"),
    [
        (("fp32",), "fp32"),
        (("fp16",), "fp16"),
        (("fp32", "fp16"), "fp32"),
        (("fp32", "fp16"), "fp16"),
    ],
)
def test_equals_golden_model(formats, name, pace, seed):
    run(formats, FORMATS[name], 240, *pace, seed=seed)


@pytest.mark.parametrize("name", ["fp32", "fp16"])
def test_latency_and_throughput(name, seed):
    _, cycles, dut = run(("fp32", "fp16"), FORMATS[name], 128, 1.0, 1.0, seed=seed)
    assert cycles[0] == dut.latency(name)
    assert set(np.diff(cycles)) == {2}
