"""The folder in which the tests of the command line run."""

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> Path:
    """A current folder with arrays, good and bad."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((20, 5)).astype("f4"), rng.integers(0, 2, (20, 5)).astype("f4")
    arrays = {
        "x": x,
        "y": y,
        "x16": x.astype("f2"),
        "y16": y.astype("f2"),
        "short": x[:3],
        "ints": np.arange(5),
        "x64": x.astype("f8"),
    }
    for name, array in arrays.items():
        np.save(f"{name}.npy", array)
    np.save("large.npy", np.zeros(50_000, "f4"))
    np.savez("z.npz", x=x)
    np.save("objects.npy", np.array([None, 1]), allow_pickle=True)
    Path("text.npy").write_text("hello")
    Path("tiny.toml").write_text(
        'name = "tiny"\ncores = 1\nformats = ["fp32"]\nprivate = []\n'
        '[[shared]]\nname = "BRAM"\nbase = 0\nsize = 0x4000\n'
    )
    Path("empty.npy").write_text("")
    Path("cut.npy").write_bytes(Path("x.npy").read_bytes()[:200])
    Path("folder").mkdir()
    return tmp_path
