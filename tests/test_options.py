"""The additions of ``tests/conftest.py`` to pytest: the command that repeats a failure,
``--waves``.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")

GENERATORS = {"Random", "default_rng", "RandomState"}

NAMES_OF_DATA = {"Space", "replace"}
"""Here the seed is a part of what is described: a space of operands, a record's field."""

FIXED = {
    "run/test_report.py: write_report": "the number that the report must show",
    "tb/test_runner.py: run_bench": "the seed itself is tested",
}
"""Calls with a seed of their own, with the reason."""

CHILD = """
import os

def test_seed(seed):
    assert not seed, f"seed is {seed}"

def test_waves():
    assert os.environ["SCEGRAD_WAVES"].endswith("/some/waves")
"""


def said(command: str, directory: Path) -> str:
    """The output of a shell command there, without the seed of this run."""
    done = subprocess.run(
        f"unset SCEGRAD_SEED; {command}",
        shell=True,
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("workers", ["", "-n 1"])
def test_a_failure_comes_with_the_command_that_repeats_it(tmp_path, workers):
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    (tmp_path / "test_child.py").write_text(CHILD)
    pytest_command = f"{sys.executable} -m pytest -q {workers} -p no:cacheprovider"
    first = said(f"{pytest_command} --waves some/waves", tmp_path)
    assert "1 failed, 1 passed" in first, first
    again = re.search(r"^again: (.*)$", first, re.MULTILINE)
    assert again, first
    second = said(again[1], tmp_path)
    assert "1 failed" in second, second
    seeds = re.findall(r"AssertionError: seed is (\d+)", first + second)
    assert len(seeds) >= 2
    assert len(set(seeds)) == 1


def follows(value: ast.expr) -> bool:
    """Whether a value comes from a seed or from a generator."""
    words = re.findall(r"\w+", ast.unparse(value).lower())
    return any(word == "rng" or "seed" in word for word in words)


def fixed_seeds(node: ast.AST) -> set[str]:
    """What in a node of a test draws from a seed that is not the run's: the name of the call,
    of the constant or of the function.
    """
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
            seeds = [each.value for each in node.keywords if each.arg == "seed"]
            if name in GENERATORS:
                seeds += args[:1] or [ast.Constant(None)]  # without a seed: the machine's
            hides = name == "parametrize" and re.search(r"\bseed\b", ast.unparse(args[0]))
            fixed = name not in NAMES_OF_DATA and not all(map(follows, seeds))
            return {name} if hides or fixed else set()
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(int())):
            return {name} if "seed" in name.lower() else set()
        case ast.FunctionDef(name=name, args=ast.arguments() as taken):
            last = zip(taken.args[::-1], taken.defaults[::-1], strict=False)
            defaults = (*last, *zip(taken.kwonlyargs, taken.kw_defaults, strict=True))
            fixed = any(
                argument.arg == "seed"
                and isinstance(default, ast.Constant)
                and default.value is not None
                for argument, default in defaults
            )
            return {name} if fixed else set()
    return set()


def test_random_tests_follow_the_printed_seed():
    """A seed of their own would draw the same numbers in every run."""
    found = {
        f"{path.relative_to(CONFTEST.parent)}: {name}"
        for path in sorted(CONFTEST.parent.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        for name in fixed_seeds(node)
        if path != CONFTEST
    }
    assert found == set(FIXED)


@pytest.mark.parametrize(
    "line",
    [
        "rng = default_rng(7)",
        "np.random.default_rng()",
        "random.Random(weather)",
        "Memory(stall=9, seed=5)",
        "SEED = 6",
        "def bench(seed: int = 1): ...",
        "def bench(*, seed=0): ...",
        "pytest.mark.parametrize('size, seed', [(1, 2)])",
    ],
)
def test_a_seed_of_its_own_is_found(line):
    assert [name for node in ast.walk(ast.parse(line)) for name in fixed_seeds(node)]


@pytest.mark.parametrize(
    "line",
    [
        "random.Random(seed + 1)",
        "default_rng(given['seed'])",
        "Memory(stall=9, seed=rng.getrandbits(32))",
        "def bench(*, seed: int | None = None): ...",
        "Space('fp32-random', count=9, seed=1)",
    ],
)
def test_what_follows_the_seed_is_not_found(line):
    assert not [name for node in ast.walk(ast.parse(line)) for name in fixed_seeds(node)]
