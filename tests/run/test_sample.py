"""``scegrad sample``: the arrays are what the help says, and ``scegrad run`` takes them."""

from pathlib import Path

import numpy as np
import pytest

from scegrad import cli
from scegrad.api import run_job
from scegrad.formats import FORMATS
from scegrad.run.sample import sample


def call(*arguments: str) -> int:
    """The exit status of a command line."""
    with pytest.raises(SystemExit) as end:
        cli.main(list(arguments))
    return int(end.value.code or 0)


@pytest.mark.parametrize("name", FORMATS)
def test_logits_from_minus_16_to_16_and_labels_in_turn(name: str) -> None:
    logits, labels = sample(1024, FORMATS[name])
    assert logits.dtype == labels.dtype == FORMATS[name].dtype
    assert (logits[0], logits[-1]) == (-16, 16)
    assert np.unique(np.diff(sample(1025, FORMATS["fp32"])[0])).tolist() == [0.03125]
    assert labels[:4].tolist() == [0, 1, 0, 1]
    run_job(logits, labels, platform="mt7004", backend="model")


def test_files_are_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "new" / "arrays"
    assert call("sample", "-o", str(place), "--elements", "5", "--format", "fp16") == 0
    assert capsys.readouterr().out.split() == [str(place / "logits.npy"), str(place / "labels.npy")]
    assert np.load(place / "logits.npy").tolist() == [-16, -8, 0, 8, 16]
    assert np.load(place / "labels.npy").dtype == np.float16


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--elements", "0", "--elements is 0, but must be 1 or more"),
        ("--format", "fp64", "--format is 'fp64', but must be fp32 or fp16"),
    ],
)
def test_bad_requests_leave_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, message: str
) -> None:
    assert call("sample", "-o", str(tmp_path / "x"), option, value) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
