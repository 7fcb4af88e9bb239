"""``scegrad check``: right results pass, and every kind of wrong result is found and printed."""

from pathlib import Path

import numpy as np
import pytest

from scegrad.cli import _status
from scegrad.formats import FORMATS
from scegrad.model import reference


@pytest.fixture
def arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> dict[str, np.ndarray]:
    """Operands, special ones among them, and right results, in files of the current folder."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 6, (30, 4)).astype("f4")
    y = rng.random((30, 4)).astype("f4")
    x[0], y[0] = [np.nan, 1, np.inf, -np.inf], [0, np.inf, 1, 0]
    g = reference.gradient(x, y)
    save(x=x, y=y, g=g)
    return {"x": x, "y": y, "g": g}


def save(**arrays: np.ndarray) -> None:
    for name, array in arrays.items():
        np.save(f"{name}.npy", array)


def check(*words: str) -> int:
    return _status(["check", "x.npy", "y.npy", "g.npy", *words])


@pytest.mark.parametrize("fmt", FORMATS)
def test_exact_results_pass(
    arrays: dict[str, np.ndarray], fmt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = (arrays[name].astype(FORMATS[fmt].dtype) for name in "xy")
    save(x=x, y=y, g=reference.gradient(x, y))
    assert check() == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"120 results in {fmt}: 0 are not the nearest number; worst error 0.4")
    assert second == "0 beyond the bound of 0.5 ulp"


def test_the_neighbour_is_found(
    arrays: dict[str, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    g = arrays["g"].copy()
    g[7, 2] = np.nextafter(g[7, 2], np.float32(9))
    save(g=g)
    assert check() == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("120 results in fp32: 1 are not the nearest number; worst error ")
    assert out[0].endswith(" ulp, at [7, 2]")
    assert out[1] == "1 beyond the bound of 0.5 ulp:"
    error = reference.ulp_error(g, arrays["x"], arrays["y"])[7, 2]
    fmt = FORMATS["fp32"]
    got, due = (fmt.text(int(array[7, 2].view("u4"))) for array in (g, arrays["g"]))
    assert out[2].startswith("  [7, 2] x ")
    assert out[2].endswith(f"got {got}, expected {due}: {error:.6g} ulp")
    assert check("--ulp", "1.6") == 0


@pytest.mark.parametrize(
    ("index", "value", "status"),
    [
        ((0, 0), 0.5, 1),  # a number where NaN is due
        ((0, 1), np.inf, 1),  # the other infinity
        ((0, 1), np.nan, 1),
        ((3, 3), np.nan, 1),
        ((3, 3), np.inf, 1),
        ((0, 0), -np.float32(np.nan), 0),  # another NaN
        ((0, 2), -0.0, 0),  # the other zero
    ],
)
def test_special_results(
    arrays: dict[str, np.ndarray],
    index: tuple[int, int],
    value: float,
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    g = arrays["g"].copy()
    g[index] = value
    save(g=g)
    assert check("--ulp", "1e30") == status
    assert f"{status} are not the nearest" in capsys.readouterr().out


def test_the_first_five_are_shown(
    arrays: dict[str, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    save(g=arrays["g"] + np.float32(1))
    assert check() == 1
    out = capsys.readouterr().out.splitlines()
    assert out[1].endswith(" beyond the bound of 0.5 ulp, the first of them:")
    assert [line.split("]")[0] for line in out[2:]] == [
        "  [0, 2",
        "  [0, 3",
        *(f"  [1, {k}" for k in range(3)),
    ]


def test_scalars_and_nothing_at_all(arrays: dict[str, np.ndarray]) -> None:
    for shape in ((), (0, 3)):
        x = np.zeros(shape, "f4")
        save(x=x, y=x, g=x + np.float32(0.5))
        assert check() == 0


def test_labels_may_be_whole(arrays: dict[str, np.ndarray]) -> None:
    y = arrays["y"] > 0.5
    save(y=y, g=reference.gradient(arrays["x"], y.astype("f4")))
    assert check() == 0


@pytest.mark.parametrize(
    ("words", "change", "message"),
    [
        (["--ulp", "0.4"], {}, "--ulp is 0.4, but must be 0.5 or more"),
        (["--ulp", "nan"], {}, "--ulp is nan, but must be 0.5 or more"),
        (["--ulp", "inf"], {}, "--ulp is inf, but must be 0.5 or more, and finite"),
        ([], {"g": np.zeros(3, "f4")}, "the gradient has shape (3,), the logits (30, 4)"),
        ([], {"g": np.zeros((30, 4))}, "the gradient is float64, but must be float32"),
        (["--format", "fp8"], {}, "format is 'fp8', but must be fp32 or fp16"),
    ],
)
def test_bad_requests(
    arrays: dict[str, np.ndarray],
    words: list[str],
    change: dict[str, np.ndarray],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    save(**change)
    assert check(*words) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"scegrad: {message}")
