"""Every argument of the Python interface: accepted in every right type, or refused with
``RequestError``.
"""

import ast
import dataclasses
import inspect
from collections import UserList
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import scegrad
from scegrad.errors import RequestError
from scegrad.formats import FORMATS, Format
from scegrad.generate.maker import ROOT
from scegrad.model import golden
from scegrad.request.request import Request, prepare
from scegrad.request.settings import SIMULATORS, Settings
from scegrad.sim.dram import preset

F4 = np.linspace(-3, 3, 8, dtype=np.float32)


class Awkward:
    """An object whose every attribute and conversion raises an unexpected error."""

    def _fail(self, *_: object) -> Any:
        raise ZeroDivisionError("do not ask")

    __repr__ = __iter__ = __len__ = __getitem__ = __array__ = __index__ = __fspath__ = _fail
    __bool__ = __eq__ = __float__ = __int__ = __contains__ = _fail
    __hash__ = object.__hash__


class Watched:
    """Settings that record which of them are read."""

    def __init__(self) -> None:
        self._settings, self.read = Settings(), set[str]()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self._settings, name)


READERS = {
    "verilator": ["src/scegrad/backends/verilator.py"],
    "icarus": ["src/scegrad/backends/icarus.py", "tb/job_files.py", "tb/bench_job.py"],
}
"""The files that carry out a request in each simulator."""


def test_every_setting_is_used() -> None:
    """A setting that nothing reads would be an option that does nothing."""
    watched = Watched()
    prepare(F4, F4, cast(Settings, watched))
    names = {item.name for item in dataclasses.fields(Settings)}
    unread = names - watched.read
    assert not unread, f"prepare of src/scegrad/request/request.py does not read {unread}"


@pytest.mark.parametrize("backend", SIMULATORS)
def test_every_part_of_a_request_is_carried_out(backend: str) -> None:
    """``backend`` chose the reader, and ``Request.result`` reads the shape and the type."""
    trees = [ast.parse((ROOT / path).read_text("utf-8")) for path in READERS[backend]]
    read = {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "request"
    }
    names = {item.name for item in dataclasses.fields(Request)} - {"backend", "shape", "dtype"}
    assert names <= read, f"{READERS[backend]} do not read {names - read} of the request"


VALUES: list[Any] = [
    None,
    "",
    "x",
    b"shared",
    "x" * 100_000,
    "a\0b",
    "a\nb",
    -1,
    0,
    1,
    7,
    10**5000,
    -(10**30),
    1 << 63,
    0.5,
    7.0,
    float("nan"),
    float("inf"),
    1j,
    True,
    np.True_,
    np.int64(7),
    np.uint8(3),
    np.float32(7),
    np.str_("shared"),
    np.array(7),
    np.array([7]),
    np.array([1, 2, 3]),
    np.array("shared"),
    np.ma.masked,
    (),
    (0, 0),
    (0, 0, 0, 0),
    (4, 4, 0.5),
    [[1], [2, 3]],
    {"a": 1},
    {1, 2},
    object(),
    Awkward(),
    lambda: None,
    int,
    range(1 << 60),
    Path("/"),
    slice(3),
    UserList([0, 4, 8]),
    np.datetime64("2026-01-01"),
    Format("fp8", 4, 3),
]

NAMES = [item.name for item in dataclasses.fields(Settings)]


def refusal(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> str | None:
    """The message of a refused call, or None if it is accepted; other errors pass on."""
    try:
        function(*arguments, **keywords)
    except RequestError as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_setting_is_it_is_right_or_refused(name: str) -> None:
    for value in VALUES:
        settings = Settings(**{"backend": "model", name: value})
        text = refusal(prepare, F4, F4, settings)
        assert text is None or (text and "\n" not in text and len(text) < 400)


@pytest.mark.parametrize("position", [0, 1])
def test_whatever_an_array_is_it_is_right_or_refused(position: int) -> None:
    arrays = [*VALUES, np.zeros((8,), "V4"), np.zeros(8, "f4,f4"), np.zeros(8, "M8[s]")]
    for value in [*arrays, np.full(8, None), np.array(["a"] * 8), np.zeros(8, "c8")]:
        given = [F4, F4]
        given[position] = value
        text = refusal(scegrad.run_job, *given, backend="model")
        assert text, f"{value!r} was taken"
        assert "\n" not in text


@pytest.mark.parametrize("progress", [3, "x", Awkward(), (), np.zeros(3)])
def test_progress_is_a_function(progress: Any) -> None:
    with pytest.raises(RequestError, match=r"progress is .* must be a function"):
        scegrad.run_job(F4, F4, backend="model", progress=progress)


def test_the_operator_itself_refuses_as_well() -> None:
    for name in ("platform", "memory", "core_mask", "backend"):
        with pytest.raises(RequestError, match=rf"{name.replace('_', ' ')} is "):
            scegrad.sigmoid_cross_entropy_with_logits_grad(F4, F4, **{name: Awkward()})


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"core_mask": np.int64(7)}, {"core_mask": 7}),
        ({"core_mask": np.array(7, "u1")}, {"core_mask": 7}),
        ({"memory": np.str_("private")}, {"memory": "private"}),
        ({"fmt": FORMATS["fp32"]}, {"fmt": "fp32"}),
        ({"latency": np.uint16(9)}, {"latency": 9}),
        ({"misalignment": np.array([4, 8, 12])}, {"misalignment": (4, 8, 12)}),
        ({"misalignment": UserList([4, 8, 12])}, {"misalignment": (4, 8, 12)}),
        (
            {"dram": np.str_("ddr3-1600"), "core_mhz": np.int32(200)},
            {"dram": preset("ddr3-1600", core_mhz=200)},
        ),
        ({"timeline": np.True_}, {"timeline": True}),
        ({"waves": "w.fst"}, {"waves": Path("w.fst")}),
    ],
    ids=str,
)
def test_numpys_scalars_are_as_good_as_pythons(changes: Any, same: Any) -> None:
    one, other = (prepare(F4, F4, Settings(**each)) for each in (changes, same))
    for item in dataclasses.fields(one):
        if item.name not in ("logits", "labels"):
            assert getattr(one, item.name) == getattr(other, item.name), item.name


