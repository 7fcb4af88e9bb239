"""The demonstration, with the golden model in place of the hardware, once right and once wrong; and
with the hardware.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from scegrad.api import Result, run_job
from scegrad.demo import command as demo

DIRECTORIES = [
    "ft78ne-fp32-breast-cancer",
    "ft78ne-fp32-digits",
    "mt7004-fp16-breast-cancer",
    "mt7004-fp16-digits",
]


def test_with_the_golden_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo.main(tmp_path, backend="model", steps=4)
    count = 2 * 4 * (569 + 17_970)
    out = capsys.readouterr().out
    assert f"All {count:,} gradients are those of the golden model, bit for bit" in out
    assert [line.split()[0] for line in out.split("\nNext\n")[1].splitlines()] == ["scegrad"] * 5
    look = out.split("\nLook at\n")[1].split("\nNext\n")[0]
    for name in (line.split(":")[0].strip() for line in look.splitlines()):
        assert Path(name).is_file() or name.endswith("timeline.png"), name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*DIRECTORIES, "demo.json", "training.png"]
    )
    for name in DIRECTORIES:
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == [
            "gradient.png",
            "report.json",
        ]
    for run in json.loads((tmp_path / "demo.json").read_text()):
        assert run["elements"] == 4 * {"breast cancer": 569, "digits": 17_970}[run["data"]]
        assert run["mismatches_against_golden_model"] == 0
        assert run["worst_error_ulp"] <= 0.5
        assert run["accuracy"] == pytest.approx(run["accuracy_in_float64"], abs=0.01)


def test_a_wrong_gradient_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def compute(logits: np.ndarray, labels: np.ndarray, **options: Any) -> Result:
        result = run_job(logits, labels, **options)
        wrong = result.gradient.copy()
        wrong.flat[0] = np.nextafter(wrong.flat[0], wrong.dtype.type(2))
        return replace(result, gradient=wrong)

    demonstrate = demo.demonstrate
    monkeypatch.setattr(
        demo,
        "demonstrate",
        lambda directory, **options: demonstrate(directory, compute=compute, **options),
    )
    with pytest.raises(typer.Exit) as stop:
        demo.main(tmp_path, backend="model", steps=2)
    assert stop.value.exit_code == 1
    assert "MISMATCH: 8 of 74,156 gradients differ" in capsys.readouterr().out


@pytest.mark.whole
def test_with_the_hardware(tmp_path: Path) -> None:
    runs = demo.demonstrate(tmp_path, steps=2)
    assert [run.mismatches for run in runs] == [0, 0, 0, 0]
    assert all(run.cycles for run in runs)
    for name in DIRECTORIES:
        assert (tmp_path / name / "timeline.png").is_file()
