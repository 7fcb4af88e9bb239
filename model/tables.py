"""The polynomials of the sigmoid: computed from exact arithmetic, kept in ``sigmoid_tables.json``, read by golden model and RTL.

``scegrad tables`` computes them again and prints what each step of the evaluation may add to the error; with ``--check`` it says whether
the kept ones are these.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np

TABLES = Path(__file__).with_name("sigmoid_tables.json")


@cache
def coefficients(name: str) -> np.ndarray:
    """The table ``name`` ("fp32" or "fp16") as int64[entries, degree + 1], constant coefficient first."""
    table = np.array(json.loads(TABLES.read_text())[name], dtype=np.int64)
    table.setflags(write=False)
    return table


@cache
def columns(name: str) -> np.ndarray:
    """The table transposed, int64[degree + 1, entries]: one contiguous array for each coefficient."""
    table = np.ascontiguousarray(coefficients(name).T)
    table.setflags(write=False)
    return table


def computed() -> str:
    """The file's text, from the fits."""
    from scegrad.model import fit16, fit32  # they import the models, which import this module

    tables = {"fp32": fit32.fit(), "fp16": fit16.fit()}
    named = (
        f'"{name}": [\n' + ",\n".join(map(json.dumps, table)) + "\n]"
        for name, table in tables.items()
    )
    return "{\n" + ",\n".join(named) + "\n}\n"


def stale() -> bool:
    """Whether the kept tables differ from those that the fits give now."""
    return TABLES.read_text() != computed()


def write() -> None:
    """Compute the tables and keep them."""
    TABLES.write_text(computed())
    coefficients.cache_clear()
    columns.cache_clear()