def test_two_to_the_thirty_one_elements() -> None:
    for count in (1 << 31, 1 << 40):
        huge = np.broadcast_to(np.float32(0), (count,))
        with pytest.raises(RequestError, match=f"the arrays have {count} elements, but a job has"):
            scegrad.run_job(huge, huge)
    many = np.broadcast_to(np.float32(0), ((1 << 31) - 1,))
    with pytest.raises(RequestError, match="do not fit DDR"):
        scegrad.run_job(many, many)


def test_masks_are_not_dropped() -> None:
    masked = np.ma.array(F4, mask=F4 > 0)
    within = [masked[0], np.ma.masked] * 4
    for given in ((masked, F4), (F4, masked), (within, F4), ([[within]], F4), (F4, ((masked,),))):
        with pytest.raises(RequestError, match=r"are a masked array, .* pass \w+\.filled"):
            scegrad.run_job(*given, backend="model", fmt="fp32")


WHOLE = np.array([0, 1, 1, 0, 1, 0, 0, 1])


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "i4", "u4", "i8", "u8", ">i4"])
def test_whole_labels_are_converted(dtype: str) -> None:
    labels = WHOLE.astype(dtype)
    result = scegrad.run_job(F4, labels, backend="model").gradient
    assert result.tobytes() == golden.gradient(F4, WHOLE.astype("f4")).tobytes()
    halves = scegrad.run_job(F4.astype("f2"), labels, backend="model", platform="mt7004").gradient
    assert halves.dtype == np.float16
    assert scegrad.run_job(WHOLE, labels, backend="model", fmt="fp32").gradient.dtype == np.float32


@pytest.mark.parametrize(
    ("value", "fmt", "exact"),
    [
        (1 << 24, "fp32", True),
        ((1 << 24) + 1, "fp32", False),
        (-(1 << 24) - 1, "fp32", False),
        ((1 << 63) - 1, "fp32", False),
        (-(1 << 63), "fp32", True),
        (1 << 62, "fp32", True),
        (2048, "fp16", True),
        (2049, "fp16", False),
        (65504, "fp16", True),
        (65536, "fp16", False),
    ],
)
def test_whole_labels_must_be_exact(value: int, fmt: str, exact: bool) -> None:
    labels = np.array([0, value, 0])
    logits = np.zeros(3, FORMATS[fmt].dtype)
    text = refusal(scegrad.run_job, logits, labels, backend="model", platform="mt7004")
    assert exact == (text is None)
    assert exact or f"{fmt} does not hold {value} (element 1) exactly" in str(text)


def test_the_largest_unsigned_number() -> None:
    labels = np.array([(1 << 64) - 1, 1 << 63], np.uint64)
    with pytest.raises(RequestError, match=f"fp32 does not hold {(1 << 64) - 1} "):
        scegrad.run_job(np.zeros(2, "f4"), labels, backend="model")
    scegrad.run_job(np.zeros(1, "f4"), labels[1:], backend="model")


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ((F4.astype("f8"),) * 2, {}, r'--format fp32 \(from Python fmt="fp32"\) rounds them'),
        ((F4, F4.astype("f8")), {}, r"or a format be given: --format fp32 \(from Python"),
        ((WHOLE, WHOLE), {}, r"which do not say the format of the gradient: give it, --format"),
        ((F4.astype("f2"),) * 2, {}, "choose --platform mt7004 or ecp5_demo, or --format fp32"),
    ],
)
def test_refusals_name_the_way_out(arguments: Any, settings: Any, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        scegrad.run_job(*arguments, backend="model", **settings)


def test_everything_is_checked_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong: list[dict[str, Any]] = [
        {"latency": -1},
        {"core_mhz": 3},
        {"dram": "ddr9"},
        {"misalignment": (1, 0, 0)},
        {"waves": "w.vcd"},
        {"waves": "missing/w.fst"},
        {"waves": "w/"},
        {"waves": "\ud800"},  # no name of a file: no encoding has it
    ]
    for settings in wrong:
        with pytest.raises(RequestError):
            scegrad.run_job(F4, F4, **{"waves": "w.fst", **settings})
        assert not list(tmp_path.iterdir())


def test_settings_are_declared_once() -> None:
    parameters = inspect.signature(scegrad.run_job).parameters
    assert list(parameters) == ["logits", "labels", "progress", *NAMES]
    operator = inspect.signature(scegrad.sigmoid_cross_entropy_with_logits_grad).parameters
    for name in list(operator)[2:]:
        assert operator[name].default == parameters[name].default
    assert all(f"``{name}``" in str(scegrad.run_job.__doc__) for name in NAMES)
