"""The report of a run: right numbers, and pictures that appear whole or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from scegrad.api import run_job
from scegrad.formats import FORMATS
from scegrad.model import reference
from scegrad.request.request import Request, prepare
from scegrad.request.result import Result
from scegrad.request.settings import Settings
from scegrad.run.report import DRAWN, gradient_picture, heading, timeline_picture, write_report
from scegrad.run.timeline import activity

from .test_timeline import recorded

PNG = b"\x89PNG\r\n\x1a\n"


def inputs(fmt: str, size: int, seed: int, soft: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.random(size) if soft else rng.random(size) < 0.4
    return rng.normal(0, 5, size).astype(FORMATS[fmt].dtype), labels.astype(FORMATS[fmt].dtype)


def run(seed: int, fmt: str = "fp32", size: int = 500) -> tuple[Request, Result]:
    """A run of the golden model, with possible events and cycles of hardware."""
    arrays = inputs(fmt, size, seed)
    request = prepare(*arrays, Settings(platform="mt7004", backend="model"))
    seen = recorded(request)
    gradient = run_job(*arrays, platform="mt7004", backend="model").gradient
    return request, Result(
        gradient,
        request.platform,
        "model",
        seen.measured,
        seen.timeline,
    )


@pytest.mark.parametrize("fmt", FORMATS)
def test_files(tmp_path: Path, fmt: str, seed: int) -> None:
    request, result = run(seed, fmt)
    files = write_report(tmp_path, request, result, 0, seed=7)
    assert [path.name for path in files] == ["report.json", "gradient.png", "timeline.png"]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(path.read_bytes().startswith(PNG) for path in files[1:])


def test_numbers(tmp_path: Path, seed: int) -> None:
    request, result = run(seed)
    values = json.loads(write_report(tmp_path, request, result, 3, seed=7)[0].read_text())
    errors = reference.ulp_error(result.gradient, request.logits, request.labels)
    assert values["platform"] == "mt7004"
    assert (values["format"], values["memory"], values["core_mask"], values["backend"]) == (
        "fp32",
        "shared",
        "0xf",
        "model",
    )
    assert (values["elements"], values["cycles"], values["seed"]) == (500, result.cycles, 7)
    assert values["elements_per_cycle"] == pytest.approx(500 / result.cycles)
    assert values["counters"] == result.counters
    assert values["mismatches_against_golden_model"] == 3
    assert values["not_as_demanded"] == 0
    assert values["worst_error_ulp"] == errors.max() <= 0.5
    assert values["mean_error_ulp"] == pytest.approx(errors.mean())


def test_wrong_results_are_counted(tmp_path: Path, seed: int) -> None:
    request, result = run(seed)
    count = np.count_nonzero(result.gradient != reference.gradient(request.logits, request.labels))
    result.gradient[3] = np.nextafter(result.gradient[3], np.float32(2))
    result.gradient[5] = np.nan
    values = json.loads(write_report(tmp_path, request, result, 2)[0].read_text())
    assert values["not_correctly_rounded"] == count + 2
    assert values["not_as_demanded"] == 1
    assert values["worst_error_ulp"] > 0.5


def test_without_events_there_is_no_time_line(tmp_path: Path, seed: int) -> None:
    request, result = run(seed)
    quiet = Result(result.gradient, result.platform, "model")
    assert [path.name for path in write_report(tmp_path, request, quiet, 0)] == [
        "report.json",
        "gradient.png",
    ]
    assert json.loads((tmp_path / "report.json").read_text())["elements_per_cycle"] is None


def test_shapes_special_values_and_nothing_at_all(tmp_path: Path) -> None:
    values = np.array([np.nan, np.inf, -np.inf, 0, 1e38, -1e-45], np.float32)
    logits, labels = (array.astype(np.float32) for array in np.meshgrid(values, values))
    for x, y in ((logits, labels), (np.empty((0, 3), np.float32), np.empty((0, 3), np.float32))):
        result = run_job(x, y, backend="model")
        written = write_report(tmp_path, prepare(x, y, Settings(backend="model")), result, 0)
        assert json.loads(written[0].read_text())["shape"] == list(x.shape)


def test_a_picture_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    def fail(self: Figure, path: Path, **options: object) -> None:
        Path(path).write_bytes(PNG)
        raise OSError("no space left")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(OSError, match="no space left"):
        write_report(tmp_path, *run(seed), 0)
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_gradient_picture_tells_labels_by_colour(seed: int) -> None:
    fmt = FORMATS["fp32"]
    hard, soft = inputs("fp32", 300, seed), inputs("fp32", 300, seed, soft=True)
    for x, y in (hard, soft):
        gradient = reference.gradient(x, y)
        picture = gradient_picture(
            fmt, x, y, gradient, reference.ulp_error(gradient, x, y), "title"
        )
        above, below = picture.axes[:2]
        assert (above.get_ylabel(), below.get_ylabel()) == (
            "gradient",
            "error in ulp of the exact value",
        )
        assert below.get_xlabel() == "logit"
        drawn = sum(len(np.asarray(points.get_offsets())) for points in above.collections)
        assert drawn == 300
        if y is hard[1]:
            legend = above.get_legend()
            assert legend is not None
            assert [text.get_text() for text in legend.get_texts()] == [
                f"label {k} ({np.count_nonzero(y == k)})" for k in (0, 1)
            ]
        else:
            assert [axes.get_ylabel() for axes in picture.axes[2:]] == ["label"]


def test_gradient_picture_says_that_its_points_are_samples(seed: int) -> None:
    fmt = FORMATS["fp16"]
    for count, title in (
        (DRAWN, "sigmoid(logit) - label, in fp16"),
        (DRAWN + 1, "sigmoid(logit) - label, in fp16: 20,000 of 20,001 results, evenly spread"),
    ):
        x, y = inputs("fp16", count, seed)
        picture = gradient_picture(fmt, x, y, x, np.zeros(count))
        assert picture.axes[0].get_title() == title


def test_timeline_picture_has_a_lane_for_everything(seed: int) -> None:
    request, result = run(seed, "fp16", 3000)
    picture = timeline_picture(activity(request, result), heading(request, result))
    names = [text.get_text() for axes in picture.axes for text in axes.get_yticklabels()]
    assert names[::-1][-7:] == ["AR logits", "AR labels", "R logits", "R labels", "AW", "W", "B"]
    assert names[7:] == ["core 3", "core 2", "core 1", "core 0"]
    for axes, group in zip(picture.axes, ("port to shared memory", "cores"), strict=True):
        assert axes.get_title().startswith(f"{group}: a full lane is ")
        lanes = [lane for lane in activity(request, result).lanes if lane.group == group]
        assert sum(isinstance(patch, StepPatch) for patch in axes.patches) == len(lanes)
        assert [text.get_text() for text in axes.texts] == [
            f"{lane.total:,} {lane.unit}" for lane in reversed(lanes)
        ]
    assert picture.axes[-1].get_xlabel().startswith("clock cycles since the start of the job")


def test_heading(seed: int) -> None:
    request, result = run(seed)
    cycles = result.cycles or 1
    assert (
        heading(request, result)
        == f"mt7004, fp32, shared memory, 4 cores: 500 elements in {cycles} cycles,"
        f" {500 / cycles:.2f} per cycle"
    )
