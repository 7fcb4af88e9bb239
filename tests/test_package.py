"""The content of an installed package: the sources from which it builds its simulator, its library
and the examples.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


def test_every_kind_of_source_in_sw_is_package_data() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]
    carried = {
        pattern.removeprefix("sw/**/*")
        for pattern in settings["package-data"]["scegrad"]
        if pattern.startswith("sw/**/*")
    }
    sources = [path for path in (ROOT / "sw").rglob("[!.]*") if path.is_file()]
    assert {path.suffix for path in sources} == carried


def test_the_package_has_the_folders_of_the_checkout() -> None:
    for name in ("rtl", "model", "tb", "sw"):
        assert (ROOT / "src" / "scegrad" / name).resolve() == (ROOT / name).resolve()


def test_icarus_writes_to_no_device() -> None:
    """It makes its output executable: after a run by root, nobody else could write to /dev/null."""
    command = re.compile(r"iverilog[^)\]]*devnull")
    texts = {path: path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")}
    texts[Path(__file__)] = ""
    assert not [path for path, text in texts.items() if command.search(text)]


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        ("--help", ["numpy", "amaranth", "matplotlib", "rich", "importlib.metadata", "cocotb"]),
        ("run --help", ["numpy", "amaranth", "matplotlib", "rich", "cocotb"]),
        (
            "run x.npy x.npy -o out.npy --backend model",
            ["amaranth", "cocotb", "matplotlib", "numpy.ma", "serial"],
        ),
    ],
)
def test_a_command_loads_what_it_uses(words: str, absent: list[str], tmp_path: Path) -> None:
    """A user waits for every import; names of modules do not depend on the machine's speed."""
    np.save(tmp_path / "x.npy", np.ones(3, "f4"))
    program = f"""
import sys
from scegrad.cli import main
try:
    main({words.split()!r})
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert not set(absent) & set(done.stderr.splitlines()[-1].split())


def test_the_package_itself_loads_nothing() -> None:
    """The entry point imports it before it can handle an interruption."""
    program = (
        "import sys; before = set(sys.modules); import scegrad; print(set(sys.modules) - before)"
    )
    # Without site, whose .pth files may load anything.
    command = [
        sys.executable,
        "-S",
        "-c",
        f"import sys; sys.path.append({str(ROOT / 'src')!r}); {program}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "{'scegrad'}\n"
