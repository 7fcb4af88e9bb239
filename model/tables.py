"""The polynomials of the sigmoid, kept in ``sigmoid_tables.json``: golden model and RTL read them.

``scegrad tables`` computes them from exact arithmetic (``model.fit``) and prints the bounds of the
error; with ``--check`` it compares them with the kept tables.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np

TABLES = Path(__file__).with_name("sigmoid_tables.json")


@cache
def coefficients(name: str) -> np.ndarray:
    """The table ``name`` ("fp32" or "fp16") as int64[entries, fields]: the coefficients, constant
    first, and in fp32 k.
    """
    table = np.array(json.loads(TABLES.read_text())[name], dtype=np.int64)
    table.setflags(write=False)
    return table


@cache
def columns(name: str) -> np.ndarray:
    """The table transposed, int64[fields, entries]: one contiguous array for each field."""
    table = np.ascontiguousarray(coefficients(name).T)
    table.setflags(write=False)
    return table
