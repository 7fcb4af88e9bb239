"""What an installed package has to carry: the sources from which it builds its simulator, its
library and the examples.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

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
