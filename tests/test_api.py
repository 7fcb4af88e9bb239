"""The operator on arrays: shapes, types, refusals, and the simulated hardware against the golden
model.
"""

import dataclasses
import random
import sys
import threading
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scegrad import api
from scegrad.api import Result, run_job, sigmoid_cross_entropy_with_logits_grad
from scegrad.backends import verilator as backends
from scegrad.errors import RequestError, SimulationError
from scegrad.formats import FORMATS, Format
from scegrad.job.job import BusError
from scegrad.model import golden
from scegrad.platforms import CHOICES, PLATFORMS, Platform
from scegrad.request.request import prepare
from scegrad.request.settings import Settings
from scegrad.sim.simulation import Channel
from scegrad.tb import job_files
from tests.tb.platforms import TINY


def operands(fmt: Format, shape: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels of every bit pattern."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 1 << fmt.width, (2, *shape), dtype=fmt.bits_dtype)
    return bits[0, ...].view(fmt.dtype), bits[1, ...].view(fmt.dtype)


def assert_same_bits(result: np.ndarray, expected: np.ndarray) -> None:
    assert result.dtype == expected.dtype
    assert result.shape == expected.shape
    assert result.tobytes() == expected.tobytes()


@pytest.mark.parametrize("backend", ["model", "verilator"])
@pytest.mark.parametrize("shape", [(), (1,), (0,), (3, 0, 2), (7, 5), (2, 3, 4)])
def test_every_shape_is_kept(backend: str, shape: tuple[int, ...], seed: int) -> None:
    x, y = operands(FORMATS["fp32"], shape, seed)
    result = sigmoid_cross_entropy_with_logits_grad(x, y, platform=TINY, backend=backend)
    assert isinstance(result, np.ndarray)
    assert_same_bits(result, golden.gradient(x, y))


@pytest.mark.parametrize("backend", ["model", "verilator"])
def test_arrays_need_not_be_contiguous_or_native(backend: str, seed: int) -> None:
    x, y = operands(FORMATS["fp16"], (6, 10), seed)
    views = (
        (x.T, y.T),
        (x[::2, ::-3], y[::2, ::-3]),
        (x.astype(">f2"), y),
        (np.asfortranarray(x), y),
    )
    for a, b in views:
        result = run_job(a, b, platform=TINY, backend=backend).gradient
        assert_same_bits(result.astype("=f2"), golden.gradient(a.astype("=f2").copy(), b.copy()))
        assert result.dtype == a.dtype
    assert not np.shares_memory(result, x)


@pytest.mark.parametrize(("memory", "fmt"), [*product(["shared", "private"], ["fp32", "fp16"])])
def test_simulated_hardware_gives_the_golden_models_bits(memory: str, fmt: str, seed: int) -> None:
    rng = random.Random(seed)
    form = FORMATS[fmt]
    for length in (1, 2, 3, rng.randrange(4, 40), 333, rng.randrange(400, 2000)):
        x, y = operands(form, (length,), seed + length)
        options: dict[str, Any] = {
            "core_mask": rng.choice([None, 1, 2, 3]),
            "in_place": rng.choice([None, "logits", "labels"]),
            "misalignment": tuple(rng.randrange(32) * form.bytes for _ in range(3)),
            "latency": rng.choice([None, 0, 1, 7, 40]),
        }
        result = run_job(x, y, platform=TINY, memory=memory, **options)
        assert_same_bits(result.gradient, golden.gradient(x, y))
        assert result.counters["elements"] == length, options
        assert result.cycles == result.counters["cycles"] > 0


def test_a_run_repeats_to_the_cycle(seed: int) -> None:
    x, y = operands(FORMATS["fp32"], (777,), seed)
    first = run_job(x, y, platform=TINY)
    run_job(x[:5], y[:5], platform=TINY, memory="private", core_mask=2)
    assert run_job(x, y, platform=TINY).counters == first.counters
    assert run_job(x, y, platform=TINY, latency=90).counters != first.counters


def test_result_is_frozen_and_tells_what_ran(seed: int) -> None:
    x, y = operands(FORMATS["fp32"], (50,), seed)
    result = run_job(x, y, platform=TINY, timeline=True)
    assert isinstance(result, Result)
    assert (result.platform, result.backend) == (TINY, "verilator")
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.cycles = 0  # type: ignore[misc]  # that it cannot be assigned is what is tested
    assert result.timeline is not None
    assert result.timeline.ports == ("shared", "L2 of core 0", "L2 of core 1")
    written = result.timeline.events[result.timeline.events["channel"] == Channel.W]
    assert len(written) == result.counters["write_beats"]
    model = run_job(x, y, platform=TINY, backend="model")
    assert (model.cycles, model.counters, model.timeline) == (None, {}, None)


def test_progress_reaches_the_end(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "SLICE", 50)
    x, y = operands(FORMATS["fp32"], (1000,), seed)
    seen: list[tuple[int, int]] = []
    run_job(x, y, platform=TINY, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 5
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (1000, 1000)


def test_a_format_converts_to_nearest() -> None:
    x, y = np.array([0.1, 70000.0, 1e-9]), np.zeros(3)
    for name in ("fp32", "fp16"):
        dtype = FORMATS[name].dtype
        with np.errstate(over="ignore"):  # 70000 is infinite in fp16
            expected = golden.gradient(x.astype(dtype), y.astype(dtype))
        assert_same_bits(
            run_job(x, y, platform="mt7004", backend="model", fmt=name).gradient, expected
        )


F4 = np.zeros(4, np.float32)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((F4, F4[:3]), {}, r"logits have shape \(4,\), labels \(3,\), but the shapes must agree"),
        ((F4, F4.reshape(2, 2)), {}, "shapes must agree"),
        ((F4, F4.astype("f2")), {}, "logits are float32, labels float16, but the types must agree"),
        (
            (F4.astype("f8"), F4.astype("f8")),
            {},
            r"elements are float64, but must be float32 \(fp32\) or float16 \(fp16\)",
        ),
        (
            (np.arange(4), np.arange(4)),
            {},
            "logits are int64, labels int64, which do not say the format",
        ),
        ((["a"], ["b"]), {}, "logits are <U1, but must be floating-point numbers"),
        (
            (F4, F4),
            {"platform": "ft78"},
            f"platform is 'ft78', but must be {' or '.join(CHOICES)}",
        ),
        ((F4, F4), {"memory": "ddr"}, "memory is 'ddr', but must be shared or private"),
        (
            (F4, F4),
            {"backend": "vcs"},
            "backend is 'vcs', but must be verilator or icarus or model or uart:DEVICE",
        ),
        ((F4, F4), {"fmt": "bf16"}, "format is 'bf16', but must be fp32 or fp16"),
        ((F4, F4), {"fmt": "fp16"}, "ft78ne does not compute fp16: its cores have fp32"),
        ((F4.astype("f2"), F4.astype("f2")), {}, "ft78ne does not compute fp16"),
        (
            (F4, F4),
            {"core_mask": 0},
            "core mask is 0x0, but ft78ne has core 0 to core 7: it must be 0x1 to 0xff",
        ),
        ((F4, F4), {"core_mask": 0x100}, "core mask is 0x100, but"),
        ((F4, F4), {"core_mask": -1, "memory": "private"}, "core mask is -0x1, but"),
        ((F4, F4), {"latency": -1}, "latency is -1, but must be 0 to"),
        (
            (F4, F4),
            {"in_place": "gradient"},
            "in_place is 'gradient', but must be logits or labels",
        ),
        (
            (F4, F4),
            {"misalignment": (0, 2, 0)},
            "misalignment of labels is 2 bytes, but must be a multiple of 4",
        ),
        ((F4, F4), {"waves": "x.fst", "backend": "model"}, "the backend model has no waves"),
        (
            (np.zeros(43_691, "f4"),) * 2,
            {"memory": "private"},
            r"3 arrays of 43691 fp32 elements \(3 x 174764 bytes\) do not fit",
        ),
    ],
)
def test_bad_requests_are_one_line(
    arguments: tuple[Any, Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(RequestError, match=message) as caught:
        run_job(*arguments, **{"backend": "model", **options})
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)


def test_the_largest_private_job_fits() -> None:
    x = np.zeros(43_690, np.float32)
    place = prepare(x, x, Settings(memory="private", core_mask=0x84)).job
    region = PLATFORMS["ft78ne"].l2[2]
    assert all(
        region.holds(address, place.size)
        for address in (place.logits, place.labels, place.gradient)
    )
    x = np.zeros(65_536, np.float32)
    in_place = prepare(x, x, Settings(memory="private", in_place="labels")).job
    assert in_place.gradient == in_place.labels


def test_guard_bytes_are_beside_the_output() -> None:
    for length, memory, offsets in product(
        (0, 1, 100), ("shared", "private"), ((0, 0, 0), (4, 8, 60))
    ):
        x = np.zeros(length, np.float32)
        settings = Settings(platform=TINY, memory=memory, misalignment=offsets)
        request = prepare(x, x, settings)
        place = request.job
        covered = {
            address for start, size in request.guards for address in range(start, start + size)
        }
        assert covered == {
            *range(place.gradient - 64, place.gradient),
            *range(place.gradient + place.size, place.gradient + place.size + 64),
        }
        for start in (place.logits, place.labels):
            assert not covered & {*range(start, start + place.size)}


def test_a_design_that_writes_outside_is_caught(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    x, y = operands(FORMATS["fp32"], (100,), seed)
    right = backends._declare

    def narrow(simulation: Any, request: Any) -> None:
        job = dataclasses.replace(request.job, length=request.job.length - 1)
        right(simulation, dataclasses.replace(request, job=job))

    monkeypatch.setattr(backends, "_declare", narrow)
    with pytest.raises((SimulationError, BusError)):
        run_job(x, y, platform=TINY)
    monkeypatch.undo()
    assert_same_bits(run_job(x, y, platform=TINY).gradient, golden.gradient(x, y))


@pytest.mark.parametrize(
    "memory",
    [
        {"memory": "shared", "latency": 9},
        {"memory": "private", "latency": 0},
        {"dram": "ddr3-1600"},
        {"dram": "ddr4-2400", "core_mhz": 150},
    ],
    ids=lambda memory: "-".join(map(str, memory.values())),
)
def test_icarus_agrees_to_the_cycle(memory: dict[str, Any], seed: int) -> None:
    x, y = operands(FORMATS["fp16"], (400 if "dram" in memory else 150,), seed)
    options: dict[str, Any] = {
        "platform": TINY,
        "timeline": True,
        "misalignment": (2, 4, 6),
        **memory,
    }
    fast, slow = (run_job(x, y, backend=backend, **options) for backend in ("verilator", "icarus"))
    assert_same_bits(slow.gradient, golden.gradient(x, y))
    assert fast.counters == slow.counters
    assert fast.timeline is not None
    assert slow.timeline is not None
    assert set(beats(fast)) == set(beats(slow))


def test_icarus_tells_its_progress(
    seed: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = operands(FORMATS["fp16"], (1500,), seed)
    told, seen = [], []
    output = sys.stdout
    real = job_files.run_bench

    def run_bench(design: Any, module: str, simulator: str, parameters: Any, **rest: Any) -> None:
        assert sys.stdout is output  # not redirected: all threads share it
        real(design, module, simulator, parameters, **rest)
        told.append(int((Path(parameters["directory"]) / job_files.PROGRESS).read_text()))

    monkeypatch.setattr(job_files, "run_bench", run_bench)
    run_job(
        x,
        y,
        platform=TINY,
        backend="icarus",
        latency=0,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert 0 < told[0] <= 1500
    assert (seen[0], seen[-1]) == ((0, 1500), (1500, 1500))
    assert not capsys.readouterr().out


def test_what_a_bench_tells_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_files, "INTERVAL", 0.01)
    passed = threading.Event()
    path = tmp_path / "progress"

    def progress(done: int, total: int) -> None:
        if (done, total) == (7, 9):
            passed.set()

    with job_files._watched(path, 9, progress):
        path.write_text("not yet a number")
        path.write_text("7")
        assert passed.wait(60)


def beats(result: Result) -> list[tuple[int, int, int, int]]:
    """Cycle since the first of them, port, channel and address of every beat."""
    assert result.timeline is not None
    events = result.timeline.events
    first = int(events["cycle"].min())
    return [
        (int(e["cycle"]) - first, int(e["port"]), int(e["channel"]), int(e["address"]))
        for e in events
    ]


@pytest.mark.whole
@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=list(PLATFORMS))
def test_platforms_give_the_golden_models_bits(platform: Platform, seed: int) -> None:
    for name, memory in product(platform.formats, ("shared", "private")):
        x, y = operands(FORMATS[name], (30_011,), seed)
        mask = random.Random(seed).randrange(1, 1 << platform.cores)
        result = run_job(x, y, platform=platform, memory=memory, core_mask=mask)
        assert_same_bits(result.gradient, golden.gradient(x, y))


def test_repeated_calls_use_the_same_simulation(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = operands(FORMATS["fp32"], (8,), seed)
    run_job(x, y, platform=TINY)
    monkeypatch.setattr(backends, "Simulation", None)  # whoever made another one would fail
    for _ in range(20):
        api.sigmoid_cross_entropy_with_logits_grad(x, y, platform=TINY)
