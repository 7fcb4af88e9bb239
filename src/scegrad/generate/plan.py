"""The plan of the package: its rooms, floor by floor, and the page that shows it.

A room is a module or a folder of ``src/scegrad``, links to the checkout's folders included.
A room may import rooms of lower floors only, so that no two rooms import each other.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import scegrad
from scegrad.generate.maker import Generator

PAGE = Path("docs/plan.md")

FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "formats", "axi"),
    ("platforms", "files", "progress", "tools"),
    ("registers", "show"),
    ("model", "job"),
    ("rtl",),
    ("build",),
    ("litedram",),
    ("board",),
    ("sim",),
    ("uart", "request", "pynq"),
    ("tb",),
    ("backends",),
    ("api", "options"),
    ("run", "check", "lib"),
    ("demo", "sweep", "fpga", "soak"),
    ("bench",),
    ("signoff",),
    ("generate",),
    ("cli",),
    ("__main__",),
)
"""Every room, from the ground floor up."""

OUTSIDE = ("__init__",)
"""Loads the Python interface at its first use, and belongs to no floor."""

Arrow = tuple[str, str]


def files() -> Iterator[tuple[str, Path]]:
    """Every source file with its room."""
    root = Path(scegrad.__file__).parent
    for entry in sorted(root.iterdir()):
        if entry.suffix == ".py":
            yield entry.stem, entry
        elif entry.is_dir():
            yield from ((entry.name, path) for path in sorted(entry.resolve().rglob("*.py")))


def unexplained_imports(path: Path) -> list[int]:
    """The line of the first import inside a function of a file, unless a comment above says why it
    is there; it speaks for the others of the file.
    """
    text = path.read_text(encoding="utf-8")
    inside = [
        node.lineno
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    first = min(inside, default=0)
    return [first] if first and not text.splitlines()[first - 2].lstrip().startswith("#") else []


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The rooms from which a file imports, also inside functions, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "scegrad" and rest:
                yield rest.split(".")[0], node.lineno


def arrows() -> dict[Arrow, list[str]]:
    """The imports of each room, with their places: ``file:line``."""
    found: dict[Arrow, list[str]] = {}
    for room, path in files():
        for target, line in imported(path):
            if target != room:
                found.setdefault((room, target), []).append(f"{path}:{line}")
    return found


def purpose(room: str) -> str:
    """The first paragraph of a room's docstring, in one line."""
    root = Path(scegrad.__file__).parent
    path = root / room / "__init__.py" if (root / room).is_dir() else root / f"{room}.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ").replace("``", "`")


def page() -> str:
    """The page ``docs/plan.md``."""
    found = arrows()
    lines = [
        "# The plan of the package",
        "",
        "Made by `scegrad generate plan` from `src/scegrad/generate/plan.py` and the imports"
        " themselves; a test holds it.",
        "A room is a module or a folder of `src/scegrad`.",
        "`rtl`, `model`, `tb` and `board` are links to the folders of the checkout.",
        "A room imports only rooms of lower floors.",
        "",
        "![The rooms on their floors](drawings/plan.svg)",
        "",
        "| floor | room | content | imports |",
        "| --- | --- | --- | --- |",
    ]
    for floor in reversed(range(len(FLOORS))):
        for room in FLOORS[floor]:
            below = ", ".join(f"`{to}`" for start, to in sorted(found) if start == room)
            lines.append(f"| {floor} | `{room}` | {purpose(room)} | {below} |")
    return "\n".join(lines) + "\n"


GENERATOR = Generator("plan", "src/scegrad", lambda root: {PAGE: page()})
