"""The job checker, against the contract written as a predicate."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from amaranth.sim import Simulator, SimulatorContext

from scegrad.formats import FP16
from scegrad.job.job import Job
from scegrad.platforms import FT78NE, MT7004, Platform
from scegrad.registers import FORMAT_CODES, Status
from scegrad.rtl.control.checker import Checker, Overlap
from scegrad.rtl.verilog import to_verilog

from .requests import ADJOINING, ONE, PLATFORMS, StartRequest, answer, directed, requests

COUNT = 600
"""Random jobs for each platform."""


def rtl_answers(platform: Platform, asked: Iterable[StartRequest]) -> list[tuple[Status, int]]:
    """What the hardware answers to each, with its latency and that it answers once alone."""
    checker = Checker(platform)
    answers = []

    async def ask(ctx: SimulatorContext) -> None:
        for request in asked:
            for name in ("logits", "labels", "gradient", "length", "core_mask", "private"):
                ctx.set(checker.request[name], getattr(request, name))
            ctx.set(checker.request.format, FORMAT_CODES[request.fmt.name])
            for name in ("cores_busy", "shared_busy", "shared_cores"):
                ctx.set(getattr(checker, name), getattr(request, name))
            ctx.set(checker.check, 1)
            for cycle in range(1, checker.latency + 1):
                await ctx.tick()
                ctx.set(checker.check, 0)
                assert ctx.get(checker.valid) == (cycle == checker.latency)
                assert cycle == checker.latency or not ctx.get(checker.start)
            answers.append((Status(ctx.get(checker.status)), ctx.get(checker.start)))
            if answers[-1][1]:
                assert ctx.get(checker.size) == request.length * request.fmt.bytes
            await ctx.tick()
            assert not ctx.get(checker.valid)
            assert not ctx.get(checker.start)

    simulator = Simulator(checker)
    simulator.add_clock(1e-6)
    simulator.add_testbench(ask)
    simulator.run()
    return answers


def assert_as_predicted(platform: Platform, asked: list[StartRequest]) -> Counter[Status]:
    """Raise ``AssertionError`` with the first job that is answered differently; returns how often
    each status was seen.
    """
    predicted = [answer(platform, request) for request in asked]
    for request, expected, found in zip(
        asked, predicted, rtl_answers(platform, asked), strict=True
    ):
        assert found == expected, request
    return Counter(status for status, _ in predicted)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_random_jobs(platform: Platform, seed: int) -> None:
    seen = assert_as_predicted(platform, list(requests(platform, COUNT, seed=seed)))
    possible = {status for status in Status if status.refusal or status is Status.ACCEPTED}
    if len(platform.formats) == 2:
        possible.remove(Status.FORMAT_MISSING)
    assert set(seen) == possible, seen


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_every_boundary_of_every_region(platform: Platform) -> None:
    assert_as_predicted(platform, list(directed(platform)))


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_software_agrees(platform: Platform, seed: int) -> None:
    """``Job.check`` says the same as long as nothing runs."""
    for request in (*requests(platform, 1500, seed=seed), *directed(platform)):
        idle = replace(request, cores_busy=0, shared_busy=False)
        job = Job(
            platform,
            idle.fmt,
            idle.private,
            idle.logits,
            idle.labels,
            idle.gradient,
            idle.length,
            idle.core_mask,
        )
        status, start = answer(platform, idle)
        assert job.check() is status, idle
        if idle.private and start:
            assert job.core is not None
            assert start == 1 << job.core


D, S = 0x8000_0000, 0x0C00_0000
L2 = [0x1080_0000 + core * 0x0100_0000 for core in range(8)]
AM = [0x1000_0000 + core * 0x0100_0000 for core in range(8)]
MAX = (1 << 31) - 1


CASES = [
    (
        FT78NE,
        StartRequest(0xA000_0000, 0xA010_0000, 0xC000_0000, 1024, 0xFF),
        Status.ACCEPTED,
        1 << 8,
    ),
    (
        FT78NE,
        StartRequest(0x1081_0000, 0x1082_0000, 0x1083_0000, 1024, private=True),
        Status.ACCEPTED,
        1 << 0,
    ),
    (
        FT78NE,
        StartRequest(L2[7], L2[7], L2[7] + 0x4_0000, 0x1_0000, 0, True),
        Status.ACCEPTED,
        1 << 7,
    ),
    (FT78NE, StartRequest(D, S, D + 4, 1, 0x81), Status.ACCEPTED, 1 << 8),
    (FT78NE, StartRequest(D, D, D, 1 << 29, 1), Status.ACCEPTED, 1 << 8),
    (FT78NE, StartRequest(D, D, D, (1 << 29) + 1, 1), Status.OUTSIDE_MEMORY, 0),
    (FT78NE, StartRequest(D, D, D, MAX, 1), Status.OUTSIDE_MEMORY, 0),
    (FT78NE, StartRequest(0xFFFF_FFFC, D, D, 1, 1), Status.ACCEPTED, 1 << 8),
    (FT78NE, StartRequest(0xFFFF_FFFC, D, D, 2, 1), Status.OUTSIDE_MEMORY, 0),
    (FT78NE, StartRequest(S - 4, D, D, 1, 1), Status.OUTSIDE_MEMORY, 0),
    (FT78NE, StartRequest(D, D, S + 0x40_0000 - 4, 2, 1), Status.OUTSIDE_MEMORY, 0),
    (
        FT78NE,
        StartRequest(L2[0] + 0x8_0000 - 4, L2[0], L2[0], 2, private=True),
        Status.OUTSIDE_MEMORY,
        0,
    ),
    (
        FT78NE,
        StartRequest(L2[7] + 0x100_0000, L2[0], L2[0], 1, private=True),
        Status.OUTSIDE_MEMORY,
        0,
    ),
    (FT78NE, StartRequest(0, 0, 0, 0, 1), Status.OUTSIDE_MEMORY, 0),
    (FT78NE, StartRequest(D, D, D, -1, 0, fmt=FP16), Status.LENGTH_NEGATIVE, 0),
    (FT78NE, StartRequest(D + 1, D, D, 1, 0, fmt=FP16), Status.FORMAT_MISSING, 0),
    (FT78NE, StartRequest(D + 1, D, D, 1, 0), Status.CORE_MASK_INVALID, 0),
    (FT78NE, StartRequest(D, D, D, 1, 0x100), Status.CORE_MASK_INVALID, 0),
    (FT78NE, StartRequest(D, D, D, 1, 0x8000_0001), Status.CORE_MASK_INVALID, 0),
    (FT78NE, StartRequest(D, D + 2, D, 1, 1), Status.MISALIGNED, 0),
    (MT7004, StartRequest(D, D + 2, D, 1, 1, fmt=FP16), Status.ACCEPTED, 1 << 4),
    (MT7004, StartRequest(D, D + 1, D, 1, 1, fmt=FP16), Status.MISALIGNED, 0),
    (MT7004, StartRequest(L2[4], L2[4], L2[4], 1, private=True), Status.OUTSIDE_MEMORY, 0),
    # The operator library's programs for the MT7004, in fp32 and in fp16.
    (
        MT7004,
        StartRequest(AM[0], AM[0] + 0x1000, AM[0] + 0x2000, 1024, 0xFF, True),
        Status.ACCEPTED,
        1,
    ),
    (
        MT7004,
        StartRequest(AM[0], AM[0] + 0x1_0000, AM[0] + 0x2_0000, 0x8000, 0xFF, True, FP16),
        Status.ACCEPTED,
        1,
    ),
    (MT7004, StartRequest(AM[3] + 0x7_FFFC, L2[3], AM[3], 1, private=True), Status.ACCEPTED, 8),
    (MT7004, StartRequest(AM[3], L2[3], AM[2], 1, private=True), Status.MIXED_MEMORIES, 0),
    (
        MT7004,
        StartRequest(AM[1] + 0x7_FFFC, AM[1], AM[1], 2, private=True),
        Status.OUTSIDE_MEMORY,
        0,
    ),
    (MT7004, StartRequest(AM[4], AM[4], AM[4], 1, private=True), Status.OUTSIDE_MEMORY, 0),
    (MT7004, StartRequest(D, AM[0], D, 1), Status.MIXED_MEMORIES, 0),
    (FT78NE, StartRequest(AM[0], AM[0], AM[0], 1, private=True), Status.OUTSIDE_MEMORY, 0),
    # Nothing at the very end of each memory.
    *(
        (
            MT7004,
            StartRequest(end, end, end, 0, 1, end < D and end > S + 0x40_0000),
            Status.ACCEPTED,
            start,
        )
        for end, start in (
            (S + 0x40_0000, 1 << 4),
            (AM[0] + 0x8_0000, 1),
            (AM[3] + 0x8_0000, 8),
            (L2[3] + 0x8_0000, 8),
        )
    ),
    (FT78NE, StartRequest(L2[0], L2[1], L2[0], 1, private=True), Status.MIXED_MEMORIES, 0),
    (FT78NE, StartRequest(L2[0], L2[0], L2[0], 1, 1), Status.MIXED_MEMORIES, 0),
    (FT78NE, StartRequest(D, D, D, 1, private=True), Status.MIXED_MEMORIES, 0),
    (FT78NE, StartRequest(D, D, L2[3], 1, 1), Status.MIXED_MEMORIES, 0),
    (FT78NE, StartRequest(D, D + 0x100, D + 0xFC, 2, 1), Status.OVERLAP, 0),
    (FT78NE, StartRequest(D, D + 0x100, D + 0xF8, 2, 1), Status.ACCEPTED, 1 << 8),
    (FT78NE, StartRequest(D + 0x104, D, D + 0x100, 2, 1), Status.OVERLAP, 0),
    (FT78NE, StartRequest(D, D + 4, D + 4, 2, 1), Status.OVERLAP, 0),
    (FT78NE, StartRequest(D, D + 4, D + 4, 0, 1), Status.ACCEPTED, 1 << 8),
    (FT78NE, StartRequest(D, D, D, 1, 3, cores_busy=4), Status.ACCEPTED, 1 << 8),
    (FT78NE, StartRequest(D, D, D, 1, 3, cores_busy=2), Status.BUSY, 0),
    (FT78NE, StartRequest(D, D, D, 1, 3, shared_busy=True, shared_cores=4), Status.BUSY, 0),
    (FT78NE, StartRequest(L2[2], L2[2], L2[2], 1, private=True, cores_busy=4), Status.BUSY, 0),
    (
        FT78NE,
        StartRequest(L2[2], L2[2], L2[2], 1, private=True, shared_busy=True, shared_cores=4),
        Status.BUSY,
        0,
    ),
    (
        FT78NE,
        StartRequest(
            L2[2], L2[2], L2[2], 1, private=True, shared_busy=True, shared_cores=0xFB, cores_busy=0
        ),
        Status.ACCEPTED,
        4,
    ),
    (
        FT78NE,
        StartRequest(L2[2], L2[2], L2[2], 1, private=True, shared_cores=4, cores_busy=0xFB),
        Status.ACCEPTED,
        4,
    ),
    (ONE, StartRequest(0x4000_0000, 0x4000_0000, 0x4000_8000, 0x2000, 1), Status.ACCEPTED, 2),
    (ONE, StartRequest(0x4000_0000, 0x4000_0000, 0x4000_0000, 0x4001, 1), Status.OUTSIDE_MEMORY, 0),
    (ADJOINING, StartRequest(0, 0, 0xFFFF_FFFE, 1, 0x8000, fmt=FP16), Status.ACCEPTED, 1 << 16),
    (
        ADJOINING,
        StartRequest(0x1000_0FFE, 0x1000_0FFE, 0x1000_0FFE, 2, private=True, fmt=FP16),
        Status.OUTSIDE_MEMORY,
        0,
    ),
    (
        ADJOINING,
        StartRequest(0x1001_0000, 0x1000_F000, 0x1000_F000, 0, private=True, fmt=FP16),
        Status.ACCEPTED,
        1 << 15,
    ),
]
"""Platform, job, status, start pulses."""


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_directed(platform: Platform) -> None:
    cases = [
        (request, (status, start)) for other, request, status, start in CASES if other is platform
    ]
    assert cases
    for (request, expected), found in zip(
        cases, rtl_answers(platform, [request for request, _ in cases]), strict=True
    ):
        assert found == expected == answer(platform, request), request


def test_overlap_looks_at_every_bit_of_the_distance() -> None:
    overlap = Overlap()
    distances = [sign * (1 << bit) for bit in range(32) for sign in (1, -1)]
    cases = [
        (max(0, -distance), max(0, distance), abs(distance) + more)
        for distance in distances
        for more in (0, 1)
    ]

    async def ask(ctx: SimulatorContext) -> None:
        for operand, gradient, size in cases:
            ctx.set(overlap.operand, operand)
            ctx.set(overlap.gradient, gradient)
            ctx.set(overlap.size, size)
            await ctx.tick().repeat(Overlap.latency)
            assert ctx.get(overlap.overlap) == (abs(gradient - operand) < size), (
                operand,
                gradient,
                size,
            )

    simulator = Simulator(overlap)
    simulator.add_clock(1e-6)
    simulator.add_testbench(ask)
    simulator.run()


def test_becomes_verilog() -> None:
    assert "module checker_of_jobs" in to_verilog(Checker(ONE), "checker_of_jobs")
