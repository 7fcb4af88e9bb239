"""The wheel in an environment with its requirements only: the commands that run, and the messages
of the others.
"""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scegrad.model import golden
from tests.conftest import without_builds

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parents[1]
OURS = ("src", "rtl", "model", "tb", "board", "formal", "sw", "tests", "docs")
FILES = ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")

# Python 3.11.4 and later want to be told what an archive may do; earlier ones do not know the word.
SAFE: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def copy(target: Path) -> Path:
    """The sources without built files."""
    target.mkdir()
    for name in OURS:
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, target / name, symlinks=True, ignore=ignored)
    for name in FILES:
        shutil.copyfile(ROOT / name, target / name)
    return target


def built(kind: str, source: Path, target: Path) -> Path:
    """A wheel or an sdist, built as pip builds it; a deprecation warning fails."""
    target.mkdir()
    program = f"import sys; from setuptools import build_meta; build_meta.build_{kind}(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", program, str(target)],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "deprecat" not in (done.stdout + done.stderr).lower()
    [path] = target.iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    return built("wheel", copy(directory / "source"), directory / "dist")


def needed(names: list[str]) -> set[str]:
    """These distributions and what they need, as they are installed here."""
    found: set[str] = set()
    while names:
        name = re.sub(r"[-_.]+", "-", names.pop()).lower()
        if name in found:
            continue
        found.add(name)
        for line in importlib.metadata.requires(name) or []:
            requirement, _, marker = line.partition(";")
            if "extra" not in marker and _here(marker):
                names.append(re.match(r"[\w.-]+", requirement)[0])  # type: ignore[index]  # a requirement begins with a name
    return found


def _here(marker: str) -> bool:
    """Whether a marker holds here: the package is installed, then."""
    return not re.search(r"win32|Windows|python_version < |python_full_version < ", marker)


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and links to the packages that its metadata requires; returns
    its programs.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, symlinks=True)
    [packages] = home.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
        [metadata] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        lines = archive.read(metadata).decode().splitlines()
    asked = [
        line.split()[1]
        for line in lines
        if line.startswith("Requires-Dist:") and "extra" not in line
    ]
    for name in needed([re.match(r"[\w.-]+", item)[0] for item in asked]):  # type: ignore[index]  # as above
        distribution = importlib.metadata.distribution(name)
        for top in {path.parts[0] for path in distribution.files or []} - {"..", "__pycache__"}:
            place = packages / top
            if not place.exists():
                place.symlink_to(Path(str(distribution.locate_file(top))))
    program = home / "bin" / "scegrad"
    program.write_text(f"#!{home / 'bin' / 'python'}\nfrom scegrad.__main__ import main\nmain()\n")
    program.chmod(0o755)
    return home / "bin"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache without simulators and Verilog: the wheel has all that they are made from."""
    return without_builds(tmp_path_factory.mktemp("wheel") / "cache")


def run(environment: Path, cache: Path, directory: Path, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [str(environment / words[0]), *words[1:]],
        cwd=directory,
        env={
            name: value
            for name, value in {**os.environ, "SCEGRAD_CACHE": str(cache)}.items()
            if name not in ("PYTHONPATH", "MPLBACKEND")
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_run_verilog_lib_and_python(environment: Path, cache: Path, tmp_path: Path) -> None:
    x, y = np.linspace(-9, 9, 100, dtype=np.float32), np.ones(100, np.float32)
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    demo = ("--platform", "ecp5_demo")
    status, said, error = run(
        environment, cache, tmp_path, "scegrad", "run", "x.npy", "y.npy", "-o", "g.npy", *demo
    )
    assert status == 0 and "bit for bit the golden model" in said, error
    assert (np.load(tmp_path / "g.npy") == golden.gradient(x, y)).all()
    assert run(environment, cache, tmp_path, "scegrad", "verilog", *demo, "-o", "v")[0] == 0
    assert (tmp_path / "v" / "scegrad_ecp5_demo.v").is_file()
    status, _, error = run(environment, cache, tmp_path, "scegrad", "lib", *demo, "-o", "lib")
    assert status == 0, error
    assert list((tmp_path / "lib").rglob("libscegrad_ecp5_demo.so"))
    program = (
        "import numpy as np, scegrad; x = np.load('x.npy');"
        "print(scegrad.sigmoid_cross_entropy_with_logits_grad(x, x, platform='ecp5_demo').shape)"
    )
    status, said, error = run(environment, cache, tmp_path, "python", "-c", program)
    assert (status, said) == (0, "(100,)\n"), error


@pytest.mark.parametrize(
    ("line", "extra"),
    [
        ("demo", "report"),
        ("bench", "report"),
        ("run x.npy x.npy -o g.npy --report r --backend model", "report"),
        ("fpga lane16", "fpga"),
        ("sweep fp16-pairs --scheduler tcp://h:1", "sweep"),
        ("tables", "dev"),
    ],
)
def test_what_is_missing_is_one_line(
    environment: Path, cache: Path, tmp_path: Path, line: str, extra: str
) -> None:
    np.save(tmp_path / "x.npy", np.zeros(3, np.float32))
    status, said, error = run(environment, cache, tmp_path, "scegrad", *line.split())
    due = rf"scegrad: \w+ is not installed: pip install 'scegrad\[{extra}\]'\n"
    assert (status, said) == (2, "") and re.fullmatch(due, error), error
    assert [path.name for path in tmp_path.iterdir()] == ["x.npy"]


def test_help_needs_no_extra(environment: Path, cache: Path, tmp_path: Path) -> None:
    for line in ("--help", "demo --help", "bench --help", "sweep --help", "fpga --help"):
        assert run(environment, cache, tmp_path, "scegrad", *line.split())[0] == 0


def test_an_sdist_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """It has all files of the package, but no tests, which need the checkout."""
    archive = built("sdist", copy(tmp_path / "source"), tmp_path / "dist")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "out", **SAFE)
    [source] = (tmp_path / "out").iterdir()
    assert not (source / "tests").exists()
    again = built("wheel", source, tmp_path / "again")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as two:
        assert sorted(one.namelist()) == sorted(two.namelist())
        assert "scegrad/py.typed" in one.namelist()
        [metadata] = [name for name in one.namelist() if name.endswith("/METADATA")]
        assert "\nLicense-Expression: Apache-2.0\n" in one.read(metadata).decode()
